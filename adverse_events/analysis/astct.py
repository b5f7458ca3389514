"""The scales beside the grade of an event: CRS and ICANS by ASTCT, the worst day of the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from adverse_events.analysis.window import Counted
from trial_edc.casebook.study import study as protocol
from trial_edc.crf.values import FormRecord
from trial_edc.exports.numbers import share
from trial_edc.exports.study import Book, StudyData
from trial_edc.exports.tables import Cell, Table, row
from trial_edc.protocol.analysis import GradedForm

GRADES = range(6)


def beside_table(study: StudyData, books: Sequence[Book], events: Sequence[Counted]) -> tuple[Table, dict[str, Any]]:
    """Subjects by their worst grade, and those for whom the event itself was reported."""
    rows, numbers = [], {}
    for scale in study.plan.events.beside:
        worst = {book.code: _worst(book, scale, study) for book in books}
        by_grade = [_cell(books, worst, grade) for grade in GRADES]
        reported = [event for event in events if event.record[study.plan.events.special] == scale.code.upper()]
        assessed = sum(found is not None for found in worst.values())
        told = len({event.book.code for event in reported})
        links = tuple(event.book.link(event.record) for event in reported)
        rows.append(
            row(
                _(scale.label),
                *by_grade,
                share(len(books) - assessed, len(books)),
                Cell(share(told, len(books)), links),
            )
        )
        numbers[scale.code] = {code: found[0] if found else None for code, found in worst.items()}
    name = protocol().settings.crs_icans_scale
    columns = (
        _("Worst day of the window"),
        *(_("Grade %(grade)s") % {"grade": str(grade)} for grade in GRADES),
        _("Not assessed"),
        _("Reported as an event"),
    )
    title = _("CRS and ICANS by %(scale)s") % {"scale": name}
    notes = (
        _("Subjects (%). The investigator's grade of each day, the derived one where there is none. It stands beside"
          " the grade of the adverse event; neither replaces the other."),
    )  # fmt: skip
    return Table("astct", title, columns, tuple(rows), notes), numbers


def _worst(book: Book, scale: GradedForm, study: StudyData) -> tuple[int, FormRecord] | None:
    """The worst grade from day 0 to the end of the window, with its form."""
    first, last = study.plan.events.window
    found: list[tuple[int, FormRecord]] = []
    for record in book.casebook[scale.form]:
        on = book.day_of(record[scale.dated_by])
        grade = next((record[item] for item in scale.grades if record[item] is not None), None)
        if on is None or grade is None or on > study.cutoff_on or not first <= book.study_day(on) <= last:
            continue
        found.append((int(grade), record))
    return max(found, key=lambda pair: pair[0], default=None)


def _cell(books: Sequence[Book], worst: dict[str, Any], grade: int) -> Cell:
    mine = [book for book in books if worst[book.code] and worst[book.code][0] == grade]
    return Cell(share(len(mine), len(books)), tuple(book.link(worst[book.code][1]) for book in mine))
