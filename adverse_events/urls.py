"""Addresses of adverse events and of safety over subjects."""

from django.urls import path

from adverse_events import views

urlpatterns = [
    path("ctcae/", views.ctcae, name="ctcae"),
    path("safety/", views.safety, name="safety"),
    path("safety/list/", views.safety_list, name="safety-list"),
    path("subjects/<str:subject>/ae/new/", views.new_event, name="new-event"),
]
