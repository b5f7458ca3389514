"""Concomitant medication: links, times and what is prohibited before cells."""

import pytest

from tests.books import book, fill, rules, said

DRUG = {
    "cmtrt": "Tocilizumab",
    "cmcat": "TOCI",
    "cmindc": "CRS",
    "cmdose": "480",
    "cmdosu": "mg",
    "cmdosfrq": "ONCE",
    "cmroute": "IV",
    "cmstdtc": "27feb26 14:00",
    "cmongo": "N",
    "cmendtc": "27feb26 15:00",
}


def given():
    event = fill("ae", aeterm="CRS")
    history = fill("mh", mhterm="Hypertension")
    return book(event, history, fill("aph/aph", aphstdtc="12jan26 09:10"), fill("d0/inf", infdtc="24feb26 10:42"))


def test_a_medication_asks_nothing():
    entry = fill("cm", casebook=given(), **DRUG)

    assert (entry.unanswered, entry.findings) == ([], [])


def test_it_may_be_linked_to_events_and_history():
    entry = fill("cm", casebook=given(), **DRUG, cmlnk="mh-1,ae-1")

    assert entry.record.cmlnk == ["ae-1", "mh-1"]


def test_it_is_not_linked_to_what_is_not_recorded():
    entry = fill("cm", casebook=given(), **DRUG, cmlnk="ae-2")

    assert "cmlnk" in entry.errors


def test_the_end_is_asked_of_what_has_ended():
    assert fill("cm", casebook=book(), **{**DRUG, "cmendtc": ""}).unanswered == ["cmendtc"]
    assert fill("cm", casebook=book(), **{**DRUG, "cmendtc": "", "cmongo": "Y"}).unanswered == []


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"cmendtc": "27feb26 13:00"}, ("cmendtc", "medication_ends_after_start")),
        ({"cmstdtc": "27feb26", "cmendtc": "27feb26"}, ("cmstdtc", "start_has_its_time")),
        ({"cmdose": ""}, ("cmdosu", "unit_has_a_dose")),
    ],
)
def test_what_a_medication_is_asked(changed, rule):
    assert rules(fill("cm", casebook=given(), **{**DRUG, **changed})) == {rule}


def test_an_antiinfective_needs_no_time():
    typed = {**DRUG, "cmcat": "ANTIINF", "cmstdtc": "feb 2026", "cmendtc": "feb 2026"}

    assert rules(fill("cm", casebook=given(), **typed)) == set()


@pytest.mark.parametrize(
    ("start", "end", "route", "is_asked"),
    [
        ("17feb26 08:00", "18feb26 08:00", "ORAL", True),
        ("10feb26 08:00", "17feb26 08:00", "ORAL", False),
        ("17feb26 08:00", "18feb26 08:00", "TOPICAL", False),
        ("24feb26 20:00", "25feb26 08:00", "IV", False),
    ],
)
def test_no_steroid_in_the_week_before_cells(start, end, route, is_asked):
    typed = {**DRUG, "cmcat": "STEROID", "cmroute": route, "cmstdtc": start, "cmendtc": end}

    found = rules(fill("cm", casebook=given(), **typed))

    assert (("cmcat", "no_steroid_before_cells") in found) is is_asked


def test_an_ongoing_steroid_reaches_leukapheresis():
    typed = {**DRUG, "cmcat": "STEROID", "cmroute": "ORAL", "cmstdtc": "2jan26 08:00", "cmongo": "Y", "cmendtc": ""}

    assert said(fill("cm", casebook=given(), **typed), "cmcat") == [
        "A systemic corticosteroid was given within 7 days before leukapheresis on 12-Jan-2026."
        " Was it 10 mg prednisone a day or less?"
    ]
