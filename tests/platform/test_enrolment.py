"""The way in: invitation, one-time link, password, second factor, terms. Demo people, first administrator."""

import re

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.platform.conftest import SINCE, invitation
from trial_edc.accounts import demo, enrolment
from trial_edc.accounts.access import access_of
from trial_edc.accounts.demo import PEOPLE
from trial_edc.accounts.models import AccessEvent, User
from trial_edc.accounts.roles import Role
from trial_edc.accounts.second_factor import decrypt

PASSWORD = "seven quiet herons"


def link_in(mail):
    return re.search(r"http://testserver(/welcome/\S+)", mail.body)[1]


@pytest.mark.requirement("ACC-12")
def test_an_invited_person_sets_password_factor_and_terms_and_is_in(
    admin, people, sites, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post("/admin/users/invite/", invitation(people, sites)).status_code == 302
    browser = Client()
    first = browser.get(link_in(mailoutbox[0]), follow=True)
    chosen = browser.post("/welcome/password/", {"new_password": PASSWORD}, follow=True)
    secret = chosen.context["secret"].replace(" ", "")
    refused = browser.post("/welcome/factor/", {"code": "000000"})
    codes = browser.post("/welcome/factor/", {"code": pyotp.TOTP(secret).now()})
    waiting = browser.get("/me/")
    accepted = browser.post("/terms/", {"accept": "on"})

    assert mailoutbox[0].to == ["new.person@demo.example"]
    assert first.redirect_chain == [("/welcome/password/", 302)]
    assert '<path fill="#000" d="M' in chosen.content.decode()
    assert refused.status_code == 422
    assert len(codes.context["codes"]) == 10
    assert (waiting.status_code, waiting["Location"]) == (302, "/terms/")
    assert accepted["Location"] == "/"
    assert browser.get("/me/").status_code == 200
    user = User.objects.get(email="new.person@demo.example")
    assert user.terms_version
    assert access_of(user).role_at(sites["101"]) == Role.CRC


@pytest.mark.requirement("ESIG-11")
def test_a_link_works_once_and_until_the_next_is_sent(
    admin, people, newcomer, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            admin.post(f"/admin/users/{newcomer.pk}/reset/", {"reason": "lost phone"})
    old, new = (link_in(mail) for mail in mailoutbox)

    assert Client().get(old).status_code == 404
    browser = Client()
    secret = _enrol(browser, new)
    assert browser.get("/terms/").status_code == 200
    assert Client().get(new).status_code == 404
    assert Client().get("/welcome/password/").status_code == 404
    assert len(secret) == 32


def _enrol(browser, link):
    browser.get(link)
    secret = browser.post("/welcome/password/", {"new_password": PASSWORD}, follow=True).context["secret"]
    secret = secret.replace(" ", "")
    browser.post("/welcome/factor/", {"code": pyotp.TOTP(secret).now()})
    return secret


def test_a_link_expires(admin, people, newcomer, mailoutbox, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"/admin/users/{newcomer.pk}/reset/", {"reason": "lost phone"})
    settings.PASSWORD_RESET_TIMEOUT = -1

    assert Client().get(link_in(mailoutbox[0])).status_code == 404
    assert AccessEvent.objects.order_by("pk").last().kind == "link_refused"


@pytest.mark.parametrize("path", ["/welcome/1/x/", f"/welcome/{9**25}/abc-def/", "/welcome/1/%00/"])
def test_a_made_up_link_is_refused(people, path):
    assert Client().get(path).status_code == 404


@pytest.mark.requirement("ACC-12")
def test_nobody_signs_in_before_the_second_factor_is_proven(people, newcomer, mailoutbox):
    browser = Client()
    browser.get(enrolment.new_link(newcomer))
    secret = browser.post("/welcome/password/", {"new_password": PASSWORD}, follow=True).context["secret"]
    typed = {"email": newcomer.email, "password": PASSWORD, "code": pyotp.TOTP(secret.replace(" ", "")).now()}

    assert Client().post("/signin/", typed).status_code == 422


@pytest.mark.requirement("ESIG-11")
def test_a_reset_voids_password_factor_and_sessions(admin, people, sign_in):
    browser = Client()
    sign_in("crc1", browser)
    admin.post(f"/admin/users/{people['crc1'].pk}/reset/", {"reason": "lost phone"})

    assert browser.get("/me/").status_code == 302
    assert sign_in("crc1", Client()).status_code == 422


def test_the_first_administrator_comes_from_the_command_line(db, capsys):
    typed = {"email": "Boss@Example.org", "name": "First Admin", "organisation": "Sponsor"}
    call_command("create_admin", **typed)
    link = re.search(r"http://localhost:8000(/\S+)", capsys.readouterr().out)[1]

    assert Client().get(link)["Location"] == "/welcome/password/"
    with pytest.raises(CommandError, match="administrator already"):
        call_command("create_admin", **{**typed, "email": "two@example.org"})


def test_demo_people_are_made_once(people):
    again = demo.create_demo_users(since=SINCE)

    assert {name: user.pk for name, user in again.items()} == {name: user.pk for name, user in people.items()}
    assert User.objects.filter(is_demo=True).count() == len(PEOPLE)


def test_demo_people_never_come_to_production(db, settings):
    settings.EDC_ENV = "production"
    with pytest.raises(RuntimeError, match="production"):
        demo.create_demo_users(since=SINCE)


def test_outside_test_hooks_each_demo_person_has_an_own_secret(db, settings):
    settings.EDC_TEST_HOOKS = False
    people = demo.create_demo_users(since=SINCE)
    secrets = {decrypt(user.credential.secret) for user in people.values()}
    assert len(secrets) == len(PEOPLE)
    assert demo.TEST_SECRET not in secrets
