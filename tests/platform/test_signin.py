"""Signing in and out through the pages: credentials, codes, waits, what an outsider learns."""

import base64
import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests.platform.conftest import fresh_code
from trial_edc.accounts import second_factor
from trial_edc.accounts.actions import deactivate
from trial_edc.accounts.demo import DEMO_PASSWORD, TEST_SECRET
from trial_edc.accounts.models import AccessEvent, Credential, Throttle, User, UserSession

CRC = "crc1@demo.example"


def kinds():
    return list(AccessEvent.objects.order_by("pk").values_list("kind", flat=True))


def problem(response):
    return response.context["entry"].non_field_errors()


def signed_in(browser):
    return browser.get("/me/").status_code == 200


@pytest.mark.requirement("ACC-12")
def test_right_credentials_open_a_session(client, people, sign_in):
    response = sign_in("crc1")

    assert (response.status_code, response["Location"]) == (302, "/")
    assert signed_in(client)
    assert kinds()[-1] == "signed_in"


@pytest.mark.requirement("ACC-12")
def test_there_is_no_way_in_by_password_alone(client, people, sign_in):
    assert sign_in("crc1", code="").status_code == 422
    assert not signed_in(client)


@pytest.mark.requirement("ACC-12")
@pytest.mark.parametrize("code", ["000000", "12345", "1234567", "abcdef", "٠١٢٣٤٥", "１２３４５", "' OR 1=1", "0" * 32])
def test_wrong_code_is_refused(client, people, sign_in, code):
    assert sign_in("crc1", code=code).status_code == 422
    assert not signed_in(client)


def test_full_width_digits_and_spaces_in_the_code_are_read(client, people, sign_in):
    code = fresh_code(CRC)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert sign_in("crc1", code=f" {wide[:3]} {wide[3:]} ").status_code == 302


@pytest.mark.requirement("ACC-12")
def test_a_code_counts_once(people, sign_in):
    code = fresh_code(CRC)
    first, second = Client(), Client()

    assert sign_in("crc1", first, code=code).status_code == 302
    assert sign_in("crc1", second, code=code).status_code == 422
    assert not signed_in(second)


@pytest.mark.requirement("ACC-12")
def test_an_earlier_code_does_not_count_after_a_later_one(people):
    user = User.objects.select_related("credential").get(email=CRC)
    now = second_factor.current_counter()

    assert second_factor.use_code(user, second_factor.code_at(TEST_SECRET, now + 1))
    assert not second_factor.use_code(user, second_factor.code_at(TEST_SECRET, now))
    assert not second_factor.use_code(user, second_factor.code_at(TEST_SECRET, now - 1))


@pytest.mark.requirement("ACC-12")
def test_one_code_used_at_the_same_instant_by_many_counts_once(fresh_database, people):
    code = second_factor.code_at(TEST_SECRET, second_factor.current_counter() + 1)
    start, answers = threading.Barrier(8), []

    def use():
        user = User.objects.select_related("credential").get(email=CRC)
        start.wait()
        answers.append(second_factor.use_code(user, code))
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False] * 7 + [True]


