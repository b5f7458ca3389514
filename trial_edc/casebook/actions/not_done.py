"""Mark a form or a whole visit not done, with a reason; and take it back."""

from __future__ import annotations

from django.utils.translation import gettext as _

from trial_edc.accounts.models import User
from trial_edc.audit import clock
from trial_edc.audit.context import audited

from ..models import FormInstance
from ..problems import FormLocked, NotAllowed
from ..reader import read
from ..rights import entering, require
from ..slots import Slot
from ..study import study
from .drafts import end_draft
from .follow import follow_status
from .opening import Opened, open_slot
from .signatures import void_signatures
from .writes import write_instance

SHORTEST, LONGEST = 5, 200


def mark_not_done(*, by: User, slot: Slot, reason: str) -> FormInstance:
    """Mark one form not done. Saved values must be cleared first, with a reason each.

    Raises:
        NotAllowed: no right, no reason, values are saved, or it is marked already.
        FormLocked: a lock covers it.
    """
    reason = _worded(reason)
    with audited(by=by, reason=reason) as audit:
        opened = open_slot(by=by, slot=slot, token=None)
        audit.acting_as(_role(by, opened))
        return _mark(by, opened, slot, reason)


def mark_visit_not_done(*, by: User, subject, visit_code: str, reason: str) -> list[FormInstance]:
    """Mark every required form of a visit that has nothing saved not done."""
    reason = _worded(reason)
    with audited(by=by, reason=reason) as audit:
        done = []
        for cell in study().forms_at(visit_code):
            slot = Slot(subject.pk, visit_code, cell.form)
            opened = open_slot(by=by, slot=slot, token=None)
            audit.acting_as(_role(by, opened))
            if cell.required and opened.own is None:
                done.append(_mark(by, opened, slot, reason))
        if not done:
            raise NotAllowed(_("Every form of this visit holds values already."))
    return done


def undo_not_done(*, by: User, slot: Slot, reason: str) -> FormInstance:
    """Take "not done" back: the form is incomplete and can be entered."""
    reason = _worded(reason)
    with audited(by=by, reason=reason) as audit:
        opened = open_slot(by=by, slot=slot, token=None)
        audit.acting_as(_role(by, opened))
        _refuse_lock(opened)
        if opened.own is None or opened.own.status != FormInstance.Status.NOT_DONE:
            raise NotAllowed(_("The form is not marked not done."))
        return _write(by, opened, slot, status=FormInstance.Status.PARTIAL, reason="", cause=reason)


def _mark(by: User, opened: Opened, slot: Slot, reason: str) -> FormInstance:
    _refuse_lock(opened)
    if opened.own is not None:
        if opened.own.status in (FormInstance.Status.NOT_DONE, FormInstance.Status.WITHDRAWN):
            raise NotAllowed(_("The form is marked already. Reload the page."))
        record = read(opened.subject, {slot.form_code}).record_of(opened.own.id)
        if record is not None and any(record.is_answered(address) for address in record.values):
            raise NotAllowed(_("The form holds saved values. Clear them with a reason first."))
    form = _write(by, opened, slot, status=FormInstance.Status.NOT_DONE, reason=reason, cause=reason)
    if opened.has_draft:
        end_draft(by=by, slot=slot)
    return form


def _write(by: User, opened: Opened, slot: Slot, *, status: str, reason: str, cause: str) -> FormInstance:
    form = write_instance(
        opened,
        slot,
        by=by,
        status=status,
        version=opened.own.protocol_version if opened.own else opened.subject.protocol_version,
        at=clock.now(),
        revised=True,
        reason=reason,
    )
    if opened.is_signed:
        void_signatures(form, cause=f"{FormInstance.Status(status).label}: {cause} ({by.full_name})")
    form.subject = opened.subject
    follow_status(by=by, instance=form)
    return form


def _role(by: User, opened: Opened) -> str:
    enter, correct = entering(opened.slot.form_code)
    return require(by=by, permission=correct if opened.own else enter, site_id=opened.subject.site_id).value


def _refuse_lock(opened: Opened) -> None:
    if opened.is_locked:
        raise FormLocked(_("The form is locked. Ask data management to unlock it."))


def _worded(reason: str) -> str:
    reason = reason.strip()
    if not SHORTEST <= len(reason) <= LONGEST:
        raise NotAllowed(_("Give a reason of 5 to 200 characters."))
    return reason
