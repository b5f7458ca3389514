"""The gate before every page: who, where, with which right."""

from types import SimpleNamespace

import pytest
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver

from tests.platform.conftest import fresh_code
from trial_edc.accounts import actions, pages, reauthentication
from trial_edc.accounts.access import access_of
from trial_edc.accounts.demo import DEMO_PASSWORD
from trial_edc.accounts.models import AccessEvent
from trial_edc.accounts.pages import page, register_finder
from trial_edc.accounts.roles import Permission, Role

EVERYBODY = {
    *("crc1", "pi1", "si1", "lab1", "nurse1", "cra1", "dm1", "mm1", "stat1", "aud1", "mfr1", "admin1"),
}
ADMIN = {"admin1"}
LOG = {"crc1", "si1", "pi1", "cra1", "aud1"}
GET_PAGES = {
    "/me/": EVERYBODY,
    "/me/password/": EVERYBODY,
    "/terms/": EVERYBODY,
    "/admin/users/": ADMIN,
    "/admin/users/invite/": ADMIN,
    "/admin/users/{person}/": ADMIN,
    "/admin/roles/": ADMIN,
    "/admin/sites/": ADMIN,
    "/admin/sites/101/": ADMIN,
    "/admin/delegation/": LOG,
    "/admin/delegation/101/new/": {"crc1", "pi1"},
    "/admin/access/": {"admin1", "dm1", "aud1", "pi1"},
}
POST_PAGES = {
    "/admin/users/invite/": ADMIN,
    "/admin/users/{person}/roles/": ADMIN,
    "/admin/users/{person}/training/": ADMIN,
    "/admin/users/{person}/deactivate/": ADMIN,
    "/admin/users/{person}/reactivate/": ADMIN,
    "/admin/users/{person}/reset/": ADMIN,
    "/admin/roles/{assignment}/end/": ADMIN,
    "/admin/sites/": ADMIN,
    "/admin/sites/101/": ADMIN,
    "/admin/delegation/101/new/": {"crc1", "pi1"},
    "/admin/delegation/{delegation}/sign/": {"pi1"},
    "/admin/delegation/{delegation}/end/": {"pi1"},
}


@pytest.fixture
def browsers(people):
    """A signed-in browser for each role."""
    found = {}
    for name in EVERYBODY:
        found[name] = Client()
        found[name].force_login(people[name])
    return found


@pytest.fixture
def numbers(people):
    return {
        "person": people["crc2"].pk,
        "assignment": people["crc2"].assignments.get().pk,
        "delegation": people["crc2"].delegations.first().pk,
    }


def answers_of(browsers, paths, numbers, method):
    """{path: {person: status}} of one request each."""
    return {
        path: {name: getattr(browser, method)(path.format(**numbers)).status_code for name, browser in browsers.items()}
        for path in paths
    }


def who_got(answers, status):
    return {path: {name for name, got in by_name.items() if got == status} for path, by_name in answers.items()}


def statuses(answers):
    return {status for by_name in answers.values() for status in by_name.values()}


@pytest.mark.requirement("ACC-02")
def test_every_role_on_every_account_page(browsers, numbers):
    answers = answers_of(browsers, GET_PAGES, numbers, "get")

    assert who_got(answers, 200) == GET_PAGES
    assert statuses(answers) == {200, 403}


@pytest.mark.requirement("ACC-02")
def test_every_role_on_every_account_action(browsers, numbers):
    """An empty POST: whoever may act is told what is missing, everybody else is refused."""
    answers = answers_of(browsers, POST_PAGES, numbers, "post")

    assert who_got(answers, 422) == POST_PAGES
    assert statuses(answers) == {422, 403}


def account_patterns():
    for entry in get_resolver().url_patterns:
        for pattern in getattr(entry, "url_patterns", []):
            if isinstance(pattern, URLPattern) and pattern.callback.__module__.startswith("trial_edc.accounts"):
                yield pattern


def test_every_address_is_gated_or_public_on_purpose():
    views = {pattern.name: pattern.callback for pattern in account_patterns()}
    public = {name for name, view in views.items() if getattr(view, "public", False)}

    assert len(views) > 25
    assert all(hasattr(view, "permission") for name, view in views.items() if name not in public)
    assert public <= {
        *("signin", "signout", "session", "session-keep", "session-key", "test-outbox"),
        *("welcome-link", "welcome-password", "welcome-factor"),
    }


