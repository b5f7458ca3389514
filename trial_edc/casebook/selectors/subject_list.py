"""The list of subjects: fifty a page, without reading any whole casebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trial_edc.accounts.access import Access
from trial_edc.accounts.models import Site
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.crf.partial import text as date_text
from trial_edc.crf.registry import has_crf
from trial_edc.protocol.windows import NOT_EXPECTED, OVERDUE, study_day, visit_status

from ..dates import SubjectDates, date_forms, phase, subject_dates, track_forms
from ..models import FormInstance, Query
from ..reader import Casebook, read_many
from ..study import study, subject_model
from .sections import visit_title
from .signing import signed_on_site, unsigned

PER_PAGE = 50
EVENTS = "ae"


@dataclass(frozen=True)
class SubjectRow:
    code: str
    url: str
    site: str
    phase: str
    day_label: str
    next_visit: str
    entry: str
    n_overdue: int
    n_queries: int
    ae_label: str
    n_to_sign: int


@dataclass(frozen=True)
class Step:
    """A step of the funnel, which is a filter."""

    code: str
    label: str
    count: int
    url: str
    is_current: bool
    drop: str = ""


@dataclass(frozen=True)
class Choice:
    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class SubjectListPage:
    rows: tuple[SubjectRow, ...]
    count_label: str
    funnel: tuple[Step, ...]
    filters: tuple[Choice, ...]
    query: str
    is_filtered: bool
    register_url: str
    previous_url: str
    next_url: str


def subject_list(access: Access, filters: Mapping[str, str], *, page: int = 1) -> SubjectListPage:
    """Subjects of the person's sites. Six statements, whatever the number of subjects.

    Args:
        filters: `site` a site code, `phase` a step of the funnel, `flag` "query" or "unsigned", `q` part
        of a number.
    """
    sites = {site.pk: site for site in access.sites(Permission.READ_LIVE_DATA)}
    everyone = subject_model().objects.filter(site__in=sites)
    found = _filtered(everyone, filters, sites)
    n = found.count()
    start = (page - 1) * PER_PAGE
    chosen = list(_counted(found, sites).order_by("code")[start : start + PER_PAGE])
    casebooks = read_many(chosen, date_forms() | track_forms() | {EVENTS})
    done = _done_forms(chosen)
    rows = tuple(_row(one, casebooks[one.pk], sites[one.site_id], done.get(one.pk, {})) for one in chosen)
    asked = {name: filters[name] for name in ("site", "phase", "flag", "q") if filters.get(name)}
    return SubjectListPage(
        rows=rows,
        count_label=ngettext("%(n)d subject", "%(n)d subjects", n) % {"n": n},
        funnel=_funnel(everyone, asked),
        filters=_choices(asked, sites),
        query=asked.get("q", ""),
        is_filtered=bool(asked),
        register_url=reverse("subject-register")
        if study().registers and access.can(Permission.REGISTER_SUBJECTS)
        else "",
        previous_url="?" + urlencode({**asked, "page": page - 1}) if page > 1 else "",
        next_url="?" + urlencode({**asked, "page": page + 1}) if start + PER_PAGE < n else "",
    )


def _filtered(subjects: QuerySet, filters: Mapping[str, str], sites: Mapping[int, Site]) -> QuerySet:
    if filters.get("q"):
        subjects = subjects.filter(code__contains=filters["q"][:12])
    if filters.get("site"):
        subjects = subjects.filter(site__code=filters["site"])
    form = next((form for code, _label, form in study().steps if code == filters.get("phase")), "")
    if form:
        subjects = subjects.filter(Exists(_forms_of().filter(form_code=form)))
    if filters.get("flag") == "query":
        subjects = subjects.filter(Exists(Query.objects.filter(instance__subject=OuterRef("pk"), state="open")))
    if filters.get("flag") == "unsigned":
        waiting = unsigned(signed_on_site(list(sites.values())))
        subjects = subjects.filter(Exists(waiting.filter(subject=OuterRef("pk"))))
    return subjects


def _forms_of() -> QuerySet:
    return FormInstance.objects.filter(subject=OuterRef("pk")).exclude(status="withdrawn")


def _counted(subjects: QuerySet, sites: Mapping[int, Site]) -> QuerySet:
    """With the numbers of open queries and of forms to sign."""
    queries = Query.objects.filter(instance__subject=OuterRef("pk"), state="open").order_by()
    waiting = unsigned(signed_on_site(list(sites.values()))).filter(subject=OuterRef("pk")).order_by()
    return subjects.annotate(
        n_queries=Subquery(queries.values("instance__subject").annotate(n=Count("pk")).values("n")),
        n_to_sign=Subquery(waiting.values("subject").annotate(n=Count("pk")).values("n")),
    )


def _done_forms(subjects: list) -> dict[int, dict[str, set[str]]]:
    """Settled forms of each subject by visit. One statement."""
    rows = FormInstance.objects.filter(subject__in=subjects, visit__isnull=False, status__in=["complete", "not_done"])
    done: dict[int, dict[str, set[str]]] = {}
    for pk, visit, form in rows.values_list("subject_id", "visit__code", "form_code"):
        done.setdefault(pk, {}).setdefault(visit, set()).add(form)
    return done


def _row(subject, casebook: Casebook, site: Site, done: Mapping[str, set[str]]) -> SubjectRow:
    dates = subject_dates(casebook, site)
    today = clock.now().astimezone(ZoneInfo(site.time_zone)).date()
    n_done, n_due, n_overdue, upcoming = _progress(dates, done, today)
    events = casebook[EVENTS]
    n_serious = sum(record.values.get("aeser") == "Y" for record in events)
    day = study_day(today, dates.anchors.infusion)
    return SubjectRow(
        code=subject.code,
        url=reverse("subject", args=[subject.code]),
        site=site.code,
        phase=phase(dates.anchors, today),
        day_label="" if day is None else f"D{day}",
        next_visit=upcoming,
        entry=f"{n_done}/{n_due}",
        n_overdue=n_overdue,
        n_queries=subject.n_queries or 0,
        ae_label=f"{len(events)} ({n_serious})" if events else "–",
        n_to_sign=subject.n_to_sign or 0,
    )


def _progress(dates: SubjectDates, done: Mapping[str, set[str]], today: date) -> tuple[int, int, int, str]:
    """Forms done and due so far, visits overdue, and the next visit in words."""
    n_done = n_due = n_overdue = 0
    upcoming = ""
    for visit in study().visits:
        if visit.code == study().unscheduled:
            continue
        required = {cell.form for cell in study().forms_at(visit.code) if cell.required and has_crf(cell.form)}
        settled = done.get(visit.code, set())
        found = visit_status(study(), visit.code, dates.anchors, today=today)
        is_open = found.window is not None and found.window.first <= today and found.status != NOT_EXPECTED
        if is_open or settled:
            n_due += len(required)
            n_done += len(required & settled)
        if found.status == OVERDUE and not required <= settled:
            n_overdue += 1
        if (
            not upcoming
            and found.window
            and found.window.last >= today
            and found.status != NOT_EXPECTED
            and not required <= settled
        ):
            span = found.window
            shown = (
                date_text(span.first)
                if span.first == span.last
                else f"{date_text(span.first)} – {date_text(span.last)}"
            )
            upcoming = f"{visit_title(visit.code)} · {shown}"
    return n_done, n_due, n_overdue, upcoming


def _funnel(everyone: QuerySet, asked: Mapping[str, str]) -> tuple[Step, ...]:
    """How far the subjects of these sites came. One statement."""
    tallies = {
        code: Count("pk", filter=Q(Exists(_forms_of().filter(form_code=form)))) if form else Count("pk")
        for code, _label, form in study().steps
    }
    counts = everyone.order_by().aggregate(**tallies)
    others = {name: value for name, value in asked.items() if name != "phase"}
    return tuple(
        Step(
            code,
            str(_(label)),
            counts[code],
            "?" + urlencode({**others, "phase": code}),
            asked.get("phase") == code,
        )
        for code, label, _form in study().steps
    )


def _choices(asked: Mapping[str, str], sites: Mapping[int, Site]) -> tuple[Choice, ...]:
    codes = [("", _("All"))] + [(site.code, f"{site.code} · {site.name}") for site in sites.values()]
    flags = [("", _("Any")), ("query", _("Open query")), ("unsigned", _("To sign"))]
    return tuple(
        Choice(name, label, tuple((value, str(text), value == asked.get(name, "")) for value, text in options))
        for name, label, options in (("site", _("Site"), codes), ("flag", _("Has"), flags))
    )
