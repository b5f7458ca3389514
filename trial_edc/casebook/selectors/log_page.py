"""A log of a subject: one line for each entry."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.urls import reverse

from trial_edc.accounts.access import Access
from trial_edc.crf.registry import all_crfs, crf
from trial_edc.crf.spec import ItemSpec, form_spec
from trial_edc.crf.values import FormRecord, display

from ..dates import date_forms, track_forms
from ..models import Draft, FormInstance
from ..reader import InstanceRow, read_forms
from ..rights import may_enter
from ..slots import Slot
from ..statuses import STATUS_LABELS
from ..study import study
from .facts import Facts, facts_of
from .matrix import signature_state
from .places import reads_casebook, subject_url
from .sections import slot_status

MOST_COLUMNS = 8


@dataclass(frozen=True)
class LogRow:
    seq: int
    url: str
    status: str
    status_label: str
    status_reason: str
    signature: str
    signature_label: str
    n_queries: int
    values: tuple[str, ...]
    by_item: dict[str, str]


@dataclass(frozen=True)
class LogPage:
    subject: object
    form: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[LogRow, ...]
    new_url: str
    can_enter: bool
    drafts: tuple[tuple[int, str], ...]
    home_url: str
    reads_casebook: bool


def log_page(access: Access, subject, form_code: str) -> LogPage:
    """Entries of one log, oldest first, drafts of this person and struck ones among them.

    Eight statements, two more when an entry was made in error: nothing of it is hidden.
    """
    facts = facts_of(subject, user=access.user, site=subject.site, forms={form_code} | date_forms() | track_forms())
    spec = form_spec(form_code, subject.protocol_version)
    items = list(spec)
    mine = [one for one in facts.casebook.instances if one.form_code == form_code]
    struck = [one.id for one in mine if one.status == "withdrawn"]
    records = read_forms(struck) if struck else {}
    rows = [
        _row(facts, subject, one, items, records.get(one.id) or facts.casebook.record_of(one.id))
        for one in sorted(mine, key=lambda one: one.seq)
    ]
    taken = {one.seq for one in mine}
    waiting = sorted(seq for visit, form, seq in facts.drafts if (visit, form) == ("", form_code) and seq not in taken)
    new = max([*taken, *waiting], default=0) + 1
    return LogPage(
        subject=subject,
        form=form_code,
        title=str(crf(form_code).Crf.title),
        columns=tuple(str(i.label) for i in items[:MOST_COLUMNS]),
        rows=tuple(rows),
        new_url=reverse("log-entry", args=[subject.code, form_code, new]),
        can_enter=may_enter(access, subject.site, form_code),
        drafts=tuple((seq, reverse("log-entry", args=[subject.code, form_code, seq])) for seq in waiting),
        home_url=subject_url(access, subject),
        reads_casebook=reads_casebook(access, subject),
    )


def _row(facts: Facts, subject, one: InstanceRow, items: list[ItemSpec], record: FormRecord | None) -> LogRow:
    zone = ZoneInfo(subject.site.time_zone)
    texts = {
        i.address: display(i, record.values.get(i.address), record.meta.get(i.address), time_zone=zone)
        if record
        else ""
        for i in items
    }
    status, reason = slot_status(facts, Slot(subject.pk, "", one.form_code, one.seq))
    signature = signature_state(facts, one) if study().signature_rule(one.form_code) else ""
    return LogRow(
        seq=one.seq,
        url=reverse("log-entry", args=[subject.code, one.form_code, one.seq]),
        status=status,
        status_label=str(STATUS_LABELS[status]),
        status_reason=reason,
        signature=signature,
        signature_label=str(STATUS_LABELS[signature]) if signature else "",
        n_queries=len(facts.queries.get(one.id, ())),
        values=tuple(texts[i.address] for i in items[:MOST_COLUMNS]),
        by_item=texts,
    )


def next_entry(subject, form_code: str, person) -> int:
    """The next free number of a log for this person: after what is saved and what they have begun. Two statements."""
    saved = FormInstance.objects.filter(subject=subject, form_code=form_code).aggregate(last=Max("seq"))["last"] or 0
    own = Draft.objects.filter(subject=subject, form_code=form_code, visit_code="", user=person)
    return max(saved, own.aggregate(last=Max("seq"))["last"] or 0) + 1


def log_forms() -> tuple[str, ...]:
    """Codes of the logs that have a form."""
    return tuple(model.Crf.code for model in all_crfs() if model.Crf.layout == "log")