def test_codes_outside_the_drift_do_not_count(people):
    user = User.objects.select_related("credential").get(email=CRC)
    now = second_factor.current_counter()

    assert not second_factor.use_code(user, second_factor.code_at(TEST_SECRET, now - 3))
    assert not second_factor.use_code(user, second_factor.code_at(TEST_SECRET, now + 3))


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(seconds, code):
    """RFC 6238, appendix B, SHA-1; the last six of its eight digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()

    assert second_factor.code_at(secret, seconds // 30) == code


@pytest.mark.requirement("ACC-12")
def test_secrets_lie_encrypted_in_the_database(people):
    stored = Credential.objects.get(user__email=CRC)

    assert TEST_SECRET not in stored.secret
    assert stored.password.startswith("argon2")
    assert second_factor.decrypt(stored.secret) == TEST_SECRET


def test_a_secret_opens_with_an_older_key_and_not_with_a_foreign_one(settings):
    settings.SECOND_FACTOR_KEYS = ["old"]
    stored = second_factor.encrypt("SECRET")

    settings.SECOND_FACTOR_KEYS = ["new", "old"]
    assert second_factor.decrypt(stored) == "SECRET"
    settings.SECOND_FACTOR_KEYS = ["foreign"]
    with pytest.raises(ValueError, match="does not open"):
        second_factor.decrypt(stored)


@pytest.mark.requirement("ACC-09")
def test_unknown_person_wrong_password_wrong_code_and_closed_account_get_the_same_answer(people, sign_in):
    deactivate(by=people["admin1"], user=people["crc2"], reason="left the site")
    attempts = [
        sign_in("nobody", Client()),
        sign_in("crc1", Client(), password="Wrong-2026-pass"),
        sign_in("crc1", Client(), code="000000"),
        sign_in("crc2", Client()),
        sign_in("crc1", Client(), email="system@edc.invalid"),
    ]

    assert {response.status_code for response in attempts} == {422}
    assert len({str(problem(response)) for response in attempts}) == 1


@pytest.mark.requirement("ACC-09")
def test_unknown_person_costs_the_work_of_a_known_one(people, sign_in):
    """Both run Argon2 once; without it the unknown person is answered ten times faster."""

    def seconds(name, **changed):
        took = []
        for _ in range(3):
            started = time.perf_counter()
            sign_in(name, Client(), code="000000", **changed)
            took.append(time.perf_counter() - started)
        return min(took)

    known, unknown = seconds("crc1", password="Wrong-2026-pass"), seconds("nobody")

    assert 0.5 < unknown / known < 2


@pytest.mark.requirement("ACC-09")
@pytest.mark.parametrize("name", ["crc1", "nobody"])
def test_after_five_failures_a_wait_is_stated_even_for_the_right_password(people, sign_in, name):
    answers = [sign_in(name, Client(), password="Wrong-2026-pass") for _ in range(5)]
    after = sign_in(name, Client())

    assert [bool("min" in problem(a)[0]) for a in answers] == [False] * 4 + [True]
    assert problem(after) == ["Too many failed sign-ins. Try again in 5 min."]
    assert "sign_in_blocked" in kinds()


@pytest.mark.requirement("ACC-09")
def test_the_wait_ends_and_success_counts_anew(people, sign_in):
    for _ in range(5):
        sign_in("crc1", Client(), password="Wrong-2026-pass")
    Throttle.objects.filter(blocked_until__isnull=False).update(blocked_until="2026-01-01T00:00Z")

    assert sign_in("crc1", Client()).status_code == 302
    assert not Throttle.objects.filter(key__startswith="signin:", n_failures__gt=0).exists()


@pytest.mark.requirement("ACC-09")
def test_a_block_is_mailed_to_the_person_and_the_security_contact(
    people, sign_in, settings, mailoutbox, django_capture_on_commit_callbacks
):
    settings.SECURITY_CONTACTS = ["security@demo.example"]
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            sign_in("crc1", Client(), password="Wrong-2026-pass")

    (mail,) = mailoutbox
    assert mail.to == ["crc1@demo.example", "security@demo.example"]
    assert "Mei Lin" in mail.body


@pytest.mark.requirement("ACC-09")
def test_one_network_trying_many_people_has_to_wait(people, sign_in, settings):
    settings.NETWORK_FAILURES = 6
    for number in range(6):
        sign_in(f"guess{number}", Client())

    assert problem(sign_in("crc1", Client())) == ["Too many failed sign-ins. Try again in 5 min."]


@pytest.mark.requirement("ACC-12")
def test_a_recovery_code_lets_in_once(client, people, sign_in):
    code = second_factor.make_recovery_codes(people["crc1"])[3]

    assert sign_in("crc1", Client(), code="", recovery=code.lower()).status_code == 302
    assert sign_in("crc1", Client(), code="", recovery=code).status_code == 422
    assert "recovery_used" in kinds()


def test_new_recovery_codes_void_the_earlier_ones(people, sign_in):
    old = second_factor.make_recovery_codes(people["crc1"])
    second_factor.make_recovery_codes(people["crc1"])

    assert sign_in("crc1", Client(), code="", recovery=old[0]).status_code == 422


@pytest.mark.requirement("SEC-06")
def test_the_session_is_renewed_at_sign_in_and_dead_after_sign_out(client, people, sign_in):
    client.get("/signin/")
    sign_in("crc1")
    cookie = client.cookies["sessionid"].value
    client.post("/signout/")
    replay = Client()
    replay.cookies["sessionid"] = cookie

    assert not signed_in(replay)
    assert not UserSession.objects.filter(session_key=cookie).exists()
    assert kinds()[-1] == "signed_out"


def test_a_planted_session_key_is_not_kept_at_sign_in(client, people, sign_in):
    client.cookies["sessionid"] = "plantedplantedplantedplanted0000"
    sign_in("crc1")

    assert client.cookies["sessionid"].value != "plantedplantedplantedplanted0000"


def test_sign_out_by_link_does_nothing(client, people, sign_in):
    sign_in("crc1")

    assert client.get("/signout/").status_code == 405
    assert signed_in(client)


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/subjects/101-0007/?tab=a", "/subjects/101-0007/?tab=a"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("http:evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("people", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("", "/"),
        ("https://testserver.evil.example/", "/"),
    ],
)
def test_next_stays_on_this_server(client, people, sign_in, target, lands):
    assert sign_in("crc1", next=target)["Location"] == lands


def test_a_page_leads_to_sign_in_and_back(client, people, sign_in):
    response = client.get("/me/?a=1")

    assert response["Location"] == "/signin/?next=%2Fme%2F%3Fa%3D1"


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Accept": "application/json"}])
def test_a_script_without_session_gets_401_and_no_page(client, db, headers):
    response = client.get("/me/", headers=headers)

    assert (response.status_code, response["HX-Trigger"]) == (401, "session-expired")
    assert b"<html" not in response.content


def test_the_address_is_read_in_any_case_and_width(people, sign_in):
    assert sign_in("crc1", Client(), email=" ＣＲＣ1@Demo.Example ").status_code == 302


def test_the_sign_in_page_of_a_demo_lists_the_people_with_codes_that_count(client, people, sign_in):
    page = client.get("/signin/")
    shown = {line["name"]: line["code"] for line in page.context["demo_people"]}

    assert len(shown) == 19
    assert f'data-testid="demo-code-crc1">{shown["crc1"]}<' in page.content.decode()
    assert sign_in("crc1", code=shown["crc1"]).status_code == 302


def test_a_production_server_shows_no_codes_and_lets_no_demo_person_in(client, people, sign_in, settings):
    settings.EDC_ENV, settings.EDC_TEST_HOOKS = "production", False

    assert b"demo-code" not in client.get("/signin/").content
    assert sign_in("crc1").status_code == 422


def test_the_last_sign_in_is_shown(people, sign_in):
    first, second = Client(), Client()
    sign_in("crc1", first)
    sign_in("crc1", second)
    shown = second.get("/me/")

    assert first.get("/me/").context["previous_sign_in"] is None
    earlier = AccessEvent.objects.filter(kind="signed_in").order_by("pk").first().at
    assert abs((shown.context["previous_sign_in"] - earlier).total_seconds()) < 5
    assert shown.context["n_others"] == 1


@pytest.mark.requirement("ACC-01")
def test_a_second_session_is_flagged_and_can_be_ended(people, sign_in):
    first, second = Client(), Client()
    sign_in("crc1", first)
    sign_in("crc1", second)

    assert AccessEvent.objects.filter(kind="signed_in").first().detail == {"other_sessions": 1}
    second.post("/me/sessions/")
    assert (signed_in(first), signed_in(second)) == (False, True)


@pytest.mark.requirement("SEC-03")
def test_posts_without_the_csrf_token_do_nothing(people):
    browser = Client(enforce_csrf_checks=True)
    typed = {"email": CRC, "password": DEMO_PASSWORD, "code": fresh_code(CRC)}

    for path in (
        "/signin/",
        "/session/",
        "/session/keep/",
        "/signout/",
        "/me/",
        "/me/password/",
        "/me/recovery/",
    ):
        response = browser.post(path, typed)
        assert response.status_code == 403
        assert b"out of date" in response.content
    assert not AccessEvent.objects.filter(kind="signed_in").exists()


@pytest.mark.requirement("AUD-10")
@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_accessevent SET kind = 'x'", "DELETE FROM accounts_accessevent"]
)
def test_the_access_log_only_grows(people, sign_in, statement):
    sign_in("crc1")

    with (
        pytest.raises(DatabaseError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_what_was_typed_as_address_is_not_kept_in_the_log(people, sign_in):
    sign_in("crc1", email="MySecretPassword1!")

    event = AccessEvent.objects.first()
    assert "MySecret" not in f"{event.detail} {event.path} {event.agent}"
    assert not Throttle.objects.filter(key__contains="ySecret").exists()
