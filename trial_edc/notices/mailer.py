"""What a worker does with a notice: take the row, mail it, write down that the mail left.

A row is taken under a lock with a lease, and only the attempt that took it last may mark it as mailed. Mail knows
no transaction: when a worker dies between the server's "accepted" and our mark, the mail goes out again, under
the same Message-ID, by which mail systems know it as the same one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.audit.system import system_user
from trial_edc.protocol import load

from .actions import publish
from .models import Notice

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
REPUBLISH_AFTER = timedelta(minutes=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=15)
MOST_AT_ONCE = 50


def mail(notice_ids: Iterable[int]) -> int:
    """Mail those of the notices that wait and that nobody else is mailing. Returns how many left."""
    return sum(_mail_one(pk) for pk in notice_ids)


def sweep() -> int:
    """Publish mails that wait, or that a crash or a failure left behind. Returns how many."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    quiet = Q(published_at=None) | Q(published_at__lt=now - REPUBLISH_AFTER)
    waiting = Notice.objects.filter(free, quiet, mailed_at=None, person__is_active=True)
    keys = list(waiting.order_by("pk").values_list("pk", flat=True)[:1_000])
    Notice.objects.filter(pk__in=keys).update(published_at=now)
    n_published = 0
    for start in range(0, len(keys), MOST_AT_ONCE):
        batch = keys[start : start + MOST_AT_ONCE]
        n_published += len(batch) if publish(batch) else 0
    return n_published


def _mail_one(notice_id: int) -> bool:
    notice = _take(notice_id)
    if notice is None:
        return False
    try:
        _message(notice).send()
    except (OSError, ValueError) as problem:  # the network, smtplib; an address that is none
        logger.warning("Notice %d waits: the mail server did not take it (%s).", notice.pk, problem)
        _give_back(notice, problem)
        return False
    return _mark_mailed(notice)


def _take(notice_id: int) -> Notice | None:
    """The row with a new lease, None when there is nothing to do for us."""
    now = timezone.now()
    with transaction.atomic():
        waiting = Notice.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=notice_id, mailed_at=None)
        notice = waiting.filter(person__is_active=True).select_related("person", "subject").first()
        if notice is None or (notice.lease_until and notice.lease_until > now):
            return None
        notice.attempts += 1
        notice.lease_until = now + LEASE
        notice.save(update_fields=["attempts", "lease_until"])
    return notice


def _give_back(notice: Notice, problem: Exception) -> None:
    """Let it rest for a while: longer after each failure, never for good."""
    pause = min(FIRST_PAUSE * 2 ** min(notice.attempts - 1, 10), LONGEST_PAUSE)
    said = f"{type(problem).__name__}: {problem}"[:200]
    mine = Notice.objects.filter(pk=notice.pk, attempts=notice.attempts, mailed_at=None)
    mine.update(lease_until=timezone.now() + pause, failure=said)


def _mark_mailed(notice: Notice) -> bool:
    with audited(by=system_user(), source="system"):
        mine = Notice.objects.filter(pk=notice.pk, attempts=notice.attempts, mailed_at=None)
        return bool(mine.update(mailed_at=clock.now(), lease_until=None, failure=""))


def _message(notice: Notice) -> EmailMessage:
    """Study, subject number and link: nothing that says what happened to the subject."""
    base = settings.EDC_PUBLIC_URL or "http://localhost:8000"
    about = {
        "study": load(settings.EDC_PROTOCOL).title,
        "subject": notice.subject.code,
        "link": f"{base}/notices/{notice.pk}/",
    }
    return EmailMessage(
        subject=_("%(study)s: a notice about %(subject)s") % about,
        body=_("%(study)s, subject %(subject)s: a notice waits for you.\n\n%(link)s\n") % about,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[notice.person.email],
        headers={"Message-ID": f"<notice-{notice.pk}@{_domain()}>", "Auto-Submitted": "auto-generated"},
    )


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
