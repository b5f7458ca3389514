"""Addresses of subjects and of their products."""

from django.urls import path

from subjects import participation_views, views
from subjects.product import pages

PRODUCT = "subjects/<str:subject>/product/"

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
    path("product/", pages.products, name="products"),
    path("bedside/", pages.bedside, name="bedside"),
    path(PRODUCT, pages.product, name="product"),
    path(f"{PRODUCT}dates/", pages.plan, name="product-dates"),
    path(f"{PRODUCT}holds/", pages.hold, name="product-holds"),
    path(f"{PRODUCT}holds/<int:hold>/", pages.decide, name="product-hold"),
    path(f"{PRODUCT}check/", pages.check, name="product-check"),
    path(f"{PRODUCT}check/<int:check>/", pages.check_second, name="product-check-second"),
    path(f"{PRODUCT}infusion/", pages.infusion, name="product-infusion"),
]
