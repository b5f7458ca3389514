"""The rows of one save: form instance, typed table and its rows; each kind in one statement, only what
changed.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection

from trial_edc.accounts.models import User
from trial_edc.crf.spec import FormSpec
from trial_edc.crf.values import Columns, FormRecord, RowColumns, to_columns

from ..models import FormInstance
from ..slots import Slot
from ..study import visit_model
from .opening import Opened


def differs(spec: FormSpec, before: FormRecord | None, after: FormRecord) -> bool:
    """Whether anything of the typed tables would be written."""
    return before is None or to_columns(spec, before) != to_columns(spec, after)


def write_instance(
    opened: Opened,
    slot: Slot,
    *,
    by: User,
    status: str,
    version: str,
    at: datetime,
    revised: bool,
    reason: str = "",
) -> FormInstance:
    """Create the form instance, and its visit when it begins now, or raise its revision."""
    state = {"status": status, "status_reason": reason, "saved_at": at, "saved_by": by}
    if opened.own is None:
        return _create_instance(opened, slot, version, state)
    own = opened.own
    state["revision"] = own.revision + (1 if revised else 0)
    if not FormInstance.objects.filter(pk=own.id, revision=own.revision).update(**state):
        raise IntegrityError(f"form {own.id} changed under the lock of its subject")
    return FormInstance(
        pk=own.id,
        subject_id=own.subject_id,
        visit_id=own.visit_id,
        form_code=own.form_code,
        seq=own.seq,
        protocol_version=own.protocol_version,
        **state,
    )


def _create_instance(opened: Opened, slot: Slot, version: str, state: dict[str, Any]) -> FormInstance:
    visit_id = opened.visit_id
    if slot.visit_code and visit_id is None:
        visit_id = visit_model().objects.create(subject_id=slot.subject_id, code=slot.visit_code).pk
    instance = FormInstance(
        subject_id=slot.subject_id,
        visit_id=visit_id,
        form_code=slot.form_code,
        seq=slot.seq,
        protocol_version=version,
        **state,
    )
    instance.save(force_insert=True)
    return instance


def write_content(spec: FormSpec, *, instance_id: int, before: FormRecord | None, after: FormRecord) -> None:
    """Write the typed table and its rows: at most one insert and one update for each table."""
    wanted = to_columns(spec, after)
    saved = to_columns(spec, before) if before is not None else None
    _write_head(spec, instance_id, saved, wanted)
    for table in spec.rows:
        _write_rows(table, instance_id, saved, wanted)


def _write_head(spec: FormSpec, instance_id: int, saved: Columns | None, wanted: Columns) -> None:
    if saved is None:
        spec.model(instance_id=instance_id, **wanted.head).save(force_insert=True)
        return
    changed = {name: value for name, value in wanted.head.items() if saved.head.get(name) != value}
    if changed and not spec.model.objects.filter(pk=instance_id).update(**changed):
        spec.model(instance_id=instance_id, **wanted.head).save(force_insert=True)


def _write_rows(table: Any, instance_id: int, saved: Columns | None, wanted: Columns) -> None:
    before = {row.row_no: row.columns for row in saved.rows if row.model is table} if saved else {}
    rows = [row for row in wanted.rows if row.model is table]
    new = [row for row in rows if row.row_no not in before]
    if new:
        table.objects.bulk_create(table(instance_id=instance_id, row_no=row.row_no, **row.columns) for row in new)
    changed = [row for row in rows if row.row_no in before and before[row.row_no] != row.columns]
    if not changed:
        return
    names = {name for row in changed for name, value in row.columns.items() if before[row.row_no].get(name) != value}
    _update_rows(
        table,
        instance_id,
        changed,
        [field for field in table._meta.concrete_fields if field.attname in names],
    )


def _update_rows(table: Any, instance_id: int, rows: list[RowColumns], fields: list[Any]) -> None:
    """Set the given columns of several rows in one statement; PostgreSQL reads their types from the table."""
    name = connection.ops.quote_name(table._meta.db_table)
    columns = [connection.ops.quote_name(field.column) for field in fields]
    values = [
        {"row_no": row.row_no, **{field.column: row.columns.get(field.attname) for field in fields}} for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {name} t SET {', '.join(f'{column} = r.{column}' for column in columns)} "
            f"FROM jsonb_populate_recordset(NULL::{name}, %s) r "
            "WHERE t.instance_id = %s AND t.row_no = r.row_no AND NOT t.is_withdrawn",
            [json.dumps(values, cls=DjangoJSONEncoder), instance_id],
        )
