"""Count failures under a key and make the next try wait. Atomic in the database, so every process counts as
one.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from .models import Throttle

_COUNT = """
    INSERT INTO accounts_throttle AS t (key, n_failures, first_failed_at) VALUES (%(key)s, 1, %(now)s)
    ON CONFLICT (key) DO UPDATE SET
        n_failures = CASE WHEN t.first_failed_at < %(start)s THEN 1 ELSE t.n_failures + 1 END,
        first_failed_at = CASE WHEN t.first_failed_at < %(start)s THEN %(now)s ELSE t.first_failed_at END
    RETURNING n_failures
"""


def key_of(kind: str, text: str) -> str:
    """A key that does not tell what was typed: an address box often receives a password by mistake."""
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:48]}"


def blocked_until(*keys: str) -> datetime | None:
    """The latest end of a wait under these keys, None when nothing has to wait. One statement."""
    ends = Throttle.objects.filter(key__in=keys, blocked_until__gt=timezone.now()).values_list(
        "blocked_until", flat=True
    )
    return max(ends, default=None)


def count_failure(key: str, *, limit: int, window: timedelta, wait: timedelta) -> datetime | None:
    """Count one failure; at `limit` failures inside `window` the wait starts. Returns its end when it just
    started.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "now": now, "start": now - window})
        (n_failures,) = cursor.fetchone()
    if n_failures < limit:
        return None
    until = now + wait
    Throttle.objects.filter(key=key).update(n_failures=0, first_failed_at=now, blocked_until=until)
    return until


def forget(*keys: str) -> None:
    """Start counting anew: the person has shown who they are, or an administrator lifted the wait."""
    Throttle.objects.filter(key__in=keys).update(n_failures=0, blocked_until=None)
