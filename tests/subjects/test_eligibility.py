"""A criterion answered as satisfied against what another form says is asked about."""

import pytest

from tests.books import book, fill, said

AGAINST = [
    ("inc02", "scr/hnc", {"hnsite": "THYROID"}, "primary site or histology is none the protocol takes"),
    ("inc02", "scr/hnc", {"hnsite": "LARYNX", "hnhist": "ACC"}, "primary site or histology is none the protocol takes"),
    ("inc05", "prescr/ihc", {"ihcres": "NEG"}, "no specimen meets the IHC threshold"),
    ("exc01", "scr/hnc", {"hnmets": "LUNG,BRAIN"}, "the brain is a site of metastasis"),
    ("exc08", "prt", {"prtype": "CELL"}, "an earlier cellular therapy is recorded"),
    ("exc10", "scr/hnc", {"hnvess": "Y"}, "the tumour is in contact with a major vessel"),
    ("exc11", "scr/hnc", {"hnairway": "RISK"}, "the airway is at risk of obstruction"),
]


@pytest.mark.parametrize(("criterion", "path", "typed", "fact"), AGAINST)
def test_a_recorded_fact_against_a_criterion_is_quoted(criterion, path, typed, fact):
    casebook = book(fill(path, **typed))

    entry = fill("scr/ie", casebook=casebook, **{f"ieorres.{criterion}": "Y"})

    assert said(entry, f"ieorres.{criterion}") == [
        f"Criterion {criterion.upper()} is satisfied, but {fact}. Which is correct?"
    ]


@pytest.mark.parametrize(("criterion", "path", "typed", "fact"), AGAINST)
def test_a_criterion_that_is_not_satisfied_is_not_asked_about(criterion, path, typed, fact):
    entry = fill("scr/ie", casebook=book(fill(path, **typed)), **{f"ieorres.{criterion}": "N"})

    assert said(entry, f"ieorres.{criterion}") == []


def test_one_positive_specimen_suffices():
    casebook = book(fill("prescr/ihc", ihcres="NEG"), fill("scr/ihc", ihcres="POS"))

    assert said(fill("scr/ie", casebook=casebook, **{"ieorres.inc05": "Y"}), "ieorres.inc05") == []


def test_nothing_recorded_contradicts_nothing():
    entry = fill("scr/ie", casebook=book(), **{f"ieorres.{code}": "Y" for code, *_rest in AGAINST})

    assert entry.findings == []
