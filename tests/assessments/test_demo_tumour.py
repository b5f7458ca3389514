"""The demo subject of the worked tumour case, seeded through the save action."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from assessments.laboratory_defaults import write_defaults
from assessments.selectors import responses_that_differ
from subjects.demo.courses import COURSES
from subjects.demo.seed import seed_demo
from tests.books import fill
from trial_edc.accounts import demo
from trial_edc.accounts.models import User
from trial_edc.audit.context import audited
from trial_edc.casebook.actions.save import save_form
from trial_edc.casebook.models import Query, Signature
from trial_edc.casebook.reader import read
from trial_edc.casebook.slots import Slot

DAY = date(2026, 3, 5)


COURSE = next(one for one in COURSES if one.has_worked_tumour)
EARLY_DAYS = ("ld1", "ld2", "ld3", "d1", "d2", "d3", "d4", "d7", "d10", "d14", "d21")


def seeded(course):
    """The casebook of a demo course on the day of the worked case."""
    people = demo.create_demo_users(since=DAY - timedelta(days=1_000))
    sites = demo.create_demo_sites()
    with audited(by=people["dm1"], source="form", reason="Ranges of the demonstration laboratories"):
        write_defaults(sites)
    (subject,) = seed_demo(as_of=DAY, people=people, courses=(course,), say=lambda text: None)
    return read(subject)


@pytest.fixture
def casebook(database):
    """Without the early days, which have no scan."""
    return seeded(replace(COURSE, late=EARLY_DAYS))


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


def test_the_demo_answers_raise_no_question_in_the_assessments(database):
    casebook = seeded(COURSE)

    asked = Query.objects.exclude(rule="").values_list("instance__form_code", "instance__visit__code", "item", "rule")

    assert list(asked) == []
    statuses = {one.form_code: one.status for one in casebook.instances}
    assert {form: status for form, status in statuses.items() if status != "complete"} == {}


def test_a_stored_code_is_read_back_as_it_was_typed(casebook):
    stored = casebook.record("scr", "lbi")

    again = fill("scr/lbi", casebook=casebook, record=stored, hbsag="NEG", syph="Negative")

    assert (stored.hbsag, stored["lbtoxgr.hbsag"]) == ("NEG", None)
    assert again.changed == {}


def test_month_6_is_progression_by_a_new_lesion_and_the_other_response_needs_its_reason(casebook):
    subject = casebook.subject
    coordinator = User.objects.get(email="crc1@demo.example")

    def save(form, **typed):
        raw = {f"{form}.{name.replace('__', '.')}": text for name, text in typed.items()}
        return save_form(by=coordinator, slot=Slot(subject.pk, "m6", form), raw=raw)

    sizes = {"trdiam__1": "24", "trdiam__2": "13", "trdiam__3": "11", "trstat__4": "TSTM"}
    methods = {f"trmeth__{number}": "CT" for number in range(1, 5)}
    scan = save("tr", trdtc__1="5mar2026", **sizes, **methods)
    others = {"ntdtc__1": "5mar2026", "ntstat__1": "ABSENT", "ntstat__2": "PRESENT"}
    new = {"nlyn": "UNEQUIVOCAL", "nldt__1": "5mar2026", "nlloc__1": "Liver, segment VI, CT", "nlsize__1": "14"}
    rest = save("nt", **others, **new, nlaxis__1="LONGEST")
    assert (scan.held, rest.held, scan.unanswered, rest.unanswered) == ({}, {}, (), ())

    held = save("rs", rsdtc="5mar2026", rsclin="N", rsinv="PR")
    assert list(held.held) == ["rsinv"]
    assert held.held["rsinv"].startswith("Investigator PR differs from calculated PD at M6.")
    assert responses_that_differ([subject.site_id]) == []

    kept = save("rs", rsinv="PR", rsinvrs="The liver lesion is a haemangioma.")
    now = read(subject)
    measured, response = now.record("m6", "tr"), now.record("m6", "rs")
    assert (kept.held, measured.trsum, measured.trnadir, measured.trresp) == ({}, 53, 46, "PR")
    assert (response.rsinv, response.rsovrl, response.rsbor, response.status) == ("PR", "PD", "PR", "complete")
    (differing,) = responses_that_differ([subject.site_id])
    assert (differing.visit, differing.investigator, differing.derived) == ("m6", "PR", "PD")
    assert responses_that_differ([]) == []
