"""Addresses of subjects."""

from django.urls import path

from subjects import participation_views, views

urlpatterns = [
    path("subjects/", views.subjects, name="subjects"),
    path("subjects/register/", views.register, name="subject-register"),
    path("subjects/<str:subject>/", views.subject, name="subject"),
    path("consents/", participation_views.consents, name="consents"),
    path("subjects/<str:subject>/participation/", participation_views.subject_participation, name="participation"),
    path("subjects/<str:subject>/participation/take-up/", participation_views.take_up_proposal, name="take-up"),
    path("subjects/<str:subject>/participation/transfer/", participation_views.transfer, name="transfer"),
    path("subjects/<str:subject>/eligibility/", views.eligibility, name="eligibility"),
    path("subjects/<str:subject>/unscheduled/", views.unscheduled, name="unscheduled"),
]
