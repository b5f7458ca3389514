"""The pages of the product: board, way, identity check, holds, infusion checklist."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subjects.actions.subjects import plan_dates
from subjects.crfs.coi import ORDER
from subjects.product.actions import confirm_identity, decide_hold, open_hold, read_labels
from subjects.product.checks import check_page, labels_page
from subjects.product.custody import DECIDERS, HOLDERS, right_for
from subjects.product.entries import DecisionEntry, HoldEntry, LabelsEntry, PlanEntry, SecondPersonEntry
from subjects.product.infusion import ASKED, DAY, INFUSION, infusion_page, may_begin
from subjects.product.models import IdentityCheck
from subjects.product.selectors import bedside as bedside_rows
from subjects.product.selectors import board, find_check, find_hold, product_page
from subjects.product.state import label_name
from trial_edc.accounts import signin
from trial_edc.accounts.events import log_event
from trial_edc.accounts.models import AccessEvent
from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.casebook.actions.save import save_form
from trial_edc.casebook.pages import posted
from trial_edc.casebook.problems import ReasonRequired, Refused
from trial_edc.casebook.slots import Slot


def _of_manufacturing(named: dict[str, Any]) -> tuple[Permission, ...]:
    return (Permission.ENTER_MANUFACTURE,)


def _deciders(named: dict[str, Any]) -> tuple[Permission, ...]:
    return DECIDERS


def _holders(named: dict[str, Any]) -> tuple[Permission, ...]:
    return HOLDERS


@require_safe
@page(Permission.VIEW_PRODUCT)
def products(request: HttpRequest) -> HttpResponse:
    """Where the product of each subject stands."""
    number = max(1, min(posted.number(request.GET, "page", 1), 10_000))
    shown = board(request.access, shows_all=request.GET.get("show") == "all", page=number)
    return render(request, "subjects/product/board.html", {"page": shown})


@require_safe
@page(Permission.CONFIRM_BEDSIDE)
def bedside(request: HttpRequest) -> HttpResponse:
    """Subjects whose next step of custody this person verifies."""
    return render(request, "subjects/product/bedside.html", {"rows": bedside_rows(request.access)})


@require_safe
@page(Permission.VIEW_PRODUCT)
def product(request: HttpRequest, subject) -> HttpResponse:
    """The way of one subject's product."""
    return _product(request, subject)


def _product(request: HttpRequest, subject, *, status: int = 200, **entries: Any) -> HttpResponse:
    planned = {"leukapheresis_on": subject.planned_leukapheresis_on, "infusion_on": subject.planned_infusion_on}
    context = {
        "page": product_page(request.access, subject),
        "plan": PlanEntry(initial=planned, **_days(subject)),
        "hold": HoldEntry(auto_id="hold_%s"),
        **entries,
    }
    return render(request, "subjects/product/page.html", context, status=status)


def _days(subject) -> dict[str, Any]:
    today: date = clock.now().astimezone(ZoneInfo(subject.site.time_zone)).date()
    return {"today": today, "order": subject.site.date_order}


@require_POST
@page(Permission.ENTER_FORMS)
def plan(request: HttpRequest, subject) -> HttpResponse:
    """Set the planned dates of leukapheresis and infusion."""
    entry = PlanEntry(request.POST, **_days(subject))
    if entry.is_valid():
        try:
            plan_dates(by=request.user, subject=subject, **entry.cleaned_data)
            return redirect(reverse("product", args=[subject.code]))
        except Refused as problem:
            entry.add_error(None, str(problem))
    return _product(request, subject, status=422, plan=entry)


@require_POST
@page(Permission.ENTER_FORMS, also=_holders)
def hold(request: HttpRequest, subject) -> HttpResponse:
    """Hold the product."""
    entry = HoldEntry(request.POST, auto_id="hold_%s")
    if entry.is_valid():
        try:
            open_hold(by=request.user, subject=subject, **entry.cleaned_data)
            return redirect(reverse("product", args=[subject.code]))
        except Refused as problem:
            entry.add_error(None, str(problem))
    return _product(request, subject, status=422, hold=entry)


@require_POST
@page(Permission.SIGN_FORMS, also=_deciders, reauthenticated=True)
def decide(request: HttpRequest, subject, hold: int) -> HttpResponse:
    """Decide on a hold."""
    found = find_hold(subject, hold)
    if found is None:
        raise Http404
    entry = DecisionEntry(request.POST)
    if entry.is_valid():
        try:
            decide_hold(by=request.user, hold=found, **entry.cleaned_data)
            return redirect(reverse("product", args=[subject.code]))
        except Refused as problem:
            entry.add_error(None, str(problem))
    return _product(request, subject, status=422, decision=entry)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.CONFIRM_BEDSIDE, also=_of_manufacturing)
