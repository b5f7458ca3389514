"""Who may do what: the matrix of the requirements, and access read in one statement."""

import pytest

from trial_edc.accounts import checks
from trial_edc.accounts.access import access_of
from trial_edc.accounts.models import User
from trial_edc.accounts.roles import ROLE_PERMISSIONS, Permission, Role, segregation_problem

# The matrix of the requirements, section 4, copied by hand: right, roles that hold it. R and Y count alike.
MATRIX = [
    (Permission.VIEW_SUBJECTS, "CRC SI PI CRA DM MM ST AUD"),
    (Permission.ENTER_FORMS, "CRC SI PI"),
    (Permission.CORRECT_FORMS, "CRC SI PI"),
    (Permission.PROPOSE_CORRECTIONS, "DM"),
    (Permission.TRANSFER_SUBJECTS, "DM"),
    (Permission.UPLOAD_RESULTS, "LAB"),
    (Permission.DRAFT_AES, "CRC SI PI"),
    (Permission.SET_CAUSALITY, "SI PI"),
    (Permission.SIGN_FORMS, "SI PI"),
    (Permission.SIGN_CASEBOOK, "PI"),
    (Permission.ASSESS_FOR_SPONSOR, "MM"),
    (Permission.RAISE_QUERIES, "CRA DM MM"),
    (Permission.ANSWER_QUERIES, "CRC SI PI"),
    (Permission.CLOSE_OWN_QUERIES, "CRA DM MM"),
    (Permission.CLOSE_QUERIES, "DM"),
    (Permission.VERIFY_SOURCE, "CRA"),
    (Permission.FREEZE_FORMS, "CRA DM"),
    (Permission.LOCK_FORMS, "DM"),
    (Permission.ASK_STUDY_LOCK, "DM"),
    (Permission.CONFIRM_STUDY_LOCK, "MM"),
    (Permission.ASK_UNLOCK, "DM"),
    (Permission.CONFIRM_UNLOCK, "MM"),
    (Permission.CODE_TERMS, "DM"),
    (Permission.APPROVE_CODING, "MM"),
    (Permission.EXPORT_DATA, "CRC SI PI DM AUD"),
    (Permission.EXPORT_SAFETY, "MM"),
    (Permission.EXPORT_CUT, "ST"),
    (Permission.DOWNLOAD_REPORTS, "CRC SI PI CRA DM MM AUD"),
    (Permission.CERTIFY_SITE_COPY, "PI"),
    (Permission.VIEW_AUDIT_TRAIL, "CRC SI PI CRA DM MM ST AUD"),
    (Permission.VIEW_SECURITY_LOG, "PI DM AUD ADM"),
    (Permission.REVIEW_AUDIT_TRAIL, "CRA DM MM"),
    (Permission.APPROVE_SITE_ACCESS, "PI"),
    (Permission.APPROVE_SPONSOR_ACCESS, "DM"),
    (Permission.MANAGE_USERS, "ADM"),
    (Permission.DRAFT_DELEGATION, "CRC PI"),
    (Permission.SIGN_DELEGATION, "PI"),
    (Permission.EDIT_STUDY_BUILD, "DM"),
    (Permission.APPROVE_STUDY_BUILD, "MM ST"),
    (Permission.DEPLOY_STUDY_BUILD, "ADM"),
    (Permission.CONFIGURE_SERVER, "ADM"),
    (Permission.ENTER_MANUFACTURE, "MFR"),
    (Permission.CONFIRM_BEDSIDE, "CRC SI PI BED"),
]


@pytest.mark.requirement("ACC-02")
@pytest.mark.parametrize(("right", "holders"), MATRIX)
def test_a_right_is_held_by_the_roles_of_the_matrix(right, holders):
    assert {role for role in Role if right in ROLE_PERMISSIONS[role]} == set(holders.split())


@pytest.mark.requirement("ACC-02")
def test_an_auditor_only_reads(people, sites):
    writes = {right for right, _holders in MATRIX if not right.startswith(("view_", "export_", "download_"))}

    assert not ROLE_PERMISSIONS[Role.AUD] & writes


@pytest.mark.requirement("ACC-07")
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADM}))
def test_the_administrator_gets_no_role_in_the_data(role):
    assert "no other role" in segregation_problem([(Role.ADM, None), (role, 1)])


@pytest.mark.requirement("ACC-07")
def test_the_administrators_rights_touch_no_data(people):
    data = set().union(*(ROLE_PERMISSIONS[role] for role in Role if role != Role.ADM))

    assert ROLE_PERMISSIONS[Role.ADM] & data == {Permission.VIEW_SECURITY_LOG}
    assert checks.matrix_is_whole(None) == []


def test_access_is_read_with_the_person_in_one_statement(people, sites, django_assert_num_queries):
    with django_assert_num_queries(1):
        access = access_of(User(pk=people["crc1"].pk))
        assert access.can(Permission.ENTER_FORMS, sites["101"])
        assert not access.can(Permission.ENTER_FORMS, sites["102"])
        assert access.can(Permission.ENTER_FORMS)
        assert access.sees(sites["101"])
        assert not access.sees(sites["102"])
        assert access.sites(Permission.VIEW_SUBJECTS) == (sites["101"],)
        assert access.role_at(sites["101"]) == Role.CRC
        assert access.role_at(sites["102"]) is None


def test_a_role_for_all_sites_counts_at_each(people, sites):
    access = access_of(people["dm1"])

    assert access.sites(Permission.LOCK_FORMS) == tuple(sites.values())
    assert access.role_at(sites["103"]) == access.role_at() == Role.DM


def test_site_rights_of_one_site_do_not_reach_another(people, sites):
    access = access_of(people["pi1"])

    assert [access.can(Permission.SIGN_CASEBOOK, site) for site in sites.values()] == [True, False, False]
