"""Edit checks: pure questions to a record; the answer is a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from trial_edc.crf.models import CrfModel
from trial_edc.crf.parse import with_unit
from trial_edc.crf.spec import FormSpec, ItemSpec, protocol
from trial_edc.crf.values import FormRecord, is_expected


@dataclass(frozen=True)
class Finding:
    """What a check has to say.

    Attributes:
        text: one sentence or question, both facts quoted, no answer suggested.
        item: address it hangs on; the check's first item when left out.
        rule: name of the rule, unique in the form; one live query per item and rule.
        hard: the value cannot be right and is held back. warns: shown, opens no query.
        kept: why the person keeps the value ("source" or a note), "" = unexplained.
    """

    text: str
    item: str = ""
    rule: str = ""
    hard: bool = False
    warns: bool = False
    kept: str = ""


@dataclass(frozen=True)
class EditCheck:
    """A declared check: runs when every one of `items` has a value."""

    rule: str
    items: tuple[str, ...]
    hard: bool
    ask: Callable[[FormRecord, Any], Finding | list[Finding] | None]


def edit_check(model: type[CrfModel], *items: str, hard: bool = False) -> Callable[[Any], Any]:
    """Declare a check of a form: `ask(record, casebook) -> Finding | list[Finding] | None`.

    Args:
        items: addresses that must have a value for the check to run; findings hang on the first one.
        hard: the value cannot be right and is held back; otherwise an unexplained finding opens a query.
    """

    def declare(ask: Any) -> Any:
        check = EditCheck(ask.__name__, items, hard, ask)
        model.Crf.checks = (*getattr(model.Crf, "checks", ()), check)
        return ask

    return declare


def run_checks(spec: FormSpec, record: FormRecord, casebook: Any) -> list[Finding]:
    """All findings of a record, in the order of the form; one problem gives one finding.

    A value outside its expected range is asked about once: other soft checks of the same item wait. A
    check that
    raises is a defect and is not caught.
    """
    found = [finding for one in spec if (finding := range_finding(one, record))]
    doubted = {finding.item for finding in found}
    for check in getattr(spec.model.Crf, "checks", ()) if spec.model else ():
        if any(record.values.get(address) in (None, "", []) for address in check.items):
            continue
        answer = check.ask(record, casebook)
        for finding in [answer] if isinstance(answer, Finding) else answer or ():
            named = replace(finding, item=finding.item or check.items[0], rule=check.rule, hard=check.hard)
            if named.item in spec and (named.hard or named.item not in doubted):
                found.append(named)
    found += [finding for one in spec if (finding := not_expected_finding(one, record))]
    off = protocol().rules_off
    found = [finding for finding in found if f"{spec.code}.{finding.rule}" not in off] if off else found
    order = {address: number for number, address in enumerate(spec.by_address)}
    return sorted((with_kept(finding, record) for finding in found), key=lambda finding: order[finding.item])


def with_kept(finding: Finding, record: FormRecord) -> Finding:
    """The finding with the reason why its value was kept, if it was kept under this rule."""
    kept = record.meta.get(finding.item, {}).get("kept", {})
    is_kept = finding.rule in kept.get("rule", "").split()
    return replace(finding, kept=kept.get("why", "") if is_kept else "")


def range_finding(spec: ItemSpec, record: FormRecord) -> Finding | None:
    """A number outside its expected range, in the item's standard unit."""
    value = record.values.get(spec.address)
    if spec.range is None or value is None or spec.range[0] <= value <= spec.range[1]:
        return None
    about, unit = record.meta.get(spec.address, {}), spec.units[0].code if spec.units else ""
    typed = f"{about.get('qualifier', '')}{about.get('typed') or format(Decimal(value), 'f')}"
    low, high = (f"{bound:f}" for bound in spec.range)
    text = _("%(label)s is %(value)s; the expected range is %(low)s–%(high)s. Correct it, or keep it and say why.")
    shown = with_unit(typed, about.get("unit") or unit)
    if (about.get("unit") or unit) != unit:
        high = with_unit(high, unit)
    return Finding(text % {"label": spec.label, "value": shown, "low": low, "high": high}, spec.address, rule="range")


def not_expected_finding(spec: ItemSpec, record: FormRecord) -> Finding | None:
    """A saved value of an item that is not asked any more because another answer changed."""
    if not spec.is_asked or is_expected(spec, record.values) or not record.is_answered(spec.address):
        return None
    text = _("%(label)s is not expected any more because another answer changed. Clear it, or change that answer.")
    return Finding(text % {"label": spec.label}, spec.address, rule="not_expected")
