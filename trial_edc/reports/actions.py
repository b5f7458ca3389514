"""Asking for a report, stopping it, asking again, taking the file away."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from trial_edc.accounts.models import Site, User
from trial_edc.audit import clock
from trial_edc.audit.context import audited

from .models import ReportDownload, ReportRun
from .problems import CannotReport
from .progress import MOST_ATTEMPTS

logger = logging.getLogger(__name__)
MOST_UNFINISHED = 10
State = ReportRun.State


def request_report(
    *, by: User, kind: str, parameters: Mapping[str, str], sites: Collection[Site] = (), subject=None
) -> ReportRun:
    """Ask for a report; the job goes out when the transaction is committed.

    The same report asked for again by the same person while it is unfinished is that same run.

    Args:
        parameters: choices of the kind, and "subject" or "site" by code.
        sites: whose data will be in the file. subject: the one of a casebook.
    Raises:
        CannotReport: too many unfinished reports of this person.
    """
    site = next(iter(sites), None) if len(sites) == 1 else None
    with audited(by=by, site=site):
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
        unfinished = ReportRun.objects.filter(requested_by=by, state__in=(State.REQUESTED, State.RUNNING))
        same = unfinished.filter(kind=kind, parameters=dict(parameters)).first()
        if same is not None:
            return same
        if unfinished.count() >= MOST_UNFINISHED:
            raise CannotReport(
                _("You have %(n)d unfinished reports. Wait for one to finish, or cancel one.") % {"n": MOST_UNFINISHED}
            )
        run = ReportRun.objects.create(
            kind=kind,
            parameters=dict(parameters),
            site_ids=sorted(one.pk for one in sites),
            subject=subject,
            requested_by=by,
            requested_at=clock.now(),
            code_version=settings.APP_VERSION,
            published_at=timezone.now(),
        )
        transaction.on_commit(lambda: hand_out(run.pk))
    return run


def cancel_report(*, by: User, run: ReportRun) -> ReportRun:
    """Stop an unfinished report of one's own. Raises CannotReport when it is somebody else's or finished."""
    with audited(by=by):
        current = ReportRun.objects.select_for_update().get(pk=run.pk)
        if current.requested_by_id != by.pk:
            raise CannotReport(_("Only the person who asked for a report can cancel it."))
        if not current.is_active:
            raise CannotReport(_("This report is finished; there is nothing left to cancel."))
        current.state, current.ended_at = State.CANCELLED, clock.now()
        current.save(update_fields=["state", "ended_at"])
    return current


def retry_report(*, by: User, run: ReportRun) -> ReportRun:
    """Run a failed or cancelled report of one's own once more. Raises CannotReport in any other state."""
    with audited(by=by):
        current = ReportRun.objects.select_for_update().get(pk=run.pk)
        if current.requested_by_id != by.pk:
            raise CannotReport(_("Only the person who asked for a report can retry it. Request your own."))
        if current.state not in (State.FAILED, State.CANCELLED):
            raise CannotReport(_("Only a failed or cancelled report can be retried."))
        current.state, current.failure, current.ended_at = State.REQUESTED, "", None
        current.n_done = current.n_total = 0
        # Numbers of attempts go on, so that a worker still busy with an old one cannot finish this one; from the
        # next multiple, so that this request has all its attempts again.
        current.attempt += -current.attempt % MOST_ATTEMPTS
        current.step, current.lease_until, current.published_at = "", None, timezone.now()
        current.noticed_at = None
        current.save()
        transaction.on_commit(lambda: hand_out(run.pk))
    return current


def record_download(*, by: User, run: ReportRun, site: Site | None = None) -> ReportDownload:
    """Write down that `by` takes the file away; called before the first byte is sent."""
    with audited(by=by, site=site):
        return ReportDownload.objects.create(run=run, by=by, at=clock.now(), sha256=run.sha256)


def mark_noticed(*, by: User) -> int:
    """The person has seen what became of their reports: the tray is empty again. Not an event of the trail."""
    seen = ReportRun.objects.filter(requested_by=by, noticed_at=None).exclude(
        state__in=(State.REQUESTED, State.RUNNING)
    )
    return seen.update(noticed_at=timezone.now())


def hand_out(run_id: int) -> bool:
    """Publish the run. One the queue did not take is marked, shown as kept, and handed out by the next sweep."""
    if publish(run_id):
        return True
    ReportRun.objects.filter(pk=run_id).update(published_at=None)
    return False


def publish(run_id: int) -> bool:
    """Hand the run to the workers. False when the broker is down: the sweep hands it out later."""
    from .tasks import build_report  # the task calls the runner, which needs this module's rows

    try:
        build_report.apply_async(kwargs={"run_id": run_id})
    except OperationalError as problem:
        logger.warning("Report %d waits: the job queue does not answer (%s).", run_id, problem)
        return False
    return True
