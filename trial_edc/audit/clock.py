"""The time of the record: real time, or the request's test clock in a database marked as a test database.

Second factor, session and cookie lifetimes never ask this module.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connections
from django.utils import timezone

from trial_edc.audit.models import ClockMark

_test_time: ContextVar[datetime | None] = ContextVar("test_time", default=None)


class NotATestDatabase(Exception):
    """A test clock was asked for where the owner has not allowed one; real time goes on."""


def now() -> datetime:
    """The present, aware. The same instant `edc_now()` gives inside `audited(...)`."""
    return _test_time.get() or timezone.now()


def stopped_time() -> datetime | None:
    """The test clock in force, `None` for real time."""
    return _test_time.get()


def is_test_database() -> bool:
    """Whether the owner marked this database as a test database."""
    return ClockMark.objects.exists()


def mark_test_database(using: str = "owner") -> None:
    """Allow test clocks in this database. Works through the owner's connection alone."""
    with connections[using].cursor() as cursor:
        cursor.execute("INSERT INTO public.audit_test_clock DEFAULT VALUES ON CONFLICT DO NOTHING")


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Stop the clock of the record at `moment`. Raises NotATestDatabase; ValueError for a naive time."""
    if timezone.is_naive(moment):
        raise ValueError(f"a test clock needs a time zone, got {moment.isoformat()}")
    if not is_test_database():
        raise NotATestDatabase("the owner has not marked this database as a test database")
    token = _test_time.set(moment)
    try:
        yield
    finally:
        _test_time.reset(token)
