"""Chapters for a medicine given daily: how subjects ended, and for how long and at which dose they were treated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from subjects.analysis.common import (
    Found,
    Groups,
    books_cell,
    counted,
    groups_of,
    heading,
    records,
    said,
    summary_text,
)
from trial_edc.casebook.study import study as protocol
from trial_edc.crf.values import FormRecord
from trial_edc.exports.numbers import summary
from trial_edc.exports.study import Book, StudyData, reads
from trial_edc.exports.tables import Cell, Part, Table, row

END = "end of study"


@reads("ds", "ex")
def disposition(study: StudyData) -> tuple[Part, ...]:
    """Who was treated and how each subject's part in the study ended, by arm; screen failures in the total alone."""
    books, found = list(study.books), ends(study)
    groups = groups_of(books, study)
    ended = {code: _reason(record) for code, (_book, record) in found.items()}
    order = sorted(set(ended.values()), key=lambda reason: (-list(ended.values()).count(reason), reason))
    treated = [one.code for one in books if one.origin_on is not None]
    rows = [
        row(_("Registered"), *(books_cell(mine, len(mine)) for _name, mine in groups)),
        row(_("Treated"), *(_among(mine, treated) for _name, mine in groups)),
        *(counted(groups, _("Ended: %(why)s") % {"why": reason}, _ending(found, reason)) for reason in order),
        row(_("No end by the cut-off"), *(_among(mine, set(treated) - set(ended)) for _name, mine in groups)),
    ]
    notes = (_("Subjects (percent of the column). The total holds subjects who came to no arm."),)
    table = Table("flow", _("Disposition by arm"), heading("", groups), tuple(rows), notes)
    numbers = {
        "n": len(books),
        "treated": len(treated),
        "ended": {why: list(ended.values()).count(why) for why in order},
    }
    return (Part("disposition", _("Disposition"), (table,), (), numbers),)


def ends(study: StudyData) -> dict[str, Found]:
    """The record that ended each subject's study, up to the cut-off, by subject; the last one counts."""
    source = next(one for one in protocol().track_events if one.cause == END)
    found = records(study.books, source.form, source.dated_by, study)
    item, codes = source.when or ("", ())
    return {book.code: (book, record) for book, record in found if not item or record[item] in codes}


@reads("ex")
def exposure(study: StudyData) -> tuple[Part, ...]:
    """Days from the first to the last dose and the doses given, by arm, of treated subjects."""
    books = list(study.members("infused"))
    groups, unit = groups_of(books, study), protocol().settings.dose_unit
    days = {one.code: days_treated(one, study) for one in books}
    levels = sorted({dose for one in books if (dose := highest_dose(one, study)) is not None})
    rows = [
        _line(groups, _("Days from first to last dose"), days),
        _line(groups, _("Periods of one dose"), {one.code: len(periods(one, study)) for one in books}),
        *(counted(groups, _highest(dose, unit), _at(dose, study)) for dose in levels),
        row(_("Last dose not dated"), *(_among(mine, _undated(mine, days)) for _name, mine in groups)),
    ]  # fmt: skip
    notes = (_("Median (range), n; subjects (percent of the column). Both days count, up to the cut-off."),)
    table = Table("exposure", _("Exposure of treated subjects"), heading(_("Item"), groups), tuple(rows), notes)
    known = {code: n for code, n in days.items() if n is not None}
    numbers = {"days": known, "median": summary(list(known.values())).median}
    return (Part("exposure", _("Exposure"), (table,), (), numbers),)


def periods(book: Book, study: StudyData) -> list[FormRecord]:
    """Periods that began up to the cut-off, the first one first."""
    found = [(day, one) for one in book.casebook["ex"] if (day := book.day_of(one["exstdtc"])) is not None]
    return [one for day, one in sorted(found, key=lambda pair: pair[0]) if day <= study.cutoff_on]


def days_treated(book: Book, study: StudyData) -> int | None:
    """First to last dose, both counted; None where the end of a period is not known."""
    last: list[date] = []
    for one in periods(book, study):
        end = book.day_of(one["exendtc"])
        if end is None:
            return None
        last.append(min(end, study.cutoff_on))
    return book.study_day(max(last)) + 1 if last else None


def highest_dose(book: Book, study: StudyData) -> Decimal | None:
    return max((one["exdose"] for one in periods(book, study) if one["exdose"] is not None), default=None)


def _highest(dose: Decimal, unit: str) -> str:
    return _("Highest dose of a day: %(dose)s") % {"dose": f"{dose.normalize():f} {unit}"}


def _at(dose: Decimal, study: StudyData):
    def wanted(book: Book) -> FormRecord | None:
        found = [one for one in periods(book, study) if one["exdose"] == dose]
        return found[0] if found and highest_dose(book, study) == dose else None

    return wanted


def _reason(record: FormRecord) -> str:
    """The term of the study's own list: "Lost to follow-up"."""
    return said(record, "dsdecodr").capitalize()


def _ending(found: dict[str, Found], reason: str):
    def wanted(book: Book) -> FormRecord | None:
        record = found[book.code][1] if book.code in found else None
        return record if record is not None and _reason(record) == reason else None

    return wanted


def _among(mine: Sequence[Book], codes) -> Cell:
    return books_cell([one for one in mine if one.code in codes], len(mine))


def _undated(mine: Sequence[Book], days: dict[str, int | None]) -> list[str]:
    return [one.code for one in mine if days[one.code] is None]


def _line(groups: Groups, label: str, values: dict[str, int | None]) -> tuple[Cell, ...]:
    return row(label, *(summary_text([values[one.code] for one in mine], 0) for _name, mine in groups))
