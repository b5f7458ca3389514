"""People and browsers of the account tests."""

import time
from datetime import date

import pyotp
import pytest
from django.test import Client

from trial_edc.accounts import actions, demo
from trial_edc.accounts.models import Credential

SINCE = date(2025, 1, 1)


@pytest.fixture
def people(database):
    """The demo people by name, with the published test secret."""
    return demo.create_demo_users(since=SINCE)


@pytest.fixture
def sites(people):
    return demo.create_demo_sites()


@pytest.fixture
def sign_in(client):
    """Sign in through the page: `sign_in("crc1")` gives the answer of the POST."""

    def post(name, browser=client, **changed):
        typed = {
            "email": f"{name}@demo.example",
            "password": demo.DEMO_PASSWORD,
            "code": fresh_code(f"{name}@demo.example"),
            **changed,
        }
        return browser.post("/signin/", typed)

    return post


@pytest.fixture
def admin(people):
    browser = Client()
    browser.force_login(people["admin1"])
    return browser


@pytest.fixture
def newcomer(people):
    """A trained person with a checked identity and no role."""
    return actions.invite_user(
        by=people["admin1"],
        email="new@demo.example",
        full_name="Noor Haddad",
        organisation="University Hospital",
        trained_on=SINCE,
        identity_checked_on=SINCE,
    )


def invitation(people, sites, **changed):
    return {
        "email": "New.Person@Demo.Example",
        "full_name": "Noor Haddad",
        "organisation": "University Hospital",
        "trained_on": "2026-01-05",
        "role": "CRC",
        "site": sites["101"].pk,
        "approved_by": people["pi1"].pk,
        "reason": "new coordinator",
        **changed,
    }


def fresh_code(email, secret=demo.TEST_SECRET):
    """A code that has not counted yet, made by another implementation than ours."""
    last = Credential.objects.filter(user__email=email).values_list("last_counter", flat=True).first() or 0
    counter = max(int(time.time()) // 30, last + 1)
    # pyotp wants 112 bits and the test secret has 80. HMAC fills a short key with zero bytes ("A" in base32),
    # so the longer key gives the same codes.
    return pyotp.TOTP(secret.ljust(32, "A")).generate_otp(counter)
