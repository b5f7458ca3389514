"""A monitor asks for a casebook, goes on working, is told that it is there, takes it away twice."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import scenarios
from tests.journeys.browser import PHONE, TABLET, WIDE, check_page, idle
from trial_edc.reports import actions, runner

# Every state, count and total the row of a report goes through, as a person sees them.
WATCH = """() => {
  window.seen = [];
  const look = () => {
    const row = document.querySelector('[data-testid^=job-][data-state]');
    if (row) window.seen.push([row.dataset.state, +row.dataset.done, +row.dataset.total]);
  };
  look();
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true, attributes: true});
}"""


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.EDC_REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def study(people):
    return scenarios.study()


@pytest.fixture
def subject(study):
    subject = scenarios.infused_subject(study)
    scenarios.day_3(study, subject)
    for seq in range(1, 9):
        scenarios.adverse_event(study, subject, seq=seq)
    return subject


@pytest.fixture
def worker(fresh_database, tmp_path):
    """Starts a live worker with its beat on this test's database and broker."""
    started = []

    def start():
        environment = {**fresh_database.environment(), "EDC_REPORTS_DIR": str(tmp_path / "reports")}
        command = ["celery", "-A", "trial_edc", "worker", "--beat", "--concurrency=1", "--loglevel=WARNING"]
        command += ["--without-mingle", "--without-gossip", f"--schedule={tmp_path / 'beat'}"]
        started.append(subprocess.Popen([sys.executable, "-m", *command], env=environment, stderr=subprocess.DEVNULL))

    yield start
    for process in started:
        process.terminate()
        process.wait()


@pytest.mark.requirement("XFER-05")
def test_a_monitor_requests_leaves_is_told_and_downloads_twice(desk, study, subject, worker):
    page = desk.sign_in("cra1", path=f"/reports/?subject={subject.code}")
    idle(page)
    page.get_by_test_id("request-casebook").click()
    row = page.locator("[data-testid^=job-][data-state]").first
    row.wait_for()
    assert row.get_attribute("data-state") == "requested"
    page.evaluate(WATCH)
    worker()
    page.wait_for_function("() => window.seen.some(([state, done, total]) => total > 0)", timeout=120_000)
    seen = page.evaluate("window.seen")
    assert [done for _state, done, _total in seen] == sorted(done for _state, done, _total in seen)

    page.goto("/subjects/")
    notice = page.locator("[data-testid=notice][data-state=done]")
    page.wait_for_function("() => document.querySelector('[data-testid=notice][data-state=done]')", timeout=120_000)
    page.get_by_test_id("tray").locator("summary").click()
    assert subject.code in notice.inner_text()
    check_page(page)
    notice.click()
    page.wait_for_url("**/reports/")

    stated = page.get_by_test_id("job-hash").inner_text()
    for _time in range(2):
        with page.expect_download() as download:
            page.locator("[data-testid^=download-]").click()
        content = Path(download.value.path()).read_bytes()
        assert hashlib.sha256(content).hexdigest() == stated
        assert download.value.suggested_filename.startswith(f"{subject.code}-casebook-")
    page.reload()
    assert "2 downloads" in row.inner_text()
    page.get_by_test_id("tray").locator("summary").click()
    assert page.get_by_text("Nothing new.").is_visible()


@pytest.mark.parametrize("size", [WIDE, TABLET, PHONE], ids=["wide", "tablet", "phone"])
def test_the_centre_with_reports_in_every_state_is_usable_at_every_width(desk, study, size):
    subject = scenarios.registered_subject(study)
    about = {"sites": [subject.site], "subject": subject, "by": study["cra1"]}
    done, failed, cancelled, waiting = (
        actions.request_report(kind=kind, parameters={"subject": subject.code, "trail": trail}, **about)
        for kind, trail in (("casebook", "with"), ("horoscope", "with"), ("casebook", "without"), ("casebook", "none"))
    )
    runner.build(done.pk)
    runner.build(failed.pk)
    actions.cancel_report(by=study["cra1"], run=cancelled)
    page = desk.sign_in("cra1", path="/reports/", size=size)

    for address in ("/reports/", f"/reports/{done.pk}/", f"/reports/{failed.pk}/", f"/reports/{waiting.pk}/"):
        page.goto(address)
        check_page(page)
        if folder := os.environ.get("REPORT_SHOTS"):
            page.screenshot(path=f"{folder}/{size[0]}{address.replace('/', '_')}.png", full_page=True)
