"""What was written to the forms after a cut was frozen."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from trial_edc.crf.registry import all_crfs, row_models

from .models import CutContent

MOST = 10_000
_CHANGES = f"""
SELECT count(*) FILTER (WHERE was <> 'null' AND was IS NOT NULL), count(*) FILTER (WHERE was = 'null' OR was IS NULL)
FROM (
    SELECT value.value -> 0 AS was
    FROM audit_event event, jsonb_each(event.changes) value
    WHERE event.xid >= pg_snapshot_xmin(%(snapshot)s::pg_snapshot)
        AND NOT pg_visible_in_snapshot(event.xid, %(snapshot)s::pg_snapshot) AND event.table_name = ANY(%(tables)s)
    LIMIT {MOST}
) written
"""


@dataclass(frozen=True)
class Changes:
    """Values changed and values entered since; `is_more` when counting stopped at the ceiling."""

    n_changed: int
    n_entered: int

    @property
    def is_more(self) -> bool:
        return self.n_changed + self.n_entered >= MOST


def since(content: CutContent) -> Changes:
    """What transactions outside the cut's snapshot wrote. One statement."""
    tables = [model._meta.db_table for model in all_crfs()]
    tables += [row._meta.db_table for model in all_crfs() for row in row_models(model.Crf.code)]
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, {"snapshot": content.snapshot, "tables": tables})
        return Changes(*cursor.fetchone())
