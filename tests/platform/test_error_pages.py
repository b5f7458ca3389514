"""Pages for requests that lead nowhere."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_body_beyond_the_limit_is_answered_with_the_limit(client):
    response = client.post("/signin/", {"email": "x" * 3_000_000})

    assert response.status_code == 413
    assert "larger than the page accepts; nothing was saved" in response.content.decode()


def test_an_unknown_address_says_so_and_offers_a_way_on(client):
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert "No such page, or it is not in your sites." in response.content.decode()
