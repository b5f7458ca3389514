"""Blood count: limits and grades filled in from the laboratory."""

from datetime import date
from decimal import Decimal

import pytest

from assessments.laboratories import LabRange
from assessments.laboratory_defaults import write_defaults
from tests.books import ZONE, book, fill, rules, said
from trial_edc.accounts import demo
from trial_edc.accounts.models import Site, User
from trial_edc.audit.context import audited
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import box_text, row_facts

COUNT = {
    "lbdtc": "3mar26 07:30",
    "lblab": "L101",
    "wbc": "4.2",
    "anc": "1.7",
    "alc": "1.2",
    "hgb": "118",
    "plt": "140",
    "transf": "NONE",
    "gcsf": "N",
}


@pytest.fixture
def casebook(database):
    """A man of 55 at site 101, whose laboratories are known."""
    people = demo.create_demo_users(since=date(2025, 1, 1))
    sites = demo.create_demo_sites()
    with audited(by=people["dm1"], source="form", reason="Ranges of the demonstration laboratories"):
        write_defaults(sites)
    man = fill("scr/dm", sex="M", brthdtc="1970", age="55")
    found = book(fill("icf", icftype="MAIN", icfdtc="5jan26 09:30"), man, fill("d7/sv", svstdtc="3mar26"))
    found.subject.site = Site.objects.get(code="101")
    return found


def test_limits_and_grades_come_from_the_laboratory(casebook):
    entry = fill("d7/lbh", casebook=casebook, **COUNT)

    assert (entry.errors, entry.unanswered, entry.findings) == ({}, [], [])
    assert (entry.record["lbornrlo.anc"], entry.record["lbornrhi.anc"]) == (Decimal("1.8"), Decimal("6.3"))
    assert {key: entry.record[f"lbtoxgr.{key}"] for key in ("wbc", "anc", "alc", "hgb", "plt")} == {
        "wbc": 0,
        "anc": 1,
        "alc": 0,
        "hgb": 1,
        "plt": 0,
    }


def test_limits_are_given_in_the_unit_as_reported(casebook):
    record = fill("d7/lbh", casebook=casebook, **{**COUNT, "hgb": "7.9", "hgb__unit": "g/dL"}).record

    assert (record["lbornrlo.hgb"], record["lbornrhi.hgb"]) == (13, Decimal("17.5"))
    assert (record.hgb, record["lbtoxgr.hgb"]) == (79, 3)


def test_a_typed_limit_stands(casebook):
    record = fill("d7/lbh", casebook=casebook, **{**COUNT, "lbornrlo__anc": "1.5"}).record

    assert (record["lbornrlo.anc"], record["lbornrhi.anc"]) == (Decimal("1.5"), Decimal("6.3"))
    assert record["lbtoxgr.anc"] == 0


def test_significance_is_asked_of_a_flagged_value_alone(casebook):
    entry = fill("d7/lbh", casebook=casebook, **COUNT)

    assert "lbclsig.anc" in entry.expected
    assert "lbclsig.wbc" not in entry.expected


def test_a_value_under_its_limit_is_graded_by_the_bound(casebook):
    record = fill("d7/lbh", casebook=casebook, **{**COUNT, "anc": "<0.1"}).record

    assert (record["lbtoxgr.anc"], record.meta["anc"]["qualifier"]) == (4, "<")


def test_only_laboratories_of_the_site_are_offered(casebook):
    assert "is not a choice of laboratory" in said(fill("d7/lbh", casebook=casebook, lblab="L103"), "lblab")[0]


def test_a_cleared_value_loses_its_limits_and_grade(casebook):
    saved = fill("d7/lbh", casebook=casebook, **COUNT).record

    record = fill("d7/lbh", casebook=casebook, record=saved, anc="ND").record

    assert (record.anc, record["lbornrlo.anc"], record["lbtoxgr.anc"]) == (None, None, None)


def test_a_sample_of_another_day_is_asked_about(casebook):
    assert said(fill("d7/lbh", casebook=casebook, **{**COUNT, "lbdtc": "2mar26 07:30"}), "lbdtc") == [
        "Collected on 02-Mar-2026, the visit was on 03-Mar-2026. Which is correct?"
    ]


def test_parts_are_not_more_than_all_leukocytes(casebook):
    entry = fill("d7/lbh", casebook=casebook, **{**COUNT, "wbc": "2.0"})

    assert ("wbc", "parts_are_not_more_than_all") in rules(entry)


def test_one_statement_reads_all_limits(casebook, django_assert_num_queries):
    with django_assert_num_queries(2):  # the laboratories offered, and the ranges of the chosen one
        fill("d7/lbh", casebook=casebook, **COUNT)


def test_the_default_ranges_are_written_once(casebook):
    before = LabRange.objects.count()
    with audited(by=User.objects.get(email="dm1@demo.example"), source="form"):
        write_defaults({"101": casebook.subject.site})

    assert LabRange.objects.count() == before == 174


def test_limits_flag_and_grade_stand_beside_the_value(casebook):
    entry = fill("d7/lbh", casebook=casebook, **{**COUNT, "hgb": "7.9", "hgb__unit": "g/dL"})

    beside = {key: str(row_facts(entry.spec[key], entry.record)) for key in ("wbc", "anc", "hgb")}

    assert beside == {"wbc": "3.5–9.5", "anc": "1.8–6.3 · L · G1", "hgb": "13–17.5 · L · G3"}


def asked():
    """The boxes of a blood count on Day 7."""
    return [one for one in form_spec("lbh", visit_code="d7") if one.is_asked]


def test_limits_sent_back_as_shown_stay_those_of_the_laboratory(casebook):
    saved = fill("d7/lbh", casebook=casebook, **COUNT).record
    boxes = {one.address.replace(".", "__"): box_text(one, saved, time_zone=ZONE) for one in asked()}

    entry = fill("d7/lbh", casebook=casebook, record=saved, **boxes)
    reported = fill("d7/lbh", casebook=casebook, record=saved, **{**boxes, "hgb": "11.8", "hgb__unit": "g/dL"})

    assert entry.changed == {}
    assert set(reported.changed) == {"hgb"}
    assert reported.record["lbornrlo.hgb"] == 13