def check(request: HttpRequest, subject) -> HttpResponse:
    """The first person reads wristband and label; scanners send one box at a time."""
    step = request.POST.get("step", "") or request.GET.get("step", "")
    if step not in ORDER:
        raise Http404
    if not request.access.can(right_for(step), subject.site):
        return refuse(request, right_for(step), subject.site)
    label = label_name(step)
    if request.method != "POST":
        entry = LabelsEntry(lot_label=label)
        entry.focus_on("subject_read")
        return _labels(request, subject, step, entry)
    entry = LabelsEntry(request.POST, lot_label=label)
    if not entry.is_valid():
        return _labels(request, subject, step, entry, status=422)
    if missing := entry.next_empty():
        entry.focus_on(missing)
        return _labels(request, subject, step, entry, asked=missing)
    try:
        made = read_labels(by=request.user, subject=subject, step=step, **entry.cleaned_data)
    except Refused as problem:
        entry.add_error(None, str(problem))
        return _labels(request, subject, step, entry, status=422)
    return redirect(reverse("product-check-second", args=[subject.code, made.pk]))


def _labels(request: HttpRequest, subject, step: str, entry: LabelsEntry, **more: Any) -> HttpResponse:
    status = more.pop("status", 200)
    shown = labels_page(request.access, subject, step)
    context = {"page": shown, "entry": entry, **more}
    return render(request, "subjects/product/check.html", context, status=status)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.CONFIRM_BEDSIDE, also=_of_manufacturing)
def check_second(request: HttpRequest, subject, check: int) -> HttpResponse:
    """What was read beside what is expected; the second person signs in in place and confirms."""
    found = find_check(subject, check)
    if found is None:
        raise Http404
    entry = SecondPersonEntry(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _second(request, found, entry)
    if entry.is_valid():
        try:
            _confirm(request, found, entry.cleaned_data)
            return redirect(request.path)
        except (Refused, signin.CannotSignIn) as problem:
            entry.add_error(None, str(problem))
    return _second(request, found, entry, status=422)


def _confirm(request: HttpRequest, found: IdentityCheck, typed: dict[str, str]) -> None:
    """Check who the second person is, then let that person confirm. The session stays the first person's."""
    second = signin.check(request, **typed)
    log_event(AccessEvent.Kind.CONFIRMED, request=request, user=second, code=True, what="identity check")
    confirm_identity(by=second, check=found, credentials_confirmed=True)


def _second(request: HttpRequest, found: IdentityCheck, entry: SecondPersonEntry, *, status: int = 200) -> HttpResponse:
    context = {"page": check_page(request.access, found), "entry": entry}
    return render(request, "subjects/product/check_second.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.READ_LIVE_DATA)
def infusion(request: HttpRequest, subject) -> HttpResponse:
    """The infusion checklist."""
    if request.method != "POST":
        shown = infusion_page(request.access, subject, saved="saved" in request.GET)
        return render(request, "subjects/product/infusion.html", {"page": shown})
    if not request.access.can(Permission.ENTER_FORMS, subject.site):
        return refuse(request, Permission.ENTER_FORMS, subject.site)
    typed = {name: posted.plain(request.POST.get(name, ""))[:200] for name in ASKED}
    if (now := request.POST.get("now", "")) in ASKED:
        typed[now] = f"{clock.now().astimezone(ZoneInfo(subject.site.time_zone)):%Y-%m-%d %H:%M}"
    held, problem = _save_infusion(request, subject, typed)
    if not held and not problem:
        return redirect(request.path + "?saved")
    shown = infusion_page(request.access, subject, typed=typed, held=held, problem=problem)
    return render(request, "subjects/product/infusion.html", {"page": shown}, status=422)


def _save_infusion(request: HttpRequest, subject, typed: dict[str, str]) -> tuple[dict[str, str], str]:
    """Save what was typed into the infusion form; (why a value was held back by item, why nothing was saved)."""
    if stops := may_begin(subject):
        return {}, " ".join(stops)
    raw = {f"{INFUSION}.{name}": text for name, text in typed.items() if text}
    if not raw:
        return {}, ""
    first = {"inf.infcoi": "Y", "inf.infbatch": infusion_page(request.access, subject).lot}
    revision = posted.number(request.POST, "_revision")
    if not revision:
        raw = first | raw
    try:
        saved = save_form(by=request.user, slot=Slot(subject.pk, DAY, INFUSION), raw=raw, revision=revision)
    except ReasonRequired:
        return {}, _("Somebody has entered these values meanwhile. Correct them in the infusion form, with a reason.")
    except Refused as problem:
        return {}, str(problem)
    return dict(saved.held), ""
