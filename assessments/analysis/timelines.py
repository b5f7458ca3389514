"""The dates and responses of each subject as the endpoints read them, by the investigator and as derived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from assessments.analysis.sets import baseline_on, days_seen, first_day
from assessments.crfs.rs import responses
from assessments.endpoints import (
    Censoring,
    EndpointRules,
    Origin,
    Timeline,
    TimeToEvent,
    duration_of_response,
    overall_survival,
    progression_free_survival,
)
from assessments.partial_dates import DateKind, Neighbours, complete_date, parse_partial
from assessments.recist import (
    BestResponse,
    DatedResponse,
    HistoryError,
    NewLesion,
    Response,
    ResponseRules,
    TimePoint,
    best_response,
    read_history,
)
from assessments.tumour import new_therapy_on, read_tumour
from trial_edc.exports.study import Book, StudyData
from trial_edc.exports.tables import Link
from trial_edc.protocol.analysis import AnalysisPlan

INVESTIGATOR, DERIVED = "investigator", "derived"
SOURCES = (INVESTIGATOR, DERIVED)


@dataclass(frozen=True)
class ScanPoint:
    """A scan as RECIST reads it; `is_new` where it shows an unequivocal new lesion."""

    point: TimePoint
    is_new: bool


@dataclass(frozen=True)
class Subject:
    """One infused subject.

    Attributes:
        timeline: dates with the responses of the source. scans: sums of diameters, oldest first.
        cutoff_on: last day seen. problems: what was left out of the dates, as sentences.
    """

    book: Book
    source: str
    timeline: Timeline
    scans: tuple[ScanPoint, ...]
    plan: AnalysisPlan
    has_targets: bool
    problems: tuple[str, ...] = ()
    links: Mapping[date, Link] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.book.code

    @cached_property
    def used(self) -> tuple[DatedResponse, ...]:
        """Responses after day 0, up to death and the cut-off."""
        last = min(day for day in (self.timeline.cutoff_on, self.timeline.death_on) if day)
        return tuple(one for one in self.timeline.assessments if self.timeline.infusion_on < one.on <= last)

    @cached_property
    def best(self) -> BestResponse:
        therapy = self.timeline.new_therapy_on
        return best_response(
            self.used,
            reference_on=self.timeline.infusion_on,
            rules=response_rules(self.plan),
            new_therapy_on=therapy,
            non_target_only=not self.has_targets,
        )

    def best_of(self, confirmed: bool) -> Response:
        return self.best.confirmed if confirmed else self.best.unconfirmed

    def survival(self) -> TimeToEvent:
        return overall_survival(self.timeline)

    def progression(self, rules: EndpointRules) -> TimeToEvent:
        return progression_free_survival(self.timeline, rules)

    def duration(self, rules: EndpointRules) -> TimeToEvent | None:
        return duration_of_response(self.timeline, rules)

    @property
    def scan_links(self) -> tuple[Link, ...]:
        """The forms of the responses, oldest first; the subject where there are none."""
        found = tuple(self.links[one.on] for one in self.used if one.on in self.links)
        return found or (self.book.link(),)


def response_rules(plan: AnalysisPlan) -> ResponseRules:
    return ResponseRules(
        sd_min_days=plan.sd_min_days,
        confirmation_min_days=plan.confirmation_min_days,
        max_intervening_ne=plan.max_intervening_ne,
    )


def endpoint_rules(
    plan: AnalysisPlan,
    *,
    censoring: Censoring = Censoring.FDA,
    origin: Origin = Origin.INFUSION,
    confirmed: bool = True,
) -> EndpointRules:
    return EndpointRules(
        censoring=censoring,
        pfs_origin=origin,
        scheduled_scan_days=plan.scan_days,
        scan_window_days=plan.scan_window_days,
        require_confirmation=confirmed,
        response=response_rules(plan),
    )


def subjects_of(study: StudyData, source: str) -> tuple[Subject, ...]:
    """Every infused subject with the responses of one source, by number."""
    return tuple(_subject(book, source, study) for book in study.members("infused"))


def with_source(subject: Subject, source: str) -> Subject:
    """The same subject by the other source."""
    timeline, problems = _responses(subject.book, source, subject.timeline)
    return replace(subject, source=source, timeline=timeline, problems=problems)


def _subject(book: Book, source: str, study: StudyData) -> Subject:
    assert book.origin_on is not None
    seen = [day for day in days_seen(book) if day <= study.cutoff_on]
    therapy = new_therapy_on(book.casebook)
    death, problem = _death(book, max(seen, default=None))
    dates = Timeline(
        infusion_on=book.origin_on,
        enrolment_on=first_day(book, study.plan.enrolment),
        leukapheresis_on=first_day(book, study.plan.leukapheresis),
        baseline_on=baseline_on(book),
        new_therapy_on=therapy,
        death_on=death,
        last_known_alive_on=max(_days_alive(book), default=None),
        cutoff_on=study.cutoff_on,
    )
    timeline, problems = _responses(book, source, dates)
    scans, has_targets = _scans(book, study, therapy)
    links = {record["rsdtc"]: book.link(record) for record in book.casebook["rs"] if record["rsdtc"]}
    problems = (*problems, *((problem,) if problem else ()))
    return Subject(book, source, timeline, scans, study.plan, has_targets, problems, links)


def _responses(book: Book, source: str, dates: Timeline) -> tuple[Timeline, tuple[str, ...]]:
    """The timeline with the responses of a source; of two on one day the first entered counts."""
    by_day: dict[date, DatedResponse] = {}
    problems = []
    for one in responses(book.casebook)[SOURCES.index(source)]:
        if one.on in by_day and by_day[one.on].overall is not one.overall:
            about = {"day": one.on, "used": by_day[one.on].overall.value}
            problems.append(_("There are two responses on %(day)s; %(used)s is used.") % about)
        by_day.setdefault(one.on, one)
    return replace(dates, assessments=tuple(by_day[day] for day in sorted(by_day))), tuple(problems)


def _days_alive(book: Book) -> list[date]:
    """Days on which the subject was known alive: contacts and visits that took place."""
    days = [record["svlka"] for record in book.casebook["surv"]]
    days += [record["svstdtc"] for record in book.casebook["sv"] if record["svocc"] != "N"]
    return [day for day in days if day]


def _death(book: Book, last_seen: date | None) -> tuple[date | None, str]:
    """The day of death, completed where it is partial, and why it cannot be."""
    stated = [str(record["dthdtc"]) for record in book.casebook["dd"] if record["dthdtc"]]
    if not stated:
        return None, ""
    alive = max(_days_alive(book), default=last_seen)
    found = complete_date(
        parse_partial(stated[0][:10]), DateKind.DEATH, Neighbours(last_known_alive_on=alive, death_on=None)
    )
    if found.on is not None and book.origin_on is not None and found.on < book.origin_on:
        return None, _("The death of %(day)s is before day 0 and is not used.") % {"day": found.on}
    return found.on, found.reason or ""


def _scans(book: Book, study: StudyData, therapy: date | None) -> tuple[tuple[ScanPoint, ...], bool]:
    """Scans after day 0 with their sums; () when they do not fit together."""
    tumour = read_tumour(book.casebook, until=study.cutoff_on)
    assert book.origin_on is not None
    taken = [one for one in tumour.assessments if one.on > book.origin_on]
    try:
        history = read_history(
            tumour.baseline,
            [one.scan for one in taken],
            reference_on=book.origin_on,
            rules=response_rules(study.plan),
            new_therapy_on=therapy,
        )
    except HistoryError:
        return (), bool(tumour.baseline.targets)
    points = tuple(
        ScanPoint(point, one.scan.new_lesion is NewLesion.UNEQUIVOCAL)
        for one, point in zip(taken, history.time_points, strict=True)
    )
    return points, bool(tumour.baseline.targets)
