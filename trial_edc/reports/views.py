"""The report centre: ask for a report, watch it being made, take it away."""

from __future__ import annotations

from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trial_edc.accounts.models import Site
from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.finders import find_subject
from trial_edc.notices import selectors as notices

from . import actions, documents, selectors, storage
from .entries import RequestEntry
from .kinds import Kind, kind_of
from .models import ReportRun
from .problems import CannotReport

RIGHT = Permission.DOWNLOAD_REPORTS


@require_http_methods(["GET", "HEAD", "POST"])
@page(RIGHT)
def reports(request: HttpRequest) -> HttpResponse:
    """Cards and history; a POST asks for a report."""
    if request.method == "POST":
        return _request(request)
    subject = _subject_of(request, request.GET.get("subject", ""))
    if isinstance(subject, HttpResponse):
        return subject
    actions.mark_noticed(by=request.user)
    shown = selectors.centre(request.access, subject=subject.code if subject else "")
    return render(request, "reports/centre.html", {"page": shown})


@require_safe
@page(RIGHT)
def report(request: HttpRequest, run: ReportRun) -> HttpResponse:
    """One row of the history: a fragment for the script that asks how far it is, else a page."""
    if not selectors.may_have(request.access, run):
        return refuse(request, selectors.right_to(run))
    row = selectors.run_row(request.access, run)
    template = "reports/_job.html" if request.htmx else "reports/job.html"
    return render(request, template, {"row": row})


@require_safe
@page(RIGHT)
def download(request: HttpRequest, run: ReportRun) -> HttpResponseBase:
    """The file, as it was made. Every GET is a line of its history."""
    if not selectors.may_have(request.access, run):
        return refuse(request, selectors.right_to(run))
    if not run.has_content:
        raise Http404
    try:
        content = BytesIO(documents.content(run)) if run.is_document else storage.opened(run.file_name, run.sha256)
    except (storage.FileLost, documents.DocumentChanged):
        messages.error(request, _("The file of this report is no longer the one that was made. Request it again."))
        return redirect("reports")
    if request.method == "GET":
        actions.record_download(by=request.user, run=run)
    answer = FileResponse(content, as_attachment=True, filename=run.download_name, content_type=run.content_type)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
@page(RIGHT)
def cancel(request: HttpRequest, run: ReportRun) -> HttpResponse:
    """Stop an unfinished report."""
    return _act(request, run, lambda: actions.cancel_report(by=request.user, run=run))


@require_POST
@page(RIGHT)
def retry(request: HttpRequest, run: ReportRun) -> HttpResponse:
    """Run a failed or cancelled report once more."""
    return _act(request, run, lambda: actions.retry_report(by=request.user, run=run))


@require_POST
@page(RIGHT)
def again(request: HttpRequest, run: ReportRun) -> HttpResponse:
    """Ask for the same report anew, with the data of now."""
    sites = [site for site in selectors.allowed_sites(request.access, kind_of(run.kind)) if site.pk in run.site_ids]
    return _act(
        request,
        run,
        lambda: actions.request_report(
            by=request.user, kind=run.kind, parameters=run.parameters, sites=sites, subject=run.subject
        ),
    )


@require_safe
@page(None)
def tray(request: HttpRequest) -> HttpResponse:
    """What the bell of the top bar holds: unread notices, reports under way and those finished since."""
    rows = selectors.tray(request.access) if request.access.can(RIGHT) else ()
    told = notices.unread(request.access)
    about = {"rows": rows, "notices": told, "n": len(rows) + len(told), "is_busy": any(row.is_active for row in rows)}
    return render(request, "reports/_tray.html", about)


def _request(request: HttpRequest) -> HttpResponse:
    kind = kind_of(request.POST.get("kind", ""))
    if kind is None or not kind.on_card:
        messages.error(request, _("Choose one of the reports below."))
        return redirect("reports")
    if not request.access.can(kind.right):
        return refuse(request, kind.right)
    entry = RequestEntry(kind, request.POST)
    subject = _subject_of(request, request.POST.get("subject", "") if kind.scope == "subject" else "", kind)
    if isinstance(subject, HttpResponse):
        return subject
    problem = ""
    sites: list[Site] = [subject.site] if subject else []
    if kind.scope == "subject" and subject is None:
        problem = _("Choose the subject of the casebook.")
    elif kind.scope == "all":
        sites = list(request.access.all_sites)
        if len(selectors.allowed_sites(request.access, kind)) < len(sites):
            return refuse(request, kind.right)
    elif kind.scope in ("site", "sites"):
        sites, problem = _sites_of(request, kind)
    if problem or not entry.is_valid():
        return _again_with(request, kind, entry, problem)
    about = {"subject": subject.code} if subject else {}
    if kind.scope in ("site", "sites"):
        about["site"] = ", ".join(site.code for site in sites)
    try:
        actions.request_report(
            by=request.user,
            kind=kind.code,
            parameters={**about, **entry.parameters()},
            sites=sites,
            subject=subject,
        )
    except CannotReport as refused:
        return _again_with(request, kind, entry, str(refused))
    return redirect("reports")


def _again_with(request: HttpRequest, kind: Kind, entry: RequestEntry, problem: str) -> HttpResponse:
    asked = selectors.refused_card(request.access, kind, entry, problem)
    shown = selectors.centre(request.access, asked=asked)
    return render(request, "reports/centre.html", {"page": shown}, status=422)


def _subject_of(request: HttpRequest, code: str, kind: Kind | None = None):
    """The subject asked for: None when none is named, 404 for one not seen, a refusal where the right is missing."""
    if not code:
        return None
    subject = find_subject(code, request.access)
    right = kind.right if kind else RIGHT
    if not request.access.can(right, subject.site):
        return refuse(request, right, subject.site)
    return subject


def _sites_of(request: HttpRequest, kind: Kind) -> tuple[list[Site], str]:
    """The sites asked for, all of the person's when none is named; 404 for one not seen."""
    code = request.POST.get("site", "")
    allowed = list(selectors.allowed_sites(request.access, kind))
    if not code:
        named = kind.scope == "sites" or len(allowed) == 1
        return (allowed, "") if named else ([], _("Choose the site."))
    if code not in {site.code for site in request.access.seen_sites}:
        raise Http404
    chosen = [site for site in allowed if site.code == code]
    return chosen, "" if chosen else _("You may not take reports of this site away. Choose another site.")


def _act(request: HttpRequest, run: ReportRun, act) -> HttpResponse:
    if not selectors.may_have(request.access, run):
        return refuse(request, selectors.right_to(run))
    try:
        act()
    except CannotReport as problem:
        messages.error(request, str(problem))
    return redirect("reports")
