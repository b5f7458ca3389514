"""Register, enter Day 7 by keyboard, sign an adverse event, change it, see the signature void, sign again."""

import re

import pytest
from playwright.sync_api import expect

from tests import scenarios
from tests.journeys.browser import check_page, fresh_code, idle
from trial_edc.accounts.passwords import DEMO_PASSWORD
from trial_edc.casebook.models import Draft, FormInstance, Signature

DAY_7 = {
    "sv": ["t", "1", "2", "2"],
    "vs": ["t 08:40", "None", "37.1", "118", "76", "88", "18", "97", "61.4"],
}


@pytest.fixture
def study(people):
    return scenarios.study()


def test_a_coordinator_registers_a_subject(desk):
    page = desk.sign_in("crc1", path="/subjects/")
    page.keyboard.press("r")
    page.wait_for_url("**/register/")
    check_page(page)

    page.get_by_label("Date and time consent was signed").fill("t 08:30")
    page.get_by_label("Consent form version").fill("2.0")
    page.get_by_label("Sex at birth").select_option("F")
    page.get_by_label("Year of birth").fill("1970")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"/subjects/101-\d{4}/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"101-\d{4}"))
    check_page(page)


def test_day_7_is_entered_by_keyboard_without_leaving_the_page(desk, study):
    subject = scenarios.infused_subject(study, day=7)
    page = desk.sign_in("crc1", path=f"/subjects/{subject.code}/visits/d7/")
    loads = []
    page.on("load", lambda _page: loads.append(page.url))
    idle(page)

    for text in DAY_7["sv"]:
        type_value(page, text)
    page.keyboard.press("Control+Enter")
    idle(page)
    expect(page.get_by_test_id("form-sv")).to_have_attribute("data-status", "complete")
    for text in DAY_7["vs"]:
        type_value(page, text)
    page.keyboard.press("Control+Enter")
    idle(page)

    expect(page.get_by_test_id("form-vs")).to_have_attribute("data-status", "complete")
    assert loads == []
    assert not Draft.objects.exists()
    check_page(page)
    page.goto(f"/subjects/{subject.code}/")
    for form in DAY_7:
        expect(page.get_by_test_id(f"cell-{form}-d7")).to_have_attribute("data-status", "complete")


def test_what_cannot_be_right_is_held_back_and_the_rest_saved(desk, study):
    subject = scenarios.infused_subject(study, day=7)
    page = desk.sign_in("crc1", path=f"/subjects/{subject.code}/visits/d7/")
    page.locator("[name='vs.sysbp']").fill("82")
    page.locator("[name='vs.weight']").fill("nd")
    page.locator("[name='vs.pulse']").fill("4x")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("check-vs.sysbp")).to_contain_text("expected range is 90")
    expect(page.get_by_test_id("missing-vs.weight")).to_be_visible()
    page.get_by_test_id("keep-vs.sysbp").check()
    idle(page)

    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/vs/")) as save:
        page.keyboard.press("Control+s")
    idle(page)

    assert save.value.status == 422
    assert page.title().startswith("Error: ")
    expect(page.get_by_test_id("summary")).to_be_focused()
    check_page(page)
    page.get_by_test_id("summary").get_by_role("link").first.click()
    expect(page.locator("[name='vs.pulse']")).to_be_focused()
    saved = FormInstance.objects.get(form_code="vs")
    assert not saved.queries.filter(item="sysbp").exists()
    page.reload()
    expect(page.locator("[name='vs.pulse']")).to_have_value("4x")
    expect(page.get_by_test_id("missing-vs.weight")).to_be_visible()


def test_a_saved_value_changes_only_with_a_reason(desk, study):
    subject = scenarios.infused_subject(study, day=9)
    scenarios.day_3(study, subject)
    page = desk.sign_in("crc1", path="/me/")
    page.goto(f"/subjects/{subject.code}/visits/d3/#vs.temp")
    box = page.locator("[name='vs.temp']")
    expect(box).to_be_focused()

    box.fill("39.4")
    page.keyboard.press("Control+s")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("38.4")
    expect(dialog).to_contain_text("39.4")
    check_page(page)
    assert FormInstance.objects.get(form_code="vs").revision == 1
    dialog.get_by_label("Entry error").check()
    dialog.get_by_role("button", name="Save with this reason").click()
    idle(page)

    expect(page.get_by_test_id("form-vs")).to_have_attribute("data-status", "complete")
    assert FormInstance.objects.get(form_code="vs").revision == 2
    page.locator("[name='vs.temp']").focus()
    page.keyboard.press("Alt+h")
    history = page.get_by_test_id("history")
    expect(history).to_contain_text("38.4")
    expect(history).to_contain_text("39.4")
    expect(history).to_contain_text("Mei Lin")
    expect(history).to_contain_text("UTC+08:00")
    check_page(page)