def test_a_stranger_is_sent_to_sign_in(client, numbers):
    for path in {*GET_PAGES, *POST_PAGES}:
        answers = [client.get(path.format(**numbers)), client.post(path.format(**numbers))]

        led = [response["Location"].partition("?")[0] for response in answers if response.status_code == 302]
        assert set(led) == {"/signin/"}, path
        assert {response.status_code for response in answers} <= {302, 405}, path


@pytest.mark.requirement("ACC-02")
def test_a_refusal_says_what_is_missing_who_grants_it_and_is_logged(browsers):
    page_text = browsers["crc1"].get("/admin/users/").content.decode()

    assert "Manage users and roles" in page_text
    assert "Administrator" in page_text
    event = AccessEvent.objects.order_by("pk").last()
    assert (event.kind, event.path) == ("refused", "/admin/users/")
    assert event.detail == {"right": "manage_users", "site": "", "method": "GET"}


@pytest.mark.requirement("ACC-02")
@pytest.mark.parametrize(
    "path", ["/admin/delegation/102/new/", "/admin/delegation/999/new/", "/admin/delegation/%00/new/"]
)
def test_a_foreign_site_answers_as_one_that_does_not_exist(browsers, path):
    assert browsers["pi1"].get(path).status_code == 404


def test_a_foreign_sites_delegation_is_404(browsers, people):
    foreign = people["crc3"].delegations.first()

    assert browsers["pi1"].post(f"/admin/delegation/{foreign.pk}/end/").status_code == 404
    assert people["crc3"].delegations.first().ended_at is None


@pytest.fixture
def subject_page(monkeypatch, sites):
    """A page about a subject, as the casebook will have it, without a casebook."""
    monkeypatch.setattr(pages, "_finders", dict(pages._finders))

    def find_subject(value, access):
        site = next((site for site in access.seen_sites if value.startswith(site.code)), None)
        if site is None:
            raise Http404
        return SimpleNamespace(number=value, site=site)

    def find_visit(value, access, subject):
        return SimpleNamespace(code=value, site=subject.site)

    register_finder("subject", find_subject)
    register_finder("visit", find_visit, needs=("subject",))

    def ask(person, right, number="101-0001", method="get", **options):
        gate = page(right, **options)(lambda request, subject, visit: HttpResponse(f"{subject.number} {visit.code}"))
        request = getattr(RequestFactory(), method)("/x/")
        request.user, request.access, request.session = person, access_of(person), {}
        try:
            return gate(request, visit="d7", subject=number)
        except Http404:
            return HttpResponse(status=404)

    return ask


@pytest.mark.requirement("ACC-02")
def test_subject_pages_by_role_and_site(people, subject_page):
    expected = {
        ("crc1", "101-0001"): 200,
        ("crc1", "102-0001"): 404,
        ("crc3", "102-0001"): 200,
        ("crc3", "101-0001"): 404,
        ("cra1", "103-0001"): 200,
        ("stat1", "101-0001"): 200,
        ("lab1", "101-0001"): 403,
        ("lab1", "102-0001"): 404,
        ("nurse1", "101-0001"): 403,
        ("mfr1", "101-0001"): 403,
        ("admin1", "101-0001"): 403,
        ("admin1", "999-0001"): 403,
    }

    answers = {key: subject_page(people[key[0]], Permission.VIEW_SUBJECTS, key[1]) for key in expected}

    assert {key: answer.status_code for key, answer in answers.items()} == expected
    assert answers["crc1", "101-0001"].content == b"101-0001 d7"
    assert "no-store" in answers["crc1", "101-0001"]["Cache-Control"]


@pytest.mark.requirement("TRN-02")
def test_a_task_outside_the_delegation_log_is_refused_and_named(people, subject_page):
    assert subject_page(people["si1"], Permission.SIGN_FORMS).status_code == 200
    sign = people["si1"].delegations.get(task="sign")
    actions.end_delegation(by=people["pi1"], delegation=sign, reason="no longer needed")
    refused = subject_page(people["si1"], Permission.SIGN_FORMS)

    assert refused.status_code == 403
    assert "Sign adverse events and visit forms” is delegated to you" in refused.content.decode()
    assert subject_page(people["si1"], Permission.ENTER_FORMS).status_code == 200


@pytest.mark.requirement("DATA-03")
def test_nobody_but_delegated_site_staff_writes_site_data(people, subject_page):
    writes = (
        Permission.ENTER_FORMS,
        Permission.CORRECT_FORMS,
        Permission.SIGN_FORMS,
        Permission.SET_CAUSALITY,
    )
    for name in ("cra1", "dm1", "mm1", "stat1", "aud1", "lab1", "mfr1", "admin1", "nurse1"):
        for right in writes:
            assert subject_page(people[name], right, method="post").status_code == 403, (name, right)


