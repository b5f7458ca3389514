"""A form as a section of a page: its state, its fields, what may be done with it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trial_edc.accounts.access import Access
from trial_edc.audit import clock
from trial_edc.crf.entry import Entry, bind
from trial_edc.crf.form import EntryForm
from trial_edc.crf.spec import FormSpec, form_spec
from trial_edc.crf.values import FormRecord, completeness
from trial_edc.protocol.windows import cell_status, planned_date, study_day

from ..context import entry_context
from ..dates import day_of
from ..digests import is_as_given
from ..locks import locked_text
from ..problems import Change
from ..reader import InstanceRow, read_forms
from ..rights import may_enter
from ..slots import Slot
from ..statuses import BADGES, STATUS_LABELS, STORED
from ..study import study
from .facts import Facts
from .fields import FieldView, FormState, field_view


@dataclass(frozen=True)
class FieldGroup:
    """A titled part of a form: its lines, and the side facts under "More"."""

    title: str
    fields: tuple[FieldView, ...]
    details: tuple[FieldView, ...] = ()


@dataclass(frozen=True)
class SummaryLine:
    name: str
    text: str


@dataclass(frozen=True)
class Summary:
    """What a save came to. `kind` is "done", "held" or "stop"."""

    kind: str
    title: str
    items: tuple[SummaryLine, ...] = ()


@dataclass(frozen=True)
class SectionView:
    """What `crf/_section.html` shows; `key` is unique on the page, `code` the form's."""

    key: str
    code: str
    seq: int
    title: str
    status: str
    status_label: str
    badge_class: str
    url: str
    draft_url: str
    discard_url: str
    revision: int
    token: str
    groups: tuple[FieldGroup, ...]
    form: EntryForm
    answered: int
    expected: int
    readonly: bool
    value_label: str = ""
    prev_label: str = ""
    day: int | None = None
    is_signed: bool = False
    signed_label: str = ""
    not_done_url: str = ""
    alone_url: str = ""
    lock_text: str = ""
    status_reason: str = ""
    summary: Summary | None = None
    changes: tuple[Change, ...] = ()
    has_draft: bool = False
    others: tuple[str, ...] = ()
    prefilled: str = ""

    @property
    def count_label(self) -> str:
        return f"{self.answered}/{self.expected}"

    @property
    def has_errors(self) -> bool:
        return any(one.message_level == "error" for group in self.groups for one in group.fields)


@dataclass(frozen=True)
class Typed:
    """What a person has typed in a section and sees again: boxes, messages, outcome.

    `is_prefilled`: nobody typed it; it stands in the boxes of a new form and is kept once something is typed.
    """

    raw: Mapping[str, str]
    messages: Mapping[str, str] = field(default_factory=dict)
    summary: Summary | None = None
    changes: tuple[Change, ...] = ()
    is_prefilled: bool = False


def section_view(
    facts: Facts, access: Access, slot: Slot, typed: Typed | None = None, *, just_saved: bool = False
) -> SectionView:
    """The section of one slot, with what its last save came to when it was just saved.

    No statement when the form names no person.
    """
    instance = facts.instance(slot.visit_code, slot.form_code, slot.seq)
    spec, record = spec_and_record(facts, slot, instance)
    draft = facts.drafts.get((slot.visit_code, slot.form_code, slot.seq))
    typed = typed or Typed(draft.values if draft else {}, draft.messages if draft else {})
    context = entry_context(facts.casebook, spec, facts.site, access)
    blank = FormRecord(None, slot.form_code, slot.visit_code, slot.seq, protocol_version=spec.version)
    entry = bind(spec, typed.raw, record=record or blank, context=context, casebook=facts.casebook)
    lock = facts.lock_over(slot.visit_code, instance)
    readonly = lock is not None or not may_enter(access, facts.site, slot.form_code) or _is_closed(instance)
    state = _form_state(facts, access, slot, (record, instance), entry, None if readonly else typed)
    status, reason = slot_status(
        facts,
        slot,
        has_draft=bool(typed.raw) and not readonly and not typed.is_prefilled and not (record and typed.messages),
    )
    if just_saved and typed.summary is None:
        typed = replace(typed, summary=_saved_summary(entry, instance))
    about = _facts_of_section(facts, instance, lock)
    shown = build_section(state, slot, facts, status=status, typed=typed, instance=instance)
    prefilled = json.dumps(dict(typed.raw)) if typed.is_prefilled and not readonly else ""
    return replace(shown, status_reason=reason, has_draft=draft is not None, prefilled=prefilled, **about)


