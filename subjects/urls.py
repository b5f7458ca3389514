"""Addresses of subjects and of their products."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path

from subjects import participation_views, views
from subjects.pages_of_study import with_form
from subjects.product import pages

PRODUCT = "subjects/<str:subject>/product/"
PARTICIPATION = "subjects/<str:subject>/participation/"
View = Callable[..., HttpResponse]


def _consent(route: str, view: View, name: str) -> URLPattern:
    """A page of participation: not there in a study without consent forms."""
    return path(route, with_form("icf", view), name=name)


def _product(route: str, view: View, name: str) -> URLPattern:
    """A page of the product: not there in a study without a chain of custody."""
    return path(route, with_form("coi", view), name=name)


urlpatterns = [
    path("subjects/", views.subjects, name="subjects"),
    path("subjects/register/", views.register, name="subject-register"),
    path("subjects/<str:subject>/", views.subject, name="subject"),
    _consent("consents/", participation_views.consents, name="consents"),
    _consent(PARTICIPATION, participation_views.subject_participation, name="participation"),
    _consent(f"{PARTICIPATION}take-up/", participation_views.take_up_proposal, name="take-up"),
    _consent(f"{PARTICIPATION}transfer/", participation_views.transfer, name="transfer"),
    path("subjects/<str:subject>/eligibility/", with_form("ie", views.eligibility), name="eligibility"),
    path("subjects/<str:subject>/unscheduled/", views.unscheduled, name="unscheduled"),
    _product("product/", pages.products, name="products"),
    _product("bedside/", pages.bedside, name="bedside"),
    _product(PRODUCT, pages.product, name="product"),
    _product(f"{PRODUCT}dates/", pages.plan, name="product-dates"),
    _product(f"{PRODUCT}holds/", pages.hold, name="product-holds"),
    _product(f"{PRODUCT}holds/<int:hold>/", pages.decide, name="product-hold"),
    _product(f"{PRODUCT}check/", pages.check, name="product-check"),
    _product(f"{PRODUCT}check/<int:check>/", pages.check_second, name="product-check-second"),
    _product(f"{PRODUCT}infusion/", pages.infusion, name="product-infusion"),
]
