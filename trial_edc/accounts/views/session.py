"""The running session: renewed in place, kept alive, asked how long it lasts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form was sent without the token of its page: nothing was done."""
    return render(request, "accounts/csrf.html", status=403)
