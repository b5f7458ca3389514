"""What follows from a change of one form: derived values and checks of the subject's other forms that read it.

It happens in the same transaction, by the system, with the change named as its reason. Only forms that declare
the changed form among their sources (`Crf.reads`) are looked at. A derived value that moves is a change like any
other: it raises the revision and voids the signature. A locked form keeps its value; a query says what moved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from trial_edc.accounts.models import User
from trial_edc.audit import clock
from trial_edc.audit.context import as_system
from trial_edc.audit.system import system_user
from trial_edc.crf.checks import Finding, run_checks
from trial_edc.crf.entry import derived
from trial_edc.crf.registry import crf, readers, short_title
from trial_edc.crf.spec import FormSpec
from trial_edc.crf.values import FormRecord, display, is_expected

from ..models import FormInstance
from ..reader import Casebook, InstanceRow, read
from ..study import study
from .derive import spec_of
from .findings import plan_queries, write_queries
from .opening import KnownQuery
from .signatures import unsettle
from .writes import differs, write_content

MOST_ROUNDS = 6
FILLED = (FormInstance.Status.PARTIAL, FormInstance.Status.COMPLETE)
_STANDING = """
SELECT f.id, edc_is_locked(f.id),
    (SELECT coalesce(json_agg(x), '[]') FROM (SELECT q.id, q.instance_id, q.item, q.rule, q.state,
            (SELECT m.action FROM casebook_querymessage m WHERE m.query_id = q.id ORDER BY m.id DESC LIMIT 1) AS last
        FROM casebook_query q WHERE q.instance_id = f.id ORDER BY q.id) x),
    EXISTS (SELECT FROM casebook_signature g WHERE g.instance_id = f.id AND g.voided_at IS NULL)
