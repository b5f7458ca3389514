"""The worklist and the command box."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from trial_edc.accounts.pages import page

from ..selectors.find import find as find_places
from ..selectors.worklist import worklist as work_of
from . import posted


@require_safe
@page(None)
def worklist(request: HttpRequest) -> HttpResponse:
    """What waits for this person."""
    shown = work_of(request.access, group=posted.plain(request.GET.get("group", "")))
    request.work_counts = {"worklist": shown.total}
    return render(request, "casebook/worklist.html", {"page": shown})


@require_safe
@page(None)
def find(request: HttpRequest) -> HttpResponse:
    """Places that match a few typed letters."""
    shown = find_places(request.access, posted.plain(request.GET.get("q", ""))[:80])
    template = "casebook/_find.html" if request.htmx else "casebook/find.html"
    return render(request, template, {"page": shown})
