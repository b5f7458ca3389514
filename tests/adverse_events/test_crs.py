"""CRS of a day: derived grade beside the investigator's."""

import pytest

from tests.books import book, fill, rules, said

DAY = {
    "crsdtc": "3mar26 09:00",
    "crstemp": "37.2",
    "crsfevo": "N",
    "crstrt": "N",
    "crshyp": "NONE",
    "crso2": "NONE",
    "crsgri": "0",
    "crsicu": "N",
}
SICK = {**DAY, "crstemp": "39.4", "crsfevdt": "mar 2026", "crsgri": "3", "crsondt": "2mar26 18:00"}


def test_a_day_without_fever_asks_eight_answers():
    entry = fill("d7/crs", **DAY)

    assert (entry.unanswered, entry.findings, entry.record.crsgrd) == ([], [], 0)


@pytest.mark.parametrize(
    ("hypotension", "oxygen", "flow", "grade"),
    [
        ("NONE", "NONE", "", 1),
        ("FLUIDS", "NONE", "", 2),
        ("ONE", "LFNC", "4", 3),
        ("ONE_VP", "NONE", "", 3),
        ("MULTI", "NONE", "", 4),
        ("NONE", "LFNC", "6", 2),
        ("NONE", "HFNC", "40", 3),
        ("NONE", "NRB", "15", 3),
        ("FLUIDS", "INTUB", "", 4),
    ],
)
def test_the_worse_of_hypotension_and_hypoxia_counts(hypotension, oxygen, flow, grade):
    record = fill("d7/crs", **{**SICK, "crshyp": hypotension, "crso2": oxygen, "crsflow": flow}).record

    assert record.crsgrd == grade


def test_signs_with_another_cause_do_not_count():
    record = fill("d7/crs", **{**SICK, "crshyp": "ONE", "crshypoc": "Y", "crso2": "INTUB", "crsairw": "Y"}).record

    assert record.crsgrd == 1


def test_fever_is_waived_once_crs_is_diagnosed_and_treated():
    treated = {**DAY, "crstrt": "Y", "crshyp": "FLUIDS", "crsgri": "2"}
    before = fill("d7/crs/2", **{**SICK, "crsdtc": "2mar26 09:00"})

    assert fill("d7/crs", **treated).record.crsgrd == 0
    assert fill("d7/crs", casebook=book(before), **treated).record.crsgrd == 2


def test_a_corrected_time_does_not_make_the_form_its_own_predecessor():
    saved = book(fill("d7/crs", **{**SICK, "crsdtc": "3mar26 08:00"}))

    again = fill("d7/crs", casebook=saved, **{**DAY, "crstrt": "Y", "crshyp": "FLUIDS", "crsgri": "0"})

    assert again.record.crsgrd == 0


def test_an_investigator_who_differs_is_asked():
    assert said(fill("d7/crs", **{**SICK, "crshyp": "FLUIDS"}), "crsgri") == [
        "Investigator grade is 3; ASTCT grade 2 follows from the findings: "
        "The worse of both arms counts: hypotension, grade 2."
    ]
    assert ("crsgri", "investigator_agrees_with_derived") not in rules(fill("d7/crs", **{**SICK, "crshyp": "ONE"}))


def test_grade_five_is_the_investigators_alone():
    assert rules(fill("d7/crs", **{**SICK, "crsgri": "5"})) == set()


def test_the_grade_waits_for_its_facts():
    assert fill("d7/crs", **{**DAY, "crstemp": "ND"}).record.crsgrd is None


def test_resolution_comes_after_onset():
    assert ("crsendt", "resolves_after_onset") in rules(fill("d7/crs", **{**SICK, "crsendt": "2mar26 17:00"}))


def test_fever_begins_before_the_assessment():
    late = fill("d7/crs", casebook=book(), **{**SICK, "crsfevdt": "4mar26"})

    assert said(late, "crsfevdt") == ["Fever onset 04-Mar-2026 is after the assessment of 03-Mar-2026 09:00."]
    assert ("crsfevdt", "fever_began_before_assessment") not in rules(fill("d7/crs", **SICK))


def test_a_day_has_one_assessment():
    casebook = book(fill("d7/crs/2", **DAY))

    assert ("crsdtc", "one_assessment_a_day") in rules(fill("d7/crs", casebook=casebook, **DAY))
    assert rules(fill("d7/crs/2", casebook=casebook, **DAY)) == set()


@pytest.mark.parametrize(
    ("oxygen", "flow", "is_asked"), [("LFNC", "6", False), ("LFNC", "6.1", True), ("HFNC", "6", True)]
)
def test_low_flow_ends_at_six_litres(oxygen, flow, is_asked):
    found = rules(fill("d7/crs", **{**SICK, "crso2": oxygen, "crsflow": flow}))

    assert (("crso2", "low_flow_is_at_most_six") in found) is is_asked


def test_the_maximum_temperature_fits_the_vital_signs():
    vitals = book(fill("d7/vs", vsdtc="3mar26 08:40", temp="39.4"))

    assert said(fill("d7/crs", casebook=vitals, **DAY), "crstemp") == [
        "Maximum temperature is 37.2 °C; vital signs of that day have 39.4 °C. Which is correct?"
    ]
