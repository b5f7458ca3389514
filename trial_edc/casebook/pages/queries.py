"""Queries: the list, and one step of one query."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission

from ..actions.queries import answer_query, cancel_query, close_query, reopen_query
from ..problems import Refused
from ..selectors.query_list import query_list
from . import posted

STEPS = {
    "answer": (answer_query, "text", Permission.ANSWER_QUERIES),
    "close": (close_query, "text", Permission.CLOSE_OWN_QUERIES),
    "cancel": (cancel_query, "reason", Permission.CLOSE_OWN_QUERIES),
    "reopen": (reopen_query, "text", Permission.CLOSE_OWN_QUERIES),
}


@require_safe
@page(Permission.VIEW_QUERIES)
def queries(request: HttpRequest) -> HttpResponse:
    """Queries of the person's sites by state, site and subject."""
    filters = {name: posted.plain(value) for name, value in request.GET.items()}
    shown = query_list(request.access, filters, page=max(1, min(posted.number(filters, "page", 1), 10_000)))
    return render(request, "casebook/queries.html", {"page": shown})


@require_POST
@page(Permission.VIEW_QUERIES)
def query(request: HttpRequest, query) -> HttpResponse:
    """Answer, close, cancel or ask again."""
    step = STEPS.get(request.POST.get("act", "answer"))
    if step is None:
        messages.error(request, _("Choose what to do with the query."))
        return redirect("queries")
    act, argument, permission = step
    if not request.access.can(permission, query.site):
        return refuse(request, permission, query.site)
    text = posted.plain(request.POST.get("text", ""))
    try:
        act(by=request.user, query=query, **{argument: text})
    except Refused as problem:
        shown = query_list(request.access, {"subject": query.instance.subject.code, "state": query.state})
        return render(request, "casebook/queries.html", {"page": shown, "problem": str(problem)}, status=422)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else reverse("queries"))
