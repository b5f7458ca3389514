"""Read notices, and who is to be told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from trial_edc.accounts.access import Access, access_of, people_with_access
from trial_edc.accounts.models import RoleAssignment, Site, User
from trial_edc.accounts.roles import Role
from trial_edc.audit.labels import local_time

from .models import Notice

MOST_ROWS = 100
IN_TRAY = 10


@dataclass(frozen=True)
class NoticeRow:
    """A notice as a page shows it; `url` marks it as read and goes on to the page it is about."""

    id: int
    code: str
    subject: str
    sentence: str
    at: str
    url: str
    is_unread: bool


def people_in_scope(site: Site, *, roles: Collection[Role], people: Collection[User] = ()) -> list[User]:
    """Active people with one of the roles at the site today, and those of `people` who see it; by key. One
    statement.
    """
    keys = [person.pk for person in people]
    holders = RoleAssignment.objects.filter(role__in=[one.value for one in roles], ended_at=None)
    found = people_with_access().filter(is_active=True, is_service=False)
    found = found.filter(pk__in=holders.values("user")) | found.filter(pk__in=keys)
    told = []
    for person in found.order_by("pk"):
        access = access_of(person)
        if access.roles_at(site) & set(roles) or (person.pk in keys and access.sees(site)):
            told.append(person)
    return told


def notices_of(access: Access) -> QuerySet[Notice]:
    """The person's notices about subjects of sites they see now, newest first."""
    own = Notice.objects.filter(person=access.user, subject__site__in=access.seen_sites)
    return own.select_related("subject__site").order_by("-created_at", "-pk")


def notice_rows(access: Access) -> tuple[NoticeRow, ...]:
    """The newest notices of a person. One statement."""
    return tuple(_row(one) for one in notices_of(access)[:MOST_ROWS])


def unread(access: Access) -> tuple[NoticeRow, ...]:
    """What the bell holds: the newest notices not read yet. One statement."""
    return tuple(_row(one) for one in notices_of(access).filter(read_at=None)[:IN_TRAY])


def _row(notice: Notice) -> NoticeRow:
    return NoticeRow(
        id=notice.pk,
        code=notice.code,
        subject=notice.subject.code,
        sentence=notice.sentence,
        at=local_time(notice.created_at, notice.subject.site.time_zone),
        url=reverse("notice", args=[notice.pk]),
        is_unread=notice.read_at is None,
    )
