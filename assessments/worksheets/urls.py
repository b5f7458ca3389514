"""Addresses of the worksheets, each under its subject."""

from django.urls import path

from assessments.worksheets import kinetics_views, lab_views, range_views, views

TUMOUR = "subjects/<str:subject>/tumour/"

urlpatterns = [
    path(TUMOUR, views.tumour, name="tumour"),
    path(f"{TUMOUR}draft/", views.keep_tumour, name="tumour-draft"),
    path(f"{TUMOUR}discard/", views.discard_tumour, name="tumour-discard"),
    path("subjects/<str:subject>/labs/", lab_views.labs, name="labs"),
    path("subjects/<str:subject>/kinetics/", kinetics_views.kinetics, name="kinetics"),
    path("laboratories/", range_views.laboratory_list, name="laboratories"),
    path("laboratories/<str:code>/", range_views.laboratory, name="laboratory"),
    path("laboratories/<str:code>/ranges/<int:key>/", range_views.lab_range, name="lab-range"),
]
