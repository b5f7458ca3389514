"""Logs, unscheduled visits, not done, entered in error."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission

from ..actions.not_done import mark_not_done, undo_not_done
from ..actions.withdraw import reinstate_form, withdraw_form
from ..problems import Refused
from ..rights import entering, may_enter, of_its_writer
from ..selectors.history import instance_at
from ..selectors.log_page import log_page
from ..selectors.places import place_url
from ..selectors.status_page import status_page
from ..slots import Slot
from ..study import study
from . import posted


@require_safe
@page(Permission.READ_LIVE_DATA, also=of_its_writer)
def log(request: HttpRequest, subject, log: str) -> HttpResponse:
    """The entries of one log, in a table of its own where the study has one
    (`templates/logs/<study>/<form>.html`).
    """
    shown = log_page(request.access, subject, log)
    return render(request, [f"logs/{study().code}/{shown.form}.html", "casebook/log.html"], {"page": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.READ_LIVE_DATA, also=of_its_writer)
def not_done(request: HttpRequest, subject, visit: str, form: str, seq: int = 1) -> HttpResponse:
    """Mark a form of a visit not done, or take that back."""
    return _status(request, subject, Slot(subject.pk, visit, form, seq))


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.READ_LIVE_DATA)
def withdraw(request: HttpRequest, subject, log: str, seq: int) -> HttpResponse:
    """Strike a log entry through as entered in error, or take that back."""
    return _status(request, subject, Slot(subject.pk, "", log, seq))


def _status(request: HttpRequest, subject, slot: Slot) -> HttpResponse:
    if not may_enter(request.access, subject.site, slot.form_code):
        return refuse(request, entering(slot.form_code)[0], subject.site)
    instance = instance_at(subject, slot)
    if instance is None and not slot.visit_code:
        raise Http404
    problem, status, reason, back = "", 200, "", _back(request, subject, slot)
    if request.method == "POST":
        reason = posted.plain(request.POST.get("reason", ""))
        try:
            _act(request, slot, instance, reason)
            return redirect(back)
        except Refused as refusal:
            problem, status = str(refusal), 422
    shown = status_page(subject, slot, instance, back_url=back, problem=problem, reason=reason)
    return render(request, "casebook/status.html", {"page": shown}, status=status)


def _act(request: HttpRequest, slot: Slot, instance, reason: str) -> None:
    by = request.user
    if slot.visit_code:
        is_marked = instance is not None and instance.status == "not_done"
        (undo_not_done if is_marked else mark_not_done)(by=by, slot=slot, reason=reason)
        return
    act = reinstate_form if instance.status == "withdrawn" else withdraw_form
    act(by=by, instance=instance, revision=posted.number(request.POST, "_revision"), reason=reason)


def _back(request: HttpRequest, subject, slot: Slot) -> str:
    if slot.visit_code:
        return place_url(request.access, subject, slot) + f"#form-{slot.form_code}"
    return reverse("log", args=[subject.code, slot.form_code])
