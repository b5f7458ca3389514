"""Strike a record through: entered in error. Nothing is deleted."""

from __future__ import annotations

from django.utils.translation import gettext as _

from trial_edc.accounts.models import User
from trial_edc.audit import clock
from trial_edc.audit.context import audited

from ..models import FormInstance, Query, QueryMessage
from ..problems import FormLocked, NotAllowed
from ..rights import entering, require
from .follow import follow_status
from .signatures import void_signatures


def withdraw_form(*, by: User, instance: FormInstance, revision: int, reason: str) -> FormInstance:
    """Mark a saved form as entered in error. It stays visible, struck through, with this reason.

    Its live queries are cancelled and its signatures void. Raises NotAllowed, FormLocked.
    """
    return _mark(by, instance, revision, reason, status=FormInstance.Status.WITHDRAWN)


def reinstate_form(*, by: User, instance: FormInstance, revision: int, reason: str) -> FormInstance:
    """Take "entered in error" back; the form is incomplete until it is saved again."""
    return _mark(by, instance, revision, reason, status=FormInstance.Status.PARTIAL)


def _mark(by: User, instance: FormInstance, revision: int, reason: str, *, status: str) -> FormInstance:
    reason = reason.strip()
    if not 5 <= len(reason) <= 200:
        raise NotAllowed(_("Give a reason of 5 to 200 characters."))
    _enter, correct = entering(instance.form_code)
    role = require(by=by, permission=correct, site_id=instance.subject.site_id)
    with audited(by=by, role=role, reason=reason):
        current = locked_instance(instance.pk)
        if current.revision != revision:
            raise NotAllowed(_("The form was saved again since you opened it. Reload it first."))
        is_withdrawn = current.status == FormInstance.Status.WITHDRAWN
        if is_withdrawn == (status == FormInstance.Status.WITHDRAWN):
            raise NotAllowed(_("Nothing to change: the form is already in that state."))
        change_status(current, by=by, status=status, reason=reason if status == "withdrawn" else "")
        void_signatures(current, cause=f"{FormInstance.Status(status).label}: {reason} ({by.full_name})")
        if status == FormInstance.Status.WITHDRAWN:
            _cancel_queries(current, by=by, reason=reason)
        follow_status(by=by, instance=current)
    return current


def locked_instance(pk: int) -> FormInstance:
    """The form under row lock. Raises FormLocked when a lock covers it."""
    current = (
        FormInstance.objects.select_related("subject")
        .extra(select={"is_locked": "edc_is_locked(casebook_forminstance.id)"})
        .select_for_update(of=("self",))
        .get(pk=pk)
    )
    if current.is_locked:
        raise FormLocked(_("The form is locked. Ask data management to unlock it."))
    return current


def change_status(instance: FormInstance, *, by: User, status: str, reason: str) -> None:
    """One step of status with its revision."""
    instance.status, instance.status_reason = status, reason
    instance.revision += 1
    instance.saved_at, instance.saved_by = clock.now(), by
    instance.save(update_fields=["status", "status_reason", "revision", "saved_at", "saved_by"])


def _cancel_queries(instance: FormInstance, *, by: User, reason: str) -> None:
    live = list(Query.objects.filter(instance=instance, state__in=["open", "answered"]))
    if not live:
        return
    now = clock.now()
    Query.objects.filter(pk__in=[query.pk for query in live]).update(state=Query.State.CANCELLED)
    QueryMessage.objects.bulk_create(
        QueryMessage(query=query, action="cancelled", text=reason, by=by, at=now) for query in live
    )
