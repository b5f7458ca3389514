"""Reading what a file says for an item: as a typed box is read, but nothing is held back.

What cannot be right is kept as it was read, with a doubt; a date as precise as collected and a number with more
digits than its column are no doubt.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from trial_edc.crf.parse import EntryContext, Parsed, parse
from trial_edc.crf.spec import ItemSpec
from trial_edc.protocol.imports import Box, is_iso, number

DATES = ("date", "datetime", "partial_date")
LARGEST = Decimal(10) ** 8


def read_box(spec: ItemSpec, box: Box, context: EntryContext) -> tuple[Parsed, str]:
    """The box as understood, never with an error, and the doubt about it ("" = none)."""
    companions = {"note": box.note} | ({"unit": box.unit} if box.unit else {})
    read = parse(spec, box.text, companions, context)
    if not read.error:
        return read, ""
    kept = Parsed(typed=_short(spec, box.text), kind=spec.kind)
    if spec.kind in DATES and is_iso(box.text) and _lacks_parts(spec, box.text):
        return kept, ""
    if spec.kind in ("number", "integer"):
        return _number(spec, box, kept, read.error)
    return kept, read.error


def _lacks_parts(spec: ItemSpec, text: str) -> bool:
    return len(text) < 10 or (spec.kind == "datetime" and "T" not in text)


def _number(spec: ItemSpec, box: Box, kept: Parsed, error: str) -> tuple[Parsed, str]:
    """A number that does not fit as typed: its value rounded, its digits as they are."""
    digits = box.text.lstrip("<>= ")
    value = number(digits)
    known = {unit.code for unit in spec.units}
    unit = box.unit or (spec.units[0].code if spec.units else "")
    if value is None or abs(value) >= LARGEST or (known and unit not in known):
        shown = f"{box.text} {box.unit}".strip() if known and unit not in known else box.text
        return replace(kept, typed=_short(spec, shown)), error
    standard = _standard(spec, value, unit)
    lowest, highest = spec.limits or (standard, standard)
    is_possible = lowest <= standard <= highest
    places = 6 if spec.is_measured else getattr(spec.field, "decimal_places", 0)
    read = Parsed(
        value=value if spec.is_measured else round(value, places),
        typed=_short(spec, digits),
        qualifier=box.text[: len(box.text) - len(digits)].strip(),
        unit=unit,
        kind=spec.kind,
    )
    return read, "" if is_possible else error


def _standard(spec: ItemSpec, value: Decimal, code: str) -> Any:
    unit = next((one for one in spec.units if one.code == code), None)
    standard = unit.to_standard(value) if unit else value
    return value if standard is None else standard


def _short(spec: ItemSpec, text: str) -> str:
    """As much as a measured row has room for; elsewhere what was typed has room enough."""
    longest = getattr(spec.field, "max_length", None) if spec.is_measured else 4_000
    return text[: longest or 4_000]
