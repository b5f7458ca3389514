"""Release: every limit, on it and beside it; what an out-of-specification product needs."""

import pytest

from tests.books import book, fill, rules, said

CERTIFICATE = {
    "reldt": "10feb26",
    "relcoa": "COA-7",
    "relvia": "88.0",
    "reltvc": "220",
    "relcar": "31.0",
    "reldose": "52",
    "relcd3": "97.0",
    "relvcn": "2.10",
    "relrcl": "PENDING",
    "relster": "PENDING",
    "relmyco": "NEG",
    "relendo": "<0.5",
    "relid": "PASS",
    "relpot": "420",
    "relstat": "RELEASED",
}
OUT = {**CERTIFICATE, "relvia": "66.4", "relvia__keep": "source", "relstat": "OOS", "reloos": "Viability 66.4 %"}
ALL_APPROVALS = "MONITOR,INVESTIGATOR,ETHICS,SUBJECT"


def release(**changed):
    return fill("mfg/rel", casebook=book(), **{**CERTIFICATE, **changed})


def test_a_product_within_its_limits_asks_nothing():
    assert (release().unanswered, release().findings) == ([], [])


@pytest.mark.parametrize(
    ("item", "on_the_limit", "beside"),
    [
        ("relvia", "70", "69.9"),
        ("relcar", "10", "9.9"),
        ("relcd3", "80", "79.9"),
        ("relpot", "50", "49.99"),
        ("relvcn", "4.99", "5"),
        ("relendo", "4.99", "5"),
        ("reldose", "40", "39.99"),
        ("relrcl", "NEG", "POS"),
        ("relster", "NONE", "GROWTH"),
        ("relmyco", "NEG", "PENDING"),
        ("relid", "PASS", "FAIL"),
    ],
)
def test_each_limit_is_asked_about_from_its_far_side(item, on_the_limit, beside):
    assert rules(release(**{item: on_the_limit})) == set()
    assert item in {address for address, _rule in rules(release(**{item: beside}))}


def test_the_question_quotes_value_and_limit():
    assert said(release(relvia="66.4"), "relvia") == [
        "Viability is 66.4; the limit of release is ≥ 70. Which is correct?"
    ]


def test_released_with_a_missed_limit_is_asked_about():
    assert ("relstat", "status_fits_the_tests") in rules(release(relvia="66.4"))


def test_out_of_specification_without_a_missed_limit_is_asked_about():
    entry = release(relstat="OOS", reloos="none", reloosap=ALL_APPROVALS)

    assert rules(entry) == {("relstat", "status_fits_the_tests")}


def test_out_of_specification_asks_for_test_and_approvals():
    typed = {name: text for name, text in OUT.items() if name != "reloos"}

    assert fill("mfg/rel", casebook=book(), **typed).unanswered == ["reloos", "reloosap"]


def test_approvals_that_lack_are_named():
    entry = fill("mfg/rel", casebook=book(), **OUT, reloosap="MONITOR,SUBJECT")

    assert said(entry, "reloosap") == [
        "An out-of-specification product needs more approvals before infusion:"
        " Investigator benefit-risk, Ethics committee / authority informed."
    ]


def test_all_approvals_suffice():
    entry = fill("mfg/rel", casebook=book(), **OUT, reloosap=ALL_APPROVALS)

    assert said(entry, "reloosap") == []


def test_bags_are_added_to_the_dose():
    first = fill("mfg/rel", casebook=book(), **{**CERTIFICATE, "reldose": "20"})
    second = first.record.__class__(**{**vars(first.record), "seq": 2})

    entry = fill("mfg/rel", casebook=book(first), record=second, reldose="20", reldose__reason="entry_error")

    assert said(first, "reldose")
    assert said(entry, "reldose") == []


def test_the_assigned_level_sets_the_dose():
    level = fill("aph/dla", casebook=book(), dllevel="DL2", dlcoh="2", dladt="1jan26")

    entry = fill("mfg/rel", casebook=book(level), **CERTIFICATE)

    assert rules(entry) == {("reldose", "dose_suffices")}


def test_a_release_before_the_harvest_is_asked_about():
    made = fill("mfg/mfg", mfgendt="11feb26", mfgfail="SUCCESS")

    assert rules(fill("mfg/rel", casebook=book(made), **CERTIFICATE)) == {("reldt", "released_after_harvest")}
