"""Which events count for the primary endpoint, and at which grade. Infused on 24 February 2026 at 10:42."""

from dataclasses import replace
from datetime import date

import pytest

from adverse_events.analysis.window import counted_events
from tests.books import CONTEXT, fill
from tests.exports.studies import INFUSED, parts_of, study_of, subject_book
from trial_edc.protocol.u87.analysis import ANALYSIS

LATE = date(2026, 12, 31)
CONTEXT_LATER = replace(CONTEXT, today=LATE)


def counted(cutoff_on=LATE, **typed):
    event = {"aeterm": "tired", "aectcae": "Fatigue", "aetoxgr": "3", "aeout": "RECOVERING", **typed}
    book = subject_book("101-0007", fill("ae", context=CONTEXT_LATER, **event))
    found = list(counted_events(book, ANALYSIS.events, cutoff_on=cutoff_on, version="5.0"))
    return [(one.starts, one.rank) for one in found]


STARTS = [
    ("24-Feb-2026 10:41", []),  # a minute before the infusion began
    ("24-Feb-2026 10:42", [(True, 3)]),
    ("24feb26", [(True, 3)]),  # no time on day 0: it may have begun after
    ("23feb26", []),
    ("24mar26", [(True, 3)]),  # day 28
    ("25mar26", []),  # day 29
    ("2026-02", [(True, 3)]),  # the infusion lies in the month
    ("2026-03", [(True, 3)]),  # completed to the first of March, day 5
    ("2026-04", []),
    ("2026-01", []),
    ("2026", [(True, 3)]),
]


@pytest.mark.parametrize(("start", "expected"), STARTS, ids=[start for start, _expected in STARTS])
def test_an_event_counts_from_the_infusion_to_day_28(start, expected):
    assert counted(aestdtc=start) == expected


def test_an_event_without_a_start_counts():
    assert counted() == [(True, 3)]


def test_a_partial_start_before_its_own_early_end_does_not_count():
    assert counted(aestdtc="2026-02", aeout="RECOVERED", aeendtc="20feb26") == []


COURSES = [
    ("20feb26", "20feb26 1\n26feb26 3", [(False, 3)]),  # worsens on day 2
    ("20feb26", "20feb26 1\n26mar26 3", []),  # worsens on day 30
    ("20feb26", "20feb26 3\n26feb26 1", []),  # improves
    ("20feb26", "20feb26 1\n22feb26 3\n26feb26 2", []),  # was worse before
    ("20feb26", "26feb26 3", [(False, 3)]),  # the first change reaches the worst grade, so it was milder before
    ("20feb26", "26feb26 2", []),  # no line reaches the worst grade, so it was held before
    ("26feb26", "26feb26 1\n30mar26 3", [(True, 1)]),  # grade 3 comes after the window
    ("26feb26", "26feb26 2\n1mar26 1", [(True, 2)]),
    ("20feb26", "20feb26 1\n24feb26 3", [(False, 3)]),  # on the day of infusion
]


@pytest.mark.parametrize(("start", "course", "expected"), COURSES)
def test_the_grade_is_the_worst_held_in_the_window(start, course, expected):
    assert counted(aestdtc=start, aegrchg=course) == expected


def test_nothing_after_the_cut_off_is_seen():
    assert counted(date(2026, 3, 1), aestdtc="2mar26") == []
    assert counted(date(2026, 3, 1), aestdtc="26feb26", aegrchg="26feb26 1\n2mar26 3") == [(True, 1)]
    assert counted(date(2026, 3, 1), aestdtc="20feb26", aegrchg="20feb26 1\n2mar26 3") == []


def test_nobody_without_an_infusion_counts():
    book = subject_book("101-0007", fill("ae", aeterm="tired", aestdtc="26feb26"), infused=None)

    assert list(counted_events(book, ANALYSIS.events, cutoff_on=LATE, version="5.0")) == []


def event(**typed):
    usual = {"aeterm": "x", "aectcae": "Fatigue", "aetoxgr": "1", "aestdtc": "26feb26", "aeser": "N", "aesi": "NONE"}
    return fill("ae", context=CONTEXT_LATER, **{**usual, **typed})


@pytest.fixture
def part():
    infused = fill("d0/inf", infdtc=INFUSED.strftime("%d%b%Y 10:42"))
    visit = fill("d28/sv", context=CONTEXT_LATER, svstdtc="24mar26", svocc="Y", svaeyn="N")
    other = {"aectcae": "Nervous system disorders - Other, specify", "aeterm": "ICANS", "aesi": "ICANS", "aetoxgr": "2"}
    crs = fill("d2/crs", crsdtc="26feb26 09:00", crsgri="2")
    first = subject_book("101-0001", infused, visit, event(), event(aetoxgr="3", aerelu87="PROBABLE"), crs)
    second = subject_book("101-0002", infused, event(**other), event(aestdtc="20feb26", aegrchg="20feb26 0"))
    third = subject_book("101-0003", infused, cohort="DL2")
    study = study_of(first, second, third)
    return parts_of(study, "adverse_events.analysis.safety.section")["safety", "", ""]


def test_a_subject_counts_once_at_its_worst_grade(part):
    counts = part.numbers["counts"]

    assert {name: counts[name]["subjects"] for name in ("any", "grade_1", "grade_2", "grade_3", "severe")} == {
        "any": ["101-0001", "101-0002"],
        "grade_1": [],
        "grade_2": ["101-0002"],
        "grade_3": ["101-0001"],
        "severe": ["101-0001"],
    }
    assert counts["related_aerelu87"]["n_events"] == 1
    assert part.numbers["by_cohort"]["DL2"]["n"] == 1


def test_every_count_opens_the_events_behind_it(part):
    any_event = part.table("overview").rows[0]

    assert [cell.text for cell in any_event[1:4]] == ["2 (100.0 %) [3]", "0 (0.0 %)", "2 (66.7 %) [3]"]
    assert any_event[3].subjects == ("101-0001", "101-0002")
    assert {link.path for link in any_event[1].links} == {"ae/1"}


def test_the_table_says_whose_status_is_confirmed(part):
    assert part.table("overview").notes[0] == "AE status confirmed to day 28: 1/3."
    assert part.numbers["confirmed"] == ["101-0001"]


def test_other_terms_are_told_apart_by_what_was_reported(part):
    assert "\u2003Nervous system disorders - Other, specify: ICANS" in [row[0] for row in part.table("terms").texts]


def test_the_astct_grade_stands_beside(part):
    assert part.numbers["beside"]["crs"] == {"101-0001": 2, "101-0002": None, "101-0003": None}
