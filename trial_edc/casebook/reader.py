"""Any set of forms of a subject in two SQL statements, whatever the number of form types.

The first reads the form instances, the second their typed rows: a `UNION ALL` over `to_jsonb` of every table
that has something to give. Numbers come as `Decimal` with the scale of their column.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection

from trial_edc.crf.registry import crf, row_models
from trial_edc.crf.values import FormRecord, from_stored

from .study import study

INSTANCE_COLUMNS = """f.id, f.subject_id, v.code, f.form_code, f.seq, f.status, f.status_reason, f.revision,
       f.protocol_version, f.saved_at, f.visit_id"""
_INSTANCES = f"""
SELECT {INSTANCE_COLUMNS}
FROM casebook_forminstance f LEFT JOIN subjects_visit v ON v.id = f.visit_id
WHERE {{where}}
ORDER BY f.id
"""


@dataclass(frozen=True)
class InstanceRow:
    """A form instance as the reader sees it; `visit_code` is "" for a log."""

    id: int
    subject_id: int
    visit_code: str
    form_code: str
    seq: int
    status: str
    status_reason: str
    revision: int
    protocol_version: str
    saved_at: datetime
    visit_id: int | None


class Series(list[FormRecord]):
    """The records of one form, in the order of the visit schedule and `seq`; `["anc"]` lists that item's
    values.
    """

    def __getitem__(self, key):  # type: ignore[override]
        if isinstance(key, str):
            return [record.values.get(key) for record in self]
        return super().__getitem__(key)

    def at(self, visit_code: str) -> Series:
        """Those of one visit."""
        return Series(record for record in self if record.visit_code == visit_code)


@dataclass
class Casebook:
    """The forms of one subject. A form not read yet is read, with all others, when first asked for.

    Withdrawn forms are in `instances` and never among the records. `reference` keeps what forms have read
    beside the casebook (laboratories, ranges), so that a page with many forms reads it once.
    """

    subject: Any
    instances: tuple[InstanceRow, ...]
    _records: dict[int, FormRecord] = field(default_factory=dict)
    _read: set[str] = field(default_factory=set)
    reference: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, form_code: str) -> Series:
        self._need(form_code)
        mine = [one for one in self.instances if one.form_code == form_code and one.id in self._records]
        return Series(self._records[one.id] for one in sorted(mine, key=self._place))

    def record(self, visit_code: str, form_code: str, seq: int = 1) -> FormRecord | None:
        """The record in one slot, None when nothing stands there."""
        self._need(form_code)
        for one in self.instances:
            if (one.visit_code, one.form_code, one.seq) == (visit_code, form_code, seq):
                return self._records.get(one.id)
        return None

    def record_of(self, instance_id: int) -> FormRecord | None:
        """The record of one form instance, None when it is withdrawn or another subject's."""
        row = next((one for one in self.instances if one.id == instance_id), None)
        if row is None:
            return None
        self._need(row.form_code)
        return self._records.get(instance_id)

    def all(self) -> Series:
        """Every record, in the order of the visit schedule, logs last."""
        self._need("")
        return Series(
            self._records[one.id] for one in sorted(self.instances, key=self._place) if one.id in self._records
        )

    def with_record(self, record: FormRecord) -> Casebook:
        """The casebook as it would be with this record in place of the stored one: what checks at a save
        read.
        """
        row = self._stands_for(record)
        others = self.instances
        if row is None:
            row = InstanceRow(
                id=record.instance_id or min([0, *(one.id for one in others)]) - 1,
                subject_id=self.subject.pk,
                visit_code=record.visit_code,
                form_code=record.form_code,
                seq=record.seq,
                status=record.status,
                status_reason="",
                revision=0,
                protocol_version=record.protocol_version,
                saved_at=datetime.max,
                visit_id=None,
            )
            others = (*others, row)
        return _Draft(self.subject, others, _of=self, _own=(row.id, record))

    def load(self, forms: Collection[str]) -> None:
        """Read these forms now, those not read yet in one statement."""
        if "*" in self._read:
            return
        missing = set(forms) - self._read
        self._records.update(_records(one for one in self.instances if one.form_code in missing))
        self._read |= missing

    def put(self, record: FormRecord) -> None:
        """Let this record stand for the form it is of."""
        assert record.instance_id is not None
        self._records[record.instance_id] = record

    def as_saved(self, row: InstanceRow, record: FormRecord | None) -> Casebook:
        """A casebook of its own in which one form is as it was just saved; None = not among the data."""
        others = tuple(one for one in self.instances if one.id != row.id)
        records = {key: one for key, one in self._records.items() if key != row.id}
        if record is not None:
            records[row.id] = record
        return Casebook(self.subject, (*others, row), records, set(self._read), self.reference)

    def _stands_for(self, record: FormRecord) -> InstanceRow | None:
        """The instance a record belongs to; one that was never saved is known by its place."""
        place = (record.visit_code, record.form_code, record.seq)
        for one in self.instances:
            is_unsaved = one.id <= 0 and record.instance_id is None
            if one.id == record.instance_id or (is_unsaved and (one.visit_code, one.form_code, one.seq) == place):
                return one
        return None

    def _need(self, form_code: str) -> None:
        if form_code in self._read or "*" in self._read:
            return
        if form_code and form_code not in {one.form_code for one in self.instances}:
            return
        missing = [one for one in self.instances if one.form_code not in self._read]
        self._records.update(_records(missing))
        self._read.add("*")

    def _place(self, one: InstanceRow) -> tuple:
        return (one.visit_code == "", self._visit_places.get(one.visit_code, 0), one.seq, one.id)

    @cached_property
    def _visit_places(self) -> dict[str, float]:
        """Place of each visit: the schedule's, and for an unscheduled one where its date lies among the
        others.
        """
        codes = {one.visit_code for one in self.instances if one.visit_code}
        protocol = study()
        last = len(protocol.visits)
        places = {code: float(protocol.visit_order(code)) for code in codes}
        dates = {record.visit_code: record.values.get("svstdtc") for record in self._loaded("sv")}
        for code in sorted(codes):
            if places[code] < last and protocol.plan_code(code) == code:
                continue
            day = dates.get(code)
            before = [places[c] for c, d in dates.items() if d and day and d <= day and protocol.plan_code(c) == c]
            number = int("".join(filter(str.isdigit, code)) or 0)
            places[code] = (max(before) if before else float(last)) + number / 1_000
        return places

    def _loaded(self, form_code: str) -> list[FormRecord]:
        return [record for record in self._records.values() if record.form_code == form_code]