def _form_state(
    facts: Facts,
    access: Access,
    slot: Slot,
    saved: tuple[FormRecord | None, InstanceRow | None],
    entry: Entry,
    typed: Typed | None,
) -> FormState:
    """What the fields of a section need; `typed` is None where this person may not type."""
    record, instance = saved
    previous, previous_label = _previous(facts, slot)
    may_carry_on = may_enter(access, facts.site, study().flagged_entry or slot.form_code)
    return FormState(
        saved=record,
        entry=entry,
        context=entry.context,
        raw=typed.raw if typed else {},
        messages=typed.messages if typed else {},
        queries=facts.query_states(instance.id) if instance else {},
        verified=facts.verified.get(instance.id, {}) if instance else {},
        previous=previous,
        previous_label=previous_label,
        history_url=form_url(facts, slot) + "history/",
        readonly=typed is None,
        subject=facts.casebook.subject.code if may_carry_on else "",
    )


def build_section(
    state: FormState, slot: Slot, facts: Facts, *, status: str, typed: Typed, instance: InstanceRow | None
) -> SectionView:
    """The section from a state that was read already. No statement."""
    spec = state.entry.spec
    views = {one.address: field_view(one, state) for one in spec if not one.is_beside}
    if tell := getattr(spec.model.Crf, "notes", None):
        notes = tell(state.entry.record, facts.casebook)
        views |= {at: replace(views[at], decided_by=note) for at, note in notes.items() if at in views}
    answered, expected = completeness(spec, state.entry.record, held=state.entry.errors)
    url = form_url(facts, slot)
    revision = instance.revision if instance else 0
    can_be_not_done = not state.readonly and not answered and slot.visit_code
    return SectionView(
        key=slot.form_code if slot.seq == 1 else f"{slot.form_code}-{slot.seq}",
        code=slot.form_code,
        seq=slot.seq,
        title=section_title(facts, spec, slot, state.entry.record),
        status=status,
        status_label=_status_label(slot, status),
        badge_class=BADGES.get(status, "b-line"),
        url=url,
        draft_url=url + "draft/",
        discard_url=url + "draft/discard/",
        revision=revision,
        token=str(uuid.uuid4()),
        groups=_groups(spec, views),
        form=EntryForm(spec, context=state.entry.context, views=views),
        answered=answered,
        expected=expected,
        readonly=state.readonly,
        value_label=visit_title(slot.visit_code) if slot.visit_code else str(spec.title),
        prev_label=state.previous_label,
        day=_day(facts, state.entry.record),
        not_done_url=url + "not-done/" if can_be_not_done else "",
        alone_url=url if slot.visit_code else "",
        summary=typed.summary,
        changes=typed.changes,
        others=tuple(facts.others.get((slot.visit_code, slot.form_code, slot.seq), ())),
    )


def _groups(spec: FormSpec, views: Mapping[str, FieldView]) -> tuple[FieldGroup, ...]:
    return tuple(
        FieldGroup(
            str(section.title or ""),
            tuple(views[one.address] for one in section.lines),
            tuple(views[one.address] for one in section.details),
        )
        for section in spec.sections
    )


def _status_label(slot: Slot, status: str) -> str:
    """What the badge says; an entry of a log that was never saved has no due date to wait for."""
    is_new = status == "not-due" and not slot.visit_code
    return _("New") if is_new else str(STATUS_LABELS[status])


def spec_and_record(facts: Facts, slot: Slot, instance: InstanceRow | None) -> tuple[FormSpec, FormRecord | None]:
    """The form as asked in this slot and as saved, None before; one made in error is read for itself."""
    version = instance.protocol_version if instance else facts.casebook.subject.protocol_version
    spec = form_spec(slot.form_code, version, visit_code=slot.visit_code)
    if instance is not None and instance.status == "withdrawn":
        return spec, read_forms([instance.id]).get(instance.id)
    return spec, facts.casebook.record_of(instance.id) if instance else None


def slot_status(facts: Facts, slot: Slot, *, has_draft: bool | None = None) -> tuple[str, str]:
    """Status of a slot and, where it has one, its cause in words.

    A saved form of which a save held something back shows what was saved: it is incomplete.
    """
    instance = facts.instance(slot.visit_code, slot.form_code, slot.seq)
    if has_draft is None:
        draft = facts.drafts.get((slot.visit_code, slot.form_code, slot.seq))
        has_draft = draft is not None and not (instance and draft.messages)
    if facts.lock_over(slot.visit_code, instance) is not None:
        return "locked", ""
    if instance is not None and instance.status in ("not_done", "withdrawn"):
        return STORED[instance.status], instance.status_reason
    if has_draft:
        return "draft", ""
    if instance is not None:
        return STORED[instance.status], ""
    return planned_status(facts, slot.visit_code, slot.form_code)


def planned_status(facts: Facts, visit_code: str, form_code: str) -> tuple[str, str]:
    """What schedule and clock say of a form in which nothing is saved."""
    cell = study().cell(visit_code, form_code) if visit_code else None
    if cell is None:
        return "not-due", ""
    found = cell_status(cell, study().visit(visit_code), facts.dates.anchors, today=today_at(facts))
    return found.status, _("Not expected: %(cause)s") % {"cause": found.cause} if found.cause else ""


def today_at(facts: Facts) -> date:
    """Today at the subject's site."""
    return clock.now().astimezone(ZoneInfo(facts.site.time_zone)).date()


