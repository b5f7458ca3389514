"""How long a session lasts, how it ends, how it goes on in place."""

import time
from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.platform.conftest import fresh_code
from trial_edc.accounts import actions, second_factor, signin
from trial_edc.accounts.demo import DEMO_PASSWORD
from trial_edc.accounts.models import AccessEvent, Throttle, UserSession
from trial_edc.audit import clock
from trial_edc.audit.context import audited

CRC = "crc1@demo.example"


def shift(browser, **seconds):
    """Move the session's own times into the past."""
    session = browser.session
    for name, by in seconds.items():
        session[name] -= by
    session.save()


def status(browser, **headers):
    return browser.get("/me/", headers=headers).status_code


@pytest.fixture
def crc1(client, people, sign_in):
    sign_in("crc1")
    return client


@pytest.mark.requirement("ACC-08")
@pytest.mark.parametrize(("idle", "expected"), [(14 * 60, 200), (15 * 60 + 1, 302)])
def test_a_session_ends_after_fifteen_idle_minutes(crc1, idle, expected):
    shift(crc1, seen_at=idle)

    assert status(crc1) == expected


@pytest.mark.requirement("ACC-08")
@pytest.mark.parametrize(("age", "expected"), [(11.9 * 3600, 200), (12 * 3600 + 1, 302)])
def test_a_session_ends_after_twelve_hours_however_busy(crc1, age, expected):
    shift(crc1, signed_in_at=age)

    assert status(crc1) == expected


@pytest.mark.requirement("ACC-08")
def test_an_expired_session_is_gone_and_logged(crc1):
    shift(crc1, seen_at=3600)
    status(crc1)

    event = AccessEvent.objects.order_by("pk").last()
    assert (event.kind, event.detail, event.user.email) == ("timed_out", {"limit": "idle"}, CRC)
    assert not UserSession.objects.filter(user_id=event.user_id).exists()
    assert status(crc1) == 302


@pytest.mark.requirement("ACC-08")
def test_activity_prolongs_the_session_and_a_question_about_it_does_not(crc1):
    shift(crc1, seen_at=800)
    crc1.get("/session/")
    untouched = crc1.session["seen_at"]
    crc1.post("/session/keep/")

    assert time.time() - untouched > 790
    assert time.time() - crc1.session["seen_at"] < 10


def test_the_idle_limit_of_a_test_is_taken_from_its_header(crc1, settings):
    shift(crc1, seen_at=21)
    assert status(crc1, **{"X-Test-Idle": "20"}) == 302


def test_the_header_means_nothing_without_test_hooks(crc1, settings):
    settings.EDC_TEST_HOOKS = False
    shift(crc1, seen_at=21)

    assert status(crc1, **{"X-Test-Idle": "20"}) == 200


@pytest.mark.parametrize("header", ["", "abc", "-5", "٢٠", "9" * 400, "1e3"])
def test_a_strange_header_is_ignored(crc1, header):
    assert status(crc1, **{"X-Test-Idle": header}) == 200


def test_the_test_clock_does_not_reach_sessions(crc1):
    assert status(crc1, **{"X-Test-Now": "2030-01-01T00:00:00+00:00"}) == 200


@pytest.mark.requirement("ACC-05")
def test_closing_an_account_ends_its_sessions_at_the_next_request(crc1, people):
    assert status(crc1) == 200
    actions.deactivate(by=people["admin1"], user=people["crc1"], reason="left the site")

    assert status(crc1) == 302


@pytest.mark.requirement("ACC-05")
def test_an_inactive_person_is_out_even_when_the_session_row_is_still_there(crc1, people):
    with audited(by=people["admin1"], reason="left"):
        people["crc1"].is_active = False
        people["crc1"].save(update_fields=["is_active"])

    assert UserSession.objects.filter(user_id=people["crc1"].pk).exists()
    assert status(crc1) == 302
    assert not UserSession.objects.filter(user_id=people["crc1"].pk).exists()


def test_a_new_password_ends_the_other_sessions(crc1, people, sign_in):
    other = Client()
    sign_in("crc1", other)
    typed = {"current_password": DEMO_PASSWORD, "new_password": "seven quiet herons"}

    assert crc1.post("/me/password/", typed).status_code == 302
    assert (status(crc1), status(other)) == (200, 302)


