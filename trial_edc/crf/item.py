"""`item(...)`: hang the CRF description on an ordinary Django model field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

YES_NO = [("Y", _("Yes")), ("N", _("No"))]


@dataclass(frozen=True)
class Item:
    """What a field is on a case report form, beside its column.

    Attributes:
        unit: the standard unit; "" for none. `units` maps further accepted units to the factor into it.
        range: (lowest, highest) expected value, both included, in `unit`; outside is a soft finding.
        shown_when: condition under which the item is asked, None = always.
        since, until: protocol versions in which it is asked (`until` exclusive, "" = still asked).
        sdv: required by the source verification plan.
        optional: an empty answer needs no missing-value reason.
        partial: the date may lack day or month and is stored as precise as collected.
        future: a date after today is accepted (planned dates).
        qualifiers: `<`, `>`, `<=`, `>=` may stand before the number and are stored apart.
        copyable: the previous visit's value may be copied.
        derive: computes the value from the record and the casebook; the item is never typed.
        search: dotted name of the vocabulary behind a search box ("" = none).
    """

    unit: str = ""
    units: tuple[tuple[str, Decimal], ...] = ()
    range: tuple[Decimal, Decimal] | None = None
    cdash: str = ""
    help: Any = ""
    shown_when: Any = None
    since: str = "1.0"
    until: str = ""
    sdv: bool = False
    optional: bool = False
    partial: bool = False
    future: bool = False
    qualifiers: bool = False
    copyable: bool = False
    derive: Callable[..., Any] | None = None
    search: str = ""


def item(field: models.Field, *, range: tuple[Any, Any] | None = None, **description: Any) -> models.Field:
    """Describe one CRF item. The column is nullable: an answer may be missing with a reason.

    Args:
        field: an ordinary Django field with its label as first argument.
        range: expected (lowest, highest), numbers or text that Decimal reads.
        description: any attribute of `Item`.
    Returns:
        The same field, with `field.crf` set.
    """
    if range is not None:
        range = (Decimal(str(range[0])), Decimal(str(range[1])))
    field.null = field.blank = True
    field.crf = Item(range=range, **description)  # type: ignore[attr-defined]
    return field


def yes_no(label: Any) -> models.CharField:
    """A question answered Y or N."""
    return models.CharField(label, max_length=1, choices=YES_NO)


def code(label: Any, choices: list[tuple[str, Any]]) -> models.CharField:
    """A choice from a codelist; short codes are stored, labels shown."""
    return models.CharField(label, max_length=max(len(value) for value, _label in choices), choices=choices)


def partial_date(label: Any) -> models.CharField:
    """A date stored exactly as precise as collected: "2026", "2026-03" or "2026-03-05"."""
    return models.CharField(label, max_length=10)
