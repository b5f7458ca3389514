"""Addresses of the application. The one platform file that names the trial's apps."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
