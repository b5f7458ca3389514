"""Telling people of an event, once each; marking what they have read."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from trial_edc.accounts.models import User
from trial_edc.accounts.roles import Role
from trial_edc.audit import clock

from .models import Notice
from .selectors import people_in_scope

logger = logging.getLogger(__name__)


def notify(
    *,
    code: str,
    key: str,
    subject,
    sentence: str,
    path: str,
    to_roles: Collection[Role | str] = (),
    to_people: Collection[User] = (),
) -> int:
    """Tell people of an event of a subject; inside an open `audited(...)` block, whose actor writes the rows.

    Everybody with one of `to_roles` at the subject's site, and those of `to_people` who see that site, get one
    notice; whoever has one of this `key` already gets none. The mails go out once the transaction is committed.

    Args:
        code: kind of event, such as "sae-saved". key: the event itself, the same whenever it is told again.
        sentence: shown in the application only, translated. path: page to go to, from "/" on.
    Returns:
        How many people were told now.
    """
    told = people_in_scope(subject.site, roles={Role(one) for one in to_roles}, people=to_people)
    before = set(Notice.objects.filter(key=key).values_list("person_id", flat=True))
    new = [person for person in told if person.pk not in before]
    about = {"code": code, "key": key, "subject_id": subject.pk, "sentence": sentence[:300], "path": path}
    at = {"created_at": clock.now(), "published_at": timezone.now()}
    Notice.objects.bulk_create([Notice(person=one, **about, **at) for one in new], ignore_conflicts=True)
    if new:
        transaction.on_commit(lambda: _publish_event(key))
    return len(new)


def mark_read(*, by: User, notices: Iterable[Notice] | None = None) -> int:
    """The person has seen these notices, or all of theirs. Not an event of the trail."""
    unread = Notice.objects.filter(person=by, read_at=None)
    if notices is not None:
        unread = unread.filter(pk__in=[one.pk for one in notices])
    return unread.update(read_at=timezone.now())


def publish(keys: Collection[int]) -> bool:
    """Hand mails to the workers. False when the broker is down: the sweep hands them out later."""
    from .tasks import mail_notices  # the task calls the mailer, which needs this module's rows

    if not keys:
        return True
    try:
        mail_notices.apply_async(kwargs={"notice_ids": list(keys)})
    except OperationalError as problem:
        logger.warning("%d notices wait for their mail: the job queue does not answer (%s).", len(keys), problem)
        return False
    return True


def _publish_event(key: str) -> None:
    publish(list(Notice.objects.filter(key=key, mailed_at=None).order_by("pk").values_list("pk", flat=True)))
