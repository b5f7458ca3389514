"""Visit record: windows, order, logs reviewed."""

from datetime import date

import pytest

from tests.books import book, fill, rules, said
from trial_edc.crf.parse import EntryContext

LATER = EntryContext(today=date(2027, 1, 1))


@pytest.fixture
def infused():
    return book(
        fill("icf", icftype="MAIN", icfdtc="5jan26 09:30"), fill("d0/inf", infdtc="24feb26 10:42")
    )


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("6mar26", "Day 7 was due 02-Mar-2026 to 04-Mar-2026. 06-Mar-2026 is 2 days late. Record a deviation?"),
        ("5mar26", "Day 7 was due 02-Mar-2026 to 04-Mar-2026. 05-Mar-2026 is 1 day late. Record a deviation?"),
        ("28feb26", "Day 7 was due 02-Mar-2026 to 04-Mar-2026. 28-Feb-2026 is 2 days early. Record a deviation?"),
    ],
)
def test_a_visit_outside_its_window_says_by_how_many_days(infused, day, sentence):
    assert said(fill("d7/sv", casebook=infused, context=LATER, svstdtc=day), "svstdtc") == [sentence]


@pytest.mark.parametrize("day", ["2mar26", "3mar26", "4mar26"])
def test_a_visit_in_its_window_asks_nothing(infused, day):
    entry = fill("d7/sv", casebook=infused, svstdtc=day, svocc="Y", svaeyn="N", svcmyn="N")

    assert (entry.findings, entry.unanswered) == ([], [])


def test_an_unscheduled_visit_has_no_window(infused):
    entry = fill("uns1/sv", casebook=infused, svstdtc="4mar26")

    assert entry.findings == []
    assert (entry.record.svuns, entry.record.svvisit) == ("Y", "uns1")


def test_a_visit_before_consent_is_asked_about(infused):
    entry = fill("scr/sv", casebook=infused, svstdtc="4jan26")

    assert ("svstdtc", "visit_after_consent") in rules(entry)


def test_visits_lie_in_the_order_of_the_schedule():
    casebook = book(fill("d4/sv", svstdtc="4mar26"))

    assert said(fill("d7/sv", casebook=casebook, svstdtc="3mar26"), "svstdtc") == [
        "Visit date 03-Mar-2026 is before Day 4 of 04-Mar-2026, which comes first. Which is correct?"
    ]


def test_a_missed_visit_needs_its_reason(infused):
    assert "svreas" in fill("d7/sv", casebook=infused, svocc="N").unanswered
    assert "svreas" not in fill("d7/sv", casebook=infused, svocc="Y").unanswered
