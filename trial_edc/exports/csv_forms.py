"""The forms as tables: one for the items of each form, one for each kind of rows. Read with a server's cursor."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection, transaction

from trial_edc.crf.registry import all_crfs, row_models
from trial_edc.crf.spec import item_fields, kind_of, protocol, row_label

KEYS = (
    *("site", "subject", "visit", "form", "seq", "form_id", "status", "status_reason", "revision"),
    *("protocol_version", "saved_at", "saved_by"),
)
ROW_KEYS = ("row_no", "row_label", "row_withdrawn")
_SELECT = """
    SELECT si.code, s.code, v.code, f.form_code, f.seq, f.id, f.status, f.status_reason, f.revision,
        f.protocol_version, f.saved_at, u.full_name, to_jsonb(t)::text
    FROM casebook_forminstance f
    JOIN subjects_subject s ON s.id = f.subject_id
    JOIN accounts_site si ON si.id = s.site_id
    JOIN accounts_user u ON u.id = f.saved_by_id
    LEFT JOIN subjects_visit v ON v.id = f.visit_id
    {join} "{table}" t ON t.instance_id = f.id
    WHERE f.form_code = %s AND s.site_id = ANY(%s)
    ORDER BY s.code, f.id{order}
"""
_PEOPLE = "SELECT id, full_name FROM accounts_user"


@dataclass(frozen=True)
class Column:
    """A column of a table: the item itself, or its label or missing-value reason."""

    name: str
    field: Any
    part: str  # value, label, missing

    @property
    def choices(self) -> dict[str, str]:
        base = getattr(self.field, "base_field", self.field)
        return {str(code): str(label) for code, label in base.choices or ()}


@dataclass(frozen=True)
class FormTable:
    """One CSV: the items of a form, or its rows of one kind."""

    form: str
    model: Any
    is_rows: bool

    @property
    def path(self) -> str:
        return f"rows/{self.form}_{row_label(self.model)}.csv" if self.is_rows else f"forms/{self.form}.csv"

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column for field in item_fields(self.model) for column in _columns(field))

    @property
    def heading(self) -> tuple[str, ...]:
        keys = (*KEYS, *ROW_KEYS) if self.is_rows else KEYS
        return (*keys, *(column.name for column in self.columns), "meta")


def form_tables() -> list[FormTable]:
    """Every table of the study, forms by code, rows after their form."""
    found = []
    for model in all_crfs():
        found.append(FormTable(model.Crf.code, model, False))
        found += [FormTable(model.Crf.code, table, True) for table in row_models(model.Crf.code)]
    return found


def rows_of(table: FormTable, site_ids: Sequence[int]) -> Iterator[list[Any]]:
    """The rows of a table at some sites, by subject: forms entered in error and withdrawn rows included.

    A form without a typed row (marked not done at once) has a line with empty items.
    """
    people = _people()
    labels = {row.key: str(row.label) for row in protocol().all_rows(table.form)} if table.is_rows else {}
    order = ", t.row_no, t.id" if table.is_rows else ""
    join = "JOIN" if table.is_rows else "LEFT JOIN"
    sql = _SELECT.format(table=table.model._meta.db_table, order=order, join=join)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, [table.form, list(site_ids)])
        while found := cursor.fetchmany(500):
            for *keys, text in found:
                stored = json.loads(text, parse_float=Decimal) if text else {}
                yield [*keys, *_row_keys(table, stored, labels), *_items(table, stored, people)]


def _columns(field: Any) -> list[Column]:
    found = [Column(field.name, field, "value")]
    if kind_of(field) == "user" or getattr(field, "base_field", field).choices:
        found.append(Column(f"{field.name}_label", field, "label"))
    if not (field.crf.derive or field.crf.system):
        found.append(Column(f"{field.name}_missing", field, "missing"))
    return found


def _row_keys(table: FormTable, stored: Mapping[str, Any], labels: Mapping[str, str]) -> list[Any]:
    if not table.is_rows:
        return []
    key = stored.get(table.model.Crf.key) if table.model.Crf.key else ""
    return [stored["row_no"], labels.get(str(key), ""), stored["is_withdrawn"]]


def _items(table: FormTable, stored: Mapping[str, Any], people: Mapping[int, str]) -> list[Any]:
    meta = stored.get("meta") or {}
    values = [_part(column, stored.get(column.field.column), meta, people) for column in table.columns]
    return [*values, meta or None]


def _part(column: Column, value: Any, meta: Mapping[str, Any], people: Mapping[int, str]) -> Any:
    if column.part == "value":
        return value.replace("+00:00", "Z") if kind_of(column.field) == "datetime" and value else value
    if column.part == "missing":
        return meta.get(column.field.name, {}).get("missing", "")
    if kind_of(column.field) == "user":
        return people.get(value, "")
    codes = value if isinstance(value, list) else [] if value is None else [value]
    return "; ".join(column.choices.get(str(code), str(code)) for code in codes)


def _people() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE)
        return dict(cursor.fetchall())
