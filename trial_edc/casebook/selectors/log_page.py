"""A log of a subject: one line for each entry."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse

from trial_edc.accounts.access import Access
from trial_edc.crf.registry import all_crfs, crf
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import display

from ..dates import date_forms, track_forms
from ..rights import may_enter
from ..slots import Slot
from ..statuses import STATUS_LABELS
from ..study import study
from .facts import facts_of
from .matrix import signature_state
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


def log_page(access: Access, subject, form_code: str) -> LogPage:
    """Entries of one log, oldest first, drafts of this person among them. Eight statements."""
    facts = facts_of(
        subject, user=access.user, site=subject.site, forms={form_code} | date_forms() | track_forms()
    )
    spec = form_spec(form_code, subject.protocol_version)
    items = list(spec)
    zone = ZoneInfo(subject.site.time_zone)
    rows = []
    mine = [one for one in facts.casebook.instances if one.form_code == form_code]
    for one in sorted(mine, key=lambda one: one.seq):
        slot = Slot(subject.pk, "", form_code, one.seq)
        record = facts.casebook.record_of(one.id)
        texts = {
            i.address: display(i, record.values.get(i.address), record.meta.get(i.address), time_zone=zone)
            if record
            else ""
            for i in items
        }
        status, reason = slot_status(facts, slot)
        signature = signature_state(facts, one) if study().signature_rule(form_code) else ""
        rows.append(
            LogRow(
                seq=one.seq,
                url=reverse("log-entry", args=[subject.code, form_code, one.seq]),
                status=status,
                status_label=str(STATUS_LABELS[status]),
                status_reason=reason,
                signature=signature,
                signature_label=str(STATUS_LABELS[signature]) if signature else "",
                n_queries=len(facts.queries.get(one.id, ())),
                values=tuple(texts[i.address] for i in items[:MOST_COLUMNS]),
                by_item=texts,
            )
        )
    taken = {one.seq for one in mine}
    waiting = sorted(
        seq for visit, form, seq in facts.drafts if (visit, form) == ("", form_code) and seq not in taken
    )
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
    )


def log_forms() -> tuple[str, ...]:
    """Codes of the logs that have a form."""
    return tuple(model.Crf.code for model in all_crfs() if model.Crf.layout == "log")
