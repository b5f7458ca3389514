"""The demo subject of the worked tumour case, seeded through the save action."""

from datetime import date, timedelta

import pytest

from assessments.laboratory_defaults import write_defaults
from subjects.demo.courses import COURSES
from subjects.demo.seed import seed_demo
from tests.books import fill
from trial_edc.accounts import demo
from trial_edc.audit.context import audited
from trial_edc.casebook.models import Query, Signature
from trial_edc.casebook.reader import read

DAY = date(2026, 3, 5)


@pytest.fixture
def casebook(database):
    people = demo.create_demo_users(since=DAY - timedelta(days=1_000))
    sites = demo.create_demo_sites()
    with audited(by=people["dm1"], source="form", reason="Ranges of the demonstration laboratories"):
        write_defaults(sites)
    course = next(one for one in COURSES if one.has_worked_tumour)
    (subject,) = seed_demo(as_of=DAY, people=people, courses=(course,), say=lambda text: None)
    return read(subject)


def test_three_scans_are_read_and_signed_and_month_6_is_empty(casebook):
    tumour = {one.visit_code: (one["trdtc.1"].isoformat(), int(one.trsum), one.trresp) for one in casebook["tr"]}
    response = {one.visit_code: (one.rsovrl, one.rsinv, one.rsbor) for one in casebook["rs"]}

    assert tumour == {
        "d28": ("2025-10-04", 78, "SD"),
        "m2": ("2025-11-05", 57, "PR"),
        "m3": ("2025-12-05", 46, "PR"),
    }
    assert response == {"d28": ("SD", "SD", "NEV"), "m2": ("PR", "PR", "SD"), "m3": ("PR", "PR", "PR")}
    signed = set(Signature.objects.values_list("instance__form_code", "instance__visit__code"))
    assert {(form, visit) for form in ("tr", "nt", "rs") for visit in ("d28", "m2", "m3")} <= signed
    assert casebook.record("m6", "tr") is None


def test_the_demo_answers_raise_no_question_in_the_assessments(casebook):
    asked = Query.objects.exclude(rule="").values_list("instance__form_code", "instance__visit__code", "item", "rule")

    assert list(asked) == []
    statuses = {one.form_code: one.status for one in casebook.instances}
    assert {form: status for form, status in statuses.items() if status != "complete"} == {}


def test_a_stored_code_is_read_back_as_it_was_typed(casebook):
    stored = casebook.record("scr", "lbi")

    again = fill("scr/lbi", casebook=casebook, record=stored, hbsag="NEG", syph="Negative")

    assert (stored.hbsag, stored["lbtoxgr.hbsag"]) == ("NEG", None)
    assert again.changed == {}
