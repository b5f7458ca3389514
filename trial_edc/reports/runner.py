"""What a worker does with a report: take the row, make the file or the document, write the outcome.

A row is taken under a lock with a lease and a number of the attempt. Only the attempt that still holds the row
may finish it, so a report that two workers make by mistake is finished once.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError  # a broken connection too, which is no `DatabaseError`
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.audit.system import system_user

from . import documents, pdf, storage
from .actions import hand_out
from .kinds import Made, MadeDocument, MadeFile, kind_of
from .models import DOCUMENT_TYPE, ReportDocument, ReportRun
from .problems import CannotReport, Stopped
from .progress import LEASE, MOST_ATTEMPTS, Progress, kept_alive

logger = logging.getLogger(__name__)
KEPT = timedelta(days=90)
REPUBLISH_AFTER = timedelta(seconds=settings.EDC_JOB_SWEEP_SECONDS)
State = ReportRun.State


def build(run_id: int) -> bool:
    """Make a report that waits, or one whose worker is gone. Returns whether this call finished it.

    A failing database is not caught: the row keeps its lease and the sweep hands it out again.
    """
    run = _take(run_id)
    if run is None:
        return False
    try:
        language = run.parameters.get("language") or settings.LANGUAGE_CODE
        with translation.override(language), kept_alive(run.pk, run.attempt):
            return _make(run)
    except Stopped:
        return False
    except DatabaseError:
        raise
    except CannotReport as problem:
        return _end(run, State.FAILED, failure=str(problem))
    except OSError as problem:
        logger.exception("Report %d: its file could not be written.", run.pk)
        return _end(run, State.FAILED, failure=_disk_sentence(problem))
    except Exception:
        reference = uuid.uuid4().hex[:6].upper()
        logger.exception("Report %d failed, reference %s.", run.pk, reference)
        sentence = _("It could not be made. Retry it; if it fails again, tell support the reference %(code)s.")
        return _end(run, State.FAILED, failure=sentence % {"code": reference})


def sweep() -> int:
    """Publish what waits or was left behind, remove expired and stray files. Returns how many were published."""
    now = timezone.now()
    waiting = Q(state=State.REQUESTED) & (Q(published_at=None) | Q(published_at__lt=now - REPUBLISH_AFTER))
    left = Q(state=State.RUNNING, lease_until__lt=now)
    keys = list(ReportRun.objects.filter(waiting | left).order_by("pk").values_list("pk", flat=True))
    n_published = 0
    for pk in keys:
        ReportRun.objects.filter(pk=pk).update(published_at=now)
        n_published += hand_out(pk)
    _remove_old_files()
    return n_published


def _make(run: ReportRun) -> bool:
    kind = kind_of(run.kind)
    if kind is None:
        raise CannotReport(_("This study has no report of this kind."))
    progress = Progress(run.pk, run.attempt)
    made = kind.make(run, progress)
    if isinstance(made, MadeDocument):
        return _end_with_document(run, made)
    if isinstance(made, Made):
        made = _rendered(made, progress)
    name = f"{run.pk}-{run.attempt}{made.ending}"
    stored = storage.store_written(name, made.write)
    about = {"data_at": made.data_at, "n_pages": made.n_pages, "content_type": made.content_type}
    finished = _end(run, State.DONE, file_name=name, size=stored.size, sha256=stored.sha256, **about)
    if not finished:
        storage.remove(name)
    return finished


def _rendered(made: Made, progress: Progress) -> MadeFile:
    content, n_pages = pdf.render(made.html, on_page=lambda n: progress.beat(_("Laying out page %(n)d") % {"n": n}))

    def write(path: Path) -> None:
        path.write_bytes(content)

    return MadeFile(write, ".pdf", "application/pdf", made.data_at, n_pages)


def _end_with_document(run: ReportRun, made: MadeDocument) -> bool:
    """The document and the end of its run are one transaction: there is never one without the other."""
    document = documents.plain(made.document)
    written = documents.canonical(document)
    sha256 = hashlib.sha256(written).hexdigest()
    about = {"data_at": made.data_at, "size": len(written), "sha256": sha256, "content_type": DOCUMENT_TYPE}
    with audited(by=system_user(), source="system"):
        finished = _end(run, State.DONE, **about)
        if finished:
            ReportDocument.objects.create(run=run, document=document, sha256=sha256)
    return finished


def _take(run_id: int) -> ReportRun | None:
    """The row with a new lease, None when there is nothing to do for us."""
    now = timezone.now()
    with audited(by=system_user(), source="system"):
        run = ReportRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None or not run.is_active:
            return None
        if run.state == State.RUNNING and run.lease_until and run.lease_until > now:
            return None
        if run.state == State.RUNNING and run.attempt % MOST_ATTEMPTS == 0:
            run.state, run.ended_at = State.FAILED, clock.now()
            run.failure = _("It was interrupted %(n)d times. Retry it when the server is calm again.") % {
                "n": MOST_ATTEMPTS
            }
            run.save()
            return None
        run.state, run.started_at, run.code_version = State.RUNNING, clock.now(), settings.APP_VERSION
        run.attempt += 1
        run.lease_until = now + LEASE
        run.save()
    return run


def _end(run: ReportRun, state: str, **facts: Any) -> bool:
    """Write the outcome, if the row is still ours. Returns whether it was."""
    with audited(by=system_user(), source="system"):
        mine = ReportRun.objects.select_for_update().filter(pk=run.pk, attempt=run.attempt, state=State.RUNNING)
        current = mine.first()
        if current is None:
            return False
        current.state, current.ended_at, current.lease_until = state, clock.now(), None
        current.step = ""
        if state == State.DONE:
            current.n_total = max(current.n_total, 1)
            current.n_done = current.n_total
            is_document = facts.get("content_type") == DOCUMENT_TYPE
            current.expires_at = None if is_document else current.ended_at + KEPT
        for name, value in facts.items():
            setattr(current, name, value[:300] if name == "failure" else value)
        current.save()
    return True


def _disk_sentence(problem: OSError) -> str:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("The disk of the server is full. Tell the administrator, then retry.")
    return _("The file could not be written on the server. Tell the administrator, then retry.")


def _remove_old_files() -> None:
    """Files live for 90 days; their rows stay."""
    over = ReportRun.objects.filter(state=State.DONE, expires_at__lt=clock.now()).exclude(file_name="")
    for run in over:
        with audited(by=system_user(), source="system", reason=_("The file was kept 90 days.")):
            ReportRun.objects.filter(pk=run.pk).update(file_name="")
        storage.remove(run.file_name)
    kept = set(ReportRun.objects.exclude(file_name="").values_list("file_name", flat=True))
    storage.remove_strays(kept)
