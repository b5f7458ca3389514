"""Sign-in and first sign-in in a real browser."""

import os
import re

import pyotp
import pytest
from playwright.sync_api import expect

from tests.platform.conftest import SINCE
from trial_edc.accounts import actions, enrolment
from trial_edc.accounts.demo import DEMO_PASSWORD

pytestmark = pytest.mark.browser
# Playwright's loop runs in this thread; Django's connection is used between its steps, never by it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture
def tab(chromium, site_url):
    """A page of headless Chromium; the test fails when the content security policy stopped anything."""
    said = []
    page = chromium.new_page(base_url=site_url)
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield page
    page.close()
    assert [text for text in said if "Content Security Policy" in text] == []


@pytest.mark.requirement("ACC-12")
def test_wrong_code_then_right_code(fresh_database, people, tab):
    tab.goto("/me/")
    expect(tab).to_have_title(re.compile("Sign in"))
    tab.get_by_label("E-mail").fill("crc1@demo.example")
    tab.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    tab.get_by_role("button", name="Show password").click()
    expect(tab.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    tab.get_by_label("6-digit code").fill("000000")
    tab.get_by_test_id("signin-submit").click()
    expect(tab.get_by_role("alert").first).to_contain_text("not right")
    tab.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    tab.get_by_label("6-digit code").fill(tab.get_by_test_id("demo-code-crc1").inner_text())
    tab.get_by_test_id("signin-submit").click()

    expect(tab).to_have_url(re.compile("/me/$"))
    expect(tab.get_by_test_id("previous-sign-in")).to_contain_text("first")


@pytest.mark.requirement("ACC-12")
def test_first_sign_in_from_the_link(fresh_database, people, tab):
    user = actions.invite_user(
        by=people["admin1"],
        email="new@demo.example",
        full_name="Noor Haddad",
        organisation="X",
        trained_on=SINCE,
    )
    tab.goto(enrolment.new_link(user))
    tab.get_by_label("New password").fill("seven quiet herons")
    tab.get_by_role("button", name="Keep password").click()
    secret = tab.get_by_test_id("factor-secret").inner_text().replace(" ", "")
    box = tab.get_by_role("img", name="QR code").bounding_box()
    tab.get_by_label("6-digit code").fill(pyotp.TOTP(secret).now())
    tab.get_by_role("button", name="Confirm second factor").click()
    expect(tab.get_by_test_id("recovery-codes").locator("li")).to_have_count(10)
    tab.get_by_role("link", name="I have kept them").click()
    tab.get_by_label("I accept these terms").check()
    tab.get_by_role("button", name="Accept terms").click()
    tab.goto("/me/")

    assert box["width"] >= 200
    expect(tab.get_by_role("heading", name="Noor Haddad")).to_be_visible()
