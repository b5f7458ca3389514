"""What the trial's section functions are given, and what they give: a report is a list of sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from trial_edc.casebook.reader import Casebook

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class SubjectBook:
    """A subject with the forms a section reads; `signed` is the text of a form's signature by its key."""

    subject: Any
    casebook: Casebook
    signed: Mapping[int, str]


@dataclass(frozen=True)
class Section:
    """A titled table. Cells are text; `widths` are percents of the line, one per column, () = as it comes."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    empty: str = ""
    widths: tuple[int, ...] = ()


def reads(*forms: str) -> Callable[[Function], Function]:
    """Mark a section function with the codes of the forms it reads.

    The function is called as `section(books: Sequence[SubjectBook], parameters: Mapping[str, str])`, books by
    subject number, and gives a `Section`. It finds in each casebook these forms and no others.
    """

    def mark(function: Function) -> Function:
        function.reads = forms  # type: ignore[attr-defined]
        return function

    return mark


SectionFunction = Callable[[Sequence[SubjectBook], Mapping[str, str]], Section]
