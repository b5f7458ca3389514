"""A serious event in the browser: the coordinator's draft at night, the investigator's judgement, the report."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tests import scenarios
from tests.journeys.browser import TABLET, check_page, idle
from trial_edc.audit import clock
from trial_edc.casebook.models import FormInstance

CAUSES = {"ae.aerelu87": "PROBABLE", "ae.aerelld": "UNLIKELY", "ae.aerelaph": "UNRELATED"}
NOT = ("aesdth", "aeslife", "aesdisab", "aescong", "aesmie")


@pytest.fixture
def study(people):
    return scenarios.study()


def hours_ago(n):
    return clock.now().astimezone(ZoneInfo("Asia/Shanghai")) - timedelta(hours=n)


def choose(page, name, value):
    page.locator(f"input[name='{name}'][value='{value}']").check()
    idle(page)


def save(page, box):
    page.locator(f"[name='{box}']").first.focus()
    page.keyboard.press("Control+s")
    idle(page)


def draft_of_the_night(page, aware):
    """A coordinator marks an event as serious and types the awareness time; nothing is saved. Gives the due time."""
    idle(page)
    page.locator("[name='ae.aeterm']").fill("low oxygen")
    page.locator("[name='ae.aectcae']").fill("hypoxia")
    page.get_by_role("option", name="Hypoxia").first.click()
    choose(page, "ae.aeser", "Y")
    expect(page.locator("#panel").get_by_test_id("sae-clock")).to_have_attribute("data-state", "running")
    box = page.locator("[name='sae.saeawdt']")
    box.fill(f"{aware:%d-%b-%Y %H:%M}")
    box.blur()
    idle(page)
    due = f"{aware + timedelta(hours=24):%Y-%m-%dT%H:%M}+08:00"
    expect(page.locator("#panel").get_by_test_id("sae-clock")).to_have_attribute("data-due", due)
    check_page(page)
    return due


def saved_event_and_report(page, aware):
    page.locator("[name='ae.aestdtc']").fill(f"{aware:%d-%b-%Y}")
    choose(page, "ae.aeshosp", "Y")
    for name in NOT:
        choose(page, f"ae.{name}", "N")
    save(page, "ae.aeterm")
    save(page, "sae.saenarr")
    found = FormInstance.objects.filter(form_code__in=("ae", "sae")).values_list("form_code", flat=True)
    assert set(found) == {"ae", "sae"}
    assert page.locator("input[name='ae.aerelu87']").count() == 0  # an investigator's alone
    expect(page.get_by_test_id("waits")).to_contain_text("Related to U87")


def judged_and_reported(page):
    for name, value in CAUSES.items():
        choose(page, name, value)
    assert page.locator("input[name='ae.aetoxgr'][value='1']").is_hidden()  # CTCAE has no grade 1 of hypoxia
    choose(page, "ae.aetoxgr", "3")
    save(page, "ae.aeterm")
    expect(page.get_by_test_id("waits")).to_have_count(0)
    page.locator("[name='sae.saerpdt']").fill(f"{hours_ago(0):%d-%b-%Y %H:%M}")
    save(page, "sae.saerpdt")
    expect(page.locator("#panel").get_by_test_id("sae-clock")).to_have_attribute("data-state", "stopped")


def test_from_the_draft_of_the_night_to_the_report(desk, study):
    subject = scenarios.infused_subject(study)
    at = f"/subjects/{subject.code}/ae/1/"
    aware = hours_ago(2)
    crc = desk.sign_in("crc1", path=at)
    due = draft_of_the_night(crc, aware)
    assert not FormInstance.objects.filter(form_code__in=("ae", "sae")).exists()

    pi = desk.sign_in("pi1")
    row = pi.get_by_test_id("work-row").filter(has=pi.get_by_test_id("sae-clock")).first
    expect(row).to_have_attribute("data-draft", "")
    expect(row.get_by_test_id("sae-clock")).to_have_attribute("data-due", due)
    check_page(pi)

    saved_event_and_report(crc, aware)
    row.click()
    pi.wait_for_url(f"**{at}")
    idle(pi)
    judged_and_reported(pi)
    check_page(pi)
    pi.goto("/notices/")
    expect(pi.locator("[data-testid=notice-row][data-code^='sae-']")).to_have_count(2)
    check_page(pi)


def test_criteria_are_quoted_and_a_laboratory_value_is_carried_over(desk, study, tmp_path):
    table = tmp_path / "ctcae.csv"
    table.write_text(
        "term,grade_1,grade_2,grade_3,grade_4,grade_5\n"
        'Neutrophil count decreased,below LLN,below 1.5,below 1.0,"below 0.5 x 10^9/L",\n'
    )
    call_command("load_ctcae", str(table))
    subject = scenarios.infused_subject(study)
    day = f"{scenarios.today(subject.site) - timedelta(days=6):%d-%b-%Y}"
    scenarios.save(study, subject, "d3/sv", {"sv.svstdtc": day, "sv.svocc": "Y"})
    scenarios.save(study, subject, "d3/lbh", {"lbh.lbdtc": f"{day} 08:00", "lbh.anc": "0.32"})

    page = desk.sign_in("pi1", path=f"/subjects/{subject.code}/visits/d3/lbh/", size=TABLET)
    page.get_by_test_id("to-ae-lbh.anc").click()
    page.wait_for_url("**/ae/1/**")
    idle(page)

    expect(page.locator("[name='ae.aectcae']")).to_have_value("Neutrophil count decreased")
    expect(page.locator("input[name='ae.aetoxgr'][value='4']")).to_be_checked()
    expect(page.locator(".rad small", has_text="below 0.5 x 10^9/L")).to_be_visible()
    check_page(page)
    page.goto("/safety/")
    check_page(page)
