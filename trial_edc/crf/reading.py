"""What reading a box needs and gives: its surroundings, the result, the words for missing values and
units."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from typing import Any

from django.utils.translation import gettext_lazy

from trial_edc.crf.spec import ItemSpec

MISSING = {
    "ND": gettext_lazy("Not done"),
    "NA": gettext_lazy("Not applicable"),
    "UNK": gettext_lazy("Unknown"),
    "NR": gettext_lazy("Not reported"),
    "NE": gettext_lazy("Not evaluable"),
}
UNIT_LABELS = {"C": "°C", "F": "°F", "m2": "m²", "10^9/L": "×10⁹/L", "10^3/uL": "×10³/µL", "/mm3": "/mm³"}


@dataclass(frozen=True)
class EntryContext:
    """What a value depends on beside the box.

    Attributes:
        today: at the site. site_date_order: "dmy", "mdy" or "ymd". visit_on: date of the visit.
        infusion_on: Day 0. window: (first, last) day of the visit's window.
        users: {id: name} of people who may be named on a form. vocabularies: {address: ((code, label), ...)}
        of the codelists that are data.
        denied: {right: why} of the rights items ask for that the person does not have.
    """

    today: date
    site_date_order: str = "dmy"
    visit_on: date | None = None
    time_zone: tzinfo = UTC
    infusion_on: date | None = None
    window: tuple[date, date] | None = None
    users: Mapping[int, str] = field(default_factory=dict)
    vocabularies: Mapping[str, tuple[tuple[str, Any], ...]] = field(default_factory=dict)
    denied: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """A box as understood. `value` None with no `missing` and no `error` = left empty.

    `value` is a Decimal in the unit typed, a code, a list of codes, a date, an aware datetime, a partial
    date, a
    user's id, a list of {part: text}; `typed` keeps the digits ("7.0").
    """

    value: Any = None
    typed: str = ""
    qualifier: str = ""
    unit: str = ""
    missing: str = ""
    note: str = ""
    error: str = ""
    kind: str = ""


class CannotBe(ValueError):
    """The typed text cannot be a value of this item; the text is the sentence shown."""


def storable(text: str) -> str:
    """Words beside a value (a note, a reason) without the characters the database cannot hold."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs") or c in "\n\t").strip()


def choices(spec: ItemSpec, context: EntryContext) -> tuple[tuple[str, Any], ...]:
    """The codelist of an item here: its own, or the data behind it."""
    return context.vocabularies.get(spec.address, spec.choices)


def unit_label(code: str) -> str:
    """A unit as shown: °C for "C", ×10⁹/L for "10^9/L"."""
    return UNIT_LABELS.get(code, code)


def with_unit(number: str, unit: str) -> str:
    """Number and unit joined by a no-break space."""
    return f"{number}\u00a0{unit_label(unit)}" if unit else number
