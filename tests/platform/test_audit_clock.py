"""The time of the record: real, unless the owner of a test database lets it be stopped."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.utils import timezone

from tests.platform.audit_world import person, run
from trial_edc.accounts.models import Site
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.audit.middleware import RequestIdMiddleware, TestClockMiddleware
from trial_edc.audit.models import AuditEvent

THEN = datetime(2027, 3, 5, 14, 2, 31, tzinfo=UTC)


@pytest.fixture
def marked(owner_connection):
    """A fresh database its owner has marked as a test database."""
    clock.mark_test_database()


@pytest.fixture
def unmarked(owner_connection):
    """A fresh database without the owner's mark."""
    owner_connection.cursor().execute("DELETE FROM audit_test_clock")


def ask(middleware, **headers):
    """The answer and the time the view saw."""
    seen = []

    def view(request):
        seen.append(clock.now())
        return HttpResponse("ok")

    response = middleware(view)(RequestFactory().get("/", headers=headers))
    return response, seen[0] if seen else None


@pytest.mark.requirement("TIME-01")
def test_a_test_clock_is_refused_where_the_owner_has_not_marked_the_database(unmarked):
    with pytest.raises(clock.NotATestDatabase), clock.stopped_at(THEN):
        pass


@pytest.mark.requirement("TIME-03")
def test_the_setting_alone_does_not_move_the_clock_of_the_database(unmarked):
    run("SELECT set_config('edc.now', %s, false)", THEN.isoformat())

    assert run("SELECT edc_now() = now()") == [(True,)]


def test_a_stopped_clock_dates_the_event_and_real_time_stays_beside_it(marked):
    writer = person()
    with clock.stopped_at(THEN), audited(by=writer, role="ADM"):
        Site.objects.create(code="301", name="Hospital")
        assert run("SELECT edc_now()") == [(THEN,)]
        assert clock.now() == THEN

    event = AuditEvent.objects.get(table_name="accounts_site")
    assert event.at == THEN
    assert timezone.now() - event.recorded_at < timedelta(minutes=1)


def test_the_stopped_clock_ends_with_its_transaction(marked):
    writer = person()
    with clock.stopped_at(THEN), audited(by=writer, role="ADM"):
        Site.objects.create(code="301", name="Hospital")

    assert run("SELECT edc_now() = now()") == [(True,)]
    assert timezone.now() - clock.now() < timedelta(seconds=5)


def test_events_of_other_years_go_to_their_own_partition(marked):
    writer = person()
    for year in (2019, 2028, 2040):
        with clock.stopped_at(THEN.replace(year=year)), audited(by=writer, role="ADM"):
            Site.objects.create(code=f"3{year % 100}", name="Hospital")

    found = run("SELECT tableoid::regclass::text, extract(year FROM at)::int FROM audit_event "
                "WHERE table_name = 'accounts_site' ORDER BY at")  # fmt: skip
    assert found == [("audit_event_default", 2019), ("audit_event_2028", 2028), ("audit_event_default", 2040)]


@override_settings(EDC_TEST_HOOKS=False)
def test_production_does_not_load_the_test_clock():
    with pytest.raises(MiddlewareNotUsed):
        TestClockMiddleware(lambda request: HttpResponse())


@override_settings(EDC_TEST_HOOKS=True)
def test_a_request_may_bring_its_clock_to_a_test_database(marked):
    assert ask(TestClockMiddleware, **{"X-Test-Now": THEN.isoformat()})[1] == THEN
    assert timezone.now() - ask(TestClockMiddleware)[1] < timedelta(seconds=5)


@pytest.mark.requirement("TIME-01")
@override_settings(EDC_TEST_HOOKS=True)
def test_a_request_cannot_bring_its_clock_to_another_database(unmarked):
    _response, seen = ask(TestClockMiddleware, **{"X-Test-Now": THEN.isoformat()})

    assert timezone.now() - seen < timedelta(seconds=5)


@override_settings(EDC_TEST_HOOKS=True)
@pytest.mark.parametrize("text", ["yesterday", "2027-03-05T14:02:31", "2027-13-45T00:00:00Z", "5"])
def test_a_clock_that_cannot_be_read_is_answered_with_a_sentence(marked, text):
    response, _seen = ask(TestClockMiddleware, **{"X-Test-Now": text})

    assert response.status_code == 400
    assert b"X-Test-Now needs" in response.content


def test_every_event_of_a_request_carries_its_number(database):
    writer = person()

    def view(request):
        with audited(by=writer, role="ADM"):
            Site.objects.create(code="301", name="Hospital")
        return HttpResponse()

    response = RequestIdMiddleware(view)(RequestFactory().get("/", headers={"X-Request-Id": "chosen"}))

    event = AuditEvent.objects.get(table_name="accounts_site")
    assert event.request_id == response["X-Request-Id"] != "chosen"
    assert len(event.request_id) == 32
