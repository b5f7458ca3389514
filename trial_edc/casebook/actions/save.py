"""Save one form: a single transaction of everything in it that can be right.

What cannot be right stays in the person's draft with its message. A missing reason for change, a stale
revision or
a lock refuses the whole save: nothing is written, nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trial_edc.accounts.access import access_of
from trial_edc.accounts.models import Site, User
from trial_edc.accounts.roles import Role
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.audit.system import SYSTEM_NAME
from trial_edc.crf.checks import Finding
from trial_edc.crf.entry import Entry, bind
from trial_edc.crf.parse import EntryContext
from trial_edc.crf.spec import FormSpec, form_spec
from trial_edc.crf.values import FormRecord

from ..context import entry_context
from ..dates import date_forms
from ..models import FormInstance, Query, Submission
from ..problems import Change, FormLocked, NotAllowed, ReasonRequired, StaleRevision
from ..reader import Casebook, InstanceRow, casebook_of
from ..rights import entering, require, require_answer, site_of
from ..slots import Slot
from .drafts import end_draft, hold_back
from .findings import QueryPlan, plan_queries, write_queries
from .follow import Happened, cause_of, follow
from .merging import merge_of
from .opening import KnownQuery, Opened, open_slot
from .reasons import reasons_given
from .signatures import unsettle
from .writes import differs, write_content, write_instance

UNIQUE_VIOLATION = "23505"
_OTHER_SUBMIT = gettext_lazy(
    "These values came with the mark of an earlier save, so they were not saved. Save them again."
)


@dataclass(frozen=True)
class Reading:
    """One save as it was read: who, where, what stood there and what was typed."""

    by: User
    site: Site
    spec: FormSpec
    casebook: Casebook
    before: FormRecord | None
    entry: Entry
    context: EntryContext


@dataclass(frozen=True)
class Saved:
    """What a save did.

    Attributes:
        instance: None when nothing could be saved.
        slot: where it stands now; a new log entry may have moved to the next free number.
        held: address to why it could not be saved; these stay in the draft.
        findings: what the checks say of the saved form, kept ones included.
        opened, n_closed: queries a check opened, and closed.
        changed: address to (old, new) as shown.
        is_repeat: the same submit came again and changed nothing.
        reading, known: what was read for this save and the queries it found, so that a page needs no
        second look.
    """

    instance: FormInstance | None
    slot: Slot
    held: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    opened: tuple[Query, ...] = ()
    n_closed: int = 0
    changed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()
    is_repeat: bool = False
    reading: Reading | None = None
    known: tuple[KnownQuery, ...] = ()


def save_form(
    *,
    by: User,
    slot: Slot,
    raw: Mapping[str, str],
    source: str = "form",
    revision: int | None = None,
    token: UUID | None = None,
) -> Saved:
    """Save a form as typed.

    Args:
        raw: input names ("vs.temp", "vs.temp.unit", "vs.temp.reason" ...) to text. A box that is not named stays.
        source: "form" for a person, "import" for a file; an import opens no queries here.
        revision: what the person had on screen, 0 for a new form; None skips the comparison (imports,
        registration).
        token: the client's token of this submit; a second submit with it changes nothing.
    Raises:
        NotAllowed: role, delegation or place in the casebook.
        FormLocked, StaleRevision, ReasonRequired: the whole save is refused.
    """
    with audited(by=by, source=source) as audit:
        opened = open_slot(by=by, slot=slot, token=token)
        role = _role(by, opened)
        if opened.used_token:
            return _repeat(opened, by, raw)
        _refuse_lock(opened)
        if revision == 0 and not slot.visit_code:
            opened, slot = _next_entry(opened, by=by)
        _refuse_status(opened)
        reading = _read(by, opened, slot, raw)
        if revision is not None and revision != opened.revision:
            _refuse_stale(opened, reading, revision)
        require_answer(by=by, form_code=slot.form_code, record=reading.entry.record, site_id=reading.site.pk)
        given = _reasons(reading, raw, opened)
        audit.acting_as(role, reasons=_by_column(reading.spec, given))
        return _write(opened, slot, reading, given, raw, source=source, token=token)


def _refuse_stale(opened: Opened, reading: Reading, revision: int) -> None:
    """Somebody saved the form meanwhile. What only the system derived anew is nobody's to choose: that is no clash."""
    merge = merge_of(opened, reading.spec, reading.before, reading.entry, revision, reading.site)
    if opened.saved_by == SYSTEM_NAME and all(one.outcome == "mine" for one in merge.fields):
        return
    raise StaleRevision(_("%(name)s saved this form while you were editing.") % {"name": opened.saved_by}, merge)


