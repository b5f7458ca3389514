"""Custody: one entry for each step, two persons, one identifier; manufacturing and site write their own steps."""

from dataclasses import replace

import pytest

from tests.books import CONTEXT, book, fill, rules, said

PEOPLE = replace(CONTEXT, users={7: "Mei Lin", 8: "Wang Fang"})
STEP = {
    "coistep": "APHERESIS",
    "coiid": "COI-1010007",
    "coidtc": "12jan26 13:20",
    "coiby1": "Mei Lin",
    "coiby2": "Wang Fang",
    "coimatch": "Y",
    "coitemp": "Y",
}


def step(*others, seq=1, **changed):
    entry = fill("coi", casebook=book(*others), context=PEOPLE, **{**STEP, **changed})
    return replace(entry, record=replace(entry.record, seq=seq))


def next_step(first, **changed):
    blank = replace(first.record, seq=2, values={}, meta={}, instance_id=None)
    return fill("coi", casebook=book(first), context=PEOPLE, record=blank, **{**STEP, **changed})


def test_a_step_asks_nothing():
    assert (step().unanswered, step().findings) == ([], [])


def test_one_person_cannot_verify_twice():
    entry = step(coiby2="Mei Lin")

    assert entry.errors["coiby2"] == "The second person is the first one. Name a second, different person."


def test_another_identifier_is_asked_about_character_by_character():
    entry = next_step(step(), coistep="MFRECEIPT", coidtc="13jan26 09:00", coiid="COI-1010070")

    assert said(entry, "coiid") == [
        "The identifier is COI-1010070; at step Apheresis it is COI-1010007. Which is correct?"
    ]


def test_steps_in_order_ask_nothing():
    assert rules(next_step(step(), coistep="MFRECEIPT", coidtc="13jan26 09:00")) == set()


def test_a_later_step_is_not_earlier_in_time():
    entry = next_step(step(), coistep="STORAGE", coidtc="11jan26 09:00")

    assert rules(entry) == {("coidtc", "steps_follow_each_other")}


@pytest.mark.parametrize(
    ("changed", "rule"),
    [({"coimatch": "N"}, ("coimatch", "identifiers_match")), ({"coitemp": "N"}, ("coitemp", "product_was_cold"))],
)
def test_what_the_checks_ask(changed, rule):
    assert rules(step(**changed)) == {rule}


def test_a_mismatch_is_asked_about_at_the_infusion():
    infusion = fill("d0/inf", casebook=book(step(coimatch="N")), infdtc="24feb26 10:42")

    assert said(infusion, "infdtc") == [
        "Identifiers do not match at: Apheresis. The product is not infused until this is explained."
    ]
