"""Addresses of adverse events."""

from django.urls import path

from adverse_events import views

urlpatterns = [path("ctcae/", views.ctcae, name="ctcae")]
