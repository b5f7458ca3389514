"""Dose level, manufacture, bridging, and the infusion that reads them."""

import pytest

from tests.books import book, fill, rules, said

COLLECTION = {"aphstdtc": "12jan26 09:10"}
BATCH = {
    "mfgbatch": "CT-010007",
    "mfgvec": "LV-2207",
    "mfgstdt": "13jan26",
    "mfgfail": "SUCCESS",
    "mfgendt": "27jan26",
    "mfgcryo": "Y",
    "mfgrem": "N",
}
BRIDGED = {
    "brgyn": "Y",
    "brgtype": "SYSTEMIC",
    "brgdrug": "Cetuximab",
    "brgstdt": "15jan26",
    "brgendt": "12feb26",
    "brgresp": "SD",
}
LEVEL = {"dllevel": "DL1", "dlcoh": "1", "dladt": "8jan26"}
INFUSED = {"infdtc": "24feb26 10:42", "infdl": "DL1", "infbatch": "CT-010007"}


def collection():
    return fill("aph/aph", **COLLECTION)


def conditioning(on="19feb26"):
    return fill("ld1/ld", ldyn="Y", **{"ldstdtc.flu": f"{on} 09:00"})


def test_a_batch_asks_nothing():
    entry = fill("mfg/mfg", casebook=book(collection()), **BATCH)

    assert (entry.unanswered, entry.findings) == ([], [])


def test_a_failed_batch_has_no_harvest():
    typed = {name: text for name, text in BATCH.items() if name != "mfgendt"}

    entry = fill("mfg/mfg", casebook=book(), **{**typed, "mfgfail": "STOP", "mfgfldt": "27jan26"})

    assert (entry.unanswered, entry.findings) == ([], [])


def test_a_failed_batch_has_the_day_it_failed_on():
    typed = {name: text for name, text in BATCH.items() if name != "mfgendt"} | {"mfgfail": "STOP"}

    assert fill("mfg/mfg", casebook=book(), **typed).unanswered == ["mfgfldt"]
    assert rules(fill("mfg/mfg", casebook=book(), **typed, mfgfldt="12jan26")) == {("mfgfldt", "failed_after_start")}


def test_a_batch_has_one_form_of_a_subject():
    casebook = book(collection(), fill("mfg/mfg", **BATCH))

    second = fill("mfg/mfg/2", casebook=casebook, **{**BATCH, "mfgbatch": "ct-010007"})

    assert said(second, "mfgbatch") == [
        "Batch ct-010007 stands in another form already. Each batch has one form and one subject."
    ]
    assert "mfgbatch" in second.errors


def test_vein_to_vein_is_counted_in_days():
    casebook = book(collection(), fill("d0/inf", **INFUSED))

    assert fill("mfg/mfg", casebook=casebook, **BATCH).record.mfgv2v == 43
    assert fill("mfg/mfg", casebook=book(collection()), **BATCH).record.mfgv2v is None


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"mfgstdt": "11jan26"}, ("mfgstdt", "made_after_the_collection")),
        ({"mfgendt": "12jan26"}, ("mfgendt", "harvested_after_start")),
        ({"mfgrem": "Y"}, ("mfgrem", "repeat_means_again")),
    ],
)
def test_what_manufacture_is_asked(changed, rule):
    assert rules(fill("mfg/mfg", casebook=book(collection()), **{**BATCH, **changed})) == {rule}


def test_no_bridging_asks_for_nothing_more():
    entry = fill("mfg/brg", casebook=book(), brgyn="N")

    assert (entry.unanswered, entry.findings) == ([], [])


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"brgendt": "14jan26"}, ("brgendt", "bridging_ends_after_start")),
        ({"brgstdt": "11jan26"}, ("brgstdt", "bridging_follows_leukapheresis")),
        ({"brgendt": "13feb26"}, ("brgendt", "bridging_washed_out_before_lymphodepletion")),
    ],
)
def test_what_bridging_is_asked(changed, rule):
    casebook = book(collection(), conditioning())

    assert rules(fill("mfg/brg", casebook=casebook, **BRIDGED)) == set()
    assert rules(fill("mfg/brg", casebook=casebook, **{**BRIDGED, **changed})) == {rule}


def test_the_level_is_assigned_before_manufacture():
    made = fill("mfg/mfg", **{**BATCH, "mfgstdt": "7jan26"})

    assert rules(fill("aph/dla", casebook=book(), **LEVEL)) == set()
    assert rules(fill("aph/dla", casebook=book(made), **LEVEL)) == {("dladt", "assigned_before_manufacture")}


def test_level_and_infusion_are_compared_from_both_sides():
    level = fill("aph/dla", casebook=book(), **{**LEVEL, "dllevel": "DL2"})
    given = fill("d0/inf", **INFUSED)

    assert rules(fill("d0/inf", casebook=book(level), **INFUSED)) == {("infdl", "level_is_the_assigned_one")}
    assert ("dllevel", "infused_at_this_level") in rules(
        fill("aph/dla", casebook=book(given), **{**LEVEL, "dllevel": "DL2"})
    )


def test_another_batch_is_not_infused():
    made = fill("mfg/mfg", **{**BATCH, "mfgbatch": "CT-010008"})

    assert said(fill("d0/inf", casebook=book(made), **INFUSED), "infbatch") == [
        "Batch is CT-010007; manufactured for this subject was CT-010008. Which is correct?"
    ]


@pytest.mark.parametrize(
    ("release", "is_asked"),
    [
        ({"relstat": "RELEASED", "reldt": "10feb26"}, False),
        ({"relstat": "RELEASED", "reldt": "25feb26"}, True),
        ({"relstat": "REJECTED"}, True),
        ({"relstat": "OOS", "reloosap": "MONITOR"}, True),
        ({"relstat": "OOS", "reloosap": "MONITOR,INVESTIGATOR,ETHICS,SUBJECT"}, False),
    ],
)
def test_the_release_stands_before_the_infusion(release, is_asked):
    found = rules(fill("d0/inf", casebook=book(fill("mfg/rel", **release)), **INFUSED))

    assert (("infdtc", "product_was_released") in found) is is_asked


@pytest.mark.parametrize(
    ("day_1", "is_asked"),
    [("20feb26", False), ("15feb26", False), ("21feb26", True), ("14feb26", True), ("9feb26", True)],
)
def test_the_infusion_follows_lymphodepletion_in_time(day_1, is_asked):
    found = rules(fill("d0/inf", casebook=book(conditioning(day_1)), **INFUSED))

    assert (("infdtc", "infused_in_time_after_lymphodepletion") in found) is is_asked


def test_after_two_weeks_lymphodepletion_is_repeated():
    assert said(fill("d0/inf", casebook=book(conditioning("9feb26")), **INFUSED), "infdtc") == [
        "The infusion is 15 days after lymphodepletion began; after 14 days it is repeated."
    ]
