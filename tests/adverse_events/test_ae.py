"""Adverse event: terms, grades, course, seriousness."""

import pytest

from adverse_events.ctcae import grades, terms
from tests.books import book, fill, rules, said
from trial_edc.crf.spec import form_spec

EVENT = {
    "aeterm": "tired",
    "aectcae": "Fatigue",
    "aetoxgr": "2",
    "aestdtc": "1mar26",
    "aeout": "RECOVERING",
    "aeser": "N",
    "aerelu87": "POSSIBLE",
    "aerelld": "UNLIKELY",
    "aerelaph": "UNRELATED",
    "aeacn": "NONE",
    "aetreat": "N",
    "aedlt": "N",
    "aesi": "NONE",
}
CRITERIA = ("aesdth", "aeslife", "aeshosp", "aesdisab", "aescong", "aesmie")


@pytest.fixture
def infused():
    return book(fill("icf", icftype="MAIN", icfdtc="5jan26 09:30"), fill("d0/inf", infdtc="24feb26 10:42"))


def event(casebook, **changed):
    return fill("ae", casebook=casebook, **{**EVENT, **changed})


def test_an_event_with_all_its_facts_asks_nothing(infused):
    entry = event(infused)

    assert (entry.unanswered, entry.findings, entry.errors) == ([], [], {})
    assert entry.record.aectcv == "5.0"


def test_a_grade_the_term_lacks_is_held_back(infused):
    entry = event(infused, aetoxgr="4")

    assert entry.errors == {"aetoxgr": "CTCAE has no grade 4 for Fatigue; its grades are 1, 2, 3. Choose one of them."}
    assert entry.record.aetoxgr is None
    assert entry.record.aectcae == "Fatigue"


@pytest.mark.parametrize("term", terms()[::40], ids=lambda term: term.name)
def test_every_term_takes_its_own_grades_and_no_other(term):
    taken = [grade for grade in range(1, 6) if not fill("ae", aectcae=term.name, aetoxgr=str(grade)).errors]

    assert tuple(taken) == grades(term)


def test_a_changed_term_leaves_the_saved_grade_to_be_asked_about(infused):
    saved = event(infused, aectcae="Anemia", aetoxgr="4").record

    entry = fill("ae", casebook=infused, record=saved, aectcae="Fatigue")

    assert entry.errors == {}
    assert [(one.item, one.rule, one.hard) for one in entry.findings] == [
        ("aetoxgr", "grade_exists_for_the_term", True)
    ]


def test_a_term_outside_ctcae_is_no_choice(infused):
    assert "is not a choice of" in event(infused, aectcae="Tired").errors["aectcae"]


def test_criteria_are_asked_of_a_serious_event(infused):
    assert set(CRITERIA) <= set(event(infused, aeser="Y").unanswered)
    assert not set(CRITERIA) & event(infused).expected


def test_a_serious_event_has_a_criterion(infused):
    none = event(infused, aeser="Y", **dict.fromkeys(CRITERIA, "N"))

    assert said(none, "aeser") == ["Serious is Yes, but no criterion is Yes. Which criterion makes it serious?"]


@pytest.mark.parametrize(("outcome", "is_asked"), [("RECOVERED", True), ("SEQUELAE", True), ("NOTREC", False)])
def test_the_end_is_asked_of_an_event_that_ended(infused, outcome, is_asked):
    assert ("aeendtc" in event(infused, aeout=outcome).expected) is is_asked


@pytest.mark.parametrize(
    ("end", "sentences"),
    [
        ("28feb26", ["End date 28-Feb-2026 is before start date 01-Mar-2026."]),
        ("feb 2026", ["End date Feb-2026 is before start date 01-Mar-2026."]),
        ("1mar26", []),
        ("mar 2026", []),
        ("2026", ["End date 2026 may be before start date 01-Mar-2026."]),
    ],
)
def test_the_order_of_dates_is_judged_over_all_they_can_mean(infused, end, sentences):
    entry = event(infused, aeout="RECOVERED", aeendtc=end)

    assert said(entry, "aeendtc") == sentences
    assert [one.warns for one in entry.findings] == ["may" in sentence for sentence in sentences]


def test_an_event_before_consent_is_medical_history(infused):
    assert ("aestdtc", "starts_after_consent") in rules(event(infused, aestdtc="4jan26"))
    assert ("aestdtc", "starts_after_consent") not in rules(event(infused, aestdtc="jan 2026"))


def test_on_the_day_of_infusion_the_time_is_asked(infused):
    assert ("aestdtc", "time_is_known_on_infusion_day") in rules(event(infused, aestdtc="24feb26"))
    assert rules(event(infused, aestdtc="24feb26 11:05")) == set()


@pytest.mark.parametrize(
    ("start", "emergent"),
    [
        ("24feb26 10:41", "N"),
        ("24feb26 10:42", "Y"),
        ("23feb26", "N"),
        ("24feb26", "Y"),
        ("feb 2026", "Y"),
        ("jan 2026", "N"),
    ],
)
def test_treatment_emergent_starts_with_the_infusion(infused, start, emergent):
    assert event(infused, aestdtc=start).record.aetrtem == emergent


def test_an_event_that_worsens_after_the_infusion_is_emergent(infused):
    worse = event(infused, aestdtc="20feb26", aegrchg="20feb26 1\n26feb26 2")
    same = event(infused, aestdtc="20feb26", aegrchg="20feb26 2\n26feb26 1")

    assert (worse.record.aetrtem, same.record.aetrtem) == ("Y", "N")


def test_before_any_infusion_it_cannot_be_told():
    assert event(book()).record.aetrtem is None


def test_fatal_and_grade_five_go_together(infused):
    assert ("aeout", "fatal_is_grade_five") in rules(event(infused, aeout="FATAL", aeendtc="2mar26"))
    assert ("aeout", "fatal_is_grade_five") in rules(event(infused, aectcae="Cytokine release syndrome", aetoxgr="5"))


def test_the_worst_grade_held_is_the_grade(infused):
    assert ("aegrchg", "worst_grade_is_the_grade") in rules(event(infused, aegrchg="1mar26 1\n2mar26 3"))


def test_a_dlt_lies_in_its_window(infused):
    assert ("aedlt", "dlt_is_in_its_window") in rules(event(infused, aedlt="Y", aestdtc="20feb26"))
    assert rules(event(infused, aedlt="Y")) == set()


def test_the_astct_grade_is_the_worst_of_its_days(infused):
    day = {"crsdtc": "2mar26 09:00", "crsfevo": "N", "crstrt": "N", "crso2": "NONE"}
    book_of = book(
        fill("d0/inf", infdtc="24feb26 10:42"),
        fill("d7/crs", **day, crstemp="39.4", crshyp="ONE"),
        fill("d10/crs", **{**day, "crsdtc": "4mar26 09:00"}, crstemp="38.2", crshyp="NONE"),
    )

    crs = event(book_of, aectcae="Cytokine release syndrome", aesi="CRS", aetoxgr="3")
    late = event(book_of, aectcae="Cytokine release syndrome", aesi="CRS", aetoxgr="3", aestdtc="4mar26")

    assert (crs.record.aeastgr, late.record.aeastgr) == ("3 (ASTCT 2019)", "1 (ASTCT 2019)")
    assert event(book_of).record.aeastgr is None


def test_the_dictionary_code_is_never_asked():
    spec = form_spec("ae")

    assert not spec["aellt"].is_asked
    assert "aellt" not in fill("ae").expected
