"""A table of results as CSV: UTF-8, one line for each row, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from .tables import Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(table: Table) -> Iterator[str]:
    """The heading and the rows, a line at a time."""
    for row in (table.columns, *table.texts):
        line = io.StringIO()
        csv.writer(line).writerow([_inert(text) for text in row])
        yield line.getvalue()


def _inert(text: str) -> str:
    """Text a spreadsheet would run as a formula gets an apostrophe; a number keeps its sign."""
    if not text.startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
