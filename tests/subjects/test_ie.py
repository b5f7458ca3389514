"""Eligibility: rows by criterion, decisions without waiver."""

import pytest

from tests.books import book, fill, rules, said
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import to_columns


def answers(visit, **changed):
    keys = [one.row_key for one in form_spec("ie", visit_code=visit) if one.column == "ieorres"]
    typed = {f"ieorres__{key}": "Y" for key in keys} | {f"iedat__{key}": "20jan26" for key in keys}
    return {**typed, **changed}


@pytest.mark.parametrize(("visit", "criteria"), [("scr", 28), ("base", 19), ("d0", 9)])
def test_each_visit_asks_its_criteria(visit, criteria):
    spec = form_spec("ie", visit_code=visit)

    assert len([one for one in spec if one.column == "ieorres"]) == criteria


@pytest.mark.parametrize(("visit", "decision"), [("scr", "ieelig"), ("base", "ieelig2"), ("d0", "ieelig3")])
def test_each_visit_has_its_decision(visit, decision):
    entry = fill(f"{visit}/ie", **answers(visit, **{decision: "Y"}))

    assert (entry.unanswered, entry.findings) == ([], [])


def test_a_criterion_carries_its_text():
    spec = form_spec("ie", visit_code="scr")["ieorres.inc01"]

    assert str(spec.label) == "Age 18 to 75 years at consent."


def test_eligible_with_an_open_criterion_is_asked_about():
    entry = fill("scr/ie", **answers("scr", ieelig="Y", ieorres__inc09="N"))

    assert said(entry, "ieelig") == [
        "Eligible is Yes, but these criteria are not satisfied: INC09. Correct a criterion or the decision."
    ]


def test_not_applicable_is_no_open_criterion():
    assert fill("scr/ie", **answers("scr", ieelig="Y", ieorres__inc13="NAP")).findings == []


def test_the_reason_is_asked_when_somebody_is_not_eligible():
    assert fill("scr/ie", **answers("scr", ieelig="N", ieorres__inc09="N")).unanswered == ["iesfreas"]


def test_an_assessment_before_consent_is_asked_about():
    consented = book(fill("icf", icftype="MAIN", icfdtc="21jan26 09:30"))

    entry = fill("scr/ie", casebook=consented, **answers("scr", ieelig="Y", iedat__inc02="22jan26"))

    assert ("iedat.inc01", "assessed_after_consent") in rules(entry)
    assert ("iedat.inc02", "assessed_after_consent") not in rules(entry)


def test_each_criterion_is_one_row():
    columns = to_columns(*(lambda entry: (entry.spec, entry.record))(fill("d0/ie", **answers("d0", ieelig3="Y"))))

    assert len(columns.rows) == 9
    assert columns.rows[0].columns["ietestcd"] == columns.rows[0].key
    assert columns.head["iecritv"] == "1.0"
