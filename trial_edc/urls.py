"""Addresses of the application. The one platform file that names the trial's apps."""

from django.urls import URLPattern, URLResolver, include, path

from trial_edc.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("", include("trial_edc.accounts.urls")),
    path("", include("trial_edc.audit.urls")),
    path("", include("trial_edc.notices.urls")),
    path("", include("adverse_events.urls")),
    path("", include("assessments.worksheets.urls")),
    path("", include("trial_edc.reports.urls")),
    path("", include("trial_edc.exports.urls")),
    path("", include("subjects.urls")),
    path("", include("trial_edc.casebook.urls")),
]

handler400 = "trial_edc.refusals.bad_request"
