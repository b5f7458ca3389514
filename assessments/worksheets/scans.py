"""The scans of a subject as they would stand with what is typed now: what the tumour worksheet counts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assessments.tumour import BASE, Slot, Tumour, read_tumour, scan_date
from trial_edc.accounts.access import Access
from trial_edc.casebook.context import entry_context
from trial_edc.casebook.dates import date_forms, track_forms
from trial_edc.casebook.reader import Casebook, InstanceRow
from trial_edc.casebook.rights import may_enter
from trial_edc.casebook.selectors.facts import Facts, facts_of
from trial_edc.casebook.selectors.sections import planned_status, visit_title
from trial_edc.casebook.study import study, visit_model
from trial_edc.crf.entry import Entry, bind
from trial_edc.crf.parse import EntryContext
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import FormRecord, box_text

FORMS = ("tr", "nt", "rs")
LONGEST_CODE = 10
READ = {"tu", "subs", "brg", *FORMS}


@dataclass(frozen=True)
class FormNow:
    """One form of the time point being entered.

    Attributes:
        raw: what was typed and not saved. entry: saved form and typed boxes, bound together.
        messages: address to why a value is held back in the draft.
    """

    instance: InstanceRow | None
    raw: Mapping[str, str]
    messages: Mapping[str, str]
    entry: Entry
    context: EntryContext
    is_locked: bool

    @property
    def revision(self) -> int:
        return self.instance.revision if self.instance else 0

    def text(self, address: str) -> str:
        """What stands in the box: typed, else saved."""
        name = f"{self.entry.spec.code}.{address}"
        if name in self.raw:
            return self.raw[name]
        if address not in self.entry.spec:
            return ""
        return box_text(self.entry.spec[address], self.entry.record, time_zone=self.context.time_zone)


@dataclass(frozen=True)
class Scans:
    """All scans of a subject, the one at `current` with what is typed.

    Attributes:
        slots: time points in the order of time, without the baseline. before: as saved. after: with the
        boxes of the current one.
    """

    facts: Facts
    current: Slot
    forms: dict[str, FormNow]
    slots: tuple[Slot, ...]
    book: Casebook
    before: Tumour
    after: Tumour
    can_enter: bool

    def on(self, slot: Slot) -> date | None:
        return scan_date(self.book, slot)

    @property
    def later(self) -> tuple[Slot, ...]:
        """Time points after the current one."""
        return self.slots[self.slots.index(self.current) + 1 :]


def read_scans(
    access: Access, subject: Any, *, visit: str = "", typed: Mapping[str, Mapping[str, str]] | None = None
) -> Scans:
    """Read the scans. Eight statements.

    Args:
        visit: code of the time point to enter, "" = the one that waits.
        typed: input names to text by form, instead of the draft.
    """
    facts = facts_of(subject, user=access.user, site=subject.site, forms=READ | date_forms() | track_forms())
    known = _known_slots(facts)
    current = _chosen(facts, known, visit)
    book: Casebook = facts.casebook
    forms = {}
    for code in FORMS:
        forms[code] = _form_now(facts, access, current, code, book, typed)
        book = book.with_record(forms[code].entry.record)
    slots = _in_time(facts, book, {*known, current})
    return Scans(
        facts=facts,
        current=current,
        forms=forms,
        slots=slots,
        book=book,
        before=read_tumour(facts.casebook),
        after=read_tumour(book),
        can_enter=all(may_enter(access, facts.site, code) for code in FORMS),
    )


def scan_visits() -> list[str]:
    """Codes of the visits at which the schedule has a scan, in order."""
    return [visit.code for visit in study().visits if study().cell(visit.code, "tr")]


def has_scans() -> bool:
    """Whether the study measures tumours and asks what the worksheet asks; loaded scans are shown by their forms."""
    return study().has_item("rs", "rsclin") and any(cell.form == "tr" for cell in study().cells)


def is_scan_visit(subject: Any, code: str) -> bool:
    """Whether a scan may stand at a visit of this subject."""
    return study().cell(code, "tr") is not None and visit_exists(subject, code)


def visit_exists(subject: Any, code: str) -> bool:
    """Whether it is a planned visit, or an unscheduled one that was opened for the subject."""
    if len(code) > LONGEST_CODE or code == study().unscheduled:
        return False
    return study().plan_code(code) == code or visit_model().objects.filter(subject=subject, code=code).exists()


def title(slot: Slot) -> str:
    """ "Month 2"; a further scan of a visit with its number."""
    return visit_title(slot[0]) if slot[1] == 1 else f"{visit_title(slot[0])} ({slot[1]})"


def _known_slots(facts: Facts) -> set[Slot]:
    """Time points with anything saved or kept as a draft."""
    saved = {(one.visit_code, one.seq) for one in facts.casebook.instances if one.form_code in FORMS}
    kept = {(visit, seq) for visit, form, seq in facts.drafts if form in FORMS}
    return {slot for slot in saved | kept if slot[0] != BASE}


def _chosen(facts: Facts, known: set[Slot], visit: str) -> Slot:
    """The time point asked for, else the first that is incomplete or due, else the last one entered."""
    if visit:
        return (visit, 1)
    done = {slot for slot in known if _is_complete(facts, slot)}
    order = _in_time(facts, facts.casebook, known)
    for slot in order:
        if slot not in done:
            return slot
    last = max((facts.visit_codes.index(slot[0]) for slot in known if slot[0] in facts.visit_codes), default=-1)
    for code in scan_visits():
        if code == study().unscheduled or facts.visit_codes.index(code) <= last:
            continue
        if planned_status(facts, code, "tr")[0] in ("due", "overdue") or not order:
            return (code, 1)
    return order[-1]


def _is_complete(facts: Facts, slot: Slot) -> bool:
    instances = [facts.instance(slot[0], form, slot[1]) for form in FORMS]
    return all(one is not None and one.status in ("complete", "not_done") for one in instances)


def _in_time(facts: Facts, book: Casebook, slots: set[Slot]) -> tuple[Slot, ...]:
    places = {code: number for number, code in enumerate(facts.visit_codes)}

    def place(slot: Slot) -> tuple:
        on = scan_date(book, slot) or facts.dates.visits.get(slot[0])
        return (on is None, on or date.max, places.get(slot[0], len(places)), slot[1])

    return tuple(sorted(slots, key=place))


def _form_now(
    facts: Facts,
    access: Access,
    slot: Slot,
    code: str,
    book: Casebook,
    typed: Mapping[str, Mapping[str, str]] | None,
) -> FormNow:
    instance = facts.instance(slot[0], code, slot[1])
    draft = facts.drafts.get((slot[0], code, slot[1]))
    raw = typed.get(code, {}) if typed is not None else draft.values if draft else {}
    messages = draft.messages if draft and typed is None else {}
    version = instance.protocol_version if instance else facts.casebook.subject.protocol_version
    spec = form_spec(code, version, visit_code=slot[0])
    context = entry_context(facts.casebook, spec, facts.site, access)
    saved = facts.casebook.record_of(instance.id) if instance else None
    blank = FormRecord(None, code, slot[0], slot[1], protocol_version=version)
    lock = facts.lock_over(slot[0], instance)
    is_closed = lock is not None or (instance is not None and instance.status in ("not_done", "withdrawn"))
    raw = {} if is_closed else raw
    entry = bind(spec, raw, record=saved or blank, context=context, casebook=book)
    return FormNow(instance, raw, messages, entry, entry.context, is_closed)


def baseline_entry(scans: Scans, access: Access) -> Entry | None:
    """The target lesions of the baseline with what the checks say of them; None before they are entered."""
    casebook = scans.facts.casebook
    record = casebook.record(BASE, "tu")
    if record is None:
        return None
    spec = form_spec("tu", record.protocol_version, visit_code=BASE)
    return bind(
        spec, {}, record=record, context=entry_context(casebook, spec, scans.facts.site, access), casebook=casebook
    )
