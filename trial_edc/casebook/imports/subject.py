"""What the rows of one subject make of its forms: read, derive, check, compare. No statement, nothing written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from trial_edc.crf.checks import Finding, run_checks
from trial_edc.crf.entry import derived, with_vocabularies
from trial_edc.crf.parse import EntryContext, Parsed
from trial_edc.crf.spec import FormSpec, form_spec
from trial_edc.crf.values import FormRecord, is_expected, with_entries
from trial_edc.protocol.imports import Compared, Key, Planned, number

from ..reader import Casebook, InstanceRow
from .boxes import read_box

NOT_REPORTED = "NR"


@dataclass
class Filled:
    """A form as it will be saved: `before` is None for a new one; `findings` by the key of the row they are about.

    `instance_id` of a new form is a number below 0 that stands in for the one it will get.
    """

    planned: Planned
    spec: FormSpec
    seq: int
    instance_id: int
    before: FormRecord | None
    record: FormRecord
    is_complete: bool = False
    findings: list[tuple[Key | None, str]] = field(default_factory=list)


def fill(
    casebook: Casebook,
    plan: Sequence[Planned],
    *,
    places: Mapping[Key, int],
    changed: Collection[Key],
    cleared: Mapping[int, Collection[str]],
    context: EntryContext,
    version: str,
) -> list[Filled]:
    """The forms of a subject that the changed rows touch, with all of them in place.

    Args:
        casebook: every stored form; the filled ones join it, so that each is checked against all the others.
        places: key of a stored row to the form it became. changed: rows to write now.
        cleared: addresses of stored forms whose row has moved elsewhere; they are emptied.
    """
    numbered = _numbered(casebook, plan, places)
    touched = [one for one in numbered if not one[0].sources or changed & one[0].sources.keys() or one[2] in cleared]
    filled = [_read(casebook, *one, cleared=cleared, context=context, version=version) for one in touched]
    for one in filled:
        one.record = derived(one.spec, one.record, casebook)
        _put(casebook, one)
    for one in filled:
        _settle(casebook, one)
    return filled


def moved(
    casebook: Casebook, plan: Sequence[Planned], *, places: Mapping[Key, tuple[int, str]]
) -> tuple[dict[int, set[str]], set[int]]:
    """What stored rows leave behind where they now belong elsewhere.

    Args:
        places: key of a stored row to the form and the address it became.
    Returns:
        (form to the addresses no row fills any more, forms no row belongs to any more).
    """
    owners = _owners(casebook, plan, {key: form for key, (form, _address) in places.items()})
    left: dict[int, set[str]] = defaultdict(set)
    filled: dict[int, set[str]] = defaultdict(set)
    for planned in plan:
        own = owners.get(id(planned))
        for key, address in planned.sources.items():
            if own:
                filled[own.id].add(address)
            if key in places and places[key] != (own.id if own else 0, address):
                left[places[key][0]].add(places[key][1])
    empty = {form for form in left if form not in filled}
    return {form: left[form] - filled[form] for form in left if form not in empty and left[form] - filled[form]}, empty


def _numbered(
    casebook: Casebook, plan: Sequence[Planned], places: Mapping[Key, int]
) -> list[tuple[Planned, int, int | None]]:
    """Each form with its number at the visit and the stored form it is, None for a new one."""
    owners = _owners(casebook, plan, places)
    taken: dict[tuple[str, str], set[int]] = defaultdict(set)
    for one in casebook.instances:
        taken[one.visit_code, one.form_code].add(one.seq)
    found, new, alike = [], [], {}
    for planned in plan:
        own = owners.get(id(planned))
        if own is None:
            new.append(planned)
            continue
        found.append((planned, own.seq, own.id))
        if planned.together:
            alike[planned.together, planned.visit, planned.group[1:]] = own.seq
    for planned in sorted(new, key=lambda one: (one.visit, one.form, one.order)):
        named = (planned.together, planned.visit, planned.group[1:])
        forms = {one.form for one in new if one.together == planned.together} if planned.together else {planned.form}
        seq = alike.get(named) if planned.together else None
        if seq is None:
            used = set().union(*(taken[planned.visit, form] for form in forms))
            seq = next(n for n in count(1) if n not in used)
        alike[named] = seq
        taken[planned.visit, planned.form].add(seq)
        found.append((planned, seq, None))
    order = {id(planned): n for n, planned in enumerate(plan)}
    return sorted(found, key=lambda one: order[id(one[0])])


def _owners(casebook: Casebook, plan: Sequence[Planned], places: Mapping[Key, int]) -> dict[int, InstanceRow]:
    """The stored form each plan goes on with, by the plan's identity: where most of its stored rows lie.

    A form goes to one plan alone; one made of no row is the only one of its place.
    """
    at: dict[tuple[str, str], InstanceRow] = {}
    for one in casebook.instances:
        if one.status != "withdrawn":
            at.setdefault((one.visit_code, one.form_code), one)
    stored = {one.id: one for one in casebook.instances if one.status != "withdrawn"}
    found, claims = {}, []
    for n, planned in enumerate(plan):
        place = planned.visit, planned.form
        if not planned.sources and place in at:
            found[id(planned)] = at[place]
        forms = Counter(stored[places[key]].id for key in planned.sources if places.get(key) in stored)
        claims += [
            (-rows, n, planned, stored[form])
            for form, rows in forms.items()
            if (stored[form].visit_code, stored[form].form_code) == place
        ]
    taken: set[int] = set()
    for _rows, _n, planned, form in sorted(claims, key=lambda claim: claim[:2]):
        if form.id not in taken and id(planned) not in found:
            found[id(planned)] = form
            taken.add(form.id)
    return found


def _read(
    casebook: Casebook,
    planned: Planned,
    seq: int,
    instance_id: int | None,
    *,
    cleared: Mapping[int, Collection[str]],
    context: EntryContext,
    version: str,
) -> Filled:
    """The form with its boxes read, not yet derived, in its place in the casebook."""
    before = casebook.record_of(instance_id) if instance_id else None
    number_of_new = instance_id or -1 - len(casebook.instances)
    blank = FormRecord(number_of_new, planned.form, planned.visit, seq, protocol_version=version, revision=0)
    base = before or blank
    spec = _spec(planned, base)
    context = with_vocabularies(spec, context, casebook)
    parsed, doubts = {}, list(planned.doubts)
    gone = dict.fromkeys(_row_of(spec, cleared.get(instance_id or 0, ())), Parsed())
    for address, box in planned.boxes.items():
        if address not in spec:
            doubts.append((_about(planned, address), f"{address}: '{box.text[:60]}' has no place in this form."))
            continue
        parsed[address], doubt = read_box(spec[address], box, context)
        if doubt:
            doubts.append((_about(planned, address), doubt))
    record = with_entries(base, spec, {**gone, **parsed})
    filled = Filled(planned, spec, seq, number_of_new, before, record, findings=doubts)
    _put(casebook, filled)
    return filled


def _spec(planned: Planned, base: FormRecord) -> FormSpec:
    """The form with the numbered rows that are stored or filled now."""
    plain = form_spec(planned.form, base.protocol_version, visit_code=planned.visit)
    if not plain.rows or all(table.Crf.key for table in plain.rows):
        return plain
    numbers = {address.partition(".")[2] for address in planned.boxes} | set(base.row_keys())
    keys = tuple(sorted((n for n in numbers if n), key=lambda n: (len(n), n)))
    return form_spec(planned.form, base.protocol_version, visit_code=planned.visit, analytes=keys)


def _row_of(spec: FormSpec, addresses: Collection[str]) -> list[str]:
    """The typed items at the addresses, and those of the same measured row."""
    return [
        one.address
        for one in spec
        if one.is_asked and (one.address in addresses or (one.row_key in addresses and one.row_key))
    ]


def _about(planned: Planned, address: str) -> Key | None:
    """The row that an address is about: the one that became it, its row of the form, else the first."""
    row = address.partition(".")[2] or address
    by_address = {where: key for key, where in planned.sources.items()}
    if address in by_address:
        return by_address[address]
    of_row = (key for where, key in by_address.items() if (where.partition(".")[2] or where) == row)
    return next(of_row, next(iter(planned.sources), None))


def _put(casebook: Casebook, one: Filled) -> None:
    """The record in its place, so that every other form reads it."""
    if one.instance_id not in casebook._records and one.before is None:
        row = InstanceRow(
            id=one.instance_id,
            subject_id=casebook.subject.pk,
            visit_code=one.planned.visit,
            form_code=one.planned.form,
            seq=one.seq,
            status="partial",
            status_reason="",
            revision=0,
            protocol_version=one.record.protocol_version,
            saved_at=datetime.max,
            visit_id=None,
        )
        casebook.instances = (*casebook.instances, row)
        casebook.__dict__.pop("_visit_places", None)
    casebook._records[one.instance_id] = one.record


def _settle(casebook: Casebook, one: Filled) -> None:
    """Mark what the file leaves out as not reported, then check and compare."""
    missing = {}
    for address in one.planned.boxes:
        spec = one.spec.by_address.get(address)
        if spec and not spec.optional and not one.record.is_answered(address) and is_expected(spec, one.record.values):
            missing[address] = {"missing": NOT_REPORTED}
    if missing:
        one.record = replace(one.record, meta={**one.record.meta, **missing})
        casebook._records[one.instance_id] = one.record
    asked = [spec for spec in one.spec if not spec.optional and is_expected(spec, one.record.values)]
    one.is_complete = all(one.record.is_answered(spec.address) for spec in asked)
    for finding in run_checks(one.spec, one.record, casebook):
        if not finding.warns and not _is_idle(finding, one.record):
            one.findings.append((_about(one.planned, finding.item), finding.text))
    one.findings += [(key, text) for key, asked_for in one.planned.compared if (text := _difference(one, asked_for))]


def _is_idle(finding: Finding, record: FormRecord) -> bool:
    """A "No" where the question is not asked says nothing more."""
    return finding.rule == "not_expected" and record[finding.item] in ("N", None)


def _difference(one: Filled, compared: Compared) -> str:
    """How a derived value of the file differs from ours, "" when it does not."""
    ours = one.record[compared.address]
    if compared.tolerance is None and compared.share is None:
        same = str(ours) == compared.given if ours is not None else True
        return "" if same else f"{compared.what} is {compared.given}; ours is {ours}."
    given = number(compared.given)
    if given is None or not isinstance(ours, Decimal):
        return ""
    spec = one.spec[compared.address]
    unit = next((unit for unit in spec.units if unit.code == compared.unit), None)
    standard: Any = unit.to_standard(given) if unit else given
    if standard is None:
        return ""
    allowed = compared.tolerance if compared.tolerance is not None else (compared.share or 0) * abs(standard)
    if abs(standard - ours) <= allowed:
        return ""
    return f"{compared.what} is {given.normalize():f}; ours is {ours.normalize():f} in the standard unit."
