"""Deaths and protocol deviations."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from subjects.analysis.common import Found, books_cell, is_asked, on_day, records, said, subjects_cell
from subjects.crfs.dd import CAUSES
from subjects.crfs.dv import CATEGORIES, IMPORTANCE
from trial_edc.exports.study import StudyData, reads
from trial_edc.exports.tables import Cell, Part, Table, row

EARLY_DAYS = 30


@reads("dd")
def deaths(study: StudyData) -> tuple[Part, ...]:
    """Deaths by cause and time after day 0, and each of them."""
    found = records(study.books, "dd", "dthdtc", study)
    treated = list(study.members("infused"))
    words = {"treated": _(study.plan.treated), "origin": _(study.plan.origin_name), "n": EARLY_DAYS}
    early = [pair for pair in found if _is_early(pair)]
    after = [pair for pair in found if pair[0].origin_on]
    rows = [
        row(_("All %(treated)s subjects") % words, books_cell(treated)),
        row(_("Died after the %(origin)s") % words, subjects_cell(after, len(treated))),
        row(_("of them within %(n)d days") % words, subjects_cell(early, len(treated))),
        row(_("Died without one"), subjects_cell([pair for pair in found if not pair[0].origin_on])),
    ]
    for code, label in CAUSES:
        these = [pair for pair in found if pair[1]["dthcaus"] == code]
        if these:
            rows.append(row(_("Cause: %(cause)s") % {"cause": label}, subjects_cell(these)))
    further = (("dthcaus", _("Primary cause")), ("dthrel", _("Related to U87")), ("dthsrc", _("Source")))
    asked = [(item, label) for item, label in further if is_asked("dd", item)]
    listing = tuple(_death(pair, [item for item, _label in asked]) for pair in found)
    columns = (_("Subject"), _(study.plan.cohort_label), _("On (day)"), *(label for _item, label in asked))
    tables = (
        Table("deaths", _("Deaths"), ("", _("Subjects")), tuple(rows)),
        Table("death_listing", _("Each death"), columns, listing, (), _("Nobody has died.")),
    )
    return (Part("deaths", _("Deaths"), tables, (), {"n": len(found), "early": len(early)}),)


def _is_early(pair: Found) -> bool:
    book, record = pair
    day = book.day_of(record["dthdtc"])
    return bool(day and book.origin_on and 0 <= book.study_day(day) <= EARLY_DAYS)


def _death(pair: Found, items: Sequence[str]) -> tuple[Cell, ...]:
    book, record = pair
    subject = Cell(book.code, (book.link(record),))
    facts = (said(record, item) for item in items)
    return row(subject, book.cohort, on_day(book, record["dthdtc"]), *facts)


@reads("dv")
def deviations(study: StudyData) -> tuple[Part, ...]:
    """Deviations by category and importance; the important ones each."""
    found = records(study.books, "dv", "dvstdtc", study)
    rows = []
    for code, label in CATEGORIES:
        of_category = [pair for pair in found if pair[1]["dvcat"] == code]
        if of_category:
            by_weight = [[pair for pair in of_category if pair[1]["dvimp"] == weight] for weight, _l in IMPORTANCE]
            rows.append(row(str(label), *(_counted(these) for these in by_weight), _counted(of_category)))
    columns = (_("Category"), *(str(label) for _code, label in IMPORTANCE), _("All"))
    notes = (_("Subjects [deviations]."),)
    counted = Table("deviations", _("Deviations"), columns, tuple(rows), notes, _("No deviation is recorded."))
    important = [pair for pair in found if pair[1]["dvimp"] == "IMPORTANT"]
    listing = Table(
        "important_deviations",
        _("Important deviations"),
        (_("Subject"), _("On (day)"), _("Category"), _("What"), _("Action")),
        tuple(_deviation(pair) for pair in important),
        (),
        _("No important deviation is recorded."),
    )
    numbers = {"n": len(found), "important": len(important)}
    return (Part("deviations", _("Protocol deviations"), (counted, listing), (), numbers),)


def _counted(found: list[Found]) -> Cell:
    cell = subjects_cell(found)
    return Cell(f"{cell.text} [{len(found)}]", cell.links) if found else Cell("0")


def _deviation(pair: Found) -> tuple[Cell, ...]:
    book, record = pair
    subject = Cell(book.code, (book.link(record),))
    return row(subject, on_day(book, record["dvstdtc"]), *(said(record, item) for item in ("dvcat", "dvterm", "dvact")))
