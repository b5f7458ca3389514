"""Addresses of the application. The one platform file that names the trial's apps."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("trial_edc.accounts.urls")),
]
