"""From a posted form to what can be saved, what is held back, and what must be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from trial_edc.crf.checks import Finding, run_checks, with_kept
from trial_edc.crf.parse import EntryContext, Parsed, choices, parse
from trial_edc.crf.reading import storable
from trial_edc.crf.spec import FormSpec, ItemSpec, build_spec, form_spec, protocol
from trial_edc.crf.values import FormRecord, display, is_expected, standard_value, with_entries

MAX_ROW_NUMBER = 200


@dataclass(frozen=True)
class Entry:
    """A posted form as understood.

    Attributes:
        spec: with the rows that were posted beyond the panel.
        record: the form as it will be saved, held items with their old values, derived items computed.
        parsed: every box that was posted. errors: address -> why it cannot be right; held back.
        changed: address -> (old, new) as shown, of boxes that differ from the saved form and can be saved.
        corrections: those of `changed` that had an answer before, so a reason is due.
        findings: in the order of the form; `kept` says which are explained, `warns` which open no query.
        expected: addresses asked now; unanswered: those of them that need an answer and have none, in order.
        context: as given, with the codelists that are data read in.
    """

    spec: FormSpec
    record: FormRecord
    parsed: dict[str, Parsed]
    errors: dict[str, str]
    changed: dict[str, tuple[str, str]]
    corrections: frozenset[str]
    findings: list[Finding]
    expected: set[str]
    unanswered: list[str]
    context: EntryContext


def bind(
    spec: FormSpec, raw: Mapping[str, str], *, record: FormRecord | None, context: EntryContext, casebook: Any
) -> Entry:
    """Read a posted form against the saved one. A box that was not posted is left as saved.

    Args:
        raw: names of ux ("vs.temp", "vs.temp.unit", "vs.temp.note", "vs.temp.keep") -> text; see `flatten`.
        record: as saved, None for a first save.
        casebook: reader of the subject's other forms, given to checks and derivations.
    """
    base = record or FormRecord(None, spec.code, visit_code=spec.visit_code, protocol_version=spec.version, revision=0)
    spec = with_rows(spec, raw, base, casebook)
    context = with_vocabularies(spec, context, casebook)
    parsed = {one.address: _read(one, raw, base, context) for one in spec if one.is_asked and one.name in raw}
    changes, errors = _changes(spec, parsed, base, context)
    draft, findings, refused = _settle(spec, base, changes, casebook)
    errors |= refused
    changes = {address: read for address, read in changes.items() if address not in refused}
    draft, findings = _keep(spec, draft, findings, raw)
    denied = {address for address in errors if spec[address].item.right in context.denied}
    expected = {one.address for one in spec if is_expected(one, draft.values)}
    asked = [one.address for one in spec if one.address in expected and not one.optional]
    return Entry(
        spec=spec,
        record=draft,
        parsed=parsed,
        errors=errors,
        changed={address: _shown(spec[address], base, draft, context) for address in changes},
        corrections=frozenset(address for address in changes if base.is_answered(address)),
        findings=findings,
        expected=expected,
        context=context,
        unanswered=[
            address
            for address in asked
            if not draft.is_answered(address) or (address in errors and address not in denied)
        ],
    )


def _changes(
    spec: FormSpec, parsed: Mapping[str, Parsed], base: FormRecord, context: EntryContext
) -> tuple[dict[str, Parsed], dict[str, str]]:
    """The boxes that differ from the saved form, and why others cannot be right or are not this person's."""
    changes, errors = {}, {}
    for address, read in parsed.items():
        if read.error:
            errors[address] = read.error
        elif _differs(spec[address], read, base):
            if denied := context.denied.get(spec[address].item.right):
                errors[address] = denied
            else:
                changes[address] = read
    return changes, errors


def _settle(
    spec: FormSpec, base: FormRecord, changes: Mapping[str, Parsed], casebook: Any
) -> tuple[FormRecord, list[Finding], dict[str, str]]:
    """Derive and check; hold back what a hard check refuses, until nothing is refused any more."""
    refused: dict[str, str] = {}
    while True:
        kept = {address: read for address, read in changes.items() if address not in refused}
        draft = derived(spec, with_entries(base, spec, kept), casebook)
        findings = run_checks(spec, draft, casebook)
        more = {one.item: one.text for one in findings if one.hard and one.item in kept}
        if not more:
            return draft, findings, refused
        refused |= more


def flatten(post: Any) -> dict[str, str]:
    """A QueryDict as one text per name: ticked choices joined by commas, empty companions dropped."""
    return {
        name: ",".join(filter(None, values)) if len(values) > 1 else values[0] if values else ""
        for name, values in post.lists()
    }


def with_rows(spec: FormSpec, raw: Mapping[str, str], record: FormRecord, casebook: Any = None) -> FormSpec:
    """The spec with the rows that are saved, posted or named by other forms beyond the visit's panel."""
    if not spec.rows:
        return spec
    known = {one.row_key for one in spec if one.row}
    named = [
        key for table in spec.rows if hasattr(table.Crf, "rows_from") for key in table.Crf.rows_from(record, casebook)
    ]
    keys = {key for key in (*record.row_keys(), *_posted_keys(spec, raw), *named) if key not in known}
    if not keys:
        return spec
    extra = tuple(sorted(keys, key=lambda key: (len(key), key) if key.isdigit() else (0, key)))
    assert spec.model is not None
    return build_spec(spec.model, spec.rows, spec.version, visit_code=spec.visit_code, keys=extra)


