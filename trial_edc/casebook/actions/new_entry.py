"""A prefilled entry of a log that the system writes for people to complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trial_edc.accounts.models import User
from trial_edc.audit import clock
from trial_edc.crf.entry import bind
from trial_edc.crf.parse import EntryContext
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import FormRecord

from ..models import FormInstance
from ..slots import Slot
from .opening import open_slot
from .writes import write_content, write_instance


def next_entry(*, by: User, subject: Any, form_code: str, typed: Mapping[str, str]) -> FormInstance:
    """Write the next free entry of a log from what `typed` says, inside the open transaction; at most six statements.

    Args:
        by: the actor of the open transaction, usually the system.
        typed: input names ("dv.dvterm") to text in unambiguous form (codes, ISO dates).
    """
    numbers = FormInstance.objects.filter(subject_id=subject.pk, form_code=form_code).order_by("-seq")
    last = numbers.values_list("seq", flat=True).first() or 0
    slot = Slot(subject.pk, "", form_code, last + 1)
    opened = open_slot(by=by, slot=slot, token=None)
    version = opened.subject.protocol_version
    spec = form_spec(form_code, version)
    now = clock.now()
    blank = FormRecord(None, form_code, "", slot.seq, protocol_version=version)
    entry = bind(spec, typed, record=blank, context=EntryContext(today=now.date()), casebook=None)
    status = FormInstance.Status.PARTIAL if entry.unanswered else FormInstance.Status.COMPLETE
    instance = write_instance(opened, slot, by=by, status=status, version=version, at=now, revised=True)
    write_content(entry.spec, instance_id=instance.pk, before=None, after=entry.record)
    return instance
