"""What no browser sends: never a 500, always a sentence."""

import pytest
from django.test import Client

from trial_edc.accounts.models import User

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xx"
BODIES = {
    "empty": (b"", FORM),
    "broken UTF-8": (b"email=%ff%fe&password=\xff\xfe&code=\xc3\x28", FORM),
    "lone surrogate": (b"email=%ED%A0%80&password=%ED%A0%80&code=1", FORM),
    "NUL": (
        b"email=a%00b&password=a%00b&code=1%002345&reason=a%00bcdef",
        FORM,
    ),
    "10 MB": (b"password=" + b"a" * 10_000_000, FORM),
    "2 MB password": (
        b"email=a@b.c&code=123456&password=" + b"a" * 2_000_000,
        FORM,
    ),
    "5000 fields": (b"&".join(b"f%d=1" % n for n in range(5000)), FORM),
    "JSON": (b'{"email": ["x"]}', "application/json"),
    "other charset": (b"email=x", "application/x-www-form-urlencoded; charset=utf-16"),
    "unknown charset": (b"email=x", "application/x-www-form-urlencoded; charset=klingon"),
    "torn multipart": (b"--xx\r\nContent-Disposition: form-data; name=", MULTIPART),
    "multipart without boundary": (b"--xx", "multipart/form-data"),
    "wrong types": (
        b"person=abc&site=%2B%2B&approved_by=99999999999999999999999&role=KING&starts_on=2026-13-45&density=zz",
        FORM,
    ),
    "full-width date": (
        "starts_on=２０２６-０１-０５&reason=abc".encode(),
        FORM,
    ),
}
OPEN = ("/signin/", "/session/", "/session/keep/", "/signout/", "/welcome/password/", "/welcome/factor/")
OWN = ("/me/", "/me/password/", "/me/recovery/", "/me/sessions/", "/terms/")


def addresses(people):
    number, line = people["crc2"].pk, people["crc2"].delegations.first().pk
    admin = ("invite", f"{number}/roles", f"{number}/training", f"{number}/deactivate", f"{number}/reset")
    return {
        None: OPEN,
        "crc1": OWN,
        "admin1": (*(f"/admin/users/{part}/" for part in admin), "/admin/sites/", "/admin/sites/101/"),
        "pi1": (
            "/admin/delegation/101/new/",
            f"/admin/delegation/{line}/end/",
        ),
    }


@pytest.mark.requirement("SEC-03")
@pytest.mark.parametrize("body", BODIES)
def test_no_body_brings_a_page_down(people, body):
    content, content_type = BODIES[body]
    answers = {}
    for name, paths in addresses(people).items():
        browser = Client(raise_request_exception=False)
        for path in paths:
            if name:
                browser.force_login(people[name])
            response = browser.generic("POST", path, content, content_type=content_type)
            answers[path] = response.status_code

    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert User.objects.get(email="crc2@demo.example").is_active


@pytest.mark.parametrize(
    "path",
    [
        "/signin/?next=%00",
        "/signin/?next=%ff%fe",
        "/me/?%00=%00",
        "/admin/access/?kind=%00&person=%00&page=%00",
        "/admin/access/?person=%ED%A0%80&page=-1",
        "/admin/access/?page=99999999999999999999999",
        "/admin/users/99999999999999999999999/",
        "/admin/users/0/",
        "/admin/sites/%00/",
        "/admin/sites/%F0%9F%92%A9/",
        "/welcome/99999999999999999999999/a/",
    ],
)
def test_no_address_brings_a_page_down(people, path):
    browser = Client(raise_request_exception=False)
    browser.force_login(people["admin1"])

    assert browser.get(path).status_code < 500


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
@pytest.mark.requirement("AUD-07")
def test_other_methods_are_refused(people, method):
    browser = Client(raise_request_exception=False)
    browser.force_login(people["admin1"])

    for path in ("/signin/", "/me/", "/admin/users/", f"/admin/users/{people['crc1'].pk}/", "/session/"):
        assert getattr(browser, method)(path).status_code == 405


def test_what_was_typed_is_shown_again_as_text(people):
    response = Client().post("/signin/", {"email": '"><script>alert(1)</script>', "password": "x", "code": "1"})
    text = response.content.decode()

    assert response.status_code == 422
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
