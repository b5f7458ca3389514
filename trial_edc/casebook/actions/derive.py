"""Saved forms whose derived items follow from another form, derived anew when that one changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trial_edc.accounts.models import User
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.crf.checks import run_checks
from trial_edc.crf.entry import derived, with_rows
from trial_edc.crf.spec import FormSpec, form_spec
from trial_edc.crf.values import FormRecord, display

from ..models import FormInstance
from ..reader import Casebook
from ..slots import Slot
from .findings import plan_queries, write_queries
from .opening import open_slot
from .signatures import unsettle
from .writes import write_content, write_instance


@dataclass(frozen=True)
class Rederived:
    """A saved form whose derived items changed; `changes` are (address, label, old, new) as shown.

    `is_locked`: it stays as it was until somebody unlocks it. `was_signed`: its signature is void now.
    """

    instance_id: int
    slot: Slot
    changes: tuple[tuple[str, str, str, str], ...]
    was_signed: bool = False
    is_locked: bool = False


def spec_of(record: FormRecord, casebook: Casebook) -> FormSpec:
    """What a saved form asks, in its own protocol version, with the rows it has."""
    asked = form_spec(record.form_code, record.protocol_version, visit_code=record.visit_code)
    return with_rows(asked, {}, record, casebook)


def derived_record(record: FormRecord, casebook: Casebook) -> tuple[FormSpec, FormRecord]:
    """A saved form with its derived items computed from the casebook as it stands."""
    spec = spec_of(record, casebook)
    return spec, derived(spec, record, casebook)


def changes_between(spec: FormSpec, before: FormRecord, after: FormRecord) -> tuple[tuple[str, str, str, str], ...]:
    """(address, label, old, new) of the derived items that differ, in the order of the form."""
    changed = (one for one in spec if before[one.address] != after[one.address])
    return tuple(
        (one.address, str(one.label), *(display(one, side[one.address]) for side in (before, after))) for one in changed
    )


def write_derived(
    *, by: User, spec: FormSpec, before: FormRecord, after: FormRecord, casebook: Casebook, cause: str
) -> Rederived:
    """Write what a saved form's derived items have become: a revision, its signature void, queries that follow.

    A locked form is left as it is.
    """
    slot = Slot(casebook.subject.pk, before.visit_code, before.form_code, before.seq)
    changes = changes_between(spec, before, after)
    assert before.instance_id is not None
    with audited(by=by, source="system", reason=cause):
        opened = open_slot(by=by, slot=slot, token=None)
        if opened.is_locked or opened.own is None:
            return Rederived(before.instance_id, slot, changes, is_locked=True)
        now = clock.now()
        instance: FormInstance = write_instance(
            opened, slot, by=by, status=before.status, version=spec.version, at=now, revised=True
        )
        write_content(spec, instance_id=instance.pk, before=before, after=after)
        # What stands saved is not held back any more: a check that would do so asks instead.
        findings = [replace(one, hard=False) for one in run_checks(spec, after, casebook.with_record(after))]
        plan = plan_queries(opened.queries, findings, changed={}, source="form")
        write_queries(plan, by=by, instance_id=instance.pk, at=now)
        told = "; ".join(f"{label}: {old or '–'} → {new or '–'}" for _address, label, old, new in changes)
        unsettle(instance, items=[], cause=f"{cause} {told}" if opened.is_signed else "")
    return Rederived(before.instance_id, slot, changes, was_signed=opened.is_signed)
