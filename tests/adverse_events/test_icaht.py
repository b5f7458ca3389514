"""ICAHT: days of neutropenia interpolated between samples, early and late grade, and the form that shows them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from adverse_events.icaht import PROFOUND, SEVERE, Count, early_grade, late_grade, neutropenia
from tests.books import book, fill, rules

INFUSED = datetime(2026, 1, 1, 10, tzinfo=UTC)


def counts(*pairs):
    """(day, neutrophils x 10^9/L), any order."""
    return [Count(INFUSED + timedelta(days=day), Decimal(anc)) for day, anc in pairs]


def days(*pairs, limit=SEVERE):
    return neutropenia(counts(*pairs), infused_at=INFUSED, limit=limit)


@pytest.mark.parametrize(
    ("pairs", "shown"),
    [
        ([(0, "2.0"), (2, "0.5"), (4, "0.3"), (6, "0.5"), (8, "2.0")], "4"),
        # From 1.0 down to 0 in 2 days: half of the way lies below 0.5; the same on the way up.
        ([(0, "1.0"), (2, "0"), (4, "1.0")], "2"),
        ([(0, "2.0"), (3, "1.0")], "0"),
        ([(5, "0.4")], "1"),
        ([(0, "2.0"), (2, "0.4"), (6, "0.4"), (8, "2.0")], ">=4"),
        ([(10, "0.4"), (7, "0.4")], "3"),
    ],
)
def test_days_of_neutropenia_are_interpolated(pairs, shown):
    assert str(days(*pairs)) == shown


def test_only_day_0_to_30_counts():
    assert str(days((29, "0.4"), (30, "0.4"), (31, "0.4"), (40, "0.4"))) == "1"
    assert days((-3, "0.4"), (31, "0.4")) is None


@pytest.mark.parametrize(
    ("pairs", "grade"),
    [
        ([(0, "2"), (3, "1.0"), (28, "2")], 0),
        ([(0, "2"), (3, "0.5"), (6, "0.5"), (9, "2")], 1),
        ([(0, "0.6"), (1, "0.5"), (8, "0.5"), (9, "0.6")], 2),
        ([(0, "0.6"), (1, "0.5"), (15, "0.5"), (16, "0.6")], 3),
        ([(0, "2"), (3, "0.1"), (10, "0.1"), (11, "2")], 3),
        ([(0, "2"), (3, "0.1"), (17, "0.1"), (18, "2")], 4),
        ([(0, "0.5"), (14, "0.4"), (28, "0.5")], 4),
        # Low in every sample, but followed for 13 days only: nobody knows that it never recovered.
        ([(0, "0.5"), (13, "0.4")], 2),
    ],
)
def test_early_grade_by_depth_and_duration(pairs, grade):
    assert early_grade(counts(*pairs), infused_at=INFUSED) == grade


@pytest.mark.parametrize(
    ("anc", "grade"), [("1.51", 0), ("1.5", 1), ("1.0", 2), ("0.51", 2), ("0.5", 3), ("0.11", 3), ("0.1", 4)]
)
def test_late_grade_by_the_lowest_count(anc, grade):
    assert late_grade(counts((20, "0.1"), (45, anc), (60, "3")), infused_at=INFUSED) == grade


def test_no_sample_gives_no_grade():
    assert early_grade(counts((60, "3")), infused_at=INFUSED) is None
    assert late_grade(counts((30, "0.1")), infused_at=INFUSED) is None
    assert days(limit=PROFOUND) is None


def casebook(*samples):
    infused = fill("d0/inf", infdtc="20jan26 10:00")
    visits = ("d7", "d10", "d14", "d21", "d28")
    filled = [
        fill(f"{visit}/lbh", lbdtc=f"{day} 10:00", anc=anc, plt=plt, transf=transf)
        for visit, (day, anc, plt, transf) in zip(visits, samples, strict=False)
    ]
    return book(infused, *filled)


SAMPLES = (
    ("27jan26", "0.4", "18", "PLT"),
    ("30jan26", "0.4", "19", "NONE"),
    ("3feb26", "0.6", "25", "NONE"),
    ("10feb26", "1.6", "60", "NONE"),
    ("17feb26", "2.4", "90", "NONE"),
)


def test_the_form_computes_from_the_blood_counts(database):
    entry = fill("d28/ht", casebook=casebook(*SAMPLES), htboost="N")

    # 3 days at 0.4, then half of the 4 days from 0.4 to 0.6.
    assert (entry.record.htanc500, entry.record.htanc100) == (">=5", "0")
    assert (entry.record.htearly, entry.record.htlate) == (1, None)
    assert entry.unanswered == []


@pytest.mark.parametrize(("recovered", "is_asked"), [("30jan26", True), ("3feb26", False)])
def test_recovery_lasts_three_samples(database, recovered, is_asked):
    entry = fill("d28/ht", casebook=casebook(*SAMPLES), htrec=recovered)

    assert (("htrec", "recovery_lasts_three_samples") in rules(entry)) is is_asked


@pytest.mark.parametrize(("recovered", "is_asked"), [("30jan26", True), ("3feb26", True), ("4feb26", False)])
def test_platelets_hold_seven_days_without_transfusion(database, recovered, is_asked):
    entry = fill("d28/ht", casebook=casebook(*SAMPLES), htplt=recovered)

    assert (("htplt", "platelets_hold_without_transfusion") in rules(entry)) is is_asked
