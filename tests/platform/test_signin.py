"""Signing in and out through the pages."""

import pytest

from tests.platform.conftest import fresh_code
from trial_edc.accounts.models import AccessEvent


def kinds():
    return list(AccessEvent.objects.order_by("pk").values_list("kind", flat=True))


@pytest.mark.requirement("ACC-12")
def test_right_credentials_open_a_session(client, people, sign_in):
    response = sign_in("crc1")

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/me/").status_code == 200
    assert kinds()[-1] == "signed_in"
