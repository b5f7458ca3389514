"""The tables of kinetics: where an area to day 28 ends is marked, and said below."""

from dataclasses import replace
from datetime import date

import pytest

from assessments.analysis.kinetics import section
from tests import books
from tests.exports.studies import INFUSED, study_of, subject_book

LATER = replace(books.CONTEXT, today=date(2026, 6, 1), infusion_on=INFUSED.date())


def subject(code, *samples):
    """`samples`: (visit, day and time, copies) as typed."""
    entries = [
        books.fill(f"{visit}/pk", context=LATER, pkdtc=taken, pkmat="BLOOD", pkmeth__pkcopy="QPCR", pkcopy=copies)
        for visit, taken, copies in samples
    ]
    return subject_book(code, books.fill("d0/inf", context=LATER, infdtc="24feb26 10:42", infdl="DL1"), *entries)


@pytest.fixture
def part():
    """On time, minutes early, early and below the limit, on day 27."""
    peak = ("d7", "3mar26 10:42", "1000")
    found = section(
        study_of(
            subject("101-0001", ("d0", "24feb26 10:42", "1000"), peak, ("d28", "24mar26 10:42", "1000")),
            subject("101-0002", ("d0", "24feb26 10:42", "1000"), peak, ("d28", "24mar26 08:18", "1000")),
            subject("101-0003", ("d0", "24feb26 10:42", "1000"), peak, ("d28", "24mar26 08:18", "<50")),
            subject("101-0004", ("d0", "24feb26 10:42", "1000"), peak, ("d28", "23mar26 08:18", "1000")),
        )
    )
    return found[0]


def table(part, code):
    return next(one for one in part.tables if one.code == code)


def areas(part):
    found = table(part, "pkcopy-subjects")
    place = next(n for n, title in enumerate(found.columns) if str(title).startswith("AUC0–28d"))
    return [line[place].text for line in found.rows], found.notes


def test_an_area_that_ends_elsewhere_is_marked(part):
    # 1000 throughout: 28 days, 27.9 days, 7 days.
    shown, notes = areas(part)

    assert shown == ["28000", "27900 †", "7000 *", "NE"]
    assert any(note.startswith("† Ends at the sample of day 28") for note in notes)
    assert any(note.startswith("* Below the limit") for note in notes)
    assert part.numbers["subjects"]["101-0002"]["auc_28"] == "27900"
    assert part.numbers["subjects"]["101-0002"]["auc_0_28d_linup_logdown"] is None