@pytest.mark.requirement("ACC-08")
def test_signing_in_again_in_place_renews_the_csrf_token(people):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/signin/")
    token = browser.cookies["csrftoken"].value
    typed = {"email": CRC, "password": DEMO_PASSWORD, "code": fresh_code(CRC), "csrfmiddlewaretoken": token}
    first = browser.post("/session/", typed).json()
    shift(browser, seen_at=3600)
    expired = browser.get("/session/")
    again = browser.post("/session/", {**typed, "code": fresh_code(CRC), "csrfmiddlewaretoken": first["csrf_token"]})

    assert expired.status_code == 401
    assert expired["HX-Trigger"] == "session-expired"
    assert again.status_code == 200
    assert again.json()["email"] == CRC
    kept = browser.post("/session/keep/", headers={"X-CSRFToken": again.json()["csrf_token"]})
    assert kept.status_code == 200
    assert 890 <= kept.json()["seconds_left"] <= 900


def test_wrong_credentials_in_place_say_so_and_sign_nobody_in(client, people):
    response = client.post("/session/", {"email": CRC, "password": "wrong", "code": "123456"})

    assert response.status_code == 422
    assert "not right" in response.json()["errors"]["__all__"][0]
    assert status(client) == 302


def test_somebody_else_in_the_same_browser_drops_the_page(crc1, people):
    typed = {"email": "crc2@demo.example", "password": DEMO_PASSWORD, "code": fresh_code("crc2@demo.example")}
    response = crc1.post("/session/", typed)

    assert (response.status_code, response.json()["drop_page"]) == (409, True)


def test_session_state_names_the_person_and_the_time_left(crc1):
    shift(crc1, seen_at=100)
    state = crc1.get("/session/").json()

    assert state["email"] == CRC
    assert 795 <= state["seconds_left"] <= 800


def test_keep_without_a_session_is_401(client, db):
    assert client.post("/session/keep/").status_code == 401


def test_the_time_left_is_that_of_the_nearer_limit(crc1):
    shift(crc1, signed_in_at=12 * 3600 - 60)

    assert 55 <= crc1.get("/session/").json()["seconds_left"] <= 60


@pytest.mark.parametrize(
    "cookie", ['"aaaa\\000aaaaaaaa"', "x", "é" * 12, "../../etc/passwd", "a" * 5000, "' OR 1=1 --"]
)
def test_a_strange_session_cookie_is_nobody(people, cookie):
    response = Client().get("/me/", headers={"Cookie": f"sessionid={cookie}"})

    assert response.status_code == 302


@pytest.mark.requirement("SEC-05")
def test_cookies_and_headers_of_a_page(crc1):
    page = crc1.get("/me/")
    session = crc1.cookies["sessionid"]

    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert crc1.cookies["csrftoken"]["httponly"]
    assert "no-store" in page["Cache-Control"]
    assert page["X-Frame-Options"] == "DENY"
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["Referrer-Policy"] == "same-origin"
    policy = page["Content-Security-Policy"]
    assert "style-src 'self';" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_session_person_and_access_cost_three_statements_at_most(crc1):
    """Session and person; noting the activity of the person, at most twice a minute, is the third."""
    asked = crc1.get("/session/")
    shift(crc1, seen_at=60)
    kept = crc1.post("/session/keep/")

    assert (asked["X-SQL-Count"], kept["X-SQL-Count"]) == ("2", "3")


def test_no_statement_is_counted_for_a_stranger_without_cookie(client, db):
    assert client.get("/me/")["X-SQL-Count"] == "0"


def test_ended_roles_stop_working_at_once(crc1, people):
    assert crc1.get("/admin/delegation/").status_code == 200
    (held,) = people["crc1"].assignments.all()
    actions.end_role(by=people["admin1"], assignment=held, reason="moved to another site")

    assert crc1.get("/admin/delegation/").status_code == 403


def test_codes_use_real_time_whatever_the_trial_clock_says(fresh_database, owner_connection, people):
    owner_connection.cursor().execute("INSERT INTO audit_test_clock DEFAULT VALUES")
    with clock.stopped_at(datetime(2026, 3, 5, 6, tzinfo=UTC)):
        assert abs(second_factor.current_counter() - time.time() / 30) < 2


def test_expired_sessions_and_old_waits_are_swept(crc1, people, sign_in):
    other = Client()
    sign_in("crc2", other)
    UserSession.objects.filter(user_id=people["crc1"].pk).update(expire_date="2026-01-01T00:00Z")
    Throttle.objects.create(key="old", n_failures=3, first_failed_at="2026-01-01T00:00Z")
    Throttle.objects.create(
        key="waits", n_failures=0, first_failed_at="2026-01-01T00:00Z", blocked_until="2099-01-01T00:00Z"
    )
    swept = signin.forget_expired()

    assert swept == (1, 1)
    assert status(other) == 200
    assert Throttle.objects.filter(key="waits").exists()
