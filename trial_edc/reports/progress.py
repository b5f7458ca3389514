"""How far a running report is, told to its row while it is made."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from .models import ReportRun
from .problems import Stopped

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=settings.EDC_JOB_LEASE_SECONDS)
TELL_EVERY_S = 0.3
MOST_ATTEMPTS = 3  # of one request; then the row says that it was interrupted too often


@dataclass
class Progress:
    """Counts of one attempt. Each telling renews the lease; raises Stopped when the run is no longer ours."""

    run_id: int
    attempt: int
    total: int = 0
    done: int = 0
    _told_at: float = 0.0

    def expect(self, total: int) -> None:
        """Say how many steps there are in all."""
        self.total, self.done = total, 0
        self._tell("", always=True)

    def step(self, label: str, *, by: int = 1) -> None:
        """One more is being done; `label` says what, in words."""
        self._tell(label)
        self.done = min(self.done + by, self.total)

    def beat(self, label: str) -> None:
        """Still at the same step."""
        self._tell(label)

    def _tell(self, label: str, *, always: bool = False) -> None:
        now = time.monotonic()
        if not always and now - self._told_at < TELL_EVERY_S:
            return
        self._told_at = now
        mine = ReportRun.objects.filter(pk=self.run_id, attempt=self.attempt, state=ReportRun.State.RUNNING).update(
            n_done=self.done, n_total=self.total, step=label[:80], lease_until=timezone.now() + LEASE
        )
        if not mine:
            raise Stopped


@contextmanager
def kept_alive(run_id: int, attempt: int, *, every_s: float = LEASE.total_seconds() / 3) -> Iterator[None]:
    """Renews the lease from a thread of its own while the block runs: the lease says that the process lives, however
    long one step of it is silent. A process that is killed takes the thread with it.
    """
    over = threading.Event()
    thread = threading.Thread(target=_renew, args=(run_id, attempt, every_s, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(run_id: int, attempt: int, every_s: float, over: threading.Event) -> None:
    mine = ReportRun.objects.filter(pk=run_id, attempt=attempt, state=ReportRun.State.RUNNING)
    while not over.wait(every_s):
        try:
            mine.update(lease_until=timezone.now() + LEASE)
        except DatabaseError as problem:
            logger.warning("The lease of report %d could not be renewed: %s", run_id, problem)
        finally:
            connection.close()