def _role(by: User, opened: Opened) -> Role:
    """The role in which `by` enters this form at the subject's site. Raises NotAllowed."""
    access, site_id = access_of(by), opened.subject.site_id
    try:
        enter, correct = entering(opened.slot.form_code, access, site_of(access, site_id))
    except KeyError as unknown:
        raise NotAllowed(str(unknown.args[0])) from None
    return require(by=by, permission=correct if opened.own else enter, site_id=site_id)


def _repeat(opened: Opened, by: User, raw: Mapping[str, str]) -> Saved:
    """The answer to a submit that came before. Raises NotAllowed when it brings something else this time."""
    used, slot = opened.used_token or {}, opened.slot
    if used["user"] != by.pk:
        raise NotAllowed(_("This submit belongs to somebody else. Reload the form."))
    saved = next((one for one in opened.instances if one.id == used["instance"]), None)
    is_log = not slot.visit_code  # a new entry may have moved to the next free number
    if saved is None or not (is_log or saved.seq == slot.seq) or _place(saved) != _place(slot):
        raise NotAllowed(_OTHER_SUBMIT)
    slot = replace(slot, seq=saved.seq)
    reading = _read(by, replace(opened, slot=slot, own=saved), slot, raw)
    if saved.revision == used["revision"] and reading.entry.changed:
        raise NotAllowed(_OTHER_SUBMIT)
    return Saved(FormInstance.objects.get(pk=saved.id), slot, is_repeat=True)


def _place(where: Slot | InstanceRow) -> tuple[str, str]:
    return where.visit_code, where.form_code


def _next_entry(opened: Opened, *, by: User) -> tuple[Opened, Slot]:
    """A new log entry whose number somebody took meanwhile, or that leaves a gap, gets the next free one."""
    form = opened.slot.form_code
    last = max((one.seq for one in opened.instances if one.form_code == form), default=0)
    if opened.slot.seq == last + 1:
        return opened, opened.slot
    if opened.has_draft:
        end_draft(by=by, slot=opened.slot)
    slot = Slot(opened.slot.subject_id, "", form, last + 1)
    return open_slot(by=by, slot=slot, token=None), slot


def _read(by: User, opened: Opened, slot: Slot, raw: Mapping[str, str]) -> Reading:
    access = access_of(by)
    site = site_of(access, opened.subject.site_id)
    version = opened.own.protocol_version if opened.own else opened.subject.protocol_version
    try:
        spec = form_spec(slot.form_code, version, visit_code=slot.visit_code)
    except KeyError as unknown:
        raise NotAllowed(str(unknown.args[0])) from None
    casebook = casebook_of(opened.subject, opened.instances, {slot.form_code, *date_forms()})
    before = casebook.record_of(opened.own.id) if opened.own else None
    context = entry_context(casebook, spec, site, access)
    blank = FormRecord(None, slot.form_code, slot.visit_code, slot.seq, protocol_version=version)
    entry = bind(spec, raw, record=before or blank, context=context, casebook=casebook)
    return Reading(by, site, entry.spec, casebook, before, entry, context)


def _refuse_lock(opened: Opened) -> None:
    if opened.is_locked:
        raise FormLocked(_("The form is locked. Ask data management to unlock it."))


def _refuse_status(opened: Opened) -> None:
    if opened.own is None:
        return
    if opened.own.status == FormInstance.Status.WITHDRAWN:
        raise NotAllowed(_("This form was marked as entered in error. Take that back before you enter values."))
    if opened.own.status == FormInstance.Status.NOT_DONE:
        raise NotAllowed(_("This form is marked not done. Take that back before you enter values."))


def _reasons(reading: Reading, raw: Mapping[str, str], opened: Opened) -> dict[str, str]:
    """Reason of every correction, by address. Raises ReasonRequired naming those without one."""
    entry = reading.entry
    corrected = [one for one in entry.spec.by_address if one in entry.corrections] if opened.own else []
    given, missing = reasons_given(entry.spec, raw, corrected)
    if missing:
        changes = tuple(
            Change(
                address,
                str(entry.spec[address].label),
                *entry.changed[address],
                reason=given.get(address, ""),
            )
            for address in corrected
        )
        raise ReasonRequired(_("Say why each saved value changes. Nothing was saved yet."), changes)
    return given


@contextmanager
def _each_identifier_once() -> Iterator[None]:
    """Say it where an identifier was saved in another form after the checks had looked; other errors stand."""
    try:
        yield
    except IntegrityError as clash:
        if getattr(clash.__cause__, "pgcode", "") != UNIQUE_VIOLATION:
            raise
        raise NotAllowed(
            _("An identifier of this form was saved in another form at the same moment. Save again to see which one.")
        ) from clash


