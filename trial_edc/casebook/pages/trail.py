"""The drawer beside a field: its history, its queries; raising a query. The history of a whole subject."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from trial_edc.accounts.events import log_event
from trial_edc.accounts.models import AccessEvent
from trial_edc.accounts.pages import page
from trial_edc.accounts.roles import Permission

from ..actions.queries import raise_query
from ..problems import Refused
from ..rights import of_its_writer
from ..selectors.history import field_history, instance_at
from ..selectors.subject_history import history_page
from ..slots import Slot
from . import posted


@require_safe
@page(Permission.READ_LIVE_DATA)
def subject_history(request: HttpRequest, subject) -> HttpResponse:
    """Every change of the subject's record, a hundred to a page. Looking is logged."""
    asked = {name: posted.plain(request.GET.get(name, "")) for name in ("form", "item")}
    number = posted.number(request.GET, "page", 1)
    shown = history_page(subject, **asked, number=number)
    log_event(
        AccessEvent.Kind.TRAIL_VIEWED,
        request=request,
        user=request.user,
        subject=subject.code,
        page=number,
        **{name: value for name, value in asked.items() if value},
    )
    return render(request, "casebook/subject_history.html", {"page": shown})


@require_safe
@page(Permission.READ_LIVE_DATA, also=of_its_writer)
def history(request: HttpRequest, subject, visit: str, form: str, seq: int = 1) -> HttpResponse:
    return _history(request, subject, Slot(subject.pk, visit, form, seq))


@require_safe
@page(Permission.READ_LIVE_DATA, also=of_its_writer)
def entry_history(request: HttpRequest, subject, log: str, seq: int) -> HttpResponse:
    return _history(request, subject, Slot(subject.pk, "", log, seq))


@require_POST
@page(Permission.RAISE_QUERIES)
def ask(request: HttpRequest, subject, visit: str, form: str, seq: int = 1) -> HttpResponse:
    return _ask(request, subject, Slot(subject.pk, visit, form, seq))


@require_POST
@page(Permission.RAISE_QUERIES)
def ask_entry(request: HttpRequest, subject, log: str, seq: int) -> HttpResponse:
    return _ask(request, subject, Slot(subject.pk, "", log, seq))


def _history(request: HttpRequest, subject, slot: Slot, *, problem: str = "", status: int = 200) -> HttpResponse:
    shown = field_history(request.access, subject, slot, posted.plain(request.GET.get("item", "")))
    if shown is None:
        raise Http404
    template = "casebook/_drawer.html" if request.htmx else "casebook/history.html"
    return render(request, template, {"page": shown, "drawer": shown, "problem": problem}, status=status)


def _ask(request: HttpRequest, subject, slot: Slot) -> HttpResponse:
    instance = instance_at(subject, slot)
    item = posted.plain(request.GET.get("item", ""))
    shown = field_history(request.access, subject, slot, item)
    if instance is None or shown is None:
        raise Http404
    try:
        raise_query(by=request.user, instance=instance, item=item, text=posted.plain(request.POST.get("text", "")))
    except Refused as problem:
        return _history(request, subject, slot, problem=str(problem), status=422)
    return redirect(f"{shown.form_url}#{slot.form_code}.{item}")
