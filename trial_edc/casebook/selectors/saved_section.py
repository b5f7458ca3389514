"""The form just saved with something held back, shown from what the save read: no statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trial_edc.accounts.access import Access

from ..actions.save import Saved
from ..dates import subject_dates
from ..locks import Bolts
from ..reader import InstanceRow
from .facts import Facts
from .fields import FormState
from .sections import Summary, Typed, build_section
from .visit_sheet import SheetPage, sheet_of


def saved_sheet(access: Access, saved: Saved, raw: Mapping[str, str], summary: Summary) -> SheetPage:
    """A page of one section: saved values, and in the held fields what was typed."""
    reading, slot = saved.reading, saved.slot
    assert reading is not None
    entry = replace(reading.entry, corrections=frozenset())
    held = {entry.spec[address].name for address in saved.held}
    kept = {name: text for name, text in raw.items() if name in held or name.rpartition(".")[0] in held}
    dates = subject_dates(reading.casebook, reading.site, with_tracks=False)
    facts = Facts(reading.casebook, reading.site, dates, Bolts((), ()))
    states: dict[str, tuple[str, ...]] = {}
    for query in [*(q for q in saved.known if q.is_live), *saved.opened]:
        states[query.item] = (*states.get(query.item, ()), query.state)
    state = FormState(
        saved=entry.record if saved.instance else None,
        entry=entry,
        context=reading.context,
        raw=kept,
        messages=saved.held,
        queries=states,
        verified={},
        previous=None,
        previous_label="",
        history_url="",
        readonly=False,
    )
    instance = _row(saved)
    status = "partial" if saved.instance else "draft"
    section = build_section(
        state, slot, facts, status=status, typed=Typed(kept, saved.held, summary), instance=instance
    )
    return sheet_of(access, facts, replace(section, has_draft=True), slot)


def _row(saved: Saved) -> InstanceRow | None:
    form = saved.instance
    if form is None:
        return None
    return InstanceRow(
        id=form.pk,
        subject_id=form.subject_id,
        visit_code=saved.slot.visit_code,
        form_code=form.form_code,
        seq=form.seq,
        status=form.status,
        status_reason=form.status_reason,
        revision=form.revision,
        protocol_version=form.protocol_version,
        saved_at=form.saved_at,
        visit_id=form.visit_id,
    )
