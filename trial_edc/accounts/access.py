"""What one person may do where, read once per request in the statement that reads the person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from trial_edc.audit import clock

from .models import Delegation, RoleAssignment, Site, User
from .roles import DATA_ROLES, RANK, ROLE_PERMISSIONS, TASK_NEEDED, Permission, Role, Task

_SITE = [field.attname for field in Site._meta.concrete_fields]


@dataclass(frozen=True)
class Grant:
    """One role or task as stored: `name` is a Role or Task value, `site_id` None means all sites."""

    name: str
    site_id: int | None
    starts_on: date
    ends_on: date | None

    def counts_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class Access:
    """A person's roles and delegated tasks at one moment.

    Attributes:
        user: the person.
        assignments: roles not ended by somebody; their dates are judged per site.
        delegations: approved tasks not ended by somebody.
        all_sites: every site of the study, by code.
        now: trial time the dates are judged at (aware).
    """

    user: User
    assignments: tuple[Grant, ...]
    delegations: tuple[Grant, ...]
    all_sites: tuple[Site, ...]
    now: datetime

    def roles_at(self, site: Site | None) -> frozenset[Role]:
        """Roles that count at `site` today, those for all sites included; None asks for roles held at any
        site.
        """
        if site is None:
            everywhere = {Role(a.name) for a in self.assignments if a.site_id is None and a.counts_on(self._day(None))}
            return frozenset(everywhere).union(*(self._roles[s.pk] for s in self.all_sites))
        return self._roles.get(site.pk, frozenset())

    def can(self, permission: Permission, site: Site | None = None) -> bool:
        """Whether the person has the right at `site`, or at any site when `site` is None."""
        if site is None:
            return any(self._grants(role, permission, None) for role in self.roles_at(None)) or bool(
                self.sites(permission)
            )
        return any(self._grants(role, permission, site) for role in self.roles_at(site))

    def sites(self, permission: Permission) -> tuple[Site, ...]:
        """The sites where the person has the right, by code."""
        return tuple(site for site in self.all_sites if self.can(permission, site))

    def sees(self, site: Site) -> bool:
        """Whether records of `site` exist for this person: any role but administrator counts there."""
        return bool(self.roles_at(site) & DATA_ROLES)

    @cached_property
    def seen_sites(self) -> tuple[Site, ...]:
        return tuple(site for site in self.all_sites if self.sees(site))

    @property
    def has_data_role(self) -> bool:
        return bool(self.roles_at(None) & DATA_ROLES)

    def role_at(self, site: Site | None = None) -> Role | None:
        """The role the audit trail records for work at `site`; the first of `roles.RANK` when several are
        held.
        """
        held = self.roles_at(site)
        return next((role for role in RANK if role in held), None)

    def task_missing(self, permission: Permission, site: Site | None) -> Task | None:
        """The task whose delegation would give the right to a role the person holds, None when that is not
        why.
        """
        if self.can(permission, site):
            return None
        held = [role for role in RANK if role in self.roles_at(site) and permission in ROLE_PERMISSIONS[role]]
        return next((TASK_NEEDED[role, permission] for role in held if (role, permission) in TASK_NEEDED), None)

    @cached_property
    def _roles(self) -> dict[int, frozenset[Role]]:
        return {
            site.pk: frozenset(
                Role(a.name) for a in self.assignments if a.site_id in (None, site.pk) and a.counts_on(self._day(site))
            )
            for site in self.all_sites
        }

    def _grants(self, role: Role, permission: Permission, site: Site | None) -> bool:
        if permission not in ROLE_PERMISSIONS[role]:
            return False
        task = TASK_NEEDED.get((role, permission))
        if task is None:
            return True
        return site is not None and any(
            d.name == task and d.site_id == site.pk and d.counts_on(self._day(site)) for d in self.delegations
        )

    def _day(self, site: Site | None) -> date:
        return self.now.astimezone(ZoneInfo(site.time_zone if site else "UTC")).date()


def people_with_access() -> QuerySet[User]:
    """Persons with credential, roles, tasks and the study's sites in one SQL statement; see `access_of`."""
    return User.objects.select_related("credential").annotate(
        assignment_rows=ArraySubquery(
            RoleAssignment.objects.filter(user=OuterRef("pk"), ended_at=None)
            .order_by("pk")
            .values(row=JSONObject(name=F("role"), site_id="site_id", starts_on="starts_on", ends_on="ends_on"))
        ),
        delegation_rows=ArraySubquery(
            Delegation.objects.filter(user=OuterRef("pk"), ended_at=None, approved_by__isnull=False)
            .order_by("pk")
            .values(row=JSONObject(name=F("task"), site_id="site_id", starts_on="starts_on", ends_on="ends_on"))
        ),
        site_rows=ArraySubquery(Site.objects.order_by("code").values(row=JSONObject(**{name: name for name in _SITE}))),
    )


def access_of(user: User) -> Access:
    """The person's access now. No SQL for a user read by `people_with_access`, else one statement."""
    if not hasattr(user, "assignment_rows"):
        user = people_with_access().get(pk=user.pk)
    return Access(
        user=user,
        assignments=tuple(_grants(user.assignment_rows)),
        delegations=tuple(_grants(user.delegation_rows)),
        all_sites=tuple(_sites(user.site_rows)),
        now=clock.now(),
    )


def _grants(rows: Iterable[dict]) -> Iterable[Grant]:
    for row in rows:
        ends_on = row["ends_on"]
        yield Grant(
            name=row["name"],
            site_id=row["site_id"],
            starts_on=date.fromisoformat(row["starts_on"]),
            ends_on=date.fromisoformat(ends_on) if ends_on else None,
        )


def _sites(rows: Iterable[dict]) -> Iterable[Site]:
    for row in rows:
        yield Site.from_db("default", _SITE, [row[name] for name in _SITE])
