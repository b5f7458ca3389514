"""Exposure: what was made, what was given, and how long it took from vein to vein."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from subjects.analysis.common import (
    Groups,
    counted,
    days_of,
    groups_of,
    heading,
    on_day,
    records,
    said,
    subjects_cell,
    summary_text,
)
from subjects.crfs.mfg import OUTCOMES
from subjects.crfs.rel import STATUSES
from trial_edc.casebook.study import study as protocol
from trial_edc.crf.values import FormRecord
from trial_edc.exports.numbers import fixed, summary
from trial_edc.exports.study import Book, StudyData, reads
from trial_edc.exports.tables import Cell, Part, Table, row

Days = dict[str, date]


@reads("inf", "aph", "mfg", "rel", "ld", "brg")
def section(study: StudyData) -> tuple[Part, ...]:
    """The doses and times of infused subjects, the manufacture of all, a line for each infusion."""
    books = list(study.members("infused"))
    days = vein_to_vein(study)
    tables = (_overview(study, books, days), _manufacture(study), _infusions(study, books, days))
    numbers = {"vein_to_vein_days": {code: days[code] for code in sorted(days)}}
    median = summary(list(days.values())).median
    return (Part("exposure", _("Exposure and vein-to-vein time"), tables, (), {**numbers, "median": median}),)


def vein_to_vein(study: StudyData) -> dict[str, int]:
    """Days from the leukapheresis last before the infusion to the infusion, by subject."""
    found = {}
    for book in study.members("infused"):
        collected = [day for record in book.casebook["aph"] if (day := book.day_of(record["aphstdtc"]))]
        before = [day for day in collected if book.origin_on and day <= book.origin_on]
        if before and book.origin_on:
            found[book.code] = (book.origin_on - max(before)).days
    return found


def _overview(study: StudyData, books: Sequence[Book], days: dict[str, int]) -> Table:
    groups = groups_of(books, study)
    first_ld = protocol().anchors["ld1"][0]
    begun = days_of(books, first_ld.form, first_ld.item, study)
    released = days_of(books, "rel", "reldt", study)
    collected = days_of(books, "aph", "aphstdtc", study)
    rows = [
        _line(groups, _("Dose given, 10^6 CAR+ cells"), lambda book: _given(book, "infdose"), 1),
        _line(groups, _("Dose given, 10^6 CAR+ cells/kg"), lambda book: _given(book, "infdkg"), 2),
        counted(groups, _("Whole volume given"), lambda book: _saying(book, "inf", "infall", "Y")),
        counted(groups, _("Infusion interrupted"), lambda book: _saying(book, "inf", "infint", "Y")),
        counted(groups, _("Infusion reaction"), lambda book: _saying(book, "inf", "infreact", "Y")),
        counted(groups, _("Bridging therapy"), lambda book: _saying(book, "brg", "brgyn", "Y")),
        _line(groups, _("Leukapheresis to infusion (vein to vein), days"), lambda book: days.get(book.code), 0),
        _line(groups, _("Leukapheresis to release, days"), lambda book: _between(book, collected, released), 0),
        _line(groups, _("Lymphodepletion to infusion, days"), lambda book: _to_infusion(book, begun), 0),
    ]
    notes = (_("Median (range), n; subjects (percent of the column). First infusion of each subject."),)
    return Table("exposure", _("Exposure of infused subjects"), heading(_("Item"), groups), tuple(rows), notes)


def _line(groups: Groups, label: str, value, decimals: int) -> tuple[Cell, ...]:
    return row(label, *(summary_text([value(book) for book in mine], decimals) for _name, mine in groups))


def _manufacture(study: StudyData) -> Table:
    """Batches by outcome and by release, over all subjects."""
    batches = records(study.books, "mfg", "mfgstdt", study)
    releases = records(study.books, "rel", "reldt", study)
    rows = [_outcome(_("Manufacture"), label, batches, "mfgfail", code) for code, label in OUTCOMES]
    rows += [_outcome(_("Release"), label, releases, "relstat", code) for code, label in STATUSES]
    pending = [pair for pair in batches if not pair[1]["mfgfail"]]
    rows.append(row(_("Manufacture: under way"), subjects_cell(pending), str(len(pending))))
    columns = (_("Outcome"), _("Subjects"), _("Batches"))
    return Table("manufacture", _("Manufacture and release"), columns, tuple(rows))


def _outcome(what: str, label, found, item: str, code: str) -> tuple[Cell, ...]:
    these = [pair for pair in found if pair[1][item] == code]
    return row(f"{what}: {label}", subjects_cell(these), str(len(these)))


def _infusions(study: StudyData, books: Sequence[Book], days: dict[str, int]) -> Table:
    rows = []
    for book in books:
        for record in book.casebook["inf"]:
            if book.day_of(record["infdtc"]) is None or book.day_of(record["infdtc"]) > study.cutoff_on:
                continue
            subject = Cell(f"{book.code}", (book.link(record),))
            waited = str(days.get(book.code, "")) if record is first_infusion(book) else ""
            facts = [said(record, item) for item in ("infbatch", "infplan", "infdose", "infdkg")]
            day = book.day_of(record["infdtc"])
            rows.append(row(subject, book.cohort, on_day(book, day), *facts, _percent(record), waited))
    columns = (_("Subject"), _("Dose level"), _("On (day)"), _("Batch"), _("Planned"), _("Given"), _("Per kg"))
    columns = (*columns, _("Given of planned, %"), _("Vein to vein, days"))
    return Table("infusions", _("Infusions"), columns, tuple(rows), (), _("Nobody was infused."))


def first_infusion(book: Book) -> FormRecord | None:
    """The record day 0 comes from."""
    return next((one for one in book.casebook["inf"] if one["infdtc"] == book.origin_at), None)


def _given(book: Book, item: str):
    record = first_infusion(book)
    return record[item] if record else None


def _saying(book: Book, form: str, item: str, code: str) -> FormRecord | None:
    found = [first_infusion(book)] if form == "inf" else list(book.casebook[form])
    return next((one for one in found if one is not None and one[item] == code), None)


def _percent(record: FormRecord) -> str:
    given = record["infdkg"] if record["infplanu"] == "MILLION_KG" else record["infdose"]
    return fixed(given * 100 / record["infplan"]) if given is not None and record["infplan"] else ""


def _between(book: Book, first: Days, last: Days) -> int | None:
    return (last[book.code] - first[book.code]).days if book.code in first and book.code in last else None


def _to_infusion(book: Book, begun: Days) -> int | None:
    return (book.origin_on - begun[book.code]).days if book.origin_on and book.code in begun else None