class _Draft(Casebook):
    """A casebook with one record replaced; everything else is read through the casebook it stands on."""

    def __init__(self, subject, instances, *, _of: Casebook, _own: tuple[int, FormRecord]) -> None:
        super().__init__(subject, instances, _of._records, _of._read, _of.reference)
        self._of = _of
        self._own = _own

    def _need(self, form_code: str) -> None:
        self._of._need(form_code)
        self._records = {**self._of._records, self._own[0]: self._own[1]}

    def _loaded(self, form_code: str) -> list[FormRecord]:
        return [record for record in self._records.values() if record.form_code == form_code]


def read(subject, forms: Collection[str] | None = None) -> Casebook:
    """The casebook of a subject, or some forms of it. Two SQL statements, one when nothing was saved yet."""
    instances = _instances("f.subject_id = %s", [subject.pk])
    wanted = [one for one in instances if forms is None or one.form_code in forms]
    casebook = Casebook(subject, instances, _records(wanted))
    casebook._read |= {"*"} if forms is None else set(forms)
    return casebook


def read_many(subjects: Collection, forms: Collection[str]) -> dict[int, Casebook]:
    """Some forms of many subjects, by subject key. Two SQL statements, whatever the number of subjects.

    Only those forms are known to these casebooks: another one reads as empty.
    """
    by_pk = {subject.pk: subject for subject in subjects}
    wanted = _instances("f.subject_id = ANY(%s) AND f.form_code = ANY(%s)", [list(by_pk), sorted(forms)])
    records = _records(wanted)
    mine: dict[int, list[InstanceRow]] = defaultdict(list)
    for one in wanted:
        mine[one.subject_id].append(one)
    casebooks = {}
    for pk, subject in by_pk.items():
        own = {one.id: records[one.id] for one in mine[pk] if one.id in records}
        casebooks[pk] = Casebook(subject, tuple(mine[pk]), own, {"*"})
    return casebooks


