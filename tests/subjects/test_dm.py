"""Demography: what is derived, what is asked."""

import pytest

from tests.books import book, fill, rules

PERSON = {"sex": "M", "brthdtc": "1970", "age": "55", "smoke": "NEVER"}


@pytest.fixture
def consented():
    return book(fill("icf", icftype="MAIN", icfdtc="5jan26 09:30"))


def test_subject_and_site_are_never_typed(consented):
    record = fill("scr/dm", casebook=consented, **PERSON).record

    assert (record.subjid, record.siteid) == ("101-0007", "101")


@pytest.mark.parametrize(
    ("born", "age"),
    [("5jan1970", 56), ("6jan1970", 55), ("31dec1970", 55)],
    ids=["birthday", "day before", "later"],
)
def test_age_follows_from_a_full_birth_date(consented, born, age):
    assert fill("scr/dm", casebook=consented, **{**PERSON, "brthdtc": born, "age": "20"}).record.age == age


def test_age_is_typed_when_only_the_year_is_kept(consented):
    entry = fill("scr/dm", casebook=consented, **PERSON)

    assert (entry.record.age, entry.findings) == (55, [])


def test_an_age_that_does_not_fit_the_birth_year_is_asked_about(consented):
    assert rules(fill("scr/dm", casebook=consented, **{**PERSON, "age": "54"})) == {("age", "age_fits_birth_year")}


def test_a_child_cannot_be_right(consented):
    entry = fill("scr/dm", casebook=consented, **{**PERSON, "brthdtc": "2012", "age": ""})

    assert entry.errors["brthdtc"] == (
        "Year of birth 2012 makes the participant younger than 18 at consent. Correct the year."
    )
    assert entry.record.brthdtc is None


def test_pack_years_and_pregnancy_are_asked_where_they_apply(consented):
    man = fill("scr/dm", casebook=consented, **PERSON)
    woman = fill("scr/dm", casebook=consented, **{**PERSON, "sex": "F", "smoke": "FORMER"})

    assert man.unanswered == []
    assert woman.unanswered == ["childpot", "packyr"]


def test_a_filled_age_sent_back_as_shown_changes_nothing(consented):
    saved = fill("scr/dm", casebook=consented, **{**PERSON, "brthdtc": "5jan1970", "age": "20"}).record

    entry = fill("scr/dm", casebook=consented, record=saved, age="56")

    assert (saved.age, saved.meta["age"], entry.changed) == (56, {}, {})


def test_a_filled_age_that_was_kept_stays_explained(consented):
    old = {**PERSON, "brthdtc": "5jan1945", "age": "", "age__keep": "source"}
    saved = fill("scr/dm", casebook=consented, **old).record

    entry = fill("scr/dm", casebook=consented, record=saved, smoke="CURRENT")

    assert [(one.item, one.rule, one.kept) for one in entry.findings] == [("age", "range", "source")]
