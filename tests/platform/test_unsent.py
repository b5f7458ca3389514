"""A form sent after the session ended is carried through the sign-in, for the same person alone."""

import re
from html import unescape

import pytest
from django.test import Client

from tests import scenarios
from tests.platform.test_sessions import shift
from trial_edc.accounts.models import UserSession
from trial_edc.casebook.models import FormInstance

FORM = "/subjects/{}/visits/d3/vs/"


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study)


@pytest.fixture
def crc1(study, sign_in, client):
    sign_in("crc1")
    return client


def sent_too_late(browser, subject, **more):
    shift(browser, seen_at=3600)
    typed = {"vs.temp": "38.4", "vs.pulse": "", "_revision": "0", **more}
    return browser.post(FORM.format(subject.code), typed)


def test_what_was_typed_is_offered_after_signing_in_and_saved_by_one_click(crc1, sign_in, subject):
    answer = sent_too_late(crc1, subject)
    assert answer.url == "/signin/?next=%2Fsession%2Funsent%2F"
    assert not FormInstance.objects.filter(form_code="vs").exists()

    back = sign_in("crc1", next="/session/unsent/")
    page = crc1.get(back.url).content.decode()

    action = re.findall(r'<form method="post" action="([^"]*)"', page)
    fields = {
        name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)
    }
    assert FORM.format(subject.code) in action
    assert {"vs.temp": "38.4", "vs.pulse": "", "_revision": "0"}.items() <= fields.items()
    saved = crc1.post(FORM.format(subject.code), fields)
    assert saved.status_code == 302
    assert FormInstance.objects.filter(subject=subject, form_code="vs").exists()


def test_somebody_else_does_not_get_it(crc1, sign_in, subject):
    sent_too_late(crc1, subject)

    sign_in("crc2")

    assert crc1.get("/session/unsent/").url == "/"
    assert "unsent" not in crc1.session


def test_passwords_and_codes_are_not_kept(crc1, subject):
    sent_too_late(crc1, subject, password="Demo-2026-pass", code="123456", new_password="another-one")

    kept = UserSession.objects.get(session_key=crc1.cookies["sessionid"].value).get_decoded()["unsent"]
    assert [name for name, _value in kept["fields"]] == ["vs.temp", "vs.pulse", "_revision"]


def test_it_can_be_discarded(crc1, sign_in, subject):
    sent_too_late(crc1, subject)
    sign_in("crc1")

    assert crc1.post("/session/unsent/").url == "/"
    assert crc1.get("/session/unsent/").url == "/"


def test_without_the_mark_of_a_page_nothing_is_kept(study, subject, people_browser):
    people_browser.force_login(study["crc1"])
    people_browser.get("/me/")

    answer = sent_too_late(people_browser, subject)

    assert answer.status_code == 403
    assert not UserSession.objects.filter(user_id=None).exists()


@pytest.fixture
def people_browser():
    """A browser whose posts need the form token."""
    return Client(enforce_csrf_checks=True)


def test_a_script_gets_its_401_and_nothing_is_kept(crc1, subject):
    shift(crc1, seen_at=3600)

    answer = crc1.post(FORM.format(subject.code), {"vs.temp": "38.4"}, headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert not UserSession.objects.filter(user_id=None).exists()
