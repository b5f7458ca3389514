"""Whether a lock covers a form: one SQL condition, shared by pages and actions.

The database asks the same of every write through `edc_lock_covers` (audit/sql/locks.sql); this module only
names
the lock for people and for lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from trial_edc.audit import clock

from .models import Lock, Unlock


@dataclass(frozen=True)
class Bolt:
    """A standing lock and what it covers; keys that do not apply are None."""

    scope: str
    site_id: int
    subject_id: int | None
    visit_id: int | None
    instance_id: int | None
    by_name: str
    at: datetime
    reason: str

    def covers(self, *, site_id: int, subject_id: int, visit_id: int | None, instance_id: int | None) -> bool:
        if self.scope == "site":
            return self.site_id == site_id
        if self.scope == "subject":
            return self.subject_id == subject_id
        if self.scope == "visit":
            return visit_id is not None and self.visit_id == visit_id
        return instance_id is not None and self.instance_id == instance_id


@dataclass(frozen=True)
class Bolts:
    """Every standing lock and opening that concerns one subject."""

    locks: tuple[Bolt, ...]
    openings: tuple[Bolt, ...]

    def over(self, **keys: int | None) -> Bolt | None:
        """The lock over this form, None when it is open or was opened for a while."""
        if any(opening.covers(**keys) for opening in self.openings):
            return None
        return next((lock for lock in self.locks if lock.covers(**keys)), None)


def bolts(*, site_id: int, subject_id: int) -> Bolts:
    """Standing locks and openings that concern one subject. Two statements."""
    concerns = Q(scope="site", site_id=site_id) | Q(subject_id=subject_id)
    standing = Lock.objects.filter(concerns, released_at=None, confirmed_at__isnull=False)
    open_now = Unlock.objects.filter(concerns, until__gt=clock.now())
    return Bolts(
        locks=_bolts(standing.select_related("locked_by").order_by("pk"), by="locked_by", at="locked_at"),
        openings=_bolts(open_now.select_related("asked_by").order_by("pk"), by="asked_by", at="asked_at"),
    )


def _bolts(rows: Iterable, *, by: str, at: str) -> tuple[Bolt, ...]:
    return tuple(
        Bolt(
            scope=row.scope,
            site_id=row.site_id,
            subject_id=row.subject_id,
            visit_id=row.visit_id,
            instance_id=row.instance_id,
            by_name=getattr(row, by).full_name,
            at=getattr(row, at),
            reason=row.reason,
        )
        for row in rows
    )


def locked_text(by_name: str, at: datetime) -> str:
    """The sentence of a locked form, with the day in the words of the field."""
    return _("Locked by %(name)s on %(day)s. Ask data management to unlock.") % {
        "name": by_name,
        "day": f"{at:%d-%b-%Y}",
    }
