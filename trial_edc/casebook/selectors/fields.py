"""One field as a page shows it: what the template of a row loops over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trial_edc.crf.checks import Finding
from trial_edc.crf.entry import Entry
from trial_edc.crf.notes import Note
from trial_edc.crf.parse import MISSING, EntryContext, choices, echo, unit_label
from trial_edc.crf.spec import ItemSpec
from trial_edc.crf.values import FormRecord, RowFacts, box_text, display, row_facts

from ..statuses import STATUS_LABELS
from ..study import study

MOST_SEGMENTS, MOST_SELECT = 7, 20
LONGEST_SHORT_LABEL = 40


@dataclass(frozen=True)
class Beside:
    """A derived value in the line of another field."""

    name: str
    label: str
    value: str
    history_url: str


@dataclass(frozen=True)
class FieldView:
    """What `crf/_field.html` shows. Texts are ready to print; "" means there is none.

    Attributes:
        control: text, number, date, datetime, segmented, select, multi, search, longtext or calc.
        options: (digit key, stored code, label, whether chosen).
        unit_choices: (code, label, whether chosen, factor).
        prev, prev_label: the previous visit's value and that visit. copy: its box text where allowed.
        message, message_level: under the field; "error" cannot be right, "finding" is unlikely.
        was: the saved value when the box differs from it. kept: why a doubted value is kept.
        facts: limits, flag and grade of a measured value; flag_url carries it into a log.
        decided_by: facts of other forms.
        beside: derived values in the same line.
        is_short: two fit on one line.
        query_state: "open" or "answered". verify_state: "verified", "unverified" or "reverify".
    """

    name: str
    address: str
    label: str
    control: str
    help: str = ""
    unit: str = ""
    unit_choices: tuple[tuple[str, str, bool, str], ...] = ()
    options: tuple[tuple[str, str, str, bool], ...] = ()
    value: str = ""
    missing: str = ""
    missing_label: str = ""
    missing_choices: tuple[tuple[str, str], ...] = ()
    note: str = ""
    prev: str = ""
    prev_label: str = ""
    copy: str | None = None
    echo: str = ""
    facts: RowFacts | None = None
    decided_by: Note | None = None
    flag_url: str = ""
    beside: tuple[Beside, ...] = ()
    message: str = ""
    message_level: str = ""
    kept: str = ""
    was: str = ""
    reason_needed: bool = False
    reason: str = ""
    reason_text: str = ""
    query_state: str = ""
    query_label: str = ""
    n_queries: int = 0
    verify_state: str = ""
    verify_label: str = ""
    history_url: str = ""
    search_url: str = ""
    condition_json: str = ""
    is_shown: bool = True
    not_expected: str = ""
    optional: bool = False
    readonly: bool = False
    is_wrapped: bool = False
    is_short: bool = False
    describedby: str = ""


@dataclass(frozen=True)
class FormState:
    """All a section needs to show its fields.

    Attributes:
        saved: the form as saved, None before. entry: saved form and what was typed, bound together.
        raw: what was typed and not saved, by input name. messages: address to why it was held back.
        queries: address to states of its live queries. verified: address to whether it needs verifying again.
        previous: the same form at the visit before, with that visit's name.
    """

    saved: FormRecord | None
    entry: Entry
    context: EntryContext
    raw: Mapping[str, str]
    messages: Mapping[str, str]
    queries: Mapping[str, tuple[str, ...]]
    verified: Mapping[str, bool]
    previous: FormRecord | None
    previous_label: str
    history_url: str
    readonly: bool
    subject: str = ""


def field_view(one: ItemSpec, state: FormState) -> FieldView:
    """The row of one item."""
    if denied := state.context.denied.get(one.item.right, ""):
        state = replace(state, readonly=True, raw={})
    raw, name = state.raw, one.name
    saved_text = box_text(one, state.saved, time_zone=state.context.time_zone) if state.saved else ""
    missing, value = _missing_and_value(one, state, raw.get(name, saved_text))
    message, level, kept = _message(one, state)
    return FieldView(
        name=name,
        address=one.address,
        label=str(one.label),
        control=control_of(one, state.context),
        help=denied or str(one.item.help or ""),
        unit=unit_label(_unit_code(one, state)),
        unit_choices=_unit_choices(one, state),
        options=_options(one, state.context, missing or value),
        value=value,
        missing=missing,
        missing_label=str(MISSING.get(missing, "")),
        missing_choices=tuple((code, str(label)) for code, label in MISSING.items()),
        note=raw.get(f"{name}.note", _about(one, state.entry.record).get("note", "")),
        **_previous(one, state),
        echo=_echo(one, state),
        **_measured(one, state),
        beside=_beside(one, state),
        message=message,
        message_level=level,
        kept=kept,
        **_correction(one, state),
        **_asked(one, state),
        **_verification(one, state),
        history_url=_history_url(one, state),
        search_url=_search_url(one),
        condition_json=_condition(one),
        **_expected(one, state, saved_text),
        optional=one.optional and one.is_asked,
        readonly=state.readonly or not one.is_asked,
        **_layout(one, message),
    )


def _condition(one: ItemSpec) -> str:
    return json.dumps(one.shown_when.to_json()) if one.shown_when else ""


def _history_url(one: ItemSpec, state: FormState) -> str:
    return f"{state.history_url}?item={one.address}" if state.saved and state.history_url else ""


def _measured(one: ItemSpec, state: FormState) -> dict[str, Any]:
    """Limits and grade of a measured value; a saved one with a grade can be carried into the log the protocol names."""
    facts, saved, log = row_facts(one, state.entry.record), state.saved, study().flagged_entry
    kept = row_facts(one, saved) if saved and log and state.subject and saved.visit_code else None
    if kept is None or not kept.grade:
        return {"facts": facts}
    place = "-".join((saved.visit_code, saved.form_code, *([str(saved.seq)] if saved.seq > 1 else []), one.address))
    return {"facts": facts, "flag_url": f"{reverse('log', args=[state.subject, log])}new/?about={place}"}


def _beside(one: ItemSpec, state: FormState) -> tuple[Beside, ...]:
    """Derived values that have a value and belong in this line."""
    record = state.entry.record
    derived = [other for other in state.entry.spec if other.item.beside == one.address and not one.row]
    shown = [(other, _shown(other, record, state)) for other in derived]
    return tuple(
        Beside(other.name, str(other.label), value, _history_url(other, state)) for other, value in shown if value
    )


def _correction(one: ItemSpec, state: FormState) -> dict[str, Any]:
    """The saved value and the reason, where the box differs from what was saved."""
    if one.address not in state.entry.corrections or state.saved is None:
        return {}
    return {
        "was": _shown(one, state.saved, state),
        "reason_needed": not state.readonly,
        "reason": state.raw.get(f"{one.name}.reason", ""),
        "reason_text": state.raw.get(f"{one.name}.reason_text", ""),
    }


def _search_url(one: ItemSpec) -> str:
    """Where a search box asks: the module of the vocabulary names the address, so ctcae.search is /ctcae/."""
    return f"/{one.item.search.split('.')[-2]}/" if one.item.search else ""


def _layout(one: ItemSpec, message: str) -> dict[str, Any]:
    is_short = len(str(one.label)) <= LONGEST_SHORT_LABEL and (
        one.kind in ("integer", "calc") or (one.kind == "code" and 0 < len(one.choices) <= 2)
    )
    return {
        "is_wrapped": len(one.choices) > 4,
        "is_short": is_short,
        "describedby": _describedby(one, message),
    }


def control_of(one: ItemSpec, context: EntryContext) -> str:
    """Which control an item gets: by kind, and for choices by their number."""
    if one.kind in ("calc", "sign"):
        return "calc"
    if one.kind == "multi":
        return "multi"
    if one.item.search:
        return "search"
    if one.kind == "user":
        return "select"
    if one.kind == "code":
        n = len(choices(one, context))
        return "segmented" if n <= MOST_SEGMENTS else "select" if n <= MOST_SELECT else "search"
    return {"integer": "number", "partial_date": "date", "repeat": "longtext"}.get(one.kind, one.kind)


def is_verified_by_plan(one: ItemSpec) -> bool:
    """Whether the source verification plan requires this item for every subject."""
    plan = study().sdv
    return one.is_asked and (one.item.sdv or f"{one.form}.{one.column}" in plan.critical)


def _about(one: ItemSpec, record: FormRecord | None) -> Mapping[str, Any]:
    return record.meta.get(one.address, {}) if record else {}


def _missing_and_value(one: ItemSpec, state: FormState, text: str) -> tuple[str, str]:
    if not one.is_asked:
        return "", _without_unit(one, _shown(one, state.entry.record, state))
    parsed = state.entry.parsed.get(one.address) if one.name in state.raw else None
    missing = parsed.missing if parsed else str(_about(one, state.saved).get("missing", ""))
    if state.readonly and not missing and one.kind not in ("code", "multi"):
        return "", _without_unit(one, _shown(one, state.saved, state))
    return missing, missing or text


def _without_unit(one: ItemSpec, text: str) -> str:
    """The value without its unit, which the row prints itself."""
    return (text.rpartition("\u00a0")[0] or text) if one.units else text


def _shown(one: ItemSpec, record: FormRecord | None, state: FormState) -> str:
    if record is None:
        return ""
    value, about = record.values.get(one.address), record.meta.get(one.address)
    if one.kind == "user" and value is not None:
        return state.context.users.get(value, str(value))
    return display(one, value, about, time_zone=state.context.time_zone)


def _unit_code(one: ItemSpec, state: FormState) -> str:
    if not one.units:
        return ""
    typed = state.raw.get(f"{one.name}.unit")
    return typed or str(_about(one, state.saved).get("unit") or one.units[0].code)


def _unit_choices(one: ItemSpec, state: FormState) -> tuple[tuple[str, str, bool, str], ...]:
    if len(one.units) < 2:
        return ()
    chosen = _unit_code(one, state)
    return tuple((unit.code, unit_label(unit.code), unit.code == chosen, _factor(unit)) for unit in one.units)


def _factor(unit) -> str:
    """What a number in this unit is multiplied with to be in the standard one; "" when that is not all."""
    return "" if unit.offset or unit.factor is None else str(unit.factor / unit.divisor)


def _options(one: ItemSpec, context: EntryContext, value: str) -> tuple[tuple[str, str, str, bool], ...]:
    if one.kind == "user":
        return tuple(
            (str(n), str(key), name, str(key) == value) for n, (key, name) in enumerate(context.users.items(), 1)
        )
    if one.kind not in ("code", "multi"):
        return ()
    chosen = set(value.split(",")) if one.kind == "multi" else {value}
    return tuple(
        (str(n), str(code), str(label), str(code) in chosen) for n, (code, label) in enumerate(choices(one, context), 1)
    )


def _previous(one: ItemSpec, state: FormState) -> dict[str, Any]:
    if state.previous is None or not one.is_asked:
        return {}
    shown = _shown(one, state.previous, state)
    text = box_text(one, state.previous, time_zone=state.context.time_zone)
    return {
        "prev": shown,
        "prev_label": state.previous_label if shown else "",
        "copy": text if one.item.copyable and text else None,
    }


def _echo(one: ItemSpec, state: FormState) -> str:
    parsed = state.entry.parsed.get(one.address)
    return echo(parsed, state.context) if parsed else ""


def _message(one: ItemSpec, state: FormState) -> tuple[str, str, str]:
    """Text under the field, its level, and why the value is kept if it is."""
    error = state.entry.errors.get(one.address) or (
        state.messages.get(one.address, "") if one.address not in state.entry.parsed else ""
    )
    if error:
        return error, "error", ""
    finding: Finding | None = next((f for f in state.entry.findings if f.item == one.address), None)
    if finding is None:
        return "", "", ""
    return finding.text, "finding", state.raw.get(f"{one.name}.keep", finding.kept)


def _asked(one: ItemSpec, state: FormState) -> dict[str, Any]:
    states = state.queries.get(one.address, ())
    if not states:
        return {}
    label = ngettext("%(n)d query on %(label)s", "%(n)d queries on %(label)s", len(states))
    return {
        "query_state": "open" if "open" in states else "answered",
        "query_label": label % {"n": len(states), "label": one.label},
        "n_queries": len(states),
    }


def _verification(one: ItemSpec, state: FormState) -> dict[str, Any]:
    if state.saved is None or not state.saved.is_answered(one.address):
        return {}
    again = state.verified.get(one.address)
    if again is None and not is_verified_by_plan(one):
        return {}
    name = {None: "unverified", True: "reverify", False: "verified"}[again]
    return {"verify_state": name, "verify_label": f"{STATUS_LABELS[name]}: {one.label}"}


def _expected(one: ItemSpec, state: FormState, saved_text: str) -> dict[str, Any]:
    """Whether the row is shown; a saved answer that is not asked any more stays in sight and says so.

    A value nobody types is shown once there is one.
    """
    is_asked = one.address in state.entry.expected or one.kind == "sign"
    if one.kind == "calc":
        return {"is_shown": bool(_shown(one, state.entry.record, state))}
    stays = not is_asked and bool(saved_text)
    return {
        "is_shown": is_asked or stays,
        "not_expected": _not_expected(one) if one.shown_when and stays else "",
    }


def _not_expected(one: ItemSpec) -> str:
    return _("Not expected because another answer changed; clear it or change that answer.")


def _describedby(one: ItemSpec, message: str) -> str:
    ids = []
    if one.item.help:
        ids.append(f"{one.name}.help")
    if one.units and len(one.units) == 1 and one.units[0].code:
        ids.append(f"{one.name}.u")
    if message:
        ids.append(f"{one.name}.check")
    return " ".join(ids)
