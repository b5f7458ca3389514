"""CTCAE v5.0 terms, the grades that exist, and search."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adverse_events.ctcae import UnknownTerm, UnknownVersion, grades, lab_pairs, search, term, terms


def found(text: str) -> list[str]:
    return [each.name for each in search(text)]


def test_version_5_has_837_terms_in_26_classes():
    assert len(terms()) == 837
    assert len({each.soc for each in terms()}) == 26
    assert len({each.name for each in terms()}) == 837
    assert len({each.code for each in terms()}) == 837


def test_each_class_has_one_other_specify():
    others = [each for each in terms() if each.other_specify]

    assert Counter(each.soc for each in others) == dict.fromkeys({each.soc for each in terms()}, 1)
    assert all(each.name.endswith(" - Other, specify") for each in others)
    assert {each.grades[:4] for each in others} == {(1, 2, 3, 4)}


@pytest.mark.parametrize(
    ("name", "existing"),
    [
        ("Fever", (1, 2, 3, 4, 5)),
        ("Alopecia", (1, 2)),
        ("Eosinophilia", (1, 3)),
        ("Febrile neutropenia", (3, 4, 5)),
        ("Death NOS", (5,)),
        ("Cytokine release syndrome", (1, 2, 3, 4, 5)),
        ("Lymphocyte count increased", (2, 3)),
        ("Nausea", (1, 2, 3)),
    ],
)
def test_only_grades_of_the_text_exist(name, existing):
    assert grades(name) == existing
    assert grades(term(name)) == existing


def test_numeric_criteria_give_only_grades_that_exist():
    from adverse_events.ctcae_lab import rule

    for name, analyte in lab_pairs():
        assert {band.grade for band in rule(name, analyte).bands} <= set(grades(name))


def test_codes_are_those_of_meddra():
    assert (term("Anemia").code, term("Eosinophilia").code) == ("10002272", "10014950")


@pytest.mark.parametrize("name", ["fever", "Neutropenia", ""])
def test_unknown_term_is_refused(name):
    with pytest.raises(UnknownTerm):
        term(name)


def test_a_version_that_is_not_loaded_is_refused():
    with pytest.raises(UnknownVersion, match=r"6\.0 is not loaded"):
        terms("6.0")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("fever", "Fever"),
        ("FEVER", "Fever"),
        ("pyrexia", "Fever"),
        ("neutropenia", "Neutrophil count decreased"),
        ("neutropaenia", "Neutrophil count decreased"),
        ("low platelets", "Platelet count decreased"),
        ("Low  Platelets", "Platelet count decreased"),
        ("crs", "Cytokine release syndrome"),
        ("ICANS", "Nervous system disorders - Other, specify"),
        ("diarrhoea", "Diarrhea"),
        ("haemoglobin increased", "Hemoglobin increased"),
        ("anaemia", "Anemia"),
        ("febrile neutro", "Febrile neutropenia"),
        ("naussea", "Nausea"),
        ("hedache", "Headache"),
        ("fatigeu", "Fatigue"),
        ("thrombocytopnia", "Platelet count decreased"),
        ("count platelet", "Platelet count decreased"),
        ("limbs", "Edema limbs"),
        ("alt", "Alanine aminotransferase increased"),
    ],
)
def test_search_puts_the_meant_term_first(typed, first):
    assert found(typed)[0] == first


def test_a_name_comes_before_names_that_only_hold_it():
    assert found("pain")[:2] == ["Pain", "Pain of skin"]
    assert found("pain").index("Back pain") > 1


def test_search_offers_at_most_the_limit():
    assert len(search("e")) == 20
    assert len(search("pain", limit=3)) == 3


@pytest.mark.parametrize("typed", ["", "   ", "%%", "qqqqq"])
def test_nothing_that_fits_gives_an_empty_list(typed):
    assert search(typed) == []


@given(st.sampled_from(terms()))
def test_each_term_is_found_first_by_its_own_name(each):
    assert search(each.name.upper())[0] == each


@given(st.text(max_size=300))
def test_search_answers_any_text(typed):
    assert len(search(typed)) <= 20
