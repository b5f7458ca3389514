"""Two people in one form: what each changed since the second opened it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from trial_edc.accounts.models import Site
from trial_edc.audit.models import AuditEvent
from trial_edc.crf.entry import Entry
from trial_edc.crf.registry import crf, row_models
from trial_edc.crf.spec import FormSpec
from trial_edc.crf.values import FormRecord, box_text, display, from_stored

from ..problems import Merge, MergeField
from .opening import Opened


def merge_of(
    opened: Opened, spec: FormSpec, theirs: FormRecord | None, mine: Entry, revision: int, site: Site
) -> Merge:
    """Compare both sides with the form as it was at `revision`, read from the audit trail."""
    zone = ZoneInfo(site.time_zone)
    base = _as_of(opened, theirs, revision)
    fields = []
    for one in mine.spec:
        if not one.is_asked or one.address not in mine.parsed:
            continue
        was, now = (box_text(one, record, time_zone=zone) if record else "" for record in (base, theirs))
        typed = mine.parsed[one.address]
        after = mine.record if not typed.error else None
        wanted = box_text(one, after, time_zone=zone) if after else typed.typed
        outcome = _outcome(was, now, wanted)
        if not outcome:
            continue
        shown = [
            display(one, record.values.get(one.address), record.meta.get(one.address), time_zone=zone) if record else ""
            for record in (base, theirs, after)
        ]
        fields.append(MergeField(one.name, str(one.label), shown[0], shown[1], shown[2] or wanted, wanted, outcome))
    return Merge(
        revision=opened.revision,
        by_name=opened.saved_by,
        at=opened.own.saved_at if opened.own else None,
        fields=tuple(fields),
    )


def _outcome(was: str, theirs: str, mine: str) -> str:
    if theirs == mine:
        return "theirs" if theirs != was else ""
    if mine == was:
        return "theirs"
    return "mine" if theirs == was else "choose"


def _as_of(opened: Opened, record: FormRecord | None, revision: int) -> FormRecord | None:
    """The record as it was at a revision: the present one with later events of the trail undone."""
    if record is None or revision < 1 or opened.own is None:
        return None
    events = list(AuditEvent.objects.filter(instance_id=opened.own.id).order_by("id"))
    later = next((event.id for event in events if _revision(event) > revision), None)
    state = _rows_before(events, later)
    instance = {**vars(opened.own), "visit_code": opened.own.visit_code}
    rows, head = [], None
    places = _places_of_rows(record.form_code, opened.own.id)
    for (label, pk), columns in state.items():
        if label in places:
            rows.append((label, columns | places[label].get(pk, {})))
        else:
            head = columns
    return from_stored(record.form_code, instance, head, [row for row in rows if "row_no" in row[1]])


def _places_of_rows(form: str, instance_id: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Table of rows to key to number and strike-out of its rows, which the trail does not list as values."""
    return {
        str(table._meta.model_name): {
            str(row.pop("pk")): row
            for row in table._default_manager.filter(instance_id=instance_id).values("pk", "row_no", "is_withdrawn")
        }
        for table in row_models(form)
    }


def _revision(event: AuditEvent) -> int:
    """The revision an event of the form instance brought, 0 for any other event."""
    if event.table_name != "casebook_forminstance":
        return 0
    return ((event.details or {}).get("revision") or [None, 0])[1]


def _rows_before(events: list[AuditEvent], later: int | None) -> dict[tuple[str, str], dict[str, Any]]:
    """Columns of every typed row of the form as the trail had them before event `later`.

    A save raises the revision first and then writes its rows, so the event of the revision is the border.
    """
    form = next(event.form_code for event in events if event.form_code)
    labels = {model._meta.db_table: model._meta.model_name for model in (crf(form), *row_models(form))}
    state: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events:
        if (later is not None and event.id >= later) or event.table_name not in labels:
            continue
        columns = state.setdefault((labels[event.table_name], event.row_pk), {})
        _apply(columns, event.changes, event.details or {})
    return state


def _apply(columns: dict[str, Any], changes: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    for item, (_old, new) in changes.items():
        is_reason = isinstance(new, dict) and "missing" in new
        columns[item] = None if is_reason else new
        about = details.get(item, [None, None])[1] or (new if is_reason else {})
        columns.setdefault("meta", {})[item] = about
    for item in details.keys() - changes.keys():  # what belongs to a measured value: its unit, limits ...
        columns[item] = details[item][1]