def casebook_of(subject, instances: Iterable[InstanceRow], forms: Collection[str]) -> Casebook:
    """The casebook of a subject whose instances are known already. One SQL statement."""
    instances = tuple(instances)
    casebook = Casebook(subject, instances, _records(one for one in instances if one.form_code in forms))
    casebook._read |= set(forms)
    return casebook


def read_forms(instance_ids: Collection[int]) -> dict[int, FormRecord]:
    """Records of given form instances of any subjects, by key. Two SQL statements."""
    return _records(_instances("f.id = ANY(%s)", [list(instance_ids)]), withdrawn=True)


def contents(forms: Iterable) -> dict[int, dict[str, Any]]:
    """What each form says, as stored: `{"head": {...}, "rows": {table: [{...}]}}` by form key. One statement.

    Args:
        forms: FormInstance objects or InstanceRows (`id` and `form_code` are used).
    """
    forms = list(forms)
    stored = {form.id: {"head": {}, "rows": defaultdict(list)} for form in forms}
    for instance_id, table, is_row, row in _stored(forms):
        row.pop("instance_id", None)
        if is_row:
            row.pop("id", None)
            stored[instance_id]["rows"][table].append(row)
        else:
            stored[instance_id]["head"] = row
    for content in stored.values():
        content["rows"] = {
            table: sorted(rows, key=lambda row: (row["row_no"], json.dumps(row, default=str, sort_keys=True)))
            for table, rows in content["rows"].items()
        }
    return stored


def _instances(where: str, parameters: list) -> tuple[InstanceRow, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_INSTANCES.format(where=where), parameters)
        return tuple(InstanceRow(*(row[:2]), row[2] or "", *row[3:]) for row in cursor.fetchall())


def _records(instances: Iterable[InstanceRow], *, withdrawn: bool = False) -> dict[int, FormRecord]:
    kept = [one for one in instances if withdrawn or one.status != "withdrawn"]
    heads: dict[int, Mapping[str, Any]] = {}
    rows: dict[int, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for instance_id, table, is_row, row in _stored(kept):
        if is_row:
            rows[instance_id].append((table, row))
        else:
            heads[instance_id] = row
    return {one.id: from_stored(one.form_code, vars(one), heads.get(one.id), rows[one.id]) for one in kept}


def _stored(forms: Iterable) -> list[tuple[int, str, bool, dict[str, Any]]]:
    """Typed rows of the given forms: (form key, model name, whether it is a row of the form, columns)."""
    by_code: dict[str, list[int]] = defaultdict(list)
    for form in forms:
        by_code[form.form_code].append(form.id)
    parts, parameters = [], []
    for code, ids in sorted(by_code.items()):
        for model, is_row in [(crf(code), False), *((row, True) for row in row_models(code))]:
            meta = model._meta
            parts.append(
                f"SELECT t.instance_id, '{meta.model_name}', {is_row}, to_jsonb(t)::text "
                f'FROM "{meta.db_table}" t WHERE t.instance_id = ANY(%s)'
            )
            parameters.append(ids)
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        found = cursor.fetchall()
    return [(key, table, is_row, json.loads(text, parse_float=Decimal)) for key, table, is_row, text in found]
