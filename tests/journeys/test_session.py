"""Signing in, and a session that ends while somebody is at work."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import check_page, fresh_code, type_credentials
from trial_edc.accounts.passwords import DEMO_PASSWORD

SHORT = {"X-Test-Idle": "8"}


def test_a_person_signs_in_with_password_and_code(desk):
    page = desk.open("crc1")
    page.goto("/signin/")
    check_page(page)

    type_credentials(page, "crc1")
    page.goto("/me/")

    expect(page.get_by_test_id("training")).to_be_visible()
    expect(page.get_by_test_id("person-menu")).to_be_visible()
    check_page(page)


@pytest.mark.parametrize(("name", "wrong"), [("crc1", {"code": "000000"}), ("crc1", {"password": "Wrong-2026-pass"})])
def test_wrong_credentials_get_one_answer_and_stay_out(desk, name, wrong):
    page = desk.open(name)
    page.goto("/signin/")

    type_credentials(page, name, **wrong)

    expect(page.get_by_test_id("entry-problem")).to_be_visible()
    check_page(page)
    page.goto("/me/")
    expect(page.get_by_test_id("signin-submit")).to_be_visible()


def test_a_code_counts_once(desk):
    code = fresh_code("crc1@demo.example")
    first, second = desk.open("one"), desk.open("two")
    for page in (first, second):
        page.goto("/signin/")
        type_credentials(page, "crc1", code=code)

    first.goto("/me/")

    expect(first.get_by_test_id("person-menu")).to_be_visible()
    expect(second.get_by_test_id("entry-problem")).to_be_visible()


def test_the_warning_keeps_a_person_signed_in(desk):
    page = desk.sign_in("crc1", path="/me/", headers=SHORT)
    warning = page.get_by_test_id("idle-warning")
    expect(warning).to_be_visible(timeout=15_000)
    check_page(page)

    page.keyboard.press("Enter")

    expect(warning).to_be_hidden()
    expect(page.get_by_test_id("relogin")).to_be_hidden()


@pytest.mark.requirement("ACC-12")
def test_after_the_limit_the_page_waits_blurred_for_its_person(desk):
    page = desk.sign_in("crc1", path="/me/", headers=SHORT)
    address = page.url
    panel = page.get_by_test_id("relogin")
    expect(panel).to_be_visible(timeout=25_000)
    assert page.locator("#main").evaluate("main => main.inert && getComputedStyle(main).filter != 'none'")
    check_page(page)

    panel.get_by_label("Password").fill(DEMO_PASSWORD)
    panel.get_by_label("code").fill(fresh_code("crc1@demo.example"))
    page.keyboard.press("Enter")

    expect(panel).to_be_hidden()
    assert page.url == address
    assert page.locator("#main").evaluate("main => !main.inert")
