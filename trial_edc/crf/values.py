"""A filled form as one object, and the way between it and its typed tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from trial_edc.crf import partial
from trial_edc.crf.models import CrfRow
from trial_edc.crf.parse import MISSING, Parsed, with_unit
from trial_edc.crf.registry import crf, row_models
from trial_edc.crf.spec import FormSpec, ItemSpec, form_spec, item_fields, row_label
from trial_edc.protocol import row_keys_of_all

META_KEYS = ("typed", "unit", "qualifier", "missing", "note", "kept")


@dataclass(frozen=True)
class RowRecord:
    """A row as stored: `key` is its key item's value, or its number where rows have no key."""

    key: str
    row_no: int
    values: Mapping[str, Any]
    meta: Mapping[str, Any] = field(default_factory=dict)
    is_withdrawn: bool = False


@dataclass(frozen=True)
class FormRecord:
    """One filled form. `record.temp` is the value at an address; a measured row's is in the standard unit.

    `values` and `meta` are by address; `head` and `rows` (by table) are as stored, withdrawn rows included.
    """

    instance_id: int | None
    form_code: str
    visit_code: str = ""
    seq: int = 1
    status: str = ""
    revision: int = 0
    protocol_version: str = "1.0"
    values: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rows: Mapping[str, Sequence[RowRecord]] = field(default_factory=dict)
    head: Mapping[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """The value at an address; None when not answered. Raises AttributeError for no item of the form."""
        if name.startswith("_") or name not in known_names(self.form_code):
            raise AttributeError(f"form {self.form_code!r} has no item {name!r}")
        return self.values.get(name)

    def __getitem__(self, address: str) -> Any:
        return self.values.get(address)

    def each(self, item: str) -> list[Any]:
        """The values of an item that has one: its own, or those of every row in use."""
        found = [value for address, value in self.values.items() if address == item or address.startswith(f"{item}.")]
        return [value for value in found if value not in (None, "", [])]

    def missing(self, address: str) -> str:
        """The missing-value reason at an address ("ND"), "" for none."""
        return str(self.meta.get(address, {}).get("missing", ""))

    def is_answered(self, address: str) -> bool:
        """Whether the address has a value or a reason why there is none."""
        about = self.meta.get(address, {})
        return self.values.get(address) not in (None, "", []) or bool(about.get("missing") or about.get("typed"))

    def row_keys(self) -> tuple[str, ...]:
        """Keys of the rows in use, in row order, () for a form without rows."""
        return tuple(row.key for rows in self.rows.values() for row in rows if not row.is_withdrawn)


@cache
def known_names(form_code: str) -> frozenset[str]:
    """Names a record of this form answers to: head items and the addresses of its rows."""
    names = {one.name for one in item_fields(crf(form_code))}
    return frozenset(names | row_keys_of_all(form_code) if row_models(form_code) else names)


@dataclass(frozen=True)
class RowColumns:
    """A row to write: columns of `model` by attribute name."""

    model: type[CrfRow]
    key: str
    row_no: int
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class Columns:
    """What the save action writes: `head` of the typed table (with `meta`), and its rows."""

    head: Mapping[str, Any]
    rows: tuple[RowColumns, ...]


def address_of(table: type[CrfRow], column: str, key: str) -> str:
    """Where a column of a row is addressed: "temp" for the value of a measured row, else "column.key"."""
    prefix = getattr(table.Crf, "measured", "")
    return key if prefix and column == prefix + "orres" else f"{column}.{key}"


def from_stored(
    code: str,
    instance: Mapping[str, Any],
    head: Mapping[str, Any] | None,
    rows: Iterable[tuple[str, Mapping[str, Any]]] = (),
) -> FormRecord:
    """Build a record from database rows as `to_jsonb` gives them (numbers as Decimal, text or float).

    Args:
        instance: id, visit_code, seq, status, revision, protocol_version of the form instance.
        head: columns of the typed table, None when there is no row.
        rows: (name of the row table's model, its columns), any order.
    """
    model = crf(code)
    stored = {one.name: _python(one, (head or {}).get(one.column)) for one in item_fields(model)}
    meta = dict((head or {}).get("meta") or {})
    values = dict(stored)
    found: dict[str, list[RowRecord]] = {}
    tables = {row_label(table): table for table in row_models(code)}
    for name, columns in sorted(rows, key=lambda pair: int(pair[1]["row_no"])):
        row = _row(tables[name], columns)
        found.setdefault(name, []).append(row)
        if not row.is_withdrawn:
            _flatten(tables[name], row, values, meta)
    return FormRecord(
        instance_id=instance["id"],
        form_code=code,
        visit_code=instance.get("visit_code") or "",
        seq=instance.get("seq", 1),
        status=instance.get("status", ""),
        revision=instance.get("revision", 0),
        protocol_version=instance.get("protocol_version", "1.0"),
        values=values,
        meta=meta,
        rows={name: tuple(these) for name, these in found.items()},
        head=stored,
    )


def _python(one: Any, value: Any) -> Any:
    if value is None or isinstance(one, models.JSONField | models.ForeignKey):
        return value
    if isinstance(one, models.DecimalField):
        return Decimal(str(value))
    if isinstance(one, ArrayField):
        return list(value)
    return one.to_python(value)


def _row(table: type[CrfRow], columns: Mapping[str, Any]) -> RowRecord:
    values = {one.name: _python(one, columns.get(one.column)) for one in item_fields(table)}
    number = int(columns["row_no"])
    key = values[table.Crf.key] if table.Crf.key else str(number)
    return RowRecord(key, number, values, columns.get("meta") or {}, bool(columns.get("is_withdrawn")))


def _flatten(table: type[CrfRow], row: RowRecord, values: dict[str, Any], meta: dict[str, Mapping[str, Any]]) -> None:
    """Put a row's columns at their addresses; a measured row's value is its standard one."""
    prefix = getattr(table.Crf, "measured", "")
    for column, value in row.values.items():
        if column == table.Crf.key:
            continue
        address = address_of(table, column, row.key)
        values[address] = value
        if column in row.meta:
            meta[address] = row.meta[column]
    if prefix:
        typed, unit = row.values[prefix + "orres"], row.values[prefix + "orresu"]
        standard = row.values[prefix + "stresn"]
        words = _in_words(table, row.key, typed) if typed and standard is None else None
        values[row.key] = standard if words is None else words
        about = {"typed": None if words else typed, "unit": unit, "qualifier": row.values[prefix + "qual"]}
        meta[row.key] = {**meta.get(row.key, {}), **{name: text for name, text in about.items() if text}}


def _in_words(table: type[CrfRow], key: str, typed: str) -> str | None:
    """The code or the words of a result that is no number; None for a number without a standard value."""
    spec = form_spec(table.Crf.form, analytes=(key,))
    return typed if spec[key].kind in ("code", "text") else None


def with_entries(record: FormRecord, spec: FormSpec, parsed: Mapping[str, Parsed]) -> FormRecord:
    """The record as it would be with these boxes; boxes with an error keep what was saved."""
    values, meta = dict(record.values), dict(record.meta)
    for address, read in parsed.items():
        if read.error:
            continue
        one = spec[address]
        values[address] = standard_value(one, read)
        about = {"typed": read.typed, "qualifier": read.qualifier, "missing": read.missing}
        about["unit"] = read.unit if read.typed else ""
        about["note"] = read.note if read.missing else ""
        meta[address] = {name: text for name, text in about.items() if text}
    return replace(record, values=values, meta=meta)


def standard_value(spec: ItemSpec, read: Parsed) -> Any:
    """The value in the item's standard unit; other values as they are. None when the unit has no factor."""
    if isinstance(read.value, Decimal) and spec.units:
        unit = next(unit for unit in spec.units if unit.code == read.unit)
        return unit.to_standard(read.value)
    return read.value


def to_columns(spec: FormSpec, record: FormRecord) -> Columns:
    """The columns of a record, ready to write; untouched empty rows are left out."""
    assert spec.model is not None
    head: dict[str, Any] = {one.attname: record.values.get(one.name) for one in item_fields(spec.model)}
    names = {one.name for one in item_fields(spec.model)}
    head["meta"] = {name: dict(about) for name, about in record.meta.items() if name in names and about}
    rows: list[RowColumns] = []
    for table in spec.rows:
        rows += _rows_to_write(table, spec, record)
    return Columns(head, tuple(rows))


def _rows_to_write(table: type[CrfRow], spec: FormSpec, record: FormRecord) -> list[RowColumns]:
    name = row_label(table)
    stored = {row.key: row for row in record.rows.get(name, ()) if not row.is_withdrawn}
    taken = max((row.row_no for row in record.rows.get(name, ())), default=0)
    keys = list(stored)
    keys += [one.row_key for one in spec if one.row == name]
    found = []
    for key in dict.fromkeys(keys):
        addresses = {
            one.name: address_of(table, one.name, key) for one in item_fields(table) if one.name != table.Crf.key
        }
        if key not in stored:
            if not any(_has_content(record, address) for address in addresses.values()):
                continue
            taken = max(taken + 1, int(key)) if not table.Crf.key else taken + 1
        number = stored[key].row_no if key in stored else taken
        found.append(RowColumns(table, key, number, _row_columns(table, key, addresses, record)))
    return found


def _has_content(record: FormRecord, address: str) -> bool:
    return record.is_answered(address)


def _row_columns(table: type[CrfRow], key: str, addresses: Mapping[str, str], record: FormRecord) -> dict[str, Any]:
    fields = {one.name: one for one in item_fields(table)}
    columns = {fields[name].attname: record.values.get(address) for name, address in addresses.items()}
    meta = {name: dict(record.meta[at]) for name, at in addresses.items() if record.meta.get(at)}
    prefix = getattr(table.Crf, "measured", "")
    if prefix:
        columns |= _measured_columns(table, key, prefix, record)
        kept = {
            name: what for name, what in meta.get(prefix + "orres", {}).items() if name in ("missing", "note", "kept")
        }
        meta = {**meta, prefix + "orres": kept}
    if table.Crf.key:
        columns[table.Crf.key] = key
    return {**columns, "meta": {name: about for name, about in meta.items() if about}}


def _measured_columns(table: type[CrfRow], key: str, prefix: str, record: FormRecord) -> dict[str, Any]:
    about, value = record.meta.get(key, {}), record.values.get(key)
    spec = form_spec(table.Crf.form, record.protocol_version, analytes=(key,))[key]
    is_number = isinstance(value, Decimal)
    typed = about.get("typed") or (f"{value:f}" if is_number else value)
    unit = spec.units[0].code if spec.units else ""
    return {
        prefix + "orres": typed or None,
        prefix + "qual": about.get("qualifier") or None,
        prefix + "orresu": (about.get("unit") or unit or None) if typed else None,
        prefix + "stresn": value if is_number else None,
        prefix + "stresu": (unit or None) if is_number else None,
    }


def is_expected(spec: ItemSpec, values: Mapping[str, Any]) -> bool:
    """Whether the item is asked now, by its condition."""
    return spec.is_asked and (spec.shown_when is None or spec.shown_when.holds(values))


def completeness(spec: FormSpec, record: FormRecord, held: Collection[str] = ()) -> tuple[int, int]:
    """(answered, expected) over the items asked now; optional ones do not count. `held` are not answered."""
    asked = [one for one in spec if not one.optional and is_expected(one, record.values)]
    return sum(record.is_answered(one.address) and one.address not in held for one in asked), len(asked)


def display(
    spec: ItemSpec, value: Any, meta: Mapping[str, Any] | None = None, *, time_zone: tzinfo | None = None
) -> str:
    """The value as a person reads it: digits as typed, unit, label of a code, reason why it is missing."""
    about = meta or {}
    if about.get("missing"):
        return str(MISSING[about["missing"]])
    if value is None and (not about.get("typed") or spec.kind in ("date", "datetime", "partial_date", "code")):
        return str(about.get("typed", ""))
    if (
        spec.kind in ("number", "integer")
        or (spec.is_measured and not isinstance(value, str))
        or isinstance(value, Decimal)
    ):
        digits = f"{about.get('qualifier', '')}{about.get('typed') or format(Decimal(value), 'f')}"
        return with_unit(digits, about.get("unit") or (spec.units[0].code if spec.units else ""))
    if isinstance(value, list):
        return _display_list(spec, value)
    if spec.kind == "partial_date" or isinstance(value, date):
        return partial.text(value, time_zone)
    if spec.item.words:
        return spec.item.words(value)
    return str(dict(spec.choices).get(value, value))


@dataclass(frozen=True)
class RowFacts:
    """What stands beside a measured value: its limits ("1.8–6.3"), "L" or "H" outside them, its CTCAE grade
    from 1 on.
    """

    bounds: str
    flag: str = ""
    grade: int | None = None

    def __str__(self) -> str:
        return " · ".join(part for part in (self.bounds, self.mark) if part)

    @property
    def mark(self) -> str:
        """Flag and grade: "L · G3"."""
        return " · ".join(part for part in (self.flag, f"G{self.grade}" if self.grade else "") if part)


def row_facts(spec: ItemSpec, record: FormRecord) -> RowFacts | None:
    """Limits, flag and grade of a measured row; None where the row has none of them."""
    model = next((table for table in row_models(spec.form) if row_label(table) == spec.row), None)
    prefix = getattr(model.Crf, "measured", "") if model and spec.is_measured else ""
    value = record.values.get(spec.address)
    low, high = (record.values.get(f"{prefix}ornr{end}.{spec.row_key}") for end in ("lo", "hi"))
    grade = record.values.get(f"{prefix}toxgr.{spec.row_key}") or None
    if not prefix or value is None or (low is None and high is None and grade is None):
        return None
    reported = _reported(spec, record, value)
    flag = "L" if low is not None and reported < low else "H" if high is not None and reported > high else ""
    bounds = "–".join("" if bound is None else f"{bound.normalize():f}" for bound in (low, high))
    return RowFacts(bounds.strip("–") and bounds, flag, grade)


def _reported(spec: ItemSpec, record: FormRecord, value: Decimal) -> Decimal:
    """The number as reported, in the unit of its limits."""
    return Decimal(record.meta.get(spec.address, {}).get("typed") or value)


def _display_list(spec: ItemSpec, value: list[Any]) -> str:
    labels = dict(spec.choices)
    if spec.kind == "repeat":
        return "; ".join(" ".join(str(part) for part in line.values()) for line in value)
    return ", ".join(str(labels.get(code, code)) for code in value)


def box_text(spec: ItemSpec, record: FormRecord, *, time_zone: tzinfo | None = None) -> str:
    """What stands in the box of a saved value, so that sending it back unchanged changes nothing."""
    value, about = record.values.get(spec.address), record.meta.get(spec.address, {})
    if about.get("missing"):
        return str(about["missing"])
    if about.get("typed"):
        return f"{about.get('qualifier', '')}{about['typed']}"
    if value is None:
        return ""
    if spec.kind == "multi":
        return ",".join(value)
    if spec.kind == "repeat":
        return "\n".join("; ".join(str(part) for part in line.values()) for line in value)
    if spec.kind == "partial_date" or isinstance(value, datetime | date):
        return partial.text(value, time_zone)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
