"""Lymphodepletion: doses from actual weight and height, and what its checks ask."""

from decimal import Decimal

import pytest

from subjects.formulas import body_surface_area, dose_mg, exact_body_surface_area, fludarabine_dose, within_percent
from tests.books import book, fill, rules, said
from trial_edc.crf.anchors import anchors_of
from trial_edc.protocol.u87 import PROTOCOL

RULE = PROTOCOL.settings.lymphodepletion
# 170 cm and 61.2 kg: sqrt(170 x 61.2 / 3600) = sqrt(2.89) = 1.7 m2 exactly, so 30 mg/m2 are 51 mg, 300 are 510 mg.
DAY_1 = {
    "ldyn": "Y",
    "ldwt": "61.2",
    "ldht": "170",
    "ldcrcl": "92",
    "lddosea.flu": "51",
    "ldmod.flu": "N",
    "ldstdtc.flu": "19feb26 09:00",
    "ldendtc.flu": "19feb26 09:40",
    "lddosea.cy": "510",
    "ldmod.cy": "N",
    "ldstdtc.cy": "19feb26 11:00",
    "ldendtc.cy": "19feb26 12:00",
}


def test_a_day_as_planned_asks_nothing():
    entry = fill("ld1/ld", casebook=book(), **DAY_1)

    assert (entry.unanswered, entry.findings) == ([], [])


def test_planned_dose_and_study_day_come_from_the_protocol():
    record = fill("ld1/ld", casebook=book(), **DAY_1).record

    assert record.ldbsa == Decimal("1.70")
    assert (record["lddosep.flu"], record["lddosep.cy"]) == (30, 300)
    assert (record["ldday.flu"], record["ldday.cy"]) == (-5, -5)


def test_a_typed_dose_is_not_overwritten():
    record = fill("ld1/ld", casebook=book(), **DAY_1, **{"lddosep.flu": "25"}).record

    assert record["lddosep.flu"] == 25


def test_the_later_days_take_over_weight_and_height():
    first = fill("ld1/ld", casebook=book(), **DAY_1)
    typed = {name: text for name, text in DAY_1.items() if name not in ("ldwt", "ldht")}

    record = fill("ld3/ld", casebook=book(first), **typed).record

    assert (record.ldwt, record.ldht, record["ldday.flu"]) == (Decimal("61.2"), 170, -3)


@pytest.mark.parametrize(("clearance", "dose"), [("70", 30), ("69.9", 24), ("50", 24), ("49.9", None), ("120", 30)])
def test_fludarabine_follows_the_kidneys(clearance, dose):
    assert fludarabine_dose(Decimal(clearance), RULE) == dose


def test_without_a_clearance_there_is_no_fludarabine_dose():
    assert fludarabine_dose(None, RULE) is None


def test_the_dose_uses_the_unrounded_surface():
    # 172 cm, 63 kg: 3.01 under the root, 1.73494 m2, shown as 1.73; 300 mg/m2 are 520.48 mg, not 519.
    assert body_surface_area(Decimal(172), Decimal(63)) == Decimal("1.73")
    assert dose_mg(Decimal(300), Decimal(172), Decimal(63)).quantize(Decimal("0.01")) == Decimal("520.48")


@pytest.mark.parametrize(("height", "weight"), [(0, 60), (170, -1)])
def test_a_body_without_size_has_no_surface(height, weight):
    with pytest.raises(ValueError, match="height and weight > 0"):
        exact_body_surface_area(Decimal(height), Decimal(weight))


@pytest.mark.parametrize(("given", "is_within"), [("90", True), ("110", True), ("89.99", False), ("110.01", False)])
def test_the_limits_of_a_tolerance_are_included(given, is_within):
    assert within_percent(Decimal(given), Decimal(100), Decimal(10)) is is_within


@pytest.mark.parametrize(("actual", "is_asked"), [("45.9", False), ("56.1", False), ("45.8", True), ("56.2", True)])
def test_the_actual_dose_is_compared_with_the_computed_one(actual, is_asked):
    found = rules(fill("ld1/ld", casebook=book(), **{**DAY_1, "lddosea.flu": actual}))

    assert (found == {("lddosea.flu", "actual_dose_is_the_computed_one")}) is is_asked


def test_the_question_quotes_both_doses():
    entry = fill("ld1/ld", casebook=book(), **{**DAY_1, "lddosea.cy": "850"})

    assert said(entry, "lddosea.cy") == [
        "Cyclophosphamide given is 850 mg; 300 mg/m² for 1.70 m² are 510.0 mg. Which is correct?"
    ]


def test_a_reason_explains_another_dose():
    reduced = {"lddosea.flu": "40", "ldmod.flu": "REDUCED", "ldreas.flu": "Neutropenia"}

    assert rules(fill("ld1/ld", casebook=book(), **{**DAY_1, **reduced})) == set()


def test_an_omitted_drug_asks_for_its_reason_alone():
    typed = {name: text for name, text in DAY_1.items() if not name.endswith(".cy")}

    entry = fill("ld1/ld", casebook=book(), **typed, **{"ldmod.cy": "OMITTED"})

    assert entry.unanswered == ["ldreas.cy"]


def test_without_lymphodepletion_nothing_else_is_asked():
    entry = fill("ld1/ld", casebook=book(), ldyn="N")

    assert entry.unanswered == []
    assert rules(entry) == {("ldyn", "lymphodepletion_was_given")}


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"lddosep.flu": "25", "lddosea.flu": "42.5"}, ("lddosep.flu", "planned_dose_is_the_protocols")),
        ({"ldcrcl": "45", "lddosep.flu": "30"}, ("ldcrcl", "kidneys_allow_fludarabine")),
        ({"ldendtc.cy": "19feb26 10:59"}, ("ldendtc.cy", "dose_ends_after_start")),
        ({"ldday.flu": "-4"}, ("ldday.flu", "study_day_fits_the_visit")),
    ],
)
def test_what_the_checks_ask(changed, rule):
    assert rules(fill("ld1/ld", casebook=book(), **{**DAY_1, **changed})) == {rule}


def test_the_weight_is_compared_with_baseline():
    baseline = fill("base/vs", vsdtc="16feb26 08:00", weight="68.1")

    assert ("ldwt", "weight_is_near_baseline") in rules(fill("ld1/ld", casebook=book(baseline), **DAY_1))


def test_the_second_day_follows_the_first():
    first = fill("ld1/ld", casebook=book(), **DAY_1)
    typed = {name: text for name, text in DAY_1.items() if name not in ("ldwt", "ldht")}

    found = rules(fill("ld2/ld", casebook=book(first), **typed))

    assert found == {("ldstdtc.flu", "given_on_its_day"), ("ldstdtc.cy", "given_on_its_day")}


def test_day_1_is_the_earliest_dose_of_any_row():
    later = {**DAY_1, "ldstdtc.flu": "20feb26 09:00"}

    assert anchors_of(book(fill("ld1/ld", casebook=book(), **later))).ld1.isoformat() == "2026-02-19"