def test_an_adverse_event_is_entered_signed_changed_and_signed_again(desk, study):
    subject = scenarios.infused_subject(study, day=9)
    coordinator = desk.sign_in("crc1", path=f"/subjects/{subject.code}/ae/")
    coordinator.keyboard.press("n")
    coordinator.wait_for_url("**/ae/1/")
    expect(coordinator.locator("[data-state-badge]")).to_have_text("New")
    enter_adverse_event(coordinator)
    event = FormInstance.objects.get(form_code="ae")
    assert (event.status, event.saved_by.email) == ("partial", "crc1@demo.example")
    assert not Draft.objects.exists()
    check_page(coordinator)

    investigator = desk.sign_in("pi1", path=f"/subjects/{subject.code}/ae/1/")
    judge_adverse_event(investigator)
    investigator.goto("/sign/")
    check_page(investigator)
    row = investigator.get_by_test_id(f"sign-row-{subject.code}-AE-001")
    expect(row).to_have_attribute("data-state", "to-sign")
    expect(row).to_contain_text("Neutrophil count decreased")
    sign_first_row(investigator)
    expect(investigator.get_by_test_id("signed-row")).to_have_count(1)
    check_page(investigator)
    expect_signature(coordinator, subject, "signed")

    coordinator.goto(f"/subjects/{subject.code}/ae/1/")
    coordinator.locator(".rad [name='ae.aetreat'][value='Y']").check()
    coordinator.get_by_test_id("reason-ae.aetreat").get_by_label("Source corrected").check()
    coordinator.keyboard.press("Control+s")
    idle(coordinator)
    assert Signature.objects.get().voided_at is not None
    expect_signature(coordinator, subject, "resign")

    investigator.goto("/sign/")
    row = investigator.get_by_test_id(f"sign-row-{subject.code}-AE-001")
    expect(row).to_have_attribute("data-state", "resign")
    expect(row.get_by_role("row")).to_have_count(1)
    sign_first_row(investigator, code=False)
    assert Signature.objects.filter(voided_at=None).count() == 1
    expect_signature(coordinator, subject, "signed")


def enter_adverse_event(page):
    """What a coordinator enters, by keyboard: term by its synonym, course, action; no pointer."""
    start_typing(page, "ae.aeterm", "Neutrophils low")
    page.keyboard.type("neutropenia")
    expect(page.get_by_role("option").first).to_contain_text("Neutrophil count decreased")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[name='ae.aectcae']")).to_have_value("Neutrophil count decreased")
    page.keyboard.press("Enter")
    type_value(page, "-3")
    expect(page.locator("[id='ae.aestdtc.echo']")).to_contain_text("Day 6")
    type_value(page, "3")  # outcome: not recovered
    page.keyboard.press("Tab")  # no change of grade
    type_value(page, "1")  # serious opens its criteria
    expect(page.get_by_test_id("field-ae.aeshosp")).to_be_visible()
    page.locator("[name='ae.aeser'][value='Y']").focus()
    type_value(page, "2")
    expect(page.get_by_test_id("field-ae.aeshosp")).to_be_hidden()
    for text in ("2", "5", "2", "2"):  # disease, action, treatment given, DLT
        type_value(page, text)
    page.locator("[name='ae.aesi']").select_option("CYTOPENIA")
    page.keyboard.press("Control+s")
    idle(page)
    expect(page.get_by_test_id("form-ae")).to_have_attribute("data-status", "partial")


def judge_adverse_event(page):
    """What an investigator alone may answer: the grade and the causes."""
    causes = {"aerelu87": "UNLIKELY", "aerelld": "PROBABLE", "aerelaph": "UNRELATED", "aereloth": "UNRELATED"}
    for item, value in {"aetoxgr": "3", **causes}.items():
        page.locator(f".rad [name='ae.{item}'][value='{value}']").check()
    page.keyboard.press("Control+s")
    idle(page)
    expect(page.get_by_test_id("form-ae")).to_have_attribute("data-status", "complete")
    check_page(page)


def start_typing(page, name, text):
    box = page.locator(f"[name='{name}']")
    expect(box).to_be_focused()
    type_value(page, text)


def expect_signature(page, subject, state):
    """What the log of adverse events says of the signature of its one entry."""
    page.goto(f"/subjects/{subject.code}/ae/")
    expect(page.get_by_test_id("ae-row")).to_have_attribute("data-signature", state)
    check_page(page)


def type_value(page, text):
    """Type as a person does: into a box, a digit on a choice, the first letters of a list; then Enter."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def sign_first_row(page, *, code=True):
    """Mark the first row reviewed with x, sign with s, give the credentials."""
    page.keyboard.press("x")
    page.keyboard.press("s")
    page.wait_for_url("**/sign/confirm/**")
    check_page(page)
    page.locator("#sign-password").fill(DEMO_PASSWORD)
    if code:
        page.locator("#sign-code").fill(fresh_code("pi1@demo.example"))
    page.get_by_test_id("sign-submit").click()
    page.wait_for_load_state()


def test_a_term_is_found_by_its_synonym_and_offers_its_own_grades(desk, study):
    subject = scenarios.infused_subject(study, day=9)
    page = desk.sign_in("pi1", path=f"/subjects/{subject.code}/ae/1/")
    term = page.locator("[name='ae.aectcae']")
    term.focus()
    page.keyboard.type("neutropenia")
    expect(page.get_by_role("option").first).to_contain_text("Neutrophil count decreased")
    check_page(page)

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    idle(page)

    expect(term).to_have_value("Neutrophil count decreased")
    expect(page.locator(".rad input[name='ae.aetoxgr']:visible")).to_have_count(4)
