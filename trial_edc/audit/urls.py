"""Addresses of the audit page."""

from django.urls import path

from trial_edc.audit import views

urlpatterns = [
    path("audit/", views.trail, name="audit"),
    path("audit/export.csv", views.export, name="audit-export"),
]