def test_reauthentication_is_asked_for_changes_alone(people, subject_page):
    asked = subject_page(people["pi1"], Permission.SIGN_FORMS, method="post", reauthenticated=True)

    assert asked.status_code == 422
    assert "second-factor code" in asked.content.decode()
    assert subject_page(people["pi1"], Permission.SIGN_FORMS, reauthenticated=True).status_code == 200


def asking(person, session, **post):
    request = RequestFactory().post("/x/", post)
    request.user, request.access, request.session = person, access_of(person), session
    return request


@pytest.mark.requirement("ESIG-04")
def test_the_first_confirmation_needs_both_components_the_next_the_password(people):
    pi1, session = people["pi1"], {}
    request = asking(pi1, session)

    with pytest.raises(reauthentication.CannotConfirm, match="and a second-factor code"):
        reauthentication.confirm(request, DEMO_PASSWORD)
    reauthentication.confirm(request, DEMO_PASSWORD, fresh_code(pi1.email))
    reauthentication.confirm(request, DEMO_PASSWORD)
    session[reauthentication.CODE_AT] -= 15 * 60 + 1
    with pytest.raises(reauthentication.CannotConfirm, match="and a second-factor code"):
        reauthentication.confirm(request, DEMO_PASSWORD)


@pytest.mark.requirement("ESIG-04")
def test_a_replayed_confirmation_is_refused(people):
    pi1 = people["pi1"]
    code = fresh_code(pi1.email)
    reauthentication.confirm(asking(pi1, {}), DEMO_PASSWORD, code)

    with pytest.raises(reauthentication.CannotConfirm, match="not right"):
        reauthentication.confirm(asking(pi1, {}), DEMO_PASSWORD, code)


@pytest.mark.requirement("ESIG-11")
def test_another_persons_password_and_code_confirm_nothing(people):
    with pytest.raises(reauthentication.CannotConfirm):
        reauthentication.confirm(asking(people["pi1"], {}), DEMO_PASSWORD, fresh_code("pi2@demo.example") + "0")
    with pytest.raises(reauthentication.CannotConfirm):
        reauthentication.confirm(asking(people["pi1"], {}), "pi2's password", fresh_code("pi1@demo.example"))


@pytest.mark.requirement("ESIG-04")
def test_three_wrong_confirmations_block_signing_and_are_told(people, mailoutbox, django_capture_on_commit_callbacks):
    request = asking(people["pi1"], {})
    messages = []
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            with pytest.raises(reauthentication.CannotConfirm) as caught:
                reauthentication.confirm(request, "wrong", "000000")
            messages.append(str(caught.value))

    with pytest.raises(reauthentication.CannotConfirm, match="blocked"):
        reauthentication.confirm(request, DEMO_PASSWORD, fresh_code("pi1@demo.example"))
    assert [("blocked" in message) for message in messages] == [False, False, True]
    assert mailoutbox[0].subject == "Signing is blocked"
    assert AccessEvent.objects.filter(kind="confirm_failed").count() == 4
    assert AccessEvent.objects.filter(kind="signing_blocked").count() == 1


def test_the_page_that_asks_again_keeps_what_was_sent_but_no_secret(browsers, people):
    typed = {
        "person": people["crc2"].pk,
        "task": "enter_data",
        "starts_on": "2026-01-01",
        "reason": "<b>new</b>",
    }
    response = browsers["pi1"].post(
        "/admin/delegation/101/new/", {**typed, "password": "wr0ng-secret", "code": "123456"}
    )
    text = response.content.decode()

    assert response.status_code == 422
    assert 'name="task" value="enter_data"' in text
    assert "&lt;b&gt;new&lt;/b&gt;" in text
    assert "wr0ng-secret" not in text


def test_finders_that_wait_for_a_missing_keyword_say_so(people, subject_page, monkeypatch):
    register_finder("form", lambda value, access, visit: None, needs=("visit",))

    with pytest.raises(LookupError, match="form"):
        pages._find({"form": "vs"}, access_of(people["crc1"]))


@pytest.mark.requirement("ACC-07")
def test_the_administrator_sees_no_site(people, sites):
    access = access_of(people["admin1"])

    assert not any(access.sees(site) for site in sites.values())
    assert access.role_at(sites["101"]) == Role.ADM
