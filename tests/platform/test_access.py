"""Who may do what where: the matrix, sites, dates, delegated tasks."""

from datetime import UTC, date, datetime

import pytest

from trial_edc.accounts.access import access_of
from trial_edc.accounts.models import Delegation, RoleAssignment, Site, User
from trial_edc.accounts.roles import Permission, Role, Task
from trial_edc.audit.context import audited
from trial_edc.audit.system import ensure_system_user


@pytest.fixture
def system(db):
    return ensure_system_user()


def test_access_follows_assignments(system, django_assert_num_queries):
    with audited(by=system, reason="test"):
        one, two = (
            Site.objects.create(code=code, name=code, time_zone="Asia/Shanghai") for code in ("101", "102")
        )
        mei = User.objects.create(email="mei@demo.example", full_name="Mei Lin", organisation="Site")
        RoleAssignment.objects.create(user=mei, role=Role.CRC, site=one, starts_on=date(2026, 1, 1))
        Delegation.objects.create(
            user=mei,
            site=one,
            task=Task.ENTER_DATA,
            starts_on=date(2026, 1, 1),
            drafted_by=system,
            approved_by=system,
            approved_at=datetime(2026, 1, 1, tzinfo=UTC),
        )

    with django_assert_num_queries(1):
        access = access_of(mei)
        assert access.can(Permission.ENTER_FORMS, one)
        assert not access.can(Permission.ENTER_FORMS, two)
        assert not access.sees(two)
        assert access.sites(Permission.VIEW_SUBJECTS) == (one,)
        assert access.role_at(one) == Role.CRC
