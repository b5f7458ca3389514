"""Who writes, and why. Without it the database refuses every write to an audited table."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from trial_edc.audit import clock

if TYPE_CHECKING:
    from trial_edc.accounts.models import Site, User

request_id: ContextVar[str] = ContextVar("request_id", default="")
LONGEST_REASON = 200
SETTINGS = ("actor_id", "role", "reason", "reasons", "source", "request_id", "version", "now")
_SET_ALL = "SELECT " + ", ".join(f"set_config('edc.{name}', %s, true)" for name in SETTINGS)


class ActorConflict(Exception):
    """Another person's transaction is open; nothing was written for the second one."""


@dataclass
class AuditContext:
    """The open audited transaction."""

    by: "User"
    role: str
    reason: str
    source: str
    reasons: Mapping[str, str] = field(default_factory=dict)

    def reasons_for(self, items: Mapping[str, str]) -> None:
        """Give single items of the next writes a reason of their own; replaces those given before."""
        self.reasons = dict(items)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('edc.reasons', %s, true)", [_as_json(self.reasons)])

    def acting_as(self, role: str, *, reasons: Mapping[str, str] | None = None) -> None:
        """Name the role, and reasons of single items, once they are known. One statement."""
        self.role, self.reasons = role, dict(reasons or {})
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('edc.role', %s, true), set_config('edc.reasons', %s, true)",
                [self.role, _as_json(self.reasons)],
            )

    def announce(self) -> None:
        """Tell the database who writes, for this transaction alone."""
        moment = clock.stopped_time()
        values = [
            str(self.by.pk),
            self.role,
            self.reason,
            _as_json(self.reasons),
            self.source,
            request_id.get(),
            settings.APP_VERSION,
            moment.isoformat() if moment else "",
        ]
        with connection.cursor() as cursor:
            cursor.execute(_SET_ALL, values)


_open: ContextVar[AuditContext | None] = ContextVar("open_audit_context", default=None)


@contextmanager
def audited(
    *,
    by: "User",
    reason: str = "",
    source: str = "",
    role: str = "",
    site: "Site | None" = None,
    reasons: Mapping[str, str] | None = None,
) -> Iterator[AuditContext]:
    """Open a transaction in which `by` writes, or join the open one of the same actor.

    What is left out is taken from the outer one, whose reason stands again afterwards. A block that fails
    undoes what it wrote, nothing else.

    Args:
        by: the person who acts, or the system user of `audit.system`.
        reason: why, shown with every item changed; required by actions for any change after the first save.
        source: "form" (when left out), "import", "system" ...
        role: code of the role in which `by` acts; when left out, the first role held today at `site`, or at
            any site. That costs a statement unless `by` is the person of the request.
        reasons: reasons of single items, `{item: reason}`.
    Raises:
        ActorConflict: the open transaction belongs to somebody else.
        ValueError: `by` is not a stored user.
    """
    outer = _open.get()
    given = {"reason": reason, "source": source, "role": role, "reasons": reasons}
    context = _context(by, outer, site, {name: value for name, value in given.items() if value})
    joined_foreign_transaction = outer is None and connection.in_atomic_block
    with _standing(context), transaction.atomic():
        context.announce()
        yield context
        if outer is not None:
            outer.announce()
        elif joined_foreign_transaction:
            _forget_actor()


@contextmanager
def _standing(context: AuditContext) -> Iterator[None]:
    """`context` is the open one for the time of the block."""
    token = _open.set(context)
    try:
        yield
    finally:
        _open.reset(token)


@contextmanager
def as_system(*, system: "User", reason: str) -> Iterator[AuditContext]:
    """Inside a person's open transaction, write as the system for a while: what follows from what the person did.

    Args:
        system: the user of `audit.system.system_user`.
        reason: names what the writes follow from.
    Raises:
        ActorConflict: no audited transaction is open, or `system` is a person.
    """
    outer = _open.get()
    if outer is None or not system.is_service:
        raise ActorConflict("the system writes only inside a person's open transaction")
    context = AuditContext(by=system, role="SYS", reason=reason[:LONGEST_REASON], source="system")
    with _standing(context):
        context.announce()
        yield context
    outer.announce()


_DEFAULTS = {"role": "", "reason": "", "source": "form"}


def _context(by: "User", outer: AuditContext | None, site: "Site | None", given: dict) -> AuditContext:
    """What to announce: what was given, the rest from the outer part."""
    if by is None or by.pk is None:
        raise ValueError("audited() needs a stored user as actor")
    if outer is None:
        role = given.get("role") or _role_of(by, site)
        return AuditContext(by=by, **{**_DEFAULTS, **given, "role": role})
    if outer.by.pk != by.pk:
        raise ActorConflict(f"{outer.by} has an open transaction; {by} cannot write in it")
    return replace(outer, **given)


def _role_of(by: "User", site: "Site | None") -> str:
    """The role held now: what the trail keeps when it changes later."""
    if by.is_service:
        return "SYS"
    from trial_edc.accounts.access import access_of  # reads the clock of this app, so it is imported here

    held = access_of(by).role_at(site)
    return held.value if held else ""


def _as_json(reasons: Mapping[str, str]) -> str:
    return json.dumps(reasons, ensure_ascii=False) if reasons else ""


def _forget_actor() -> None:
    """Leave no actor behind in a transaction that goes on after the audited part of it."""
    with connection.cursor() as cursor:
        cursor.execute(_SET_ALL, [""] * len(SETTINGS))
