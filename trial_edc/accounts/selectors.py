"""Read people, roles, the delegation log and the access log."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from trial_edc.audit import clock

from .access import Access, access_of, people_with_access
from .models import AccessEvent, Delegation, RoleAssignment, Site, User
from .roles import Permission, Role, segregation_problem


@dataclass(frozen=True)
class PersonLine:
    """One line of the list of users: the person, roles in words and the state of the account."""

    person: User
    roles: tuple[str, ...]
    state: str


def today(site: Site | None = None) -> date:
    """The day at a site by trial time; UTC for the study as a whole."""
    return clock.now().astimezone(ZoneInfo(site.time_zone if site else "UTC")).date()


def people() -> list[PersonLine]:
    """Everybody with an account, by name, in one statement; service accounts are not listed."""
    lines = []
    for person in people_with_access().filter(is_service=False).order_by("full_name", "email"):
        codes = {site["id"]: site["code"] for site in person.site_rows}
        held = (f"{row['name']} {codes.get(row['site_id'], '')}".strip() for row in person.assignment_rows)
        lines.append(PersonLine(person=person, roles=tuple(held), state=account_state(person)))
    return lines


def account_state(person: User) -> str:
    """`closed`, `invited` (link sent, sign-in not set up) or `active`."""
    if not person.is_active:
        return "closed"
    credential = getattr(person, "credential", None)
    return "active" if credential and credential.confirmed_at else "invited"


def holders(permission: Permission, site: Site | None = None) -> list[User]:
    """Active people who hold the right at the site, or at any site when it is None; by name."""
    found = people_with_access().filter(is_active=True, is_service=False).order_by("full_name", "email")
    return [person for person in found if access_of(person).can(permission, site)]


def assignments_of(person: User) -> QuerySet[RoleAssignment]:
    """Every role the person has or had, oldest first."""
    return person.assignments.select_related("site", "approved_by").order_by("starts_on", "pk")


def delegations(access: Access) -> QuerySet[Delegation]:
    """The delegation log of the sites where the person may read it, by site, person and date."""
    rows = Delegation.objects.select_related("user", "site", "drafted_by", "approved_by")
    return rows.filter(site__in=access.sites(Permission.VIEW_DELEGATION)).order_by(
        "site__code", "user__full_name", "starts_on", "pk"
    )


def sites() -> QuerySet[Site]:
    return Site.objects.order_by("code")


def access_events(access: Access, *, kind: str = "", person: str = "") -> QuerySet[AccessEvent]:
    """The access log, newest first: all of it, or for an investigator that of the people of their sites.

    Args:
        kind: only events of this kind; "" for all.
        person: part of a name or address; "" for all.
    """
    rows = AccessEvent.objects.select_related("user").order_by("-pk")
    if access.roles_at(None) <= {Role.PI, Role.SI, Role.CRC}:
        staff = RoleAssignment.objects.filter(site__in=access.sites(Permission.VIEW_SECURITY_LOG))
        rows = rows.filter(user__in=staff.values("user"))
    if kind:
        rows = rows.filter(kind=kind)
    if person:
        rows = rows.filter(Q(user__full_name__icontains=person) | Q(user__email__icontains=person))
    return rows


def clashing_people() -> list[tuple[User, str]]:
    """People whose stored roles break a segregation rule, with the rule; empty in a sound database."""
    found = []
    for person in User.objects.prefetch_related("assignments").order_by("pk"):
        held = [(Role(a.role), a.site_id) for a in person.assignments.all() if a.ended_at is None]
        if problem := segregation_problem(held):
            found.append((person, problem))
    return found
