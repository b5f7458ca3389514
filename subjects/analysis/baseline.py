"""Baseline: who the treated subjects are, and what was done before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from subjects.analysis.common import Groups, counted, groups_of, heading, is_asked, summary_text
from trial_edc.casebook.study import study as protocol
from trial_edc.crf.registry import has_crf
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import FormRecord, is_expected
from trial_edc.exports.study import Book, StudyData, reads
from trial_edc.exports.tables import Cell, Part, Table, row
from trial_edc.protocol.model import VisitPlan

CODED = (
    *(("dm", "sex"), ("dm", "race"), ("dm", "smoke"), ("hnc", "hnsite"), ("hnc", "hnhist"), ("hnc", "hnstg")),
    *(("hnc", "hnp16"), ("hnc", "hnebv"), ("hnc", "hnrecty"), ("ecog", "ecog"), ("brg", "brgyn")),
)
NUMBERS = (("dm", "age", 0), ("dm", "packyr", 1), ("ihc", "ihcpct", 0))


@reads("dm", "hnc", "ecog", "prt", "ihc", "brg")
def section(study: StudyData) -> tuple[Part, ...]:
    """Demography, tumour and earlier therapy of the treated subjects, by dose level; only what the study collects."""
    books = list(study.members("infused"))
    groups = groups_of(books, study)
    rows = [_numbers(groups, form, item, n) for form, item, n in NUMBERS if is_asked(form, item)]
    for form, item in CODED:
        rows += _codes(groups, form, item) if is_asked(form, item) else []
    if has_crf("prt"):
        rows.append(_therapies(groups))
    words = {"treated": _(study.plan.treated), "origin": _(study.plan.origin_name)}
    notes = (
        _("Median (range), n; subjects (percent of the column). A value is the last one before the %(origin)s.")
        % words,
        _("Codes nobody has are left out; a subject without an answer is counted as not known."),
    )
    title = _("Baseline of %(treated)s subjects") % words
    table = Table("baseline", title, heading(_("Item"), groups), tuple(rows), notes)
    ages = [record["age"] for book in books if (record := at_baseline(book, "dm", "age"))]
    return (Part("baseline", _("Baseline"), (table,), (), {"n": len(books), "ages": ages}),)


def at_baseline(book: Book, form: str, item: str) -> FormRecord | None:
    """The last record of a form that answers the item, of the visits up to day 0 or of no visit."""
    found = [one for one in book.casebook[form] if _is_before(one) and one[item] not in (None, "", [])]
    return found[-1] if found else None


def _is_before(record: FormRecord) -> bool:
    study, visit = protocol(), record.visit_code
    return not visit or study.visit_order(visit) <= study.visit_order(_day_0().code)


def _day_0() -> VisitPlan:
    """The visit planned for the day subjects are treated first."""
    return next(one for one in protocol().visits if one.anchor == "infusion" and one.target_day == 0)


def _numbers(groups: Groups, form: str, item: str, decimals: int) -> tuple[Cell, ...]:
    spec = form_spec(form)[item]
    unit = spec.units[0].code if spec.units else ""
    label = f"{spec.label}, {unit}" if unit and unit != str(spec.label).lower() else str(spec.label)
    values = [[record[item] for one in mine if (record := at_baseline(one, form, item))] for _name, mine in groups]
    return row(label, *(summary_text(these, decimals) for these in values))


def _codes(groups: Groups, form: str, item: str) -> list[tuple[Cell, ...]]:
    spec = form_spec(form)[item]
    everybody = groups[-1][1]
    rows = []
    for code, label in spec.choices:
        wanted = _saying(form, item, code)
        if any(wanted(book) for book in everybody):
            rows.append(counted(groups, f"{spec.label}: {label}", wanted))
    unknown = [[book for book in mine if _is_unknown(book, form, item)] for _name, mine in groups]
    if unknown[-1] and rows:
        rows.append(row(f"{spec.label}: {_('not known')}", *(str(len(these)) for these in unknown)))
    return rows


def _is_unknown(book: Book, form: str, item: str) -> bool:
    """Whether the item has no answer although it was asked, as far as is known."""
    if at_baseline(book, form, item) is not None:
        return False
    asked = [one for one in book.casebook[form] if _is_before(one)]
    spec = form_spec(form)[item]
    return not asked or any(is_expected(spec, one.values) for one in asked)


def _saying(form: str, item: str, code: Any) -> Callable[[Book], FormRecord | None]:
    def wanted(book: Book) -> FormRecord | None:
        record = at_baseline(book, form, item)
        return record if record is not None and record[item] == code else None

    return wanted


def _therapies(groups: Groups) -> tuple[Cell, ...]:
    def lines(book: Book) -> int:
        return max((record["prline"] for record in book.casebook["prt"] if record["prline"]), default=0)

    cells = [summary_text([lines(book) for book in mine], 0) for _name, mine in groups]
    return row(_("Earlier lines of systemic therapy"), *cells)
