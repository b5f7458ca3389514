"""The pages of subjects: list, registration, one subject."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subjects.actions.subjects import CannotRegister, open_unscheduled_visit, register_subject
from subjects.eligibility.page import eligibility_page
from subjects.entries import RegisterEntry
from subjects.journey import Journey, Stop, Stretch, Track, journey
from trial_edc.accounts.pages import page
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.pages import posted
from trial_edc.casebook.problems import Refused
from trial_edc.casebook.selectors.subject_list import subject_list
from trial_edc.casebook.selectors.subject_page import SubjectPage, subject_page
from trial_edc.casebook.statuses import STATUS_LABELS
from trial_edc.casebook.study import study

# Of the forms of a visit the one that needs somebody first names the visit in the journey.
MOST_URGENT = (
    "overdue",
    "resign",
    "query-open",
    "reverify",
    "draft",
    "partial",
    "due",
    "to-sign",
    "query-answered",
)
MOST_URGENT += (
    "unverified",
    "not-due",
    "complete",
    "signed",
    "verified",
    "locked",
    "not-done",
    "not-expected",
)


@require_safe
@page(Permission.READ_LIVE_DATA)
def subjects(request: HttpRequest) -> HttpResponse:
    """Subjects of the person's sites."""
    filters = {name: posted.plain(value) for name, value in request.GET.items()}
    shown = subject_list(request.access, filters, page=max(1, min(posted.number(filters, "page", 1), 10_000)))
    return render(request, "subjects/list.html", {"page": shown})


@require_safe
@page(Permission.READ_LIVE_DATA)
def subject(request: HttpRequest, subject) -> HttpResponse:
    """One subject: where it stands, what is open, the matrix."""
    asked = {name: posted.plain(request.GET.get(name, "")) for name in ("lens", "unfold")}
    shown = subject_page(request.access, subject, **asked)
    about = {"page": shown, "journey": journey_of(shown), "worksheets": worksheets_of(subject)}
    return render(request, "subjects/page.html", about)


def worksheets_of(subject) -> list[tuple[str, str]]:
    """(address, title) of the worksheets the study has the forms and the questions for."""
    planned = {cell.form for cell in study().cells}
    known = (
        ("rs", "rsclin", "tumour", _("Tumour assessment")),
        ("lbh", "", "labs", _("Laboratory")),
        ("pk", "pktpt", "kinetics", _("Kinetics")),
    )
    return [
        (reverse(name, args=[subject.code]), title)
        for form, item, name, title in known
        if form in planned and study().has_item(form, item)
    ]


def journey_of(shown: SubjectPage) -> Journey | None:
    """The picture of the subject's way, None before an infusion gives visits their days."""
    if shown.today is None:
        return None
    stops = []
    for line in shown.matrix.visits:
        column = line.column
        if column.on_day is None or column.first_day is None or column.last_day is None:
            continue
        status = next((one for one in MOST_URGENT if one in line.statuses), "not-due")
        days = column.on_day, column.first_day, column.last_day
        stops.append(Stop(column.title, status, str(STATUS_LABELS[status]), column.phase, *days))
    return journey(stops, today=shown.today, tracks=tracks_of(shown))


def tracks_of(shown: SubjectPage) -> list[Track]:
    """The lanes of the trial in study days."""

    def day(on: date) -> int:
        return shown.today - (shown.today_on - on).days

    return [
        Track(
            lane.title,
            tuple(Stretch(day(s.first), day(s.last), s.text, s.grade, s.is_ongoing) for s in lane.spans),
            lane.note,
        )
        for lane in shown.lanes
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.REGISTER_SUBJECTS)
def register(request: HttpRequest) -> HttpResponse:
    """Issue a number and save consent and demography."""
    if not study().registers:
        raise Http404
    sites = request.access.sites(Permission.REGISTER_SUBJECTS)
    earlier = posted.plain(request.GET.get("earlier", ""))[:12]
    entry = RegisterEntry(request.POST or None, sites=sites, initial={"earlier_number": earlier})
    if request.method == "POST" and entry.is_valid():
        try:
            subject = register_subject(by=request.user, **entry.typed())
            return redirect(reverse("subject", args=[subject.code]))
        except CannotRegister as problem:
            entry.tell(problem.messages)
        except Refused as problem:
            entry.add_error(None, str(problem))
    status = 422 if request.method == "POST" else 200
    return render(request, "subjects/register.html", {"entry": entry}, status=status)


@require_safe
@page(Permission.READ_LIVE_DATA)
def eligibility(request: HttpRequest, subject) -> HttpResponse:
    """The criteria beside the data that decide them; `?at=` names the confirmation."""
    shown = eligibility_page(request.access, subject, posted.plain(request.GET.get("at", "")))
    return render(request, "subjects/eligibility.html", {"page": shown.sheet, "eligibility": shown})


@require_POST
@page(Permission.ENTER_FORMS)
def unscheduled(request: HttpRequest, subject) -> HttpResponse:
    """Open the next unscheduled visit."""
    visit = open_unscheduled_visit(by=request.user, subject=subject)
    return redirect(reverse("visit", args=[subject.code, visit.code]))
