"""Fixtures every test may use. Read `tests/database.py` for how the databases come about.

- `database`: a transaction that is rolled back, or the `fresh_database` of a test that asked for one.
- `fresh_database`: a clone of its own, for tests that commit: threads, browser journeys, killed processes.
- `owner_connection`, `superuser_dsn`: the fresh database as edc_owner and as superuser, for tests that cheat.
- `site_url`: address of a web server on the fresh database.
"""

import contextlib
import threading

import pytest
import redis
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.test.testcases import QuietWSGIRequestHandler

from tests import database as databases
from tests.settings import BROKER_DATABASE
from trial_edc.embedded_backend.base import private_servers

NEVER_FLUSH = "Tests run as edc_app and never flush. A test that must commit asks for the fixture `fresh_database`."


@pytest.fixture(scope="session")
def template_database(django_db_blocker):
    """Name of the migrated template every other database is cloned from."""
    with django_db_blocker.unblock():
        return databases.ensure_template()


@pytest.fixture(scope="session")
def django_db_setup(template_database, django_db_blocker):
    """One clone for each test worker; pytest-django's transactions run on it."""
    with (
        django_db_blocker.unblock(),
        databases.cloned(template_database) as clone,
        databases.pointed_at(clone.name),
    ):
        yield


@pytest.fixture
def fresh_database(request, template_database, django_db_blocker):
    """A clone for this test alone, committed to and dropped afterwards."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("A test has either `db` or `fresh_database`. Fixtures that serve both ask for `database`.")
    with (
        django_db_blocker.unblock(),
        databases.cloned(template_database) as clone,
        databases.pointed_at(clone.name),
    ):
        yield clone


@pytest.fixture
def database(request):
    """A database: the test's own when it asked for one, else a transaction on the worker's."""
    wanted = "fresh_database" if "fresh_database" in request.fixturenames else "db"
    return request.getfixturevalue(wanted)


@pytest.fixture
def owner_connection(fresh_database):
    """A plain connection as edc_owner to the fresh database, in autocommit mode."""
    with contextlib.closing(fresh_database.connect("edc_owner")) as connection:
        yield connection


@pytest.fixture
def superuser_dsn(fresh_database):
    """Address of the fresh database as superuser, for tests that cheat as one."""
    return fresh_database.dsn("postgres")


@pytest.fixture
def site_url(fresh_database):
    """Address of a threaded web server on the fresh database, such as http://127.0.0.1:40123."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler, connections_override=None)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def chromium():
    """The browser of this test worker: one, because Playwright's loop stays in the thread that started it."""
    from playwright.sync_api import sync_playwright

    from tests.journeys.browser import launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _empty_cache(request):
    """Codes used, sign-ins counted, jobs not taken: what one test leaves in Valkey goes with it."""
    yield
    if {"db", "fresh_database"} & set(request.fixturenames):
        cache.clear()
        redis.Redis.from_url(private_servers().redis_url(BROKER_DATABASE)).flushdb()


def pytest_collection_modifyitems(items):
    for item in items:
        marker = item.get_closest_marker("django_db")
        if (marker and marker.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ()):
            raise pytest.UsageError(f"{item.nodeid}: {NEVER_FLUSH}")