def _posted_keys(spec: FormSpec, raw: Mapping[str, str]) -> set[str]:
    """Keys of rows somebody typed: an analyte the protocol knows, or a row number."""
    found: set[str] = set()
    is_measured = any(getattr(table.Crf, "measured", "") for table in spec.rows)
    has_numbers = any(not table.Crf.key for table in spec.rows)
    for name, text in raw.items():
        form, *rest = name.split(".")
        if form != spec.code or not text.strip():
            continue
        if is_measured and len(rest) == 1 and rest[0] in protocol().analytes:
            found.add(rest[0])
        if has_numbers and len(rest) == 2 and rest[1].isdecimal() and 0 < int(rest[1]) <= MAX_ROW_NUMBER:
            found.add(str(int(rest[1])))
    return found


def with_vocabularies(spec: FormSpec, context: EntryContext, casebook: Any) -> EntryContext:
    """The context with the codelists that are data (laboratories, dose levels) read in."""
    asked = {one.address: one.item.choices_from for one in spec if one.item.choices_from}
    known = {address: tuple(give(casebook)) for address, give in asked.items() if give}
    return replace(context, vocabularies={**known, **context.vocabularies}) if known else context


def _read(spec: ItemSpec, raw: Mapping[str, str], base: FormRecord, context: EntryContext) -> Parsed:
    companions = {part: raw[f"{spec.name}.{part}"] for part in ("unit", "note") if f"{spec.name}.{part}" in raw}
    saved_unit = base.meta.get(spec.address, {}).get("unit")
    if saved_unit:
        companions.setdefault("unit", saved_unit)
    return parse(spec, raw[spec.name], companions, context)


def _differs(spec: ItemSpec, read: Parsed, base: FormRecord) -> bool:
    """Whether a box says something else than what is saved; the digits count ("7.0" is not "7").

    A number the system filled in has no digits of its own: its value alone is compared.
    """
    saved, posted = _saved_state(spec, base), _state(spec, read)
    is_filled = isinstance(saved[0], Decimal | int) and not saved[1]
    if is_filled and not read.qualifier and not read.missing and saved[0] == posted[0]:
        return False
    return saved != posted


def _state(spec: ItemSpec, read: Parsed) -> tuple[Any, ...]:
    unit = read.unit if read.typed else ""
    return (
        standard_value(spec, read),
        read.typed,
        read.qualifier,
        unit,
        read.missing,
        read.note if read.missing else "",
    )


def _saved_state(spec: ItemSpec, record: FormRecord) -> tuple[Any, ...]:
    about = record.meta.get(spec.address, {})
    value = record.values.get(spec.address)
    return (value, *(about.get(name, "") for name in ("typed", "qualifier", "unit", "missing", "note")))


def _shown(spec: ItemSpec, base: FormRecord, draft: FormRecord, context: EntryContext) -> tuple[str, str]:
    labels = choices(spec, context)
    named = replace(spec, choices=labels) if labels else spec
    old, new = (
        display(named, one.values.get(spec.address), one.meta.get(spec.address), time_zone=context.time_zone)
        for one in (base, draft)
    )
    return old, new


def derived(spec: FormSpec, record: FormRecord, casebook: Any) -> FormRecord:
    """The record with its derived items computed anew, in the order of the form, rows last."""
    for one in spec:
        compute = one.item.derive or one.item.fill
        if compute and not one.row:
            value = compute(record, casebook)
            if one.item.derive or value is not None:
                kept = {what: why for what, why in record.meta.get(one.address, {}).items() if what == "kept"}
                meta = {**record.meta, one.address: kept} if one.address in record.meta else record.meta
                record = replace(record, values={**record.values, one.address: value}, meta=meta)
    for table in spec.rows:
        if give := getattr(table.Crf, "derive", None):
            record = replace(record, values={**record.values, **give(record, casebook)})
    return record


def _keep(
    spec: FormSpec, draft: FormRecord, findings: list[Finding], raw: Mapping[str, str]
) -> tuple[FormRecord, list[Finding]]:
    """Write down why doubted values are kept ("source", or a note)."""
    meta, rules = dict(draft.meta), dict[str, list[str]]()
    for finding in findings:
        rules.setdefault(finding.item, []).append(finding.rule)
    for address, named in rules.items():
        why = storable(raw.get(f"{spec[address].name}.keep", ""))[:200]
        if why:
            meta[address] = {**meta.get(address, {}), "kept": {"rule": " ".join(named), "why": why}}
    kept = replace(draft, meta=meta)
    return kept, [with_kept(one, kept) for one in findings]


__all__ = ["Entry", "EntryContext", "bind", "derived", "flatten", "form_spec", "with_rows"]
