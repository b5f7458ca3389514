"""Vital signs: checks, body surface area, grades."""

from decimal import Decimal

import pytest

from assessments.crfs.vs import body_surface_area
from tests.books import book, fill, rules, said

DAY_4 = {"vsdtc": "28feb26 08:40", "o2sup": "NONE", "pulse": "84", "weight": "60"}


def test_systolic_is_above_diastolic():
    assert said(fill("d7/vs", sysbp="95", diabp="95"), "sysbp") == [
        "Systolic pressure 95 mmHg is not above diastolic pressure 95 mmHg."
    ]
    assert said(fill("d7/vs", sysbp="96", diabp="95"), "sysbp") == []


@pytest.mark.parametrize(("pulse", "is_asked"), [("144", False), ("145", True), ("40", False)])
def test_a_jump_of_the_pulse_is_asked_about(pulse, is_asked):
    entry = fill("d7/vs", casebook=book(fill("d4/vs", **DAY_4)), vsdtc="3mar26 08:40", pulse=pulse)

    assert (("pulse", "pulse_does_not_jump") in rules(entry)) is is_asked


def test_a_jump_quotes_both_values():
    entry = fill("d7/vs", casebook=book(fill("d4/vs", **DAY_4)), vsdtc="3mar26 08:40", pulse="148")

    assert said(entry, "pulse") == ["Pulse is 148 beats/min; it was 84 before. Correct it, or keep it and say why."]


@pytest.mark.parametrize(("weight", "is_asked"), [("66", False), ("66.1", True), ("54", False), ("53.9", True)])
def test_a_tenth_of_the_weight_is_asked_about(weight, is_asked):
    entry = fill("d7/vs", casebook=book(fill("d4/vs", **DAY_4)), vsdtc="3mar26 08:40", weight=weight)

    assert (("weight", "weight_does_not_jump") in rules(entry)) is is_asked


def test_a_form_is_not_compared_with_what_it_said_before():
    saved = book(fill("d7/vs", **DAY_4))

    assert rules(fill("d7/vs", casebook=saved, vsdtc="3mar26 08:40", pulse="148")) == set()


def test_only_earlier_measurements_are_compared():
    later = book(fill("d10/vs", **{**DAY_4, "vsdtc": "5mar26 08:40"}))

    assert fill("d7/vs", casebook=later, vsdtc="3mar26 08:40", pulse="148").findings == []


def test_vital_signs_are_of_the_visit_day():
    casebook = book(fill("d7/sv", svstdtc="3mar26"))

    assert said(fill("d7/vs", casebook=casebook, vsdtc="4mar26 00:10"), "vsdtc") == [
        "Vital signs are dated 04-Mar-2026, the visit 03-Mar-2026. Which is correct?"
    ]
    assert fill("d7/vs", casebook=casebook, vsdtc="3mar26 23:50").findings == []


def test_oxygen_flow_is_asked_with_oxygen():
    assert "o2flow" not in fill("d7/vs", o2sup="NONE").expected
    assert "o2flow" in fill("d7/vs", o2sup="LFNC").expected


def test_on_the_day_of_infusion_weight_is_asked_once():
    assert "weight" in fill("d0/vs", vstpt="PRE").unanswered
    assert "weight" not in fill("d0/vs", vstpt="H1").expected


@pytest.mark.parametrize(
    ("height", "weight", "m2"), [("170", "70", "1.82"), ("160", "50", "1.49"), ("180", "80", "2.00")]
)
def test_body_surface_area_by_mosteller(height, weight, m2):
    assert body_surface_area(Decimal(height), Decimal(weight)) == Decimal(m2)


def test_body_surface_area_uses_the_height_of_screening():
    screening = fill("scr/vs", vsdtc="15jan26 09:00", height="170", weight="70")

    record = fill("d7/vs", casebook=book(screening), vsdtc="3mar26 08:40", weight="70").record

    assert record.bsa == Decimal("1.82")
    assert fill("d7/vs", casebook=book(), vsdtc="3mar26 08:40", weight="70").record.bsa is None


@pytest.mark.parametrize(
    ("sign", "typed", "grade"),
    [("temp", "38.0", 1), ("temp", "39.1", 2), ("temp", "37.9", 0), ("sysbp", "142", 2)],
)
def test_signs_carry_their_ctcae_grade(sign, typed, grade):
    assert fill("d7/vs", **{sign: typed}).record[f"vstoxgr.{sign}"] == grade


def test_weight_loss_is_graded_against_the_baseline():
    baseline = fill("base/vs", vsdtc="16feb26 09:00", weight="80")

    record = fill("d7/vs", casebook=book(baseline), vsdtc="3mar26 08:40", weight="75").record

    assert record["vstoxgr.weight"] == 1
