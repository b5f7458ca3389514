"""Tumour tissue: the verdict by the rule, and what the checks ask."""

from decimal import Decimal

import pytest

from subjects.formulas import h_score, tissue_verdict
from tests.books import book, fill, rules, said
from trial_edc.protocol.u87 import PROTOCOL

RULE = PROTOCOL.settings.tissue
SPECIMEN = {
    "ihcspid": "SP-101-0007",
    "ihcsrc": "ARCHIVAL",
    "ihcsite": "Left neck lymph node",
    "ihccoldt": "10jan25",
    "ihctstdt": "8jan26",
    "ihclab": "Central pathology",
    "ihctgt": "U87 target antigen",
    "ihcab": "clone 8F2, assay 1.1",
    "ihcp1": "10",
    "ihcp2": "30",
    "ihcp3": "35",
    "ihcres": "POS",
    "ihcpath": "Dr Ye Ting",
}


def test_a_positive_specimen_asks_nothing():
    entry = fill("prescr/ihc", casebook=book(), **SPECIMEN)

    assert (entry.unanswered, entry.findings) == ([], [])


def test_shares_give_the_sum_and_the_h_score():
    record = fill("prescr/ihc", casebook=book(), **SPECIMEN).record

    assert (record.ihcpct, record.ihchsc) == (75, 10 + 60 + 105)


def test_without_a_share_there_is_no_sum():
    record = fill("prescr/ihc", casebook=book(), **{**SPECIMEN, "ihcp1": "UNK"}).record

    assert (record.ihcpct, record.ihchsc) == (None, None)


@pytest.mark.parametrize(
    ("moderate", "strong", "verdict"),
    [("25", "25", "POS"), ("25", "24.9", "NEG"), ("0", "100", "POS"), (None, "80", "NOTEVAL"), ("80", None, "NOTEVAL")],
)
def test_the_verdict_by_the_rule(moderate, strong, verdict):
    assert tissue_verdict(*(text and Decimal(text) for text in (moderate, strong)), RULE) == verdict


@pytest.mark.parametrize(
    ("shares", "score"), [((0, 0, 0), 0), ((0, 0, 100), 300), ((100, 0, 0), 100), ((5, 10, 15), 70)]
)
def test_the_h_score_weighs_intensity(shares, score):
    assert h_score(*map(Decimal, shares)) == score


def test_a_different_verdict_of_the_site_is_asked_about():
    entry = fill("prescr/ihc", casebook=book(), **{**SPECIMEN, "ihcres": "NEG"})

    assert said(entry, "ihcres") == [
        "The verdict is Negative; 2+ and 3+ together are 65 %, and from 50 % on the tissue is positive."
        " Which is correct?"
    ]


def test_a_verdict_without_its_shares_is_asked_about():
    entry = fill("prescr/ihc", casebook=book(), **{**SPECIMEN, "ihcp3": "UNK"})

    assert rules(entry) == {("ihcres", "verdict_follows_the_rule")}


def test_shares_over_a_hundred_cannot_be():
    entry = fill("prescr/ihc", casebook=book(), **{**SPECIMEN, "ihcp1": "36"})

    assert set(entry.errors) == {"ihcp1", "ihcp2", "ihcp3"}
    assert "101 % together" in entry.errors["ihcp1"]


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"ihctstdt": "9jan25"}, ("ihctstdt", "assayed_after_collection")),
        ({"ihccoldt": "7jan24"}, ("ihccoldt", "archival_tissue_is_recent")),
        ({"ihctgt": "PD-L1"}, ("ihctgt", "target_is_the_protocols")),
    ],
)
def test_what_the_checks_ask(changed, rule):
    assert rules(fill("prescr/ihc", casebook=book(), **{**SPECIMEN, **changed})) == {rule}


def test_tissue_of_24_months_and_fresh_tissue_are_taken():
    assert rules(fill("prescr/ihc", casebook=book(), **{**SPECIMEN, "ihccoldt": "8jan24"})) == set()
    fresh = {**SPECIMEN, "ihccoldt": "7jan23", "ihcsrc": "FRESH"}
    assert rules(fill("prescr/ihc", casebook=book(), **fresh)) == set()
