"""Checks of the live catalogue: is every write still recorded, by the functions that were shipped?

Read through any role. Each check gives sentences; none means it holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, models

from trial_edc.audit.guarded import declared_triggers, guarded_models, missing_triggers
from trial_edc.audit.shipped import shipped_functions

APP_ROLE = "edc_app"
FIRES = ("O", "A")
TRAIL_GUARDS = {
    "audit_trail_truncate": ("audit_refuse_change", 2 + 32),
    "audit_trail_change": ("audit_refuse_change", 2 + 8 + 16),
}
EVENT_GUARDS = {**TRAIL_GUARDS, "audit_trail_insert": ("audit_refuse_direct_insert", 1 + 2 + 4)}


@dataclass(frozen=True)
class LiveTrigger:
    """One row of `pg_trigger`; `kind` is its `tgtype`, `narrowed`: a condition or column list limits it."""

    table: str
    name: str
    function: str
    kind: int
    enabled: str
    arguments: tuple[str, ...]
    narrowed: bool


_TRIGGERS = """
    SELECT c.relname, t.tgname, p.proname, t.tgtype, t.tgenabled::text, t.tgargs,
        t.tgattr::text <> '' OR t.tgqual IS NOT NULL
            AND pg_get_triggerdef(t.oid) NOT LIKE '%WHEN ((pg_trigger_depth() = 0))%'
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE c.relnamespace = 'public'::regnamespace AND p.pronamespace = 'public'::regnamespace
        AND NOT t.tgisinternal
    ORDER BY c.relname, t.tgname
"""
_FUNCTIONS = """
    SELECT p.proname, p.prosrc, p.prosecdef, pg_get_userbyid(p.proowner)
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY(%s)
"""
_TRAIL_TABLES = """
    SELECT c.relname, c.relhasrules, c.relrowsecurity,
        ARRAY(SELECT right_name
            FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) right_name
            WHERE has_table_privilege(%s, c.oid, right_name)),
        EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) OR c.relname = 'audit_event'
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace
            AND c.relname IN ('audit_event', 'audit_seal', 'audit_sealed_row')
        OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'public.audit_event'::regclass)
    ORDER BY c.relname
"""
_RULES = """
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relhasrules AND c.relname = ANY(%s) ORDER BY 1
"""
_ROLE = """
    SELECT r.rolsuper, r.rolreplication, r.rolcreaterole, r.rolbypassrls,
        EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid),
        EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid)
            OR EXISTS (SELECT FROM pg_proc p WHERE p.proowner = r.oid),
        has_schema_privilege(r.oid, 'public', 'CREATE'),
        has_parameter_privilege(r.oid, 'session_replication_role', 'SET')
    FROM pg_roles r WHERE r.rolname = %s
"""
_ROLE_PROBLEMS = (
    "is a superuser",
    "may replicate",
    "may create roles",
    "bypasses row security",
    "is a member of another role",
    "owns tables or functions",
    "may create objects in schema public",
    "may set session_replication_role",
)


def live_triggers() -> list[LiveTrigger]:
    """Triggers of the schema whose function lies in it too, by table and name."""
    return [LiveTrigger(*row[:5], arguments=_arguments(bytes(row[5])), narrowed=row[6]) for row in _rows(_TRIGGERS)]


def catalogue_problems() -> Iterator[str]:
    """What makes a write escape the trail, or the trail change; one sentence each."""
    live = live_triggers()
    yield from _model_problems(live)
    yield from _trail_problems(live)
    yield from _function_problems()
    yield from role_problems()


def _model_problems(live: list[LiveTrigger]) -> Iterator[str]:
    tables = [model._meta.db_table for model in guarded_models()]
    for (table,) in _rows(_RULES, [tables]):
        yield f"Table {table} has rewrite rules, which can redirect writes around its triggers."
    by_table: dict[str, list[LiveTrigger]] = {}
    for trigger in live:
        by_table.setdefault(trigger.table, []).append(trigger)
    for model in guarded_models():
        table = model._meta.db_table
        for name in missing_triggers(model):
            yield f"The model of table {table} does not declare {name}."
        for declared in declared_triggers(model):
            yield from _declared_problems(model, declared, by_table.get(table, []))


def _declared_problems(model: type[models.Model], declared, found: list[LiveTrigger]) -> Iterator[str]:
    table, name = model._meta.db_table, declared.get_pgid(model)
    match = next((trigger for trigger in found if trigger.name == name), None)
    if match is None:
        yield f"Table {table} has no trigger {name}."
        return
    if match.enabled not in FIRES:
        yield f"Trigger {name} of table {table} is switched off."
    if match.function != declared.function:
        yield f"Trigger {name} of table {table} calls {match.function} instead of {declared.function}."
    if match.arguments != tuple(declared.arguments(model)):
        yield f"Trigger {name} of table {table} has other arguments than its model declares."
    if match.kind != declared.catalogue_type or match.narrowed:
        yield f"Trigger {name} of table {table} does not fire on every write it was declared for."


def _trail_problems(live: list[LiveTrigger]) -> Iterator[str]:
    for table, has_rules, row_security, rights, holds_events in _rows(_TRAIL_TABLES, [APP_ROLE]):
        guards = EVENT_GUARDS if holds_events else TRAIL_GUARDS
        found = {trigger.name: trigger for trigger in live if trigger.table == table}
        if has_rules or row_security:
            yield f"Table {table} has rewrite rules or row security, which can hide or redirect events."
        if rights:
            yield f"Role {APP_ROLE} may {', '.join(rights)} on {table}; it may only read it."
        for name in found.keys() - guards.keys():
            yield f"Table {table} has a trigger {name} that was not shipped."
        for name, (function, kind) in guards.items():
            guard = found.get(name)
            if guard is None or (guard.function, guard.kind, guard.narrowed) != (function, kind, False):
                yield f"Table {table} has no working guard {name}."
            elif guard.enabled != "A":
                yield f"Guard {name} of table {table} is switched off or not set to fire always."


def _function_problems() -> Iterator[str]:
    shipped = shipped_functions()
    found: dict[str, list[tuple]] = {}
    for name, *rest in _rows(_FUNCTIONS, [list(shipped)]):
        found.setdefault(name, []).append(tuple(rest))
    for name, function in shipped.items():
        live = found.get(name, [])
        if len(live) != 1:
            yield f"There are {len(live)} functions named {name}; exactly one was shipped."
            continue
        body, as_owner, owner = live[0]
        if body != function.body:
            yield f"The body of function {name} is not the one that was shipped."
        if as_owner != function.as_owner or owner == APP_ROLE:
            yield f"Function {name} runs with other rights than it was shipped with."


def role_problems(role: str = APP_ROLE) -> Iterator[str]:
    """What would let the web process around the triggers."""
    rows = _rows(_ROLE, [role])
    if not rows:
        yield f"There is no role {role}; the application must not run as the owner of its tables."
        return
    for holds, problem in zip(rows[0], _ROLE_PROBLEMS, strict=True):
        if holds:
            yield f"Role {role} {problem}."


def _arguments(stored: bytes) -> tuple[str, ...]:
    return tuple(part.decode() for part in stored.split(b"\0")[:-1])


def _rows(sql: str, parameters: list | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
