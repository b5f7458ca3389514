"""The data of an analysis: every subject with its casebook and day 0, live or as frozen in a cut."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from trial_edc.audit import clock
from trial_edc.casebook.reader import Casebook, read_many
from trial_edc.casebook.slots import Slot
from trial_edc.casebook.study import study as protocol
from trial_edc.casebook.study import subject_model
from trial_edc.crf.partial import interval
from trial_edc.crf.registry import has_crf
from trial_edc.crf.values import FormRecord
from trial_edc.protocol.analysis import AnalysisPlan

from . import frozen
from .models import DataCut
from .tables import Link, Part

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Book:
    """A subject of an analysis.

    Attributes:
        subject: code, site and cohort; casebook: the forms the sections read, and no others.
        origin_at: the value that day 0 is taken from, as stored (datetime, date or partial date); None before it.
        origin_on: day 0 at the site. cohort: the dose level or arm given, "" when not known.
    """

    subject: Any
    casebook: Casebook
    origin_at: Any = None
    origin_on: date | None = None
    cohort: str = ""

    @property
    def code(self) -> str:
        return str(self.subject.code)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.subject.site.time_zone)

    def day_of(self, value: Any) -> date | None:
        """The day at the site of a stored moment or date, the first possible one of a partial date."""
        return None if value in (None, "") else interval(value, self.zone)[0].date()

    def link(self, record: FormRecord | None = None) -> Link:
        """The subject, or a form of it, as what stands behind a number."""
        if record is None:
            return Link(self.code)
        return Link(self.code, Slot(0, record.visit_code, record.form_code, record.seq).path)

    def study_day(self, on: date) -> int:
        """Days from day 0, which is 0. Only for a subject with one."""
        assert self.origin_on is not None
        return (on - self.origin_on).days


@dataclass(frozen=True)
class StudyData:
    """What every section is given.

    Attributes:
        cutoff_on: the last day whose facts count. books: all subjects, by number.
        sets: analysis sets by name, see `assessments.analysis_sets`.
    """

    plan: AnalysisPlan
    cutoff_on: date
    books: tuple[Book, ...]
    sets: Mapping[str, Any] = field(default_factory=dict)

    def members(self, name: str) -> tuple[Book, ...]:
        """The subjects of an analysis set, by number."""
        wanted = set(self.sets[name].members)
        return tuple(book for book in self.books if book.code in wanted)

    @property
    def cohorts(self) -> tuple[str, ...]:
        """Cohorts of the subjects with a day 0: planned ones in their order, others by name."""
        planned = self.plan.cohorts or tuple(level.code for level in protocol().dose_levels)
        found = {book.cohort for book in self.books if book.origin_on is not None and book.cohort}
        return (*(code for code in planned if code in found), *sorted(found - set(planned)))


def reads(*forms: str) -> Callable[[Function], Function]:
    """Mark a section or set function with the codes of the forms it reads besides those the plan names."""

    def mark(function: Function) -> Function:
        function.reads = forms  # type: ignore[attr-defined]
        return function

    return mark


def days_label(study: StudyData) -> str:
    """What an axis of days counts from."""
    return _("Days from the %(origin)s") % {"origin": _(study.plan.origin_name)}


def plan() -> AnalysisPlan:
    """The analyses of the study this server runs."""
    return _plan_of(settings.EDC_PROTOCOL)


@cache
def _plan_of(code: str) -> AnalysisPlan:
    found: AnalysisPlan = import_module(f"trial_edc.protocol.{code}.analysis").ANALYSIS
    return found


def sections() -> tuple[Callable[[StudyData], tuple[Part, ...]], ...]:
    """The trial's section functions, in the order of the page."""
    return tuple(import_string(path) for path in plan().sections)


def forms_read(further: Collection[Callable[..., Any]] = ()) -> frozenset[str]:
    """Forms that the sections, the sets, the plan and `further` sections read."""
    asked = plan()
    functions = (import_string(asked.sets), *sections(), *further)
    named = {form for function in functions for form in getattr(function, "reads", ())}
    named |= {asked.origin.form, asked.events.form, *(one.form for one in asked.events.beside)}
    named |= {asked.cohort[0]} if asked.cohort else set()
    named |= {asked.events.confirmed_by[0]} if asked.events.confirmed_by else set()
    named |= {one.form for one in asked.profiles} | ({asked.markers.form} if asked.markers else set())
    named |= {source.form for sources in protocol().anchors.values() for source in sources}
    return frozenset(form for form in named if has_crf(form))


def frozen_study(cut: DataCut, further: Collection[Callable[..., Any]] = ()) -> StudyData:
    """The study as frozen, with the forms `further` sections read. Two statements."""
    subjects = frozen.subjects(cut)
    return _study(subjects, frozen.casebooks(cut, subjects, forms_read(further)), cut.cutoff_on)


def live_study(further: Collection[Callable[..., Any]] = ()) -> StudyData:
    """The study as it is now, up to today. Three statements."""
    subjects = list(subject_model().objects.select_related("site").order_by("code"))
    return _study(subjects, read_many(subjects, forms_read(further)), clock.now().date())


def _study(subjects: Collection[Any], casebooks: Mapping[int, Casebook], cutoff_on: date) -> StudyData:
    asked = plan()
    books = tuple(_book(Book(one, casebooks[one.pk]), asked, cutoff_on) for one in subjects)
    found = StudyData(asked, cutoff_on, books)
    return replace(found, sets=import_string(asked.sets)(found))


def _book(book: Book, asked: AnalysisPlan, cutoff_on: date) -> Book:
    """Day 0 is the earliest one at most at the cut-off: a later one is not seen."""
    source = asked.origin
    values = [
        value
        for record in book.casebook[source.form]
        if source.when is None or record[source.when[0]] in source.when[1]
        for value in record.each(source.item)
    ]
    dated = sorted(((interval(value, book.zone)[0], value) for value in values), key=lambda pair: pair[0])
    first = next(iter(dated), None)
    cohort = _cohort(book, asked)
    if first is None or first[0].date() > cutoff_on:
        return replace(book, cohort=cohort)
    return replace(book, origin_at=first[1], origin_on=first[0].date(), cohort=cohort)


def _cohort(book: Book, asked: AnalysisPlan) -> str:
    if asked.cohort:
        form, item = asked.cohort
        given = [record[item] for record in book.casebook[form] if record[item]]
        if given:
            return str(given[0])
    return str(book.subject.cohort or "")