FROM casebook_forminstance f WHERE f.id = ANY(%s)
"""


@dataclass(frozen=True)
class Happened:
    """A change of one form of a subject, as what follows from it sees it.

    Attributes:
        casebook: as it is after the change. row: the form's place. before, record: the form as it was and is, None
        where it is not among the data (not saved yet, entered in error).
        cause: the change in words. source: "form", "import" ...
    """

    by: User
    casebook: Casebook
    row: InstanceRow
    before: FormRecord | None
    record: FormRecord | None
    cause: str
    source: str = "form"

    @property
    def subject(self) -> Any:
        return self.casebook.subject


@dataclass
class _Dependent:
    """A form that reads the changed one: as saved, as it follows, and what hangs on it."""

    row: InstanceRow
    spec: FormSpec
    saved: FormRecord
    now: FormRecord
    is_locked: bool = False
    is_signed: bool = False
    queries: tuple[KnownQuery, ...] = field(default=())

    @property
    def is_moved(self) -> bool:
        return differs(self.spec, self.saved, self.now)


def follow(happened: Happened) -> None:
    """Bring everything that reads the changed form up to date, then let the trial do its part."""
    dependents = _dependents(happened)
    if dependents:
        _write(happened, dependents)
    for path in study().after_save:
        import_string(path)(happened)


def follow_status(*, by: User, instance: FormInstance) -> None:
    """As `follow`, for a form that was struck through, marked not done or taken back; inside its transaction."""
    known = read(instance.subject, {instance.form_code})
    row = next(one for one in known.instances if one.id == instance.pk)
    record = known.record_of(instance.pk)
    follow(Happened(by, known, row, None, record, cause_of(row, by)))


def cause_of(row: InstanceRow, by: User) -> str:
    """The reason the trail shows: "Follows from Leukapheresis (APH), saved by Mei Lin"."""
    place = row.visit_code.upper() or str(row.seq)
    parts = {"form": short_title(row.form_code), "place": place, "name": by.full_name}
    return _("Follows from %(form)s (%(place)s), saved by %(name)s") % parts


def _dependents(happened: Happened) -> list[_Dependent]:
    """The forms that read the changed one, derived anew until nothing moves any more."""
    casebook, found = happened.casebook, dict[int, _Dependent]()
    moved = {happened.row.form_code}
    for n in range(MOST_ROUNDS):
        concerned = [one for one in _concerned(happened, moved) if n or _may_matter(happened, one)]
        if not concerned:
            break
        casebook.load({one.form_code for one in concerned}.union(*(reads(one.form_code) for one in concerned)))
        moved = set()
        for row in concerned:
            one = found.get(row.id) or _dependent(casebook, row)
            if one is None:
                continue
            found[row.id] = one
            after = _as_stored(one.spec, derived(one.spec, one.now, casebook))
            if differs(one.spec, one.now, after):
                one.now = after
                casebook.put(after)
                moved.add(row.form_code)
        if not moved:
            break
    return list(found.values())


def _concerned(happened: Happened, moved: Iterable[str]) -> list[InstanceRow]:
    forms = {reader for form in moved for reader in readers(form)}
    return [
        one
        for one in happened.casebook.instances
        if one.form_code in forms and one.id != happened.row.id and one.status in FILLED
    ]


def _may_matter(happened: Happened, row: InstanceRow) -> bool:
    """Whether the change can touch this form at all, where its declaration narrows that by visit."""
    changed = happened.row
    narrow = getattr(crf(row.form_code).Crf, "narrows", {}).get(changed.form_code)
    return narrow is None or bool(narrow(changed.visit_code, row.visit_code))


def reads(form_code: str) -> frozenset[str]:
    """Forms a form declares as its sources."""
    return frozenset(getattr(crf(form_code).Crf, "reads", ()))


def _dependent(casebook: Casebook, row: InstanceRow) -> _Dependent | None:
    saved = casebook.record_of(row.id)
    if saved is None:
        return None
    return _Dependent(row, spec_of(saved, casebook), saved, saved)


def _as_stored(spec: FormSpec, record: FormRecord) -> FormRecord:
    """Derived numbers with the decimals their columns keep, so that a stored value does not seem to move."""
    rounded = {}
    for one in spec:
        value, places = record.values.get(one.address), getattr(one.field, "decimal_places", None)
        if not one.is_asked and places is not None and isinstance(value, Decimal):
            rounded[one.address] = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return replace(record, values={**record.values, **rounded}) if rounded else record


def _write(happened: Happened, dependents: list[_Dependent]) -> None:
    """Write what moved and what is to be asked now. No statement of its own where nothing changed."""
    _look_up(dependents)
    moved = [one for one in dependents if one.is_moved and not one.is_locked]
    plans = {one.row.id: plan for one in dependents if (plan := _plan(happened, one))}
    if not moved and not plans:
        return
    system, now = system_user(), clock.now()
    with as_system(system=system, reason=happened.cause):
        for one in moved:
            _write_form(one, system=system, at=now, cause=happened.cause)
        for instance_id, plan in plans.items():
            write_queries(plan, by=system, instance_id=instance_id, at=now)


def _look_up(dependents: list[_Dependent]) -> None:
    """Locks, queries and signatures of the dependents, in one statement."""
    by_id = {one.row.id: one for one in dependents}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(by_id)])
        for instance_id, is_locked, queries, is_signed in cursor.fetchall():
            one = by_id[instance_id]
            known = json.loads(queries) if isinstance(queries, str) else queries
            one.is_locked, one.is_signed = is_locked, is_signed
            one.queries = tuple(KnownQuery(**query) for query in known)


def _plan(happened: Happened, one: _Dependent):
    """What the checks of a form say now, against its queries; None when nothing changes."""
    if one.is_locked:
        findings = [_left_behind(one)] if one.is_moved else []
        known = tuple(query for query in one.queries if query.rule == LEFT_BEHIND)
    else:
        findings = [replace(f, hard=False) for f in run_checks(one.spec, one.now, happened.casebook)]
        known = one.queries
    plan = plan_queries(known, findings, changed={}, source=happened.source)
    return plan if plan.to_open or plan.to_close else None


LEFT_BEHIND = "follows_its_source"


def _left_behind(one: _Dependent) -> Finding:
    """A locked form is not written: the query names what it would say."""
    label, old, new = _moves(one)[0]
    address = next(at for at in one.spec.by_address if one.saved[at] != one.now[at])
    text = _("%(label)s is %(old)s; by its sources it would now be %(new)s. Unlock the form to take it over?")
    return Finding(text % {"label": label, "old": old or "–", "new": new or "–"}, address, rule=LEFT_BEHIND)


def _moves(one: _Dependent) -> list[tuple[str, str, str]]:
    """Label, old and new of what moved, as shown."""
    found = []
    for item in one.spec:
        if one.saved.values.get(item.address) != one.now.values.get(item.address):
            old, new = (display(item, r[item.address], r.meta.get(item.address)) for r in (one.saved, one.now))
            found.append((str(item.label), old, new))
    return found or [(str(one.spec.title), "", "")]


def _write_form(one: _Dependent, *, system: User, at, cause: str) -> None:
    status = FormInstance.Status.PARTIAL if _has_gap(one) else one.row.status
    FormInstance.objects.filter(pk=one.row.id).update(
        revision=F("revision") + 1, status=status, saved_at=at, saved_by=system
    )
    write_content(one.spec, instance_id=one.row.id, before=one.saved, after=one.now)
    told = "; ".join(f"{label}: {old or '–'} → {new or '–'}" for label, old, new in _moves(one))
    changed = [at for at in one.spec.by_address if one.saved.values.get(at) != one.now.values.get(at)]
    unsettle(_as_instance(one.row), items=changed, cause=f"{told} ({cause})" if one.is_signed else "")


def _has_gap(one: _Dependent) -> bool:
    """Whether a derived value now asks for something that is not answered."""
    values: Mapping[str, Any] = one.now.values
    asked = [item for item in one.spec if not item.optional and is_expected(item, values)]
    return any(not one.now.is_answered(item.address) for item in asked)


def _as_instance(row: InstanceRow) -> FormInstance:
    return FormInstance(pk=row.id, form_code=row.form_code)
