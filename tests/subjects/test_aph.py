"""Leukapheresis: what its checks ask."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.books import book, fill, rules, said
from trial_edc.crf.anchors import anchors_of
from trial_edc.crf.values import FormRecord

COLLECTED = {
    "aphstdtc": "12jan26 09:10",
    "aphendtc": "12jan26 13:05",
    "aphnum": "1",
    "aphvol": "11000",
    "aphbag": "240",
    "aphwbc": "6.10",
    "aphalc": "1.20",
    "aphtnc": "9.8",
    "aphcd3": "4.1",
    "aphae": "N",
    "aphdin": "A00011010007",
    "aphship": "12jan26 16:20",
    "aphtemp": "Y",
}


def test_a_collection_asks_nothing():
    entry = fill("aph/aph", casebook=book(), **COLLECTED)

    assert (entry.unanswered, entry.findings) == ([], [])


def test_windows_count_from_the_day_at_the_site():
    late = fill("aph/aph", casebook=book(), **{**COLLECTED, "aphstdtc": "12jan26 00:30"})

    assert anchors_of(book(late)).leukapheresis.isoformat() == "2026-01-12"


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"aphendtc": "12jan26 09:10"}, ("aphendtc", "collection_ends_after_start")),
        ({"aphship": "12jan26 13:04"}, ("aphship", "shipped_after_the_collection")),
        ({"aphcd3": "0.99"}, ("aphcd3", "cells_suffice_for_manufacture")),
        ({"aphcd3": "9.81"}, ("aphcd3", "t_cells_are_part_of_all")),
        ({"aphalc": "6.11"}, ("aphalc", "lymphocytes_are_part_of_leukocytes")),
        ({"aphnum": "3"}, ("aphnum", "number_of_collections")),
        ({"aphtemp": "N"}, ("aphtemp", "transport_was_cold_enough")),
        ({"aphae": "Y"}, ("aphae", "related_event_is_recorded")),
        ({"aphbag": "1200"}, ("aphbag", "range")),
    ],
)
def test_what_the_checks_ask(changed, rule):
    assert rules(fill("aph/aph", casebook=book(), **{**COLLECTED, **changed})) == {rule}


@pytest.mark.parametrize("changed", [{"aphcd3": "1.0"}, {"aphnum": "2"}])
def test_a_value_on_its_limit_is_taken(changed):
    assert rules(fill("aph/aph", casebook=book(), **{**COLLECTED, **changed})) == set()


def test_a_related_event_answers_the_question():
    event = fill("ae", casebook=book(), aerelaph="PROBABLE")

    assert rules(fill("aph/aph", casebook=book(event), **{**COLLECTED, "aphae": "Y"})) == set()


def test_low_counts_of_the_day_are_quoted():
    counts = {"anc": Decimal("0.90"), "plt": Decimal(50), "hgb": Decimal(79)}
    blood = replace(fill("aph/vs"), record=FormRecord(None, "lbh", "aph", values=counts))

    assert said(fill("aph/aph", casebook=book(blood), **COLLECTED), "aphstdtc") == [
        "Collected although the blood count is low: Neutrophils 0.9 < 1.0 ×10⁹/L; Haemoglobin 79 < 80 g/L."
        " Is this correct?"
    ]


def test_a_collection_before_consent_is_asked_about():
    consent = fill("icf", icftype="MAIN", icfdtc="13jan26 09:30")

    assert rules(fill("aph/aph", casebook=book(consent), **COLLECTED)) == {("aphstdtc", "collected_after_consent")}
