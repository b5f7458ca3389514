"""A person's notices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from trial_edc.accounts.pages import page

from . import actions, selectors
from .models import Notice


@require_safe
@page(None)
def notices(request: HttpRequest) -> HttpResponse:
    """What the person was told, newest first."""
    rows = selectors.notice_rows(request.access)
    return render(request, "notices/list.html", {"rows": rows, "n_unread": sum(row.is_unread for row in rows)})


@require_safe
@page(None)
def notice(request: HttpRequest, notice: Notice) -> HttpResponse:
    """Go to the page a notice is about; it counts as read from then on."""
    if request.method == "GET":
        actions.mark_read(by=request.user, notices=[notice])
    return redirect(notice.path)


@require_POST
@page(None)
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    actions.mark_read(by=request.user)
    return redirect("notices")
