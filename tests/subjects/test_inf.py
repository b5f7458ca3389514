"""Infusion: derived values and checks."""

from decimal import Decimal

import pytest

from tests.books import book, fill, rules, said

GIVEN = {
    "infcoi": "Y",
    "infbatch": "U87-0007",
    "infbags": "1",
    "infthdtc": "24feb26 10:30",
    "infdtc": "24feb26 10:42",
    "infendtc": "24feb26 10:58",
    "infnum": "1",
    "infroute": "IV",
    "infdl": "DL1",
    "infplan": "50",
    "infdose": "48.5",
    "infwt": "61.4",
    "inftotc": "120",
    "infvol": "60",
    "infall": "Y",
    "infprem": "PARACETAMOL,ANTIHIST",
    "infint": "N",
    "infreact": "N",
    "inftoci": "Y",
}


def test_an_infusion_as_planned_asks_nothing():
    entry = fill("d0/inf", casebook=book(), **GIVEN)

    assert (entry.unanswered, entry.findings) == ([], [])


def test_dose_per_kg_and_time_from_thaw_are_derived():
    record = fill("d0/inf", casebook=book(), **{**GIVEN, "infdose": "61.4", "infwt": "61.4"}).record

    assert (record.infdkg, record.infthtoi, record.infplanu) == (Decimal(1), 28, "MILLION")


def test_derived_values_wait_for_their_facts():
    record = fill("d0/inf", casebook=book(), **{**GIVEN, "infwt": "UNK", "infendtc": "UNK"}).record

    assert (record.infdkg, record.infthtoi) == (None, None)


@pytest.mark.parametrize(("dose", "is_asked"), [("40", False), ("60", False), ("39.99", True), ("60.01", True)])
def test_the_dose_may_differ_by_a_fifth_of_the_plan(dose, is_asked):
    found = rules(fill("d0/inf", casebook=book(), **{**GIVEN, "infdose": dose}))

    assert (("infdose", "dose_is_near_the_plan") in found) is is_asked


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"infendtc": "24feb26 10:40"}, ("infendtc", "ends_after_start")),
        ({"infthdtc": "24feb26 10:50"}, ("infthdtc", "thawed_before_start")),
        ({"infendtc": "24feb26 11:01"}, ("infendtc", "infused_within_stability")),
        ({"infplan": "45"}, ("infplan", "plan_fits_the_dose_level")),
        ({"infdl": "DL2", "infplan": "100", "infdose": "100"}, ("infdl", "level_is_the_assigned_one")),
        ({"infvol": "614.1"}, ("infvol", "volume_fits_the_weight")),
        ({"inftotc": "40"}, ("infdose", "car_cells_are_part_of_all")),
        ({"infcoi": "N"}, ("infcoi", "identity_was_checked")),
        ({"infnum": "2"}, ("infnum", "number_of_infusions")),
    ],
)
def test_what_the_checks_ask(changed, rule):
    assert rules(fill("d0/inf", casebook=book(), **{**GIVEN, **changed})) == {rule}


def test_thirty_minutes_are_within_stability():
    assert rules(fill("d0/inf", casebook=book(), **{**GIVEN, "infendtc": "24feb26 11:00"})) == set()


def test_an_infusion_before_consent_is_asked_about():
    casebook = book(fill("icf", icftype="MAIN", icfdtc="25feb26 09:30"))

    assert said(fill("d0/inf", casebook=casebook, **GIVEN), "infdtc") == [
        "The infusion of 24-Feb-2026 10:42 is before the consent of 25-Feb-2026. Which is correct?"
    ]
