"""Questions to the trail. Each is one SQL statement."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from trial_edc.audit.models import Action


@dataclass(frozen=True)
class TrailLine:
    """One item changed.

    `old` and `new` are values as stored (numbers with a point are Decimal), `{"missing": code, "note": text}`
    when the item was explained instead, or None; details are the side information kept beside them; `beside`
    is `{column: [old, new]}` of what has no line of its own, such as the unit of a measured value. `at` is aware,
    UTC. `subject` and `visit` are codes, "" where there is none; `source` is form, import, system ...
    """

    key: str
    event_id: int
    at: datetime
    table_name: str
    action: str
    row_pk: str
    subject_id: int | None
    instance_id: int | None
    form_code: str
    item: str
    old: Any
    new: Any
    old_detail: Any
    new_detail: Any
    beside: Any
    actor_id: int
    who: str
    role: str
    organisation: str
    reason: str
    source: str
    request_id: str
    subject: str
    visit: str
    site_id: int | None

    def get_action_display(self) -> str:
        return Action(self.action).label

    @property
    def is_first_entry(self) -> bool:
        return self.action == "I"


@dataclass(frozen=True)
class TrailFilter:
    """Which lines to show. Empty parts ask nothing.

    Attributes:
        site_ids: sites whose subjects the reader may see; None is every site, () is none.
        with_study_records: also lines that belong to no subject: people, sites, roles.
        subject: code of a subject, or its beginning. person: part of a name. form, item: codes.
        since, until: aware; from `since` on, before `until`.
        reason: part of a reason.
    """

    site_ids: Sequence[int] | None
    with_study_records: bool = False
    subject: str = ""
    person: str = ""
    form: str = ""
    item: str = ""
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""


_SELECT = """
    SELECT v.key, v.event_id, v.at, v.table_name, v.action, v.row_pk, v.subject_id, v.instance_id,
        v.form_code, v.item, v.old, v.new, v.old_detail, v.new_detail, v.beside, v.actor_id, v.actor_name, v.role,
        v.organisation, v.reason, v.source, v.request_id, coalesce(s.code, ''), coalesce(vi.code, ''),
        s.site_id
    FROM public.audit_value v
    LEFT JOIN public.subjects_subject s ON s.id = v.subject_id
    LEFT JOIN public.casebook_forminstance f ON f.id = v.instance_id
    LEFT JOIN public.subjects_visit vi ON vi.id = f.visit_id
    WHERE {condition}
    ORDER BY v.event_id {order}, v.item
"""


def history_of(instance_id: int, item: str, *, row: tuple[str, str] | None = None) -> list[TrailLine]:
    """Every value one item of a form had, oldest first.

    Args:
        instance_id: key of the form instance. item: name of the item.
        row: (table, key) when the item belongs to one row of the form, a lab result for example.
    """
    condition, parameters = "v.instance_id = %s AND v.item = %s", [instance_id, item]
    if row is not None:
        condition += " AND v.table_name = %s AND v.row_pk = %s"
        parameters += [row[0], str(row[1])]
    return _lines(condition, parameters, order="ASC")


def record_history(instance_id: int) -> list[TrailLine]:
    """Everything that happened to one form: values, queries, signatures, locks; oldest first."""
    return _lines("v.instance_id = %s", [instance_id], order="ASC")


def recent_activity(subject_id: int, limit: int = 20) -> list[TrailLine]:
    """The newest lines of one subject, newest first."""
    return _lines("v.subject_id = %s", [subject_id], order="DESC", limit=limit)


def subject_history(
    subject_id: int,
    *,
    form: str = "",
    item: str = "",
    rows: tuple[str, Sequence[int]] | None = None,
    limit: int,
    offset: int = 0,
) -> list[TrailLine]:
    """Everything that happened to one subject, newest first.

    Args:
        form, item: codes, "" = all. rows: (table, keys) when the item belongs to certain rows of the form.
    """
    asked: dict[str, list] = {"v.subject_id = %s": [subject_id]}
    if form:
        asked["v.form_code = %s"] = [form]
    if item:
        asked["v.item = %s"] = [item]
    if rows is not None:
        asked["v.table_name = %s AND v.row_pk = ANY(%s)"] = [rows[0], [str(key) for key in rows[1]]]
    parameters = [value for values in asked.values() for value in values]
    return _lines(" AND ".join(asked), parameters, order="DESC", limit=limit, offset=offset)


def search(wanted: TrailFilter, *, limit: int = 100, offset: int = 0, newest_first: bool = True) -> list[TrailLine]:
    """Lines that fit the filter."""
    order = "DESC" if newest_first else "ASC"
    return _lines(*_condition(wanted), order=order, limit=limit, offset=offset)


def stream(wanted: TrailFilter) -> Iterator[TrailLine]:
    """All lines that fit the filter, oldest first, through a cursor of the server: memory stays small."""
    condition, parameters = _condition(wanted)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_SELECT.format(condition=condition, order="ASC"), parameters)
        while rows := cursor.fetchmany(2_000):
            yield from map(_line, rows)


def _condition(wanted: TrailFilter) -> tuple[str, list]:
    asked: dict[str, list] = {}
    study_records = " OR v.subject_id IS NULL" if wanted.with_study_records else ""
    if wanted.site_ids is not None:
        asked[f"(s.site_id = ANY(%s){study_records})"] = [list(wanted.site_ids)]
    elif not wanted.with_study_records:
        asked["v.subject_id IS NOT NULL"] = []
    for sql, value in (
        ("v.form_code = %s", wanted.form.lower()),
        ("v.item = %s", wanted.item.lower()),
        ("v.at >= %s", wanted.since),
        ("v.at < %s", wanted.until),
        ("s.code LIKE %s", wanted.subject and _escaped(wanted.subject) + "%"),
        ("v.actor_name ILIKE %s", wanted.person and f"%{_escaped(wanted.person)}%"),
        ("v.reason ILIKE %s", wanted.reason and f"%{_escaped(wanted.reason)}%"),
    ):
        if value:
            asked[sql] = [value]
    return " AND ".join(asked) or "true", [value for values in asked.values() for value in values]


def _escaped(text: str) -> str:
    """Text as a LIKE pattern that stands for itself."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _lines(
    condition: str, parameters: list, *, order: str, limit: int | None = None, offset: int = 0
) -> list[TrailLine]:
    sql = _SELECT.format(condition=condition, order=order)
    if limit is not None:
        sql += " LIMIT %s OFFSET %s"
        parameters = [*parameters, limit, offset]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [_line(row) for row in cursor.fetchall()]


def _line(row: tuple) -> TrailLine:
    values = [None if value is None else json.loads(value, parse_float=Decimal) for value in row[10:15]]
    return TrailLine(*row[:10], *values, *row[15:])
