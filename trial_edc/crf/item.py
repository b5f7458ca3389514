"""`item(...)`: hang the CRF description on an ordinary Django model field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

YES_NO = [("Y", _("Yes")), ("N", _("No"))]
QUALIFIERS = ("<", "<=", ">", ">=")


@dataclass(frozen=True)
class Item:
    """What a field is on a case report form, beside its column.

    Attributes:
        unit: the standard unit; "" for none. `units` maps further accepted units to the factor into it.
        range: (lowest, highest) expected value, both included, in `unit`; outside is a soft finding.
        limits: (lowest, highest) possible value, both included, in `unit`; outside cannot be right.
        shown_when: condition under which the item is asked, None = always.
        visits: codes of the visits at which it is asked, () = all.
        log: asked where the schedule has this log reviewed ("ae"), "" = does not depend on it.
        since, until: protocol versions in which it is asked (`until` exclusive, "" = still asked).
        sdv: required by the source verification plan.
        optional: an empty answer needs no missing-value reason.
        partial: the date may lack time, day or month and is stored as precise as collected.
        future: a date after today is accepted (planned dates).
        qualifiers: `<`, `>`, `<=`, `>=` may stand before the number and are stored apart.
        copyable: the previous visit's value may be copied.
        derive: computes the value from (record, casebook); the item is never typed.
        fill: the same, but where it gives None the item is typed.
        right: name of the right a person needs to answer it, beside that to enter the form
        ("set_causality"); "" = none further.
        system: set by the system or another module, never typed and never expected.
        detail: a side fact of a row, offered under "More" and not on the Tab path.
        search: dotted name of the vocabulary behind a search box ("" = none).
        choices_from: function of the casebook that gives ((code, label), ...) where the codelist is data.
        exclusive: the code of a multiple choice that stands alone ("NONE").
        beside: the derived item is shown in the line of this item, once it has a value.
        words: how a stored value reads for a person, where it is no codelist ("d7" is "Day 7").
        parts: of a small list in the field, ((name, kind), ...) of each line.
        studies: codes of the studies that have the item, () = all.
    """

    unit: str = ""
    units: tuple[tuple[str, Decimal], ...] = ()
    range: tuple[Decimal, Decimal] | None = None
    limits: tuple[Decimal, Decimal] | None = None
    cdash: str = ""
    help: Any = ""
    shown_when: Any = None
    visits: tuple[str, ...] = ()
    log: str = ""
    since: str = "1.0"
    until: str = ""
    sdv: bool = False
    optional: bool = False
    partial: bool = False
    future: bool = False
    qualifiers: bool = False
    copyable: bool = False
    derive: Callable[..., Any] | None = None
    fill: Callable[..., Any] | None = None
    right: str = ""
    system: bool = False
    detail: bool = False
    search: str = ""
    choices_from: Callable[..., Any] | None = None
    exclusive: str = ""
    beside: str = ""
    words: Callable[[Any], str] | None = None
    parts: tuple[tuple[str, str], ...] = ()
    studies: tuple[str, ...] = ()


def item(field: models.Field, *, range: Any = None, limits: Any = None, **description: Any) -> models.Field:
    """Describe one CRF item. The column is nullable: an answer may be missing with a reason.

    Args:
        field: an ordinary Django field with its label as first argument.
        range, limits: (lowest, highest), numbers or text that Decimal reads.
        description: any other attribute of `Item`.
    Returns:
        The same field, with `field.crf` set.
    """
    field.null = field.blank = True
    helper = getattr(field, "crf_helper", {})
    field.crf = Item(range=_bounds(range), limits=_bounds(limits), **helper, **description)  # type: ignore[attr-defined]
    return field


def _bounds(pair: Any) -> tuple[Decimal, Decimal] | None:
    return pair and (Decimal(str(pair[0])), Decimal(str(pair[1])))


def yes_no(label: Any) -> models.CharField:
    """A question answered Y or N."""
    return models.CharField(label, max_length=1, choices=YES_NO)


def code(label: Any, choices: Sequence[tuple[str, Any]]) -> models.CharField:
    """A choice from a codelist; short codes are stored, labels shown."""
    return models.CharField(label, max_length=max(len(value) for value, _label in choices), choices=choices)


def multi(label: Any, choices: Sequence[tuple[str, Any]], *, alone: str = "") -> ArrayField:
    """Several choices from a codelist; `alone` names the one that excludes the others."""
    field = ArrayField(code("", choices), verbose_name=label)
    field.crf_helper = {"exclusive": alone}  # type: ignore[attr-defined]
    return field


def partial_date(label: Any, *, with_time: bool = False) -> models.CharField:
    """A date stored exactly as precise as collected: "2026", "2026-03", "2026-03-05".

    `with_time` also takes the site's clock time, "2026-03-05T08:40".
    """
    field = models.CharField(label, max_length=16 if with_time else 10)
    field.crf_helper = {"partial": True}  # type: ignore[attr-defined]
    return field


def repeat(label: Any, *parts: tuple[str, str]) -> models.JSONField:
    """A small list in the field, one line each: `repeat("Doses", ("given", "datetime"), ("mg",
    "number"))`."""
    field = models.JSONField(label)
    field.crf_helper = {"parts": parts}  # type: ignore[attr-defined]
    return field


def signed_in_user(column: str, label: Any) -> models.ForeignKey:
    """A reference to a user who holds the delegation, kept in a column of the item's own name."""
    return models.ForeignKey("accounts.User", models.PROTECT, verbose_name=label, related_name="+", db_column=column)
