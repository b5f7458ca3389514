"""Does the trail fit its seals, do the tables fit the trail, is every write still recorded?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from trial_edc.audit import clock
from trial_edc.audit.catalogue import catalogue_problems, live_triggers
from trial_edc.audit.seals import HeadFileBroken, head_file, read_heads

HEAD_MAY_LAG = timedelta(minutes=1)  # between the seal's transaction and the line in the file


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit. `check` is seal, chain, heads, rows or catalogue."""

    check: str
    sentence: str
    event_id: int | None = None


@dataclass(frozen=True)
class Verification:
    """Result of a verification; `findings` is empty when everything fits."""

    findings: tuple[Finding, ...]
    n_events: int
    n_seals: int
    n_not_sealed: int
    n_tables: int


_COUNTS = """
    SELECT (SELECT count(*) FROM public.audit_event), (SELECT count(*) FROM public.audit_seal),
        (SELECT count(*) FROM public.audit_event e
            WHERE NOT EXISTS (SELECT FROM public.audit_sealed_row r WHERE r.event_id = e.id))
"""
# Events that do not fit the seals, in the order of the seals. An event with a transaction number below the
# newest horizon of this cluster must be sealed: nothing can have been written there since.
_MISFITS = """
    WITH horizon AS (
        SELECT s.horizon FROM public.audit_seal s
        WHERE s.cluster = (SELECT system_identifier::text FROM pg_control_system()) ORDER BY s.id DESC LIMIT 1
    ), misfit AS (
        SELECT 'was changed after seal ' || r.seal_id AS what, r.event_id, r.seal_id, r.position
        FROM public.audit_sealed_row r JOIN public.audit_event e ON e.id = r.event_id
        WHERE public.audit_event_digest(e) <> r.digest
        UNION ALL
        SELECT 'is gone, seal ' || r.seal_id || ' holds it', r.event_id, r.seal_id, r.position
        FROM public.audit_sealed_row r
        WHERE NOT EXISTS (SELECT FROM public.audit_event e WHERE e.id = r.event_id)
        UNION ALL
        SELECT 'was added behind the seals', e.id, NULL, NULL
        FROM public.audit_event e, horizon
        WHERE e.xid < horizon.horizon
            AND NOT EXISTS (SELECT FROM public.audit_sealed_row r WHERE r.event_id = e.id)
    )
    SELECT m.event_id, m.what, e.table_name, e.row_pk, e.at, count(*) OVER ()
    FROM misfit m LEFT JOIN public.audit_event e ON e.id = m.event_id
    ORDER BY m.seal_id NULLS LAST, m.position, m.event_id LIMIT 1
"""
_CHAIN = """
    SELECT s.id, s.id = row_number() OVER (ORDER BY s.id),
        s.previous = coalesce(lag(s.head) OVER (ORDER BY s.id), ''),
        s.head = public.audit_seal_head(s)
            AND s.n_rows = (SELECT count(*) FROM public.audit_sealed_row r WHERE r.seal_id = s.id),
        s.head, s.sealed_at
    FROM public.audit_seal s ORDER BY s.id
"""
_UNCLAIMED = """
    SELECT r.event_id FROM public.audit_sealed_row r
    WHERE NOT EXISTS (SELECT FROM public.audit_seal s WHERE s.id = r.seal_id)
    ORDER BY r.seal_id, r.position LIMIT 1
"""
_ROWS = """
    WITH present AS (
        SELECT to_jsonb(t) ->> %(pk)s AS pk,
            public.audit_row_digest(to_jsonb(t) - %(left_out)s::text[]) AS digest
        FROM public.{table} t
    ), recorded AS (
        SELECT DISTINCT ON (e.row_pk) e.row_pk, e.id, e.at, e.row_digest
        FROM public.audit_event e WHERE e.table_name = %(table)s ORDER BY e.row_pk, e.id DESC
    )
    SELECT coalesce(p.pk, r.row_pk), r.id, r.at, p.pk IS NULL, count(*) OVER ()
    FROM present p FULL JOIN recorded r ON r.row_pk = p.pk
    WHERE p.pk IS NULL OR r.id IS NULL OR p.digest <> r.row_digest
    ORDER BY r.id NULLS FIRST, p.pk LIMIT 1
"""
_HIDDEN = """
    SELECT (SELECT coalesce(sum((SELECT count(*) FROM jsonb_object_keys(e.changes))), 0)
            FROM public.audit_event e)
        - (SELECT count(*) FROM public.audit_value)
"""


