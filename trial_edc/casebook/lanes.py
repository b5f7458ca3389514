"""Lanes of a subject's journey: what lasted from one day to another, given by functions of the trial."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.module_loading import import_string

from .reader import Casebook
from .study import study


@dataclass(frozen=True)
class Span:
    """Something with a first and a last day, both included; `grade` 1-5 gives the colour, None = no grade."""

    first: date
    last: date
    text: str
    grade: int | None = None
    is_ongoing: bool = False


@dataclass(frozen=True)
class Lane:
    """One line of the journey; `spans` may overlap. `note` says what was left out."""

    title: str
    spans: tuple[Span, ...]
    note: str = ""


def lanes_of(casebook: Casebook, *, today: date) -> tuple[Lane, ...]:
    """The lanes the protocol names that have something to show. No statement on a casebook read in full."""
    lanes = (import_string(path)(casebook, today=today) for path in study().lanes)
    return tuple(lane for lane in lanes if lane.spans)
