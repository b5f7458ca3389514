"""People and browsers of the account tests."""

import time
from datetime import date

import pyotp
import pytest

from trial_edc.accounts import demo
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


def fresh_code(email, secret=demo.TEST_SECRET):
    """A code that has not counted yet, made by another implementation than ours."""
    last = Credential.objects.filter(user__email=email).values_list("last_counter", flat=True).first() or 0
    counter = max(int(time.time()) // 30, last + 1)
    # pyotp wants 112 bits and the test secret has 80. HMAC fills a short key with zero bytes ("A" in base32),
    # so the longer key gives the same codes.
    return pyotp.TOTP(secret.ljust(32, "A")).generate_otp(counter)
