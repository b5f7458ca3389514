"""Lock and unlock. Form, visit and subject: the data manager alone. A site, and every unlock: two persons.

An unlock ends by itself: it is an opening with an end time, asked by every write, so no job has to run.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from trial_edc.accounts.models import User
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.audit.context import audited

from ..models import FormInstance, Lock, Scope, Unlock
from ..problems import NotAllowed, Refused
from ..rights import require
from ..study import subject_model

MOST_HOURS = 72


class CannotLock(Refused):
    """Something blocks the lock; nothing was changed.

    Attributes:
        blockers: what is in the way, each with the slot to open.
    """

    def __init__(self, blockers) -> None:
        super().__init__("; ".join(blocker.text for blocker in blockers))
        self.blockers = tuple(blockers)


def lock_form(*, by: User, form: FormInstance, reason: str) -> Lock:
    """Lock one form: complete, signed, verified where required, no live query. Raises CannotLock."""
    return _lock(by=by, scope=Scope.FORM, subject=form.subject, visit=form.visit, form=form, reason=reason)


def lock_visit(*, by: User, visit, reason: str) -> Lock:
    """Lock every form of a visit, those not yet entered included. Raises CannotLock."""
    return _lock(by=by, scope=Scope.VISIT, subject=visit.subject, visit=visit, form=None, reason=reason)


def lock_subject(*, by: User, subject, reason: str) -> Lock:
    """Lock the whole casebook of a subject. Raises CannotLock."""
    return _lock(by=by, scope=Scope.SUBJECT, subject=subject, visit=None, form=None, reason=reason)


def ask_site_lock(*, by: User, site, reason: str) -> Lock:
    """First person of a site lock; it covers nothing until `confirm_site_lock`."""
    role = require(by=by, permission=Permission.ASK_STUDY_LOCK, site_id=site.pk)
    with audited(by=by, role=role, reason=reason):
        if Lock.objects.filter(scope=Scope.SITE, site=site, released_at=None).exists():
            raise NotAllowed(_("A lock of this site stands or waits for its second person."))
        return Lock.objects.create(scope=Scope.SITE, site=site, reason=reason, locked_by=by, locked_at=clock.now())


def confirm_site_lock(*, by: User, lock: Lock) -> Lock:
    """Second person of a site lock. Raises NotAllowed for the one who asked."""
    role = require(by=by, permission=Permission.CONFIRM_STUDY_LOCK, site_id=lock.site_id)
    with audited(by=by, role=role, reason=lock.reason):
        current = Lock.objects.select_for_update().get(pk=lock.pk)
        if current.locked_by_id == by.pk:
            raise NotAllowed(_("The person who asked cannot confirm as well."))
        if current.confirmed_at is not None or current.released_at is not None:
            raise NotAllowed(_("This lock no longer waits for a second person."))
        current.confirmed_by, current.confirmed_at = by, clock.now()
        current.save(update_fields=["confirmed_by", "confirmed_at"])
    return current


def ask_unlock(*, by: User, reason: str, hours: int, site, subject=None, visit=None, form=None) -> Unlock:
    """Ask to open a lock for some hours over a form, a visit, a subject or a site: the narrowest given.

    Raises:
        NotAllowed: no right, no reason, or hours outside 1 to 72.
    """
    role = require(by=by, permission=Permission.ASK_UNLOCK, site_id=site.pk)
    if not reason.strip():
        raise NotAllowed(_("Say why the lock must be opened."))
    if not 1 <= hours <= MOST_HOURS:
        raise NotAllowed(_("Enter 1 to %(max)d hours.") % {"max": MOST_HOURS})
    scope = Scope.FORM if form else Scope.VISIT if visit else Scope.SUBJECT if subject else Scope.SITE
    with audited(by=by, role=role, reason=reason):
        return Unlock.objects.create(
            scope=scope,
            site=site,
            subject=subject,
            visit=visit,
            instance=form,
            reason=reason,
            hours=hours,
            asked_by=by,
            asked_at=clock.now(),
        )


def confirm_unlock(*, by: User, unlock: Unlock) -> Unlock:
    """Second person of an unlock: it opens now and closes by itself. Raises NotAllowed for the one who
    asked.
    """
    role = require(by=by, permission=Permission.CONFIRM_UNLOCK, site_id=unlock.site_id)
    with audited(by=by, role=role, reason=unlock.reason):
        current = Unlock.objects.select_for_update().get(pk=unlock.pk)
        if current.asked_by_id == by.pk:
            raise NotAllowed(_("The person who asked cannot confirm as well."))
        if current.confirmed_at is not None:
            raise NotAllowed(_("This unlock was already confirmed."))
        current.confirmed_by, current.confirmed_at = by, clock.now()
        current.until = current.confirmed_at + timedelta(hours=current.hours)
        current.save(update_fields=["confirmed_by", "confirmed_at", "until"])
    return current


def _lock(*, by: User, scope: Scope, subject, visit, form, reason: str) -> Lock:
    from ..selectors.blockers import lock_blockers

    role = require(by=by, permission=Permission.LOCK_FORMS, site_id=subject.site_id)
    if not reason.strip():
        raise NotAllowed(_("Say why you lock."))
    now = clock.now()
    with audited(by=by, role=role, reason=reason):
        current = subject_model().objects.select_for_update(no_key=True).get(pk=subject.pk)
        blockers = lock_blockers(by=by, subject=current, visit=visit, form=form)
        if blockers:
            raise CannotLock(blockers)
        return Lock.objects.create(
            scope=scope,
            site_id=current.site_id,
            subject=current,
            visit=visit,
            instance=form,
            reason=reason,
            locked_by=by,
            locked_at=now,
            confirmed_at=now,
        )
