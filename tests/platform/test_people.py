"""Inviting people, giving and ending roles, delegating tasks, closing accounts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.test import Client

from tests.platform.conftest import SINCE, invitation
from trial_edc.accounts import actions, checks, selectors
from trial_edc.accounts.access import Access, Grant, access_of
from trial_edc.accounts.demo import PEOPLE
from trial_edc.accounts.models import RoleAssignment, User
from trial_edc.accounts.roles import (
    Permission,
    Role,
    Task,
    segregation_problem,
)
from trial_edc.audit.context import audited
from trial_edc.audit.models import AuditEvent, AuditValue


def give(people, user, role, site=None, **options):
    approver = {"approved_by": people["pi1"] if site else people["dm1"], **options}
    return actions.assign_role(by=people["admin1"], user=user, role=role, site=site, reason="new staff", **approver)


@pytest.mark.requirement("ESIG-08")
@pytest.mark.parametrize("email", ["crc1@demo.example", "CRC1@DEMO.EXAMPLE", "ｃrc1@demo.example"])
def test_an_address_is_never_used_again(people, email):
    actions.deactivate(by=people["admin1"], user=people["crc1"], reason="left the site")

    with pytest.raises(actions.CannotInvite, match="never used again"):
        actions.invite_user(by=people["admin1"], email=email, full_name="Other", organisation="Other")


@pytest.mark.requirement("ESIG-08")
def test_the_database_refuses_the_same_address_in_another_case(people):
    with pytest.raises(IntegrityError), audited(by=people["admin1"], reason="cheat"):
        User.objects.create(email="CRC1@demo.example", full_name="Other", organisation="Other")


@pytest.mark.requirement("AUD-07")
@pytest.mark.parametrize("table", ["accounts_user", "accounts_site", "accounts_roleassignment", "accounts_delegation"])
def test_nothing_of_people_is_deleted(people, table):
    with (
        pytest.raises(DatabaseError, match="never deleted"),
        audited(by=people["admin1"], reason="cheat"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.requirement("AUD-10")
def test_giving_and_ending_a_role_is_in_the_audit_trail(people, sites, newcomer):
    held = give(people, newcomer, Role.CRC, sites["101"])
    actions.end_role(by=people["admin1"], assignment=held, reason="moved away")
    given, ended = AuditEvent.objects.filter(table_name="accounts_roleassignment", row_pk=str(held.pk)).order_by("id")

    assert (given.actor_name, given.role, given.reason) == ("Ines Vogel", "ADM", "new staff")
    assert given.changes["role"] == [None, "CRC"]
    assert (ended.reason, list(ended.changes)) == ("moved away", ["ended_at"])


def test_no_secret_is_in_the_audit_trail(people, newcomer):
    items = set(AuditValue.objects.filter(table_name__startswith="accounts_").values_list("item", flat=True))
    tables = set(AuditEvent.objects.values_list("table_name", flat=True))

    assert not items & {"password", "secret", "digest", "last_counter"}
    assert tables <= {"accounts_user", "accounts_site", "accounts_roleassignment", "accounts_delegation"}


@pytest.mark.requirement("ACC-04")
def test_no_role_before_training(people, sites):
    untrained = actions.invite_user(by=people["admin1"], email="x@demo.example", full_name="X Y", organisation="Z")

    with pytest.raises(actions.CannotAssign, match="training"):
        give(people, untrained, Role.CRC, sites["101"])


@pytest.mark.requirement("ESIG-09")
def test_no_signing_role_before_the_identity_is_checked(people, sites):
    unknown = actions.invite_user(
        by=people["admin1"], email="x@demo.example", full_name="X Y", organisation="Z", trained_on=SINCE
    )

    with pytest.raises(actions.CannotAssign, match="identity"):
        give(people, unknown, Role.SI, sites["101"])


@pytest.mark.requirement("ACC-07")
@pytest.mark.parametrize(
    ("held", "clashes"),
    [
        ([(Role.CRC, 1), (Role.CRA, 1)], True),
        ([(Role.CRC, 1), (Role.CRA, None)], True),
        ([(Role.CRC, 1), (Role.CRA, 2)], False),
        ([(Role.DM, None), (Role.CRA, 2)], True),
        ([(Role.DM, 1), (Role.CRA, 2)], False),
        ([(Role.SI, 1), (Role.PI, 2)], False),
        ([(Role.CRC, 1), (Role.CRC, 2)], False),
    ],
)
def test_segregation_by_site(held, clashes):
    assert bool(segregation_problem(held)) == clashes


@pytest.mark.requirement("ACC-07")
def test_the_assigning_action_refuses_clashing_roles(people, sites, newcomer):
    give(people, newcomer, Role.CRC, sites["101"])

    with pytest.raises(actions.CannotAssign, match="two persons"):
        give(people, newcomer, Role.CRA)
    with pytest.raises(actions.CannotAssign, match="no other role"):
        give(people, newcomer, Role.ADM)
    give(people, newcomer, Role.CRA, sites["102"], approved_by=people["dm1"])


@pytest.mark.requirement("ACC-07")
def test_roles_after_each_other_do_not_clash(people, sites, newcomer):
    give(people, newcomer, Role.CRC, sites["101"], ends_on=selectors.today() + timedelta(days=10))

    give(people, newcomer, Role.CRA, starts_on=selectors.today() + timedelta(days=11))


@pytest.mark.requirement("ACC-07")
def test_a_clash_written_past_the_action_is_found_by_the_check(people):
    with audited(by=people["dm1"], reason="cheat"):
        RoleAssignment.objects.create(user=people["admin1"], role=Role.DM, starts_on=SINCE)

    assert [person for person, _why in selectors.clashing_people()] == [people["admin1"]]
    assert [error.id for error in checks.nobody_holds_clashing_roles(None, databases=["default"])] == ["accounts.E002"]


def test_nobody_changes_their_own_roles(people):
    with pytest.raises(actions.CannotAssign, match="their own"):
        give(people, people["admin1"], Role.DM)
    with pytest.raises(actions.CannotAssign, match="their own"):
        actions.end_role(by=people["admin1"], assignment=people["admin1"].assignments.get(), reason="tired")
    with pytest.raises(actions.CannotDeactivate, match="their own"):
        actions.deactivate(by=people["admin1"], user=people["admin1"], reason="tired")


@pytest.mark.parametrize(
    ("role", "site", "approver"),
    [(Role.CRC, "101", None), (Role.CRC, "101", "pi3"), (Role.CRC, "101", "dm1"), (Role.CRA, None, "pi1")],
)
def test_access_is_approved_by_the_right_person(people, sites, newcomer, role, site, approver):
    with pytest.raises(actions.CannotAssign, match="approve"):
        give(people, newcomer, role, sites[site] if site else None, approved_by=people.get(approver))


def test_shapes_of_assignments(people, sites, newcomer):
    with pytest.raises(actions.CannotAssign, match="Choose the site"):
        give(people, newcomer, Role.PI, approved_by=people["pi1"])
    with pytest.raises(actions.CannotAssign, match="last day"):
        give(people, newcomer, Role.AUD)
    with pytest.raises(actions.CannotAssign, match="before the first"):
        give(people, newcomer, Role.CRA, starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 1))
    give(people, newcomer, Role.CRC, sites["101"])
    with pytest.raises(actions.CannotAssign, match="already"):
        give(people, newcomer, Role.CRC, sites["101"])


@pytest.mark.requirement("ACC-03")
def test_dates_of_a_role_are_those_of_the_site(people, sites, newcomer):
    """Shanghai is 8 h ahead: a role that starts on the 2nd works from 16:00 UTC of the 1st."""

    def access(hour):
        grant = Grant(name="CRC", site_id=sites["101"].pk, starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 2))
        now = datetime(2026, 3, 1, hour, tzinfo=UTC)
        return Access(user=newcomer, assignments=(grant,), delegations=(), all_sites=(sites["101"],), now=now)

    assert not access(15).sees(sites["101"])
    assert access(16).sees(sites["101"])


@pytest.mark.requirement("TRN-02")
def test_a_coordinator_drafts_and_the_investigator_signs_the_delegation_log(people, sites, newcomer):
    give(people, newcomer, Role.CRC, sites["101"])
    draft = actions.delegate_task(
        by=people["crc1"], user=newcomer, site=sites["101"], task=Task.ENTER_DATA, starts_on=SINCE
    )
    before = access_of(newcomer).can(Permission.ENTER_FORMS, sites["101"])
    with pytest.raises(actions.CannotDelegate):
        actions.approve_delegation(by=people["crc1"], delegation=draft)
    with pytest.raises(actions.CannotDelegate):
        actions.approve_delegation(by=people["pi3"], delegation=draft)
    actions.approve_delegation(by=people["pi1"], delegation=draft)

    assert not before
    assert access_of(newcomer).can(Permission.ENTER_FORMS, sites["101"])
    assert not access_of(newcomer).can(Permission.ENTER_FORMS, sites["102"])


@pytest.mark.requirement("TRN-02")
@pytest.mark.parametrize(("starts", "ends", "works"), [(1, 5, False), (-5, -1, False), (-5, 0, True), (0, None, True)])
def test_a_task_counts_within_its_dates(people, sites, newcomer, starts, ends, works):
    give(people, newcomer, Role.SI, sites["101"])
    today = selectors.today(sites["101"])
    actions.delegate_task(
        by=people["pi1"],
        user=newcomer,
        site=sites["101"],
        task=Task.SIGN,
        starts_on=today + timedelta(days=starts),
        ends_on=today + timedelta(days=ends) if ends is not None else None,
    )

    assert access_of(newcomer).can(Permission.SIGN_FORMS, sites["101"]) == works


def test_tasks_go_to_people_of_the_site_alone(people, sites):
    with pytest.raises(actions.CannotDelegate, match="no site role"):
        actions.delegate_task(
            by=people["pi1"], user=people["crc3"], site=sites["101"], task=Task.ENTER_DATA, starts_on=SINCE
        )
    with pytest.raises(actions.CannotDelegate, match="Only coordinators"):
        actions.delegate_task(
            by=people["cra1"], user=people["crc1"], site=sites["101"], task=Task.ENTER_DATA, starts_on=SINCE
        )


@pytest.mark.requirement("ACC-05")
def test_closing_from_the_page_and_opening_again(admin, people, sign_in):
    number = people["crc1"].pk
    assert admin.post(f"/admin/users/{number}/deactivate/", {"reason": "left"}).status_code == 422
    assert admin.post(f"/admin/users/{number}/deactivate/", {"reason": "left the site"}).status_code == 302
    assert sign_in("crc1", Client()).status_code == 422
    assert admin.post(f"/admin/users/{number}/reactivate/", {"reason": "came back"}).status_code == 302

    assert sign_in("crc1", Client()).status_code == 422
    assert selectors.account_state(User.objects.get(pk=number)) == "invited"


def test_an_invitation_that_cannot_be_whole_adds_nobody(admin, people, sites):
    response = admin.post("/admin/users/invite/", invitation(people, sites, approved_by=people["dm1"].pk))

    assert response.status_code == 422
    assert "may not approve" in response.content.decode()
    assert 'value="Noor Haddad"' in response.content.decode()
    assert not User.objects.filter(email="new.person@demo.example").exists()


def test_sites_are_added_and_changed_but_keep_their_code(admin, people, sites):
    typed = {"code": "104", "name": "Lyon", "time_zone": "Europe/Paris", "country": "FR", "date_order": "dmy"}
    assert admin.post("/admin/sites/", {**typed, "reason": "new site", "is_active": "on"}).status_code == 302
    bad = admin.post("/admin/sites/", {**typed, "code": "١٠٥", "time_zone": "Mars/Base", "reason": "new site"})
    admin.post("/admin/sites/104/", {**typed, "code": "999", "name": "Lyon Sud", "reason": "name changed"})

    assert set(bad.context["entry"].errors) == {"code", "time_zone"}
    assert [(site.code, site.name) for site in selectors.sites()][-1] == ("104", "Lyon Sud")


def test_the_investigator_reads_the_access_log_of_the_own_site(people, sign_in):
    for name in ("crc1", "crc3", "admin1"):
        sign_in(name, Client())
    browser = Client()
    browser.force_login(people["pi1"])
    lines = browser.get("/admin/access/?kind=signed_in").context["lines"]

    assert {line.user for line in lines} == {people["crc1"]}


def test_the_people_page_costs_the_same_for_many(admin, people, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        assert len(admin.get("/admin/users/").context["lines"]) == len(PEOPLE)