@_each_identifier_once()
def _write(
    opened: Opened,
    slot: Slot,
    reading: Reading,
    given: dict[str, str],
    raw: Mapping[str, str],
    *,
    source: str,
    token: UUID | None,
) -> Saved:
    entry, now, by = reading.entry, clock.now(), reading.by
    has_answer = any(entry.record.is_answered(one.address) for one in entry.spec if one.is_asked)
    if opened.own is None and not has_answer:
        _end_or_hold(opened, slot, by, entry, raw, 0, now)
        return Saved(None, slot, held=entry.errors, unanswered=tuple(entry.unanswered), reading=reading)
    is_revised = differs(entry.spec, reading.before, entry.record)
    status = FormInstance.Status.PARTIAL if entry.unanswered else FormInstance.Status.COMPLETE
    instance = _write_form(opened, slot, reading, status=status, revised=is_revised, at=now)
    turns = _turns(entry, given)
    plan = plan_queries(opened.queries, entry.findings, changed=turns, source=source)
    queries = write_queries(plan, by=by, instance_id=instance.pk, at=now)
    if opened.own is not None and is_revised:
        _unsettle(opened, instance, entry, given, by)
    _end_or_hold(opened, slot, by, entry, raw, instance.revision, now)
    if is_revised:
        _follow(reading, instance, slot, source)
    if token is not None:
        Submission(token=token, user=by, instance=instance, revision=instance.revision, at=now).save(force_insert=True)
    return _saved(instance, slot, reading, queries, plan, opened.queries)


def _follow(reading: Reading, instance: FormInstance, slot: Slot, source: str) -> None:
    """Tell what reads this form that it has changed."""
    row = InstanceRow(
        id=instance.pk,
        subject_id=slot.subject_id,
        visit_code=slot.visit_code,
        form_code=slot.form_code,
        seq=slot.seq,
        status=instance.status,
        status_reason="",
        revision=instance.revision,
        protocol_version=instance.protocol_version,
        saved_at=instance.saved_at,
        visit_id=instance.visit_id,
    )
    record = replace(reading.entry.record, instance_id=instance.pk, status=instance.status)
    casebook = reading.casebook.as_saved(row, record)
    follow(Happened(reading.by, casebook, row, reading.before, record, cause_of(row, reading.by), source))


def _saved(
    instance: FormInstance,
    slot: Slot,
    reading: Reading,
    queries: tuple[Query, ...],
    plan: QueryPlan,
    known: tuple[KnownQuery, ...],
) -> Saved:
    entry = reading.entry
    return Saved(
        instance=instance,
        slot=slot,
        held=entry.errors,
        findings=tuple(entry.findings),
        opened=queries,
        n_closed=len(plan.to_close),
        changed=entry.changed,
        unanswered=tuple(entry.unanswered),
        reading=reading,
        known=known,
    )


def _write_form(
    opened: Opened, slot: Slot, reading: Reading, *, status: str, revised: bool, at: datetime
) -> FormInstance:
    own = opened.own
    if own is not None and not revised and own.status == status:
        return FormInstance.objects.get(pk=own.id)
    instance = write_instance(
        opened, slot, by=reading.by, status=status, version=reading.spec.version, at=at, revised=revised
    )
    if revised:
        write_content(reading.spec, instance_id=instance.pk, before=reading.before, after=reading.entry.record)
    return instance


def _turns(entry: Entry, given: Mapping[str, str]) -> dict[str, str]:
    """Address to the turn a query thread gets for a changed value."""
    turns = {}
    for address, (old, new) in entry.changed.items():
        text = f"{old or '–'} → {new or '–'}"
        turns[address] = f"{text}: {given[address]}" if address in given else text
    return turns


def _unsettle(opened: Opened, instance: FormInstance, entry: Entry, given: Mapping[str, str], by: User) -> None:
    """A changed value needs verifying again; the form needs signing again, and says why."""
    told = [f"{entry.spec[address].label}: {turn}" for address, turn in _turns(entry, given).items()]
    cause = "; ".join(told) or _("A reason to keep a value was added.")
    unsettle(
        instance,
        items=opened.verified & set(entry.changed),
        cause=f"{cause} ({by.full_name})" if opened.is_signed else "",
    )


def _end_or_hold(
    opened: Opened, slot: Slot, by: User, entry: Entry, raw: Mapping[str, str], revision: int, at: datetime
) -> None:
    """End the draft, or keep in it exactly what could not be saved."""
    held = {entry.spec[address].name for address in entry.errors}
    values = {name: text for name, text in raw.items() if _owner(name) in held or name in held}
    if values:
        hold_back(by=by, slot=slot, values=values, messages=entry.errors, revision=revision, at=at)
    elif opened.has_draft:
        end_draft(by=by, slot=opened.slot)


def _owner(name: str) -> str:
    """The input a companion belongs to: "vs.temp" of "vs.temp.unit"."""
    return name.rpartition(".")[0]


def _by_column(spec: FormSpec, given: Mapping[str, str]) -> dict[str, str]:
    """Reasons under the names the trail uses: columns."""
    return {spec[address].column: reason for address, reason in given.items()}
