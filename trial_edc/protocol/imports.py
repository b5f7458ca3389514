"""What a study's mapping makes of the rows of files: forms to fill, and where each row went. Pure data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Row = Mapping[str, str]
Key = tuple[str, int]
_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2})?)?)?)?")


@dataclass(frozen=True)
class SourceFile:
    """A file of an import: its name without ending, its columns, and those that decide whether a row is new.

    Attributes:
        seq: column of the row's number, "" = one row for each subject.
        used: columns the mapping reads or compares; the others are kept as read.
        dates: columns that hold ISO dates. test, result, status: columns of a finding, "" = it has none.
    """

    name: str
    used: tuple[str, ...]
    seq: str = ""
    dates: tuple[str, ...] = ()
    test: str = ""
    result: str = ""
    status: str = ""


@dataclass(frozen=True)
class Box:
    """What a row says for one item, as it would be typed. An empty text is a missing value."""

    text: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Compared:
    """A derived value of the file beside ours: a number within `tolerance`, or within `share` of it, else a text."""

    address: str
    given: str
    what: str
    unit: str = ""
    tolerance: Decimal | None = None
    share: Decimal | None = None


@dataclass
class Planned:
    """A form to fill.

    Attributes:
        visit: its code, "" for a log. group: what tells it from others of its kind at the visit, for good.
        order: of new ones among each other. together: forms with the same name are numbered alike.
        boxes: address to what is typed. sources: key of each row to the address it became.
        doubts: (key of the row, sentence) of what is odd in it.
    """

    visit: str
    form: str
    group: tuple[str, ...]
    order: tuple[Any, ...] = ()
    together: str = ""
    boxes: dict[str, Box] = field(default_factory=dict)
    sources: dict[Key, str] = field(default_factory=dict)
    compared: list[tuple[Key, Compared]] = field(default_factory=list)
    doubts: list[tuple[Key, str]] = field(default_factory=list)


@dataclass
class SubjectPlan:
    """What the rows of one subject become."""

    code: str
    site: str
    cohort: str
    forms: list[Planned]


@dataclass(frozen=True)
class ImportPlan:
    """The import of a study: its files in the order they are read, others it names as not read, and its mapping."""

    files: tuple[SourceFile, ...]
    not_read: tuple[str, ...]
    subject_of: Callable[[str], str]
    plan: Callable[[Mapping[str, Sequence[tuple[int, Row]]]], SubjectPlan]
    country: str
    time_zone: str
    date_order: str


def is_iso(text: str) -> bool:
    """Whether the text is a date as precise as collected, and one of the calendar."""
    if not _ISO.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text if len(text) >= 10 else f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def full_date(text: str) -> date | None:
    """The day, None where it is not known."""
    return date.fromisoformat(text[:10]) if len(text) >= 10 else None


def number(text: str) -> Decimal | None:
    """The number, None for anything else."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def plain(text: str) -> str:
    """A number without the zeros a program put behind the point: "54.0" is "54"; other text as it is."""
    found = number(text)
    return text if found is None else f"{found.normalize():f}"
