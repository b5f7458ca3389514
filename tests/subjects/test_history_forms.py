"""Medical history, tumour history and earlier therapy."""

import pytest

from tests.books import book, fill, rules, said

CONDITION = {"mhterm": "Hypertension", "mhstdtc": "2018", "mhongo": "Y", "mhtoxgr": "2", "mhauto": "N", "mhcns": "N"}
TUMOUR = {
    "hndxdt": "mar 2024",
    "hnsite": "HYPOPHARYNX",
    "hnhist": "SCC",
    "hnajcc": "8",
    "hnct": "T3",
    "hncn": "N2b",
    "hncm": "M0",
    "hnstg": "IVA",
    "hnrecty": "COMBINED",
    "hnrecdt": "10nov25",
    "hnmets": "LUNG,NODE",
    "hnairway": "NORMAL",
    "hnfeed": "ORAL",
    "hnvess": "N",
}
THERAPY = {
    "prtype": "CHEMO",
    "prreg": "Cisplatin",
    "prsett": "RM",
    "prline": "1",
    "prstdt": "1may25",
    "prendt": "29dec25",
    "prbor": "PR",
    "prdisc": "COMPLETED",
}


def collected():
    return book(fill("aph/aph", aphstdtc="12jan26 09:10"))


def test_a_condition_asks_nothing():
    entry = fill("mh", casebook=collected(), **CONDITION)

    assert (entry.unanswered, entry.findings) == ([], [])


def test_a_grade_is_asked_of_what_is_ongoing():
    assert fill("mh", casebook=book(), **{**CONDITION, "mhtoxgr": ""}).unanswered == ["mhtoxgr"]
    assert fill("mh", casebook=book(), **{**CONDITION, "mhtoxgr": "", "mhongo": "N"}).unanswered == []


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"mhongo": "N", "mhtoxgr": "", "mhendtc": "2017"}, ("mhendtc", "condition_ends_after_start")),
        ({"mhstdtc": "13jan26"}, ("mhstdtc", "condition_began_before_the_study")),
    ],
)
def test_what_history_is_asked(changed, rule):
    assert rules(fill("mh", casebook=collected(), **{**CONDITION, **changed})) == {rule}


def test_a_start_in_the_month_of_the_collection_is_taken():
    assert rules(fill("mh", casebook=collected(), **{**CONDITION, "mhstdtc": "jan 2026"})) == set()


def test_a_tumour_asks_nothing():
    entry = fill("scr/hnc", casebook=book(), **TUMOUR)

    assert (entry.unanswered, entry.findings) == ([], [])


def test_the_virus_is_asked_by_site():
    oropharynx = fill("scr/hnc", casebook=book(), **{**TUMOUR, "hnsite": "OROPHARYNX"})
    nasopharynx = fill("scr/hnc", casebook=book(), **{**TUMOUR, "hnsite": "NASOPHARYNX", "hncn": "N2"})

    assert oropharynx.unanswered == ["hnp16", "hnhpv"]
    assert nasopharynx.unanswered == ["hnebv", "hnebvdna"]


def test_virus_in_international_units_keeps_its_unit_and_is_not_converted():
    typed = {**TUMOUR, "hnsite": "NASOPHARYNX", "hncn": "N2", "hnebv": "POS"}

    entry = fill("scr/hnc", casebook=book(), **typed, hnebvdna="1200", hnebvdna__unit="IU/mL")

    assert entry.unanswered == []
    assert entry.record.hnebvdna is None
    assert (entry.record.meta["hnebvdna"]["typed"], entry.record.meta["hnebvdna"]["unit"]) == ("1200", "IU/mL")


NASO = {"hnsite": "NASOPHARYNX", "hnhist": "NPC", "hnebv": "POS", "hnebvdna": "0", "hncn": "N2"}


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({**NASO, "hnct": "T4a"}, ("hnct", "categories_belong_to_the_site")),
        ({**NASO, "hncm": "M1a"}, ("hncm", "categories_belong_to_the_site")),
        ({"hnsite": "OROPHARYNX", "hnp16": "POS", "hnhpv": "POS"}, ("hncn", "categories_belong_to_the_site")),
        ({"hnajcc": "9"}, ("hnajcc", "ninth_edition_is_nasopharynx")),
        ({"hnrecdt": "29feb24"}, ("hnrecdt", "recurrence_after_diagnosis")),
        ({"hnrecty": "DISTANT", "hnmets": ""}, ("hnrecty", "distant_disease_has_a_site")),
        ({"hnrecty": "METASTATIC", "hnrecdt": ""}, ("hnrecty", "metastatic_at_diagnosis_is_m1")),
        ({"hnvess": "Y"}, ("hnvess", "vessel_contact_is_a_risk")),
        ({"hnairway": "RISK"}, ("hnairway", "airway_is_safe")),
    ],
)
def test_what_the_tumour_is_asked(changed, rule):
    assert rules(fill("scr/hnc", casebook=book(), **{**TUMOUR, **changed})) == {rule}


@pytest.mark.parametrize(
    "changed",
    [
        {**NASO, "hnct": "T4"},
        {**NASO, "hncm": "M1a", "hnajcc": "9"},
        {"hnsite": "OROPHARYNX", "hnp16": "NEG", "hnhpv": "NEG"},
        {"hnsite": "OROPHARYNX", "hnp16": "POS", "hnhpv": "POS", "hnajcc": "7"},
    ],
)
def test_categories_of_the_site_and_edition_are_taken(changed):
    assert rules(fill("scr/hnc", casebook=book(), **{**TUMOUR, **changed})) == set()


def test_a_therapy_asks_nothing():
    entry = fill("prt", casebook=collected(), **THERAPY)

    assert (entry.unanswered, entry.findings) == ([], [])


def test_radiotherapy_asks_for_field_and_dose():
    typed = {**THERAPY, "prtype": "RT", "prline": ""}

    assert fill("prt", casebook=book(), **typed).unanswered == ["prrtsite", "prrtdose"]


@pytest.mark.parametrize(
    ("kind", "end", "is_asked"),
    [
        ("CHEMO", "29dec25", False),
        ("CHEMO", "30dec25", True),
        ("PD1", "15dec25", False),
        ("PD1", "16dec25", True),
        ("SURGERY", "11jan26", False),
    ],
)
def test_the_washout_is_counted_to_leukapheresis(kind, end, is_asked):
    found = rules(fill("prt", casebook=collected(), **{**THERAPY, "prtype": kind, "prendt": end}))

    assert (("prendt", "washed_out_before_leukapheresis") in found) is is_asked


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"prendt": "30apr25"}, ("prendt", "therapy_ends_after_start")),
        ({"prpddt": "30apr25"}, ("prpddt", "progression_after_start")),
        ({"prdisc": "PD"}, ("prdisc", "progression_is_dated")),
        ({"prtype": "CELL"}, ("prtype", "no_earlier_cell_therapy")),
    ],
)
def test_what_a_therapy_is_asked(changed, rule):
    assert rules(fill("prt", casebook=collected(), **{**THERAPY, **changed})) == {rule}


def test_the_washout_question_quotes_both_days():
    assert said(fill("prt", casebook=collected(), **{**THERAPY, "prendt": "2jan26"}), "prendt") == [
        "End date 02-Jan-2026 is 10 days before the leukapheresis of 12-Jan-2026; Chemotherapy needs 14 days."
        " Which is correct?"
    ]
