"""Manufacturing enters and signs a product; two persons check it at the bedside; the infusion goes by its checklist."""

import os

import pytest
from playwright.sync_api import expect

from subjects.models import IdentityCheck
from subjects.product.selectors import product_now
from tests import scenarios
from tests.journeys.browser import TABLET, check_page, fresh_code, idle
from tests.subjects import product_world as world
from trial_edc.accounts.passwords import DEMO_PASSWORD
from trial_edc.casebook.models import Signature


@pytest.fixture
def study(people):
    return scenarios.study()


def look(page, name):
    """A picture for the eye, where `SHOTS` names a folder for pictures."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def fill(page, form, typed):
    for item, text in typed.items():
        box = page.locator(f"[name='{form}.{item}']")
        if box.first.get_attribute("type") == "radio":
            page.locator(f"[name='{form}.{item}'][value='{text}']").check()
        elif box.first.evaluate("node => node.tagName") == "SELECT":
            box.select_option(text)
        else:
            box.fill(text)
    page.keyboard.press("Control+s")
    idle(page)


def test_manufacturing_enters_a_batch_and_a_second_person_signs_its_release(desk, study):
    subject = world.collected(study)
    page = desk.sign_in("mfr1")
    page.get_by_test_id("work-row").filter(has_text=subject.code).click()
    page.wait_for_url("**/product/")
    check_page(page)
    page.get_by_role("link", name="Begin manufacture").click()
    batch = {name.removeprefix("mfg."): text for name, text in world.BATCH.items()}
    fill(page, "mfg", batch | {"mfgstdt": world.day(subject, 39), "mfgendt": world.day(subject, 25)})
    expect(page.get_by_test_id("form-mfg")).to_have_attribute("data-status", "complete")
    check_page(page)
    look(page, "mfr-form")

    page.get_by_role("link", name=subject.code).click()
    page.get_by_role("link", name="Add a release").click()
    fill(page, "rel", {**world.CERTIFICATE, "reldt": world.day(subject, 20)})
    expect(page.get_by_test_id("form-rel")).to_have_attribute("data-status", "complete")

    second = desk.sign_in("mfr2", path="/sign/")
    second.get_by_label("reviewed").check()
    second.get_by_role("button", name="Sign selected").click()
    second.locator("#sign-password").fill(DEMO_PASSWORD)
    second.locator("#sign-code").fill(fresh_code("mfr2@demo.example"))
    second.get_by_test_id("sign-submit").click()
    idle(second)
    assert Signature.objects.get().meaning == "release"
    second.goto(f"/subjects/{subject.code}/product/")
    expect(second.get_by_test_id("product-state")).to_have_text("Released")
    check_page(second)
    look(second, "product-mfr")


def test_two_persons_check_at_the_bedside_and_a_wrong_bag_stops(desk, study):
    subject = world.ready(study)
    page = desk.sign_in("nurse1", size=TABLET)
    page.get_by_test_id("work-row").filter(has_text=subject.code).click()
    check_page(page)
    look(page, "check")
    for text in (subject.code, world.LOT, world.COI):
        page.keyboard.type(text)
        with page.expect_navigation():  # each scan is a plain post of the page
            page.keyboard.press("Enter")
    page.get_by_text("Yes", exact=True).click()
    page.get_by_test_id("compare").click()
    expect(page.get_by_test_id("check")).to_have_attribute("data-state", "waiting")
    check_page(page)
    look(page, "waiting")
    page.get_by_label("E-mail of the second person").fill("crc1@demo.example")
    page.locator("#id_password").fill(DEMO_PASSWORD)
    page.locator("#id_code").fill(fresh_code("crc1@demo.example"))
    page.get_by_test_id("confirm-identity").click()
    expect(page.get_by_test_id("check")).to_have_attribute("data-state", "passed")
    assert product_now(subject).steps[-1].coistep == IdentityCheck.objects.get().step == "THAW"

    page.goto(f"/subjects/{subject.code}/product/check/?step=INFUSION")
    page.get_by_label("Subject number on the wristband").fill(subject.code)
    page.get_by_label("Batch / lot number on the label").fill("CT-010007")
    page.get_by_label("Chain-of-identity identifier on the label").fill(world.COI)
    page.get_by_text("Yes", exact=True).click()
    page.get_by_test_id("compare").click()
    expect(page.get_by_test_id("mismatch")).to_contain_text("Character 9 is 7 instead of 1.")
    check_page(page)
    look(page, "mismatch")


def test_the_infusion_goes_by_its_checklist(desk, study):
    subject = world.ready(study)
    scenarios.save(study, subject, "aph/dla", {"dla.dllevel": "DL1"})
    world.cleared(study, subject)
    world.checked(study, subject, "INFUSION")
    page = desk.sign_in("crc1", path=f"/subjects/{subject.code}/product/infusion/", size=TABLET)
    expect(page.get_by_test_id("checked")).to_contain_text("Mei Lin and Wang Fang")
    page.get_by_role("button", name="Now Thaw time").click()
    idle(page)
    expect(page.get_by_test_id("expiry")).to_contain_text("Expires at")
    page.locator("[name=infdose]").fill("52")
    page.locator("[name=infwt]").fill("sixty")
    page.get_by_role("button", name="Now Start date and time").click()
    idle(page)

    expect(page.locator("[name=infwt]")).to_have_value("sixty")
    expect(page.locator("#p-infwt")).to_be_visible()
    expect(page.get_by_test_id("box-infdose")).to_contain_text("52")
    expect(page.get_by_test_id("signs").nth(1)).to_have_attribute("data-state", "later")
    check_page(page)
    look(page, "infusion")
    page.goto(f"/subjects/{subject.code}/product/")
    check_page(page)
    look(page, "product-site")