def verify() -> Verification:
    """Check everything; reads only. The findings are sentences for a person, the worst kind first."""
    with transaction.atomic():
        _rows(
            "SELECT set_config('search_path', 'pg_catalog, public, pg_temp', true), set_config('timezone', 'UTC', true)"
        )
        tables = sorted({t.table: t.arguments for t in live_triggers() if t.function == "audit_capture"}.items())
        findings = (
            *_misfits(),
            *_chain(),
            *(finding for table, arguments in tables for finding in _table(table, arguments)),
            *_view(),
            *_clock(),
            *(Finding("catalogue", sentence) for sentence in catalogue_problems()),
        )
        ((n_events, n_seals, n_not_sealed),) = _rows(_COUNTS)
    return Verification(
        findings=findings, n_events=n_events, n_seals=n_seals, n_not_sealed=n_not_sealed, n_tables=len(tables)
    )


def _misfits() -> Iterator[Finding]:
    for event_id, what, table, row_pk, at, n_misfits in _rows(_MISFITS):
        record = f" ({table} row {row_pk}, {at:%d %b %Y %H:%M:%S} UTC)" if table else ""
        others = f" {n_misfits - 1} more do not fit." if n_misfits > 1 else ""
        yield Finding("seal", f"Event {event_id}{record} is the first that does not fit: it {what}.{others}", event_id)


def _chain() -> Iterator[Finding]:
    seals = _rows(_CHAIN)
    for number, in_order, linked, fits, _head, _sealed_at in seals:
        if not in_order:
            yield Finding("chain", f"Before seal {number} a seal is missing.")
        if not linked:
            yield Finding("chain", f"Seal {number} does not continue the head of the seal before it.")
        if not fits:
            yield Finding("chain", f"Seal {number} does not have the head its rows and columns give.")
    for (event_id,) in _rows(_UNCLAIMED):
        yield Finding("chain", f"The seal of event {event_id} is missing.", event_id)
    yield from _head_file({number: head for number, *_, head, _at in seals}, seals)


def _head_file(heads: dict[int, str], seals: list[tuple]) -> Iterator[Finding]:
    path = head_file()
    try:
        kept = read_heads(path)
    except HeadFileBroken as problem:
        yield Finding("heads", f"The head file cannot be read: {problem}.")
        return
    for number, head in kept:
        if number not in heads:
            yield Finding("heads", f"The head file holds seal {number}, the database does not.")
        elif heads[number] != head:
            yield Finding("heads", f"Seal {number} has another head in the database than in the head file.")
    numbers = {number for number, _head in kept}
    settled = timezone.now() - HEAD_MAY_LAG
    for number, *_, sealed_at in seals:
        if number not in numbers and (sealed_at < settled or (numbers and number < max(numbers))):
            yield Finding("heads", f"Seal {number} is not in the head file {path.name}. Run seal_audit or restore it.")


def _table(table: str, arguments: tuple[str, ...]) -> Iterator[Finding]:
    sql = _ROWS.format(table=connection.ops.quote_name(table))
    left_out = [name for name in arguments[3].split(",") if name]
    for row_pk, event_id, at, gone, n_rows in _rows(sql, {"pk": arguments[0], "left_out": left_out, "table": table}):
        if event_id is None:
            what = "was never recorded: it was written with the trigger off"
        elif gone:
            what = f"is gone, its last event is {event_id} of {at:%d %b %Y %H:%M:%S} UTC"
        else:
            what = f"was changed unrecorded after its last event {event_id} of {at:%d %b %Y %H:%M:%S} UTC"
        others = f" {n_rows - 1} more rows of this table do not fit." if n_rows > 1 else ""
        yield Finding("rows", f"Row {row_pk} of {table} {what}.{others}", event_id)


def _view() -> Iterator[Finding]:
    ((n_hidden,),) = _rows(_HIDDEN)
    if n_hidden:
        yield Finding(
            "catalogue",
            f"The view audit_value hides or repeats lines: {abs(n_hidden)} differ from the events.",
        )


def _clock() -> Iterator[Finding]:
    if settings.EDC_ENV == "production" and clock.is_test_database():
        yield Finding("catalogue", "This production database is marked as a test database: clocks can be set.")


def _rows(sql: str, parameters: dict | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
