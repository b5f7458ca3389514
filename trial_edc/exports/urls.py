"""Addresses of the endpoints pages."""

from django.urls import path

from . import views

urlpatterns = [
    path("endpoints/", views.endpoints, name="endpoints"),
    path("endpoints/cuts/", views.cuts, name="cuts"),
    path("endpoints/compute/", views.compute, name="endpoint-compute"),
    path("endpoints/records/", views.records, name="endpoint-records"),
    path("endpoints/table.csv", views.table_csv, name="endpoint-table"),
    path("endpoints/figure.svg", views.figure_svg, name="endpoint-svg"),
    path("endpoints/figure.png", views.figure_png, name="endpoint-png"),
    path("endpoints/cuts/<int:cut>/<str:subject>/", views.cut_subject, name="cut-subject"),
    path("endpoints/cuts/<int:cut>/<str:subject>/<path:place>/", views.cut_form, name="cut-form"),
]
