"""What a password has to be."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from trial_edc.accounts.models import User
from trial_edc.accounts.passwords import DEMO_PASSWORD

MEI = User(email="mei.lin@hospital.example", full_name="Mei Lin", organisation="University Hospital")


@pytest.mark.requirement("ACC-10")
@pytest.mark.parametrize(
    "password",
    [
        "quiet herons",
        "kjhgfdzx",
        "x" * 5 + "y" * 59,
        "七只安静的苍鹭在水边",
        " leading and trailing ",
        "correct horse battery staple",
        "ALLCAPITALS NO DIGIT",
    ],
)
def test_accepted_without_a_rule_of_composition(password):
    validate_password(password, MEI)


@pytest.mark.requirement("ACC-10")
@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short7!", "at least 8"),
        ("", "at least 8"),
        ("x" * 257, "256"),
        ("password", "breaches"),
        ("Password1!", "breaches"),
        ("ｐａｓｓｗｏｒｄ１", "breaches"),
        ("iloveyou2", "breaches"),
        ("meilin2026", "words an attacker"),
        ("Hospital-2026", "words an attacker"),
        ("u87-trial-2026", "words an attacker"),
        ("1234567890", "breaches"),
    ],
)
def test_refused(password, why):
    with pytest.raises(ValidationError, match=why):
        validate_password(password, MEI)


@pytest.mark.requirement("ACC-10")
def test_the_published_password_is_for_training_alone(settings):
    validate_password(DEMO_PASSWORD, MEI)

    settings.EDC_ENV = "production"
    with pytest.raises(ValidationError, match="guide of the demo"):
        validate_password(DEMO_PASSWORD, MEI)


@pytest.mark.requirement("ACC-10")
def test_the_current_password_is_needed_to_change_it(client, people):
    client.force_login(people["crc1"])
    typed = {"current_password": "guess", "new_password": "seven quiet herons"}
    response = client.post("/me/password/", typed)

    assert response.status_code == 422
    assert "not right" in response.content.decode()


@pytest.mark.requirement("ACC-11")
def test_an_aged_password_is_changed_before_anything_else(client, people, sign_in, settings):
    settings.PASSWORD_MAX_AGE_DAYS = 90
    people["crc1"].credential.__class__.objects.update(password_set_at="2025-01-01T00:00Z")
    sign_in("crc1")

    assert client.get("/me/")["Location"] == "/me/password/"
    typed = {"current_password": DEMO_PASSWORD, "new_password": "seven quiet herons"}
    assert client.post("/me/password/", typed).status_code == 302
    assert client.get("/me/").status_code == 200
