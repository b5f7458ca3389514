"""Fixtures of the browser journeys."""

import os
from datetime import date
from pathlib import Path

import pytest

from tests.journeys.browser import Desk
from trial_edc.accounts import demo

# Playwright keeps an event loop in this thread; the tests read the database in it, one thing at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
SHOTS = Path(__file__).resolve().parent.parent.parent / "test-results"


def pytest_collection_modifyitems(items):
    for item in items:
        if "desk" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[CALLED] = report
    return report


CALLED = pytest.StashKey()


@pytest.fixture
def people(fresh_database, settings, tmp_path):
    """The demo people, with the published test secret."""
    settings.EMAIL_FILE_PATH = tmp_path / "outbox"
    return demo.create_demo_users(since=date(2025, 1, 1))


@pytest.fixture
def desk(request, chromium, site_url, people):
    """Browsers for this test; it fails when a page logged an error or asked another server."""
    desk = Desk(chromium, site_url, SHOTS)
    yield desk
    report = request.node.stash.get(CALLED, None)
    if report is None or report.failed or desk.problems:
        desk.shoot_all(request.node.name)
    desk.close()
    assert not desk.problems, "\n".join(desk.problems)
