"""What the chapters share: groups, words of a code, facts up to the cut-off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from trial_edc.crf.partial import is_complete, text
from trial_edc.crf.registry import has_crf
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import FormRecord, display
from trial_edc.exports.numbers import fixed, share, summary
from trial_edc.exports.study import Book, StudyData
from trial_edc.exports.tables import Cell, Link

Found = tuple[Book, FormRecord]
Groups = list[tuple[str, list[Book]]]


def groups_of(books: Sequence[Book], study: StudyData) -> Groups:
    """The cohorts of these subjects, then all of them; a cohort that is all of them stands alone."""
    found = [(name, [one for one in books if one.cohort == name]) for name in study.cohorts]
    found = [(name, mine) for name, mine in found if mine]
    return found if len(found) == 1 and len(found[0][1]) == len(books) else [*found, (_("Total"), [*books])]


def heading(first: str, groups: Groups) -> tuple[str, ...]:
    """Column heads: "DL1 (n = 3)"."""
    return (first, *(f"{name} (n = {len(mine)})" for name, mine in groups))


def records(books: Iterable[Book], form: str, dated_by: str, study: StudyData) -> list[Found]:
    """Records of a form up to the cut-off, subjects by number; one without its date counts, it has happened."""
    return [(book, record) for book in books for record in book.casebook[form] if seen(book, record[dated_by], study)]


def seen(book: Book, value: Any, study: StudyData) -> bool:
    """Whether something of this date is known at the cut-off; of a partial date the first possible day counts."""
    day = book.day_of(value)
    return day is None or day <= study.cutoff_on


def days_of(books: Iterable[Book], form: str, item: str, study: StudyData) -> dict[str, date]:
    """The first day of an item by subject, those up to the cut-off."""
    found: dict[str, date] = {}
    for book in books:
        days = [day for record in book.casebook[form] for value in record.each(item) if (day := book.day_of(value))]
        days = [day for day in days if day <= study.cutoff_on]
        if days:
            found[book.code] = min(days)
    return found


def said(record: FormRecord, item: str) -> str:
    """The answer in words with its unit, or why it is missing; "" for none."""
    spec = form_spec(record.form_code, record.protocol_version)
    return display(spec[item], record[item], record.meta.get(item)) if item in spec else ""


def is_asked(form: str, item: str) -> bool:
    """Whether the study collects the item."""
    return has_crf(form) and item in form_spec(form)


def subjects_cell(found: Sequence[Found], n: int | None = None) -> Cell:
    """How many subjects, as a share of n when it is given; their records stand behind it."""
    n_subjects = len({book.code for book, _record in found})
    text = str(n_subjects) if n is None else share(n_subjects, n)
    return Cell(text, tuple(book.link(record) for book, record in found))


def books_cell(books: Sequence[Book], n: int | None = None) -> Cell:
    """How many subjects, as a share of n when it is given."""
    text = str(len(books)) if n is None else share(len(books), n)
    return Cell(text, tuple(Link(book.code) for book in books))


def summary_text(values: Sequence[Any], decimals: int = 1) -> str:
    """Median (range) and n; "–" without values."""
    found = summary([value for value in values if value is not None])
    if not found.n:
        return "–"
    span = f"{fixed(found.minimum, decimals)}–{fixed(found.maximum, decimals)}"
    return f"{fixed(found.median, decimals)} ({span}), n = {found.n}"


def counted(groups: Groups, label: str, wanted: Callable[[Book], FormRecord | None]) -> tuple[Cell, ...]:
    """A line of counts by group: subjects for which `wanted` gives the record that says so."""
    cells = []
    for _name, mine in groups:
        found = [(book, record) for book in mine if (record := wanted(book)) is not None]
        cells.append(subjects_cell(found, len(mine)))
    return (Cell(label), *cells)


def on_day(book: Book, value: Any) -> str:
    """A date with its study day: "05-Mar-2026 (12)"; as precise as collected."""
    if value in (None, ""):
        return ""
    day = book.day_of(value)
    shown = text(value) if isinstance(value, str) else f"{day:%d-%b-%Y}"
    is_exact = not isinstance(value, str) or is_complete(value)
    return f"{shown} ({book.study_day(day)})" if day and book.origin_on and is_exact else shown
