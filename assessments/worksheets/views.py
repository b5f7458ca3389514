"""Pages of the worksheets: tumour assessments, laboratory results, kinetics."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from assessments.actions.time_point import ChangedMeanwhile, discard_time_point, keep_time_point, save_time_point
from assessments.worksheets.booking import booking
from assessments.worksheets.posting import Posted, posted_scan
from assessments.worksheets.scans import has_scans, is_scan_visit
from assessments.worksheets.tumour import tumour_sheet
from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.pages import posted
from trial_edc.casebook.problems import FormLocked, ReasonRequired, Refused
from trial_edc.casebook.rights import may_enter
from trial_edc.casebook.selectors.sections import Summary, SummaryLine


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.READ_LIVE_DATA)
def tumour(request: HttpRequest, subject) -> HttpResponse:
    """Lesions by time points; saving the scan at `visit`."""
    visit = _scan_visit(request, subject)
    if request.method == "POST":
        return _save_scan(request, subject, visit)
    about: dict[str, Any] = booking(request.access, subject, posted.plain(request.GET.get("book", ""))[:40])
    shown = tumour_sheet(request.access, subject, visit=visit, **about)
    if "saved" in request.GET:
        shown = replace(shown, summary=_saved(shown.unanswered))
    return render(request, "assessments/tumour.html", {"page": shown})


@require_POST
@page(Permission.READ_LIVE_DATA)
def keep_tumour(request: HttpRequest, subject) -> HttpResponse:
    """Keep what was typed of a scan, and answer with what follows from it."""
    visit = _scan_visit(request, subject)
    if not may_enter(request.access, subject.site, "tr"):
        return refuse(request, Permission.ENTER_FORMS, subject.site)
    sent = posted_scan(request, subject, visit)
    at = keep_time_point(by=request.user, subject=subject, visit=visit, boxes=sent.boxes, revisions=sent.revisions)
    if at is None:
        return JsonResponse({"message": _("Nothing of this scan was sent.")}, status=422)
    shown = tumour_sheet(request.access, subject, visit=visit)
    local = at.astimezone(ZoneInfo(subject.site.time_zone))
    page_html = render_to_string("assessments/_tumour.html", {"page": shown}, request)
    return JsonResponse({"kept_at": f"{local:%H:%M:%S}", "page": page_html})


@require_POST
@page(Permission.READ_LIVE_DATA)
def discard_tumour(request: HttpRequest, subject) -> HttpResponse:
    """Throw the drafts of a scan away."""
    visit = _scan_visit(request, subject)
    if not may_enter(request.access, subject.site, "tr"):
        return refuse(request, Permission.ENTER_FORMS, subject.site)
    discard_time_point(by=request.user, subject=subject, visit=visit)
    return redirect(_address(subject, visit))


def _saved(unanswered: tuple[SummaryLine, ...]) -> Summary:
    """ "Saved.", and what has no answer yet."""
    if not unanswered:
        return Summary("done", _("Saved."))
    title = ngettext("Saved. %(n)d answer is missing.", "Saved. %(n)d answers are missing.", len(unanswered))
    return Summary("held", title % {"n": len(unanswered)}, unanswered)


def _scan_visit(request: HttpRequest, subject) -> str:
    """Code of the scan asked for, "" for the one that waits. Raises 404 for a visit without scans."""
    visit = posted.plain(request.GET.get("visit", ""))
    if not has_scans() or (request.method == "POST" and not visit):
        raise Http404
    if visit and not is_scan_visit(subject, visit):
        raise Http404
    return visit


def _address(subject, visit: str, saved: str = "") -> str:
    return f"{reverse('tumour', args=[subject.code])}?visit={visit}" + (f"&saved={saved}" if saved else "")


def _save_scan(request: HttpRequest, subject, visit: str) -> HttpResponse:
    if not may_enter(request.access, subject.site, "tr"):
        return refuse(request, Permission.ENTER_FORMS, subject.site)
    sent = posted_scan(request, subject, visit, with_reasons_for=request.access)
    try:
        saved = save_time_point(
            by=request.user,
            subject=subject,
            visit=visit,
            boxes=sent.boxes,
            revisions=sent.revisions,
            token=posted.token(request),
        )
    except Refused as problem:
        return _refused(request, subject, visit, sent, problem)
    held = {f"{code}.{address}": text for code, one in saved.items() for address, text in one.held.items()}
    if not held:
        return redirect(_address(subject, visit, saved="1"))
    lines = tuple(SummaryLine(name, text) for name, text in held.items())
    title = ngettext(
        "%(n)d value was not saved and waits in your draft. All others are saved.",
        "%(n)d values were not saved and wait in your draft. All others are saved.",
        len(lines),
    )
    summary = Summary("held", title % {"n": len(lines)}, lines)
    shown = tumour_sheet(request.access, subject, visit=visit, summary=summary, has_errors=True)
    return render(request, "assessments/tumour.html", {"page": shown}, status=422)


def _refused(request: HttpRequest, subject, visit: str, sent: Posted, problem: Refused) -> HttpResponse:
    """Nothing was written; everything typed is on the page again."""
    lines = ()
    if isinstance(problem, ReasonRequired):
        lines = tuple(SummaryLine(one.address, f"{one.label}: {one.old} → {one.new}") for one in problem.changes)
    shown = tumour_sheet(
        request.access,
        subject,
        visit=visit,
        typed=sent.boxes,
        summary=Summary("stop", str(problem), lines),
        has_errors=True,
        reason_for_change=sent.reason,
        reason_text=sent.reason_text,
    )
    status = 409 if isinstance(problem, ChangedMeanwhile) else 423 if isinstance(problem, FormLocked) else 422
    return render(request, "assessments/tumour.html", {"page": shown}, status=status)
