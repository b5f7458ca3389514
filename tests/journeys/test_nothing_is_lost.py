"""Two people in one form, a session that ends, a line that breaks, a browser without scripts."""

import pytest
from playwright.sync_api import expect

from tests import scenarios
from tests.journeys.browser import check_page, fresh_code, idle
from trial_edc.accounts.passwords import DEMO_PASSWORD
from trial_edc.casebook.models import Draft, FormInstance
from trial_edc.casebook.reader import read

TYPED = {"sysbp": "121", "diabp": "77", "pulse": "91", "resp": "17", "spo2": "96", "weight": "61.0"}


@pytest.fixture
def study(people):
    return scenarios.study()


@pytest.fixture
def day_3(study):
    subject = scenarios.infused_subject(study, day=9)
    scenarios.day_3(study, subject)
    return subject


def saved_values(subject, visit="d3"):
    """What stands in the vital signs, as typed."""
    record = read(subject).record(visit, "vs", 1)
    return {address: about["typed"] for address, about in record.meta.items() if "typed" in about}


def test_two_people_in_one_form_merge_field_by_field(desk, day_3):
    address = f"/subjects/{day_3.code}/visits/d3/"
    first, second = desk.sign_in("crc1", path=address), desk.sign_in("crc2", path=address)
    change(second, temp="39.1", weight="62.0")
    save(second)
    change(first, temp="39.4", pulse="118")

    save(first)

    expect(first.get_by_role("heading", name="Li Wei saved this form")).to_be_visible()
    check_page(first)
    row = first.get_by_test_id("merge-row-vs.temp")
    expect(row).to_contain_text("38.4")
    expect(row).to_contain_text("39.1")
    expect(row).to_contain_text("39.4")
    assert first.locator("[data-testid^=merge-row-]").count() == 1
    row.get_by_label("mine", exact=True).check()
    row.get_by_label("Reason").select_option("source_corrected")
    first.get_by_role("button", name="Save merged form").click()
    first.wait_for_load_state()
    idle(first)
    assert {"temp": "39.4", "pulse": "118", "weight": "62.0"}.items() <= saved_values(day_3).items()


def test_a_session_that_ends_loses_no_value(desk, study):
    subject = scenarios.infused_subject(study, day=7)
    page = desk.sign_in("crc1", path=f"/subjects/{subject.code}/visits/d7/", headers={"X-Test-Idle": "9"})
    for item, text in TYPED.items():
        page.locator(f"[name='vs.{item}']").fill(text)
    panel = page.get_by_test_id("relogin")
    expect(panel).to_be_visible(timeout=30_000)

    panel.get_by_label("Password").fill(DEMO_PASSWORD)
    panel.get_by_label("code").fill(fresh_code("crc1@demo.example"))
    page.keyboard.press("Enter")
    expect(panel).to_be_hidden()
    idle(page)
    page.locator("[name='vs.sysbp']").focus()
    save(page)

    assert saved_values(subject, "d7") == TYPED


def test_values_wait_encrypted_while_the_line_is_down(desk, study):
    subject = scenarios.infused_subject(study, day=7)
    page = desk.sign_in("crc1", path=f"/subjects/{subject.code}/visits/d7/")
    state = page.get_by_test_id("draft-state")
    idle(page)
    page.context.set_offline(True)
    desk.expects_broken_line = True

    page.locator("[name='vs.pulse']").fill("91")
    page.keyboard.press("Enter")
    expect(state).to_have_attribute("data-state", "offline")
    expect(state).to_contain_text("1 values wait on this computer")
    expect(page.get_by_test_id("save")).to_be_disabled()
    check_page(page)
    stored = page.evaluate(
        """() => new Promise((done) => { const open = indexedDB.open("edc", 1); open.onsuccess = () => {
           const asked = open.result.transaction("unsent").objectStore("unsent").getAll();
           asked.onsuccess = () => done(asked.result.map((row) => new TextDecoder().decode(row.data)));
           }; })"""
    )
    assert len(stored) == 1
    assert "91" not in stored[0]
    assert "pulse" not in stored[0]
    page.context.set_offline(False)

    expect(state).to_have_attribute("data-state", "kept", timeout=15_000)
    assert Draft.objects.get(form_code="vs").values["vs.pulse"] == "91"


def test_without_scripts_a_form_is_saved_by_plain_posts(desk, day_3):
    page = desk.open("crc1", java_script_enabled=False)
    page.goto(f"/signin/?next=/subjects/{day_3.code}/visits/d3/vs/")
    page.get_by_label("E-mail").fill("crc1@demo.example")
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_label("code", exact=False).first.fill(fresh_code("crc1@demo.example"))
    page.get_by_test_id("signin-submit").click()
    form = page.get_by_test_id("form-vs")

    page.locator("[name='vs.pulse']").fill("99")
    form.get_by_role("button", name="Save", exact=True).last.click()
    assert FormInstance.objects.get(form_code="vs").revision == 1
    page.get_by_test_id("reason-vs.pulse").get_by_label("Entry error").check()
    page.get_by_test_id("form-vs").get_by_role("button", name="Save", exact=True).last.click()

    assert saved_values(day_3)["pulse"] == "99"


def test_a_value_typed_during_a_save_stays(desk, study):
    subject = scenarios.infused_subject(study, day=7)
    page = desk.sign_in("crc1", path=f"/subjects/{subject.code}/visits/d7/")
    page.locator("[name='vs.pulse']").fill("91")
    held = []
    page.route(
        "**/visits/d7/vs/",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    page.keyboard.press("Control+s")
    page.wait_for_function("document.querySelector('#f-vs').dataset.sending")

    page.locator("[name='vs.resp']").fill("19")
    page.wait_for_timeout(100)
    for route in held:
        route.continue_()
    page.unroute_all(behavior="wait")
    idle(page)

    expect(page.locator("[name='vs.resp']")).to_have_value("19")
    page.reload()
    expect(page.locator("[name='vs.resp']")).to_have_value("19")


def change(page, **values):
    idle(page)
    for item, text in values.items():
        page.locator(f"[name='vs.{item}']").fill(text)
        page.keyboard.press("Tab")
        page.get_by_test_id(f"reason-vs.{item}").get_by_label("Source corrected").check()
    idle(page)


def save(page):
    page.keyboard.press("Control+s")
    idle(page)