def form_url(facts: Facts, slot: Slot) -> str:
    """Address of a form: under its visit, or in its log."""
    code = facts.casebook.subject.code
    if not slot.visit_code:
        return reverse("log-entry", args=[code, slot.form_code, slot.seq])
    if slot.seq == 1:
        return reverse("form", args=[code, slot.visit_code, slot.form_code])
    return reverse("form", args=[code, slot.visit_code, slot.form_code, slot.seq])


def visit_title(visit_code: str) -> str:
    """Name of a visit: "Day 7", "Unscheduled 1"."""
    plan = study().visit(visit_code)
    if plan.code == visit_code:
        return str(_(plan.name))
    return f"{_(plan.name)} {visit_code.removeprefix(study().unscheduled)}"


def section_title(facts: Facts, spec: FormSpec, slot: Slot, record: FormRecord) -> str:
    """ "CRS"; a further one of the visit is named by its day where that is another ("CRS · day 5"), else by its
    number.
    """
    if not slot.visit_code or slot.seq == 1:
        return str(spec.short) if slot.visit_code else f"{spec.title} {slot.seq}"
    day, own = _day(facts, record), _visit_day(facts, slot.visit_code)
    if day is None or day == own:
        return f"{spec.short} {slot.seq}"
    return _("%(form)s · day %(n)d") % {"form": spec.short, "n": day}


def _visit_day(facts: Facts, visit_code: str) -> int | None:
    """Study day of a visit: where it took place, else where it is planned."""
    anchors = facts.dates.anchors
    on = facts.dates.visits.get(visit_code) or planned_date(study().visit(visit_code), anchors)
    return study_day(on, anchors.infusion) if on else None


def _saved_summary(entry: Entry, instance: InstanceRow | None) -> Summary:
    """ "Saved. 2 things need you", with a link for each; a form without any answer was not saved."""
    if instance is None:
        return Summary("stop", _("Nothing was saved: no value was entered."))
    lines = [SummaryLine(entry.spec[f.item].name, f.text) for f in entry.findings if not f.kept and not f.warns]
    if entry.unanswered:
        first = entry.spec[entry.unanswered[0]]
        n = len(entry.unanswered)
        text = ngettext(
            "%(n)d field has no answer, first: %(label)s", "%(n)d fields have no answer, first: %(label)s", n
        )
        lines.append(SummaryLine(first.name, text % {"n": n, "label": first.label}))
    if not lines:
        return Summary("done", _("Saved."))
    title = ngettext("Saved. %(n)d thing needs you.", "Saved. %(n)d things need you.", len(lines))
    return Summary("held", title % {"n": len(lines)}, tuple(lines))


def _is_closed(instance: InstanceRow | None) -> bool:
    return instance is not None and instance.status in ("not_done", "withdrawn")


def _previous(facts: Facts, slot: Slot) -> tuple[FormRecord | None, str]:
    """The same form at the latest visit before this one, and that visit's name."""
    if not slot.visit_code:
        return None, ""
    places = {code: n for n, code in enumerate(facts.visit_codes)}
    here = places.get(slot.visit_code, len(places))
    earlier = [record for record in facts.casebook[slot.form_code] if places[record.visit_code] < here]
    if not earlier:
        return None, ""
    before = max(earlier, key=lambda one: (places[one.visit_code], _moment(facts, one), -one.seq))
    return before, visit_title(before.visit_code)


def _moment(facts: Facts, record: FormRecord) -> date:
    """The day a form speaks of; the earliest possible one where it has no date."""
    return record_day(facts, record) or date.min


def record_day(facts: Facts, record: FormRecord) -> date | None:
    """The day of a form's first date at the site, None without a complete one."""
    spec = form_spec(record.form_code, record.protocol_version, visit_code=record.visit_code)
    dated = next((one for one in spec if one.kind in ("date", "datetime", "partial_date")), None)
    return day_of(record.values.get(dated.address), ZoneInfo(facts.site.time_zone)) if dated else None


def _day(facts: Facts, record: FormRecord) -> int | None:
    """Study day of a form that is kept per day, from its first date."""
    infusion, on = facts.dates.anchors.infusion, record_day(facts, record)
    return (on - infusion).days if on and infusion else None


def _facts_of_section(facts: Facts, instance: InstanceRow | None, lock) -> dict[str, Any]:
    standing = [s for s in facts.signatures.get(instance.id, ()) if s.voided_at is None] if instance else []
    label = ""
    is_signed = bool(standing) and all(is_as_given(one) for one in standing)
    if standing:
        words = _("Signed by %(name)s") if is_signed else _("The signature of %(name)s does not verify")
        label = words % {"name": standing[0].printed_name}
    zone = ZoneInfo(facts.site.time_zone)
    return {
        "is_signed": is_signed,
        "signed_label": label,
        "lock_text": locked_text(lock.by_name, lock.at.astimezone(zone)) if lock else "",
    }
