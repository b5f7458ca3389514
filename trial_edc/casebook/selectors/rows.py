"""Rows of forms by name: which item of which row a query or a line of the trail is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from trial_edc.crf.models import CrfRow
from trial_edc.crf.registry import all_crfs, row_models
from trial_edc.crf.spec import ItemSpec, form_spec


def item_at(form_code: str, version: str, visit_code: str, address: str) -> ItemSpec | None:
    """The item at an address, a row beyond the visit's panel included; None when the form has none."""
    spec = form_spec(form_code, version, visit_code=visit_code)
    if address not in spec:
        try:
            spec = form_spec(form_code, version, visit_code=visit_code, analytes=(address.rpartition(".")[2],))
        except (KeyError, ValueError):
            return None
    return spec.by_address.get(address)


def item_of_column(form_code: str, version: str, visit_code: str, column: str, row_key: str = "") -> ItemSpec | None:
    """The item a column holds: of the form, or of the row with this key."""
    spec = form_spec(form_code, version, visit_code=visit_code, analytes=(row_key,) if row_key else ())
    return next((one for one in spec if one.column == column and one.row_key == row_key), None)


def row_keys(rows: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(table, key of the row) -> what the row measures, or its number. One statement, none without rows."""
    tables: dict[str, type[CrfRow]] = {
        table._meta.db_table: table for model in all_crfs() for table in row_models(model.Crf.code)
    }
    wanted: dict[str, set[int]] = defaultdict(set)
    for name, row in rows:
        if name in tables:
            wanted[name].add(int(row))
    if not wanted:
        return {}
    parts, parameters = [], []
    for name, keys in sorted(wanted.items()):
        table = tables[name]
        column = table._meta.get_field(table.Crf.key or "row_no").column
        parts.append(f'SELECT \'{name}\', id::text, "{column}"::text FROM "{name}" WHERE id = ANY(%s)')
        parameters.append(sorted(keys))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        return {(name, key): text for name, key, text in cursor.fetchall()}
