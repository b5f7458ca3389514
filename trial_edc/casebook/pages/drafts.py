"""Keep and discard what was typed and not saved."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission

from ..actions.drafts import discard_draft, keep_draft
from ..rights import entering, may_enter, of_its_writer
from ..selectors.draft_reply import draft_reply
from ..selectors.places import place_url
from ..slots import Slot
from . import posted


@require_POST
@page(Permission.READ_LIVE_DATA, also=of_its_writer)
def keep(request: HttpRequest, subject, visit: str, form: str, seq: int = 1) -> HttpResponse:
    """Keep typed fields of a form of a visit."""
    return _keep(request, subject, Slot(subject.pk, visit, form, seq))


@require_POST
@page(Permission.READ_LIVE_DATA, also=of_its_writer)
def keep_entry(request: HttpRequest, subject, log: str, seq: int) -> HttpResponse:
    """Keep typed fields of a log entry."""
    return _keep(request, subject, Slot(subject.pk, "", log, seq))


@require_POST
@page(Permission.READ_LIVE_DATA, also=of_its_writer)
def discard(request: HttpRequest, subject, visit: str, form: str, seq: int = 1) -> HttpResponse:
    return _discard(request, subject, Slot(subject.pk, visit, form, seq))


@require_POST
@page(Permission.READ_LIVE_DATA, also=of_its_writer)
def discard_entry(request: HttpRequest, subject, log: str, seq: int) -> HttpResponse:
    return _discard(request, subject, Slot(subject.pk, "", log, seq))


def _keep(request: HttpRequest, subject, slot: Slot) -> HttpResponse:
    if not may_enter(request.access, subject.site, slot.form_code):
        return refuse(request, entering(slot.form_code)[0], subject.site)
    typed = posted.boxes(request, slot.form_code)
    if not typed or not 1 <= slot.seq <= 999:
        return JsonResponse({"message": _("Nothing of this form was sent.")}, status=422)
    revision = posted.number(request.POST, "_revision")
    at = keep_draft(by=request.user, slot=slot, values=typed, base_revision=revision)
    local = at.astimezone(ZoneInfo(subject.site.time_zone))
    return JsonResponse({"kept_at": f"{local:%H:%M:%S}", **draft_reply(request.access, subject, slot, typed)})


def _discard(request: HttpRequest, subject, slot: Slot) -> HttpResponse:
    if not may_enter(request.access, subject.site, slot.form_code):
        return refuse(request, entering(slot.form_code)[0], subject.site)
    discard_draft(by=request.user, slot=slot)
    if slot.visit_code:
        return redirect(place_url(request.access, subject, slot) + f"#form-{slot.form_code}")
    return redirect(reverse("log", args=[subject.code, slot.form_code]))
