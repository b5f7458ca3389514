"""Browser journeys of a subject's way: eligibility by the investigator, consent to Day 28 by the coordinator."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from subjects.models import Subject
from tests import scenarios
from tests.journeys.browser import check_page, idle
from tests.journeys.test_first_path import sign_first_row
from tests.subjects.test_ie import answers
from trial_edc.casebook.models import FormInstance, Query

NARROW = {"width": 820, "height": 1180}


@pytest.fixture
def study(people):
    return scenarios.study()


def on(subject, days_ago):
    return (scenarios.today(subject.site) - timedelta(days=days_ago)).isoformat()


def answered(subject, visit, days_ago, **more):
    typed = answers(visit, **more)
    return {
        f"ie.{name.replace('__', '.')}": on(subject, days_ago) if name.startswith("iedat") else text
        for name, text in typed.items()
    }


def test_the_investigator_sees_the_data_answers_signs_and_opens_the_gate(desk, study):
    subject = scenarios.registered_subject(study, days_ago=20)
    blood = {"lbh.lbdtc": f"{on(subject, 12)} 08:00", "lbh.anc": "2.4", "lbh.alc": "0.9", "lbh.plt": "210"}
    scenarios.save(study, subject, "scr/lbh", {**blood, "lbh.hgb": "128", "lbh.gcsf": "N", "lbh.transf": "NONE"})
    typed = answered(subject, "scr", 10, ieelig="Y")
    scenarios.save(study, subject, "scr/ie", typed | {"ie.ieorres.exc06": "", "ie.ieorres.inc08": "N"})
    page = desk.sign_in("pi1", path=f"/subjects/{subject.code}/eligibility/")
    state = page.get_by_test_id("eligibility-state")
    expect(state).to_contain_text("Cannot enrol: 2 criteria open")
    expect(page.get_by_test_id("facts-ie.ieorres.inc09")).to_contain_text("Neutrophils 2.4")
    expect(page.get_by_test_id("facts-ie.ieorres.inc09")).to_contain_text("Rule: satisfied")
    check_page(page)
    page.set_viewport_size(NARROW)
    check_page(page)

    page.goto(f"/subjects/{subject.code}/visits/scr/ie/")
    page.get_by_test_id("field-ie.ieorres.exc06").get_by_text("Yes", exact=True).click()
    page.get_by_test_id("field-ie.ieorres.inc08").get_by_text("Yes", exact=True).click()
    page.keyboard.press("Control+s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Entry error").check()
    dialog.get_by_role("button", name="Save with this reason").click()
    idle(page)
    expect(page.get_by_test_id("form-ie")).to_have_attribute("data-status", "complete")

    page.goto(f"/subjects/{subject.code}/eligibility/")
    expect(state).to_have_attribute("data-open", "0")
    expect(state).to_have_attribute("data-gate", "closed")
    page.get_by_role("link", name="Sign eligibility").click()
    idle(page)
    sign_first_row(page)
    page.goto(f"/subjects/{subject.code}/eligibility/")
    expect(state).to_have_attribute("data-gate", "open")
    expect(state).to_contain_text("leukapheresis can be planned")


def test_a_coordinator_takes_a_subject_from_consent_to_day_28(desk, study):
    page = desk.sign_in("crc1", path="/subjects/register/")
    register(page, days_ago=75)
    subject = Subject.objects.get()
    code = subject.code
    scenarios.save(study, subject, "icf/2", {"icf.icftype": "LTFU", "icf.icfdtc": f"{on(subject, 75)} 09:00"})
    confirmed(study, subject, "scr", 70, ieelig="Y")

    enter(page, code, "aph", "aph", {"aphstdtc": f"{on(subject, 60)} 09:00"})
    made(study, subject)
    confirmed(study, subject, "base", 37, ieelig2="Y")
    confirmed(study, subject, "d0", 30, ieelig3="Y")
    enter(page, code, "d0", "inf", {"infdtc": f"{on(subject, 30)} 10:00", "infbatch": "LOT-1"})
    for visit, ago in (("d1", 29), ("d7", 23), ("d14", 16), ("d28", 2)):
        enter(page, code, visit, "sv", {"svstdtc": on(subject, ago)})

    page.goto(f"/subjects/{code}/")
    expect(page.get_by_role("main")).to_contain_text("Journey")
    for visit in ("d1", "d7", "d14", "d28"):
        expect(page.get_by_test_id(f"cell-sv-{visit}")).to_have_attribute("data-status", "partial")
    check_page(page)
    page.goto(f"/subjects/{code}/participation/")
    expect(page.get_by_role("main")).to_contain_text("Nothing is proposed.")
    check_page(page)
    assert not Query.objects.filter(rule__startswith="gate:").exists()
    assert not FormInstance.objects.filter(form_code="dv").exists()


def register(page, *, days_ago):
    signed = scenarios.clock.now() - timedelta(days=days_ago)
    page.get_by_label("Date and time consent was signed").fill(f"{signed:%Y-%m-%d} 08:30")
    page.get_by_label("Consent form version").fill("2.0")
    page.get_by_label("Sex at birth").select_option("F")
    page.get_by_label("Year of birth").fill("1970")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/subjects/101-\d{4}/$"))


def confirmed(study, subject, visit, days_ago, **decision):
    """The criteria of a visit, answered by the coordinator and signed by the investigator."""
    form = scenarios.save(study, subject, f"{visit}/ie", answered(subject, visit, days_ago, **decision)).instance
    scenarios.signed(study, form, meaning="eligibility")


def made(study, subject):
    """Manufacture and release."""
    scenarios.save(study, subject, "mfg/mfg", {"mfg.mfgbatch": "LOT-1"}, by="mfr1")
    scenarios.save(study, subject, "mfg/rel", {"rel.relstat": "RELEASED", "rel.reldt": on(subject, 40)}, by="mfr1")


def enter(page, code, visit, form, values):
    """Type a few values into a form of a visit and save it."""
    page.goto(f"/subjects/{code}/visits/{visit}/{form}/")
    for item, text in values.items():
        page.locator(f"[name='{form}.{item}']").fill(text)
    page.keyboard.press("Control+s")
    idle(page)
    expect(page.get_by_test_id(f"form-{form}")).to_have_attribute("data-status", "partial")
