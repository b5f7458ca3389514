"""Addresses a study does not have: those about forms that stand in another protocol."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from trial_edc.casebook.study import study

View = Callable[..., HttpResponse]


def with_form(code: str, view: View) -> View:
    """The view, where the study has the form; else 404 for everybody who is signed in."""

    @wraps(view)
    def gate(request: HttpRequest, **named: Any) -> HttpResponse:
        if request.user.is_authenticated and not study().has_form(code):
            raise Http404
        return view(request, **named)

    return gate
