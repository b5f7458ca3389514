"""A statistician freezes a cut, reads a number, opens the subjects behind it, and the form as it was."""

import re

import pytest
from playwright.sync_api import expect

from tests import scenarios
from tests.journeys.browser import TABLET, check_page, fresh_code, idle
from trial_edc.accounts.passwords import DEMO_PASSWORD
from trial_edc.audit import clock
from trial_edc.reports import runner
from trial_edc.reports.models import ReportRun


@pytest.fixture
def study(people):
    study = scenarios.study()
    subject = scenarios.infused_subject(study, day=40)
    scenarios.adverse_event(study, subject, aestdtc=f"{scenarios.today(subject.site):%Y}")
    return study


def test_from_a_cut_to_the_cell_behind_a_number(desk, study):
    page = desk.sign_in("stat1", path="/endpoints/", size=TABLET)
    expect(page.get_by_text("No data cut yet.")).to_be_visible()
    check_page(page)

    page.get_by_test_id("make-cut").click()
    page.get_by_label("Name").fill("Interim 1")
    page.get_by_label("Cut-off date").fill(f"{clock.now():%d-%b-%Y}")
    page.get_by_test_id("cut-submit").click()
    page.get_by_label("Your password").fill(DEMO_PASSWORD)
    page.get_by_label("6-digit code").fill(fresh_code("stat1@demo.example"))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("results")).to_have_attribute("data-state", "active")
    assert runner.build(ReportRun.objects.get(kind="endpoints").pk)
    expect(page.get_by_test_id("results")).to_have_attribute("data-state", "done", timeout=20_000)
    page.get_by_test_id("figure-km-os").scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].every(i => i.loading === 'lazy' && !i.complete || i.naturalWidth > 0)")
    check_page(page)

    page.get_by_test_id("table-overview").get_by_role("link", name="1 (100.0 %) [1]").first.click()
    expect(page.get_by_test_id("record")).to_have_count(1)
    check_page(page)
    page.get_by_test_id("record").get_by_role("link").click()

    expect(page).to_have_url(re.compile(r"/endpoints/cuts/\d+/101-0001/ae/1/$"))
    expect(page.get_by_test_id("as-of")).to_have_text("As frozen in Interim 1")
    expect(page.get_by_role("row", name="CTCAE term").first).to_contain_text("Fatigue")
    check_page(page)
    page.get_by_role("link", name="101-0001").click()
    idle(page)
    check_page(page)
