"""Addresses of the report centre."""

from django.urls import path

from . import views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/tray/", views.tray, name="report-tray"),
    path("reports/<int:run>/", views.report, name="report"),
    path("reports/<int:run>/download/", views.download, name="report-download"),
    path("reports/<int:run>/cancel/", views.cancel, name="report-cancel"),
    path("reports/<int:run>/retry/", views.retry, name="report-retry"),
    path("reports/<int:run>/again/", views.again, name="report-again"),
]
