"""Addresses of subjects."""

from django.urls import path

from subjects import views

urlpatterns = [
    path("subjects/", views.subjects, name="subjects"),
    path("subjects/register/", views.register, name="subject-register"),
    path("subjects/<str:subject>/", views.subject, name="subject"),
    path("subjects/<str:subject>/eligibility/", views.eligibility, name="eligibility"),
    path("subjects/<str:subject>/unscheduled/", views.unscheduled, name="unscheduled"),
]
