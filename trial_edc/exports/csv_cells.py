"""How a value is written in every CSV of the product, and read back.

UTF-8 with a byte order mark, because spreadsheets take a file without one for their local character set and spoil
Chinese text; commas, CRLF, every text as stored. Python and pandas read it as "utf-8-sig", R with
`fileEncoding = "UTF-8-BOM"` (readr needs nothing).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

ENCODING = "utf-8-sig"
BETWEEN = ";"  # codes of a multiple choice
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def inert(text: str) -> str:
    """Text that a spreadsheet runs as a formula gets an apostrophe before it; a plain number keeps its sign.

    Text that begins with an apostrophe gets another one, so that `bare` always gives back what was stored.
    """
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def bare(cell: str) -> str:
    """The text as it was before `inert`."""
    return cell.removeprefix("'")


def cell(value: Any) -> str:
    """A stored value as text: "" for none, codes of a list joined by ";", UTC times with "Z", other JSON as it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return BETWEEN.join(value)
    if isinstance(value, dict | list):
        return json_text(value)
    return str(value)


def json_text(value: Any) -> str:
    """JSON in one spelling: keys sorted, numbers with a point as PostgreSQL printed them."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


class CsvWriter:
    """Writes rows to a binary file as they come; counts them, the heading left out."""

    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        self._file = file
        self._buffer = io.StringIO(newline="")
        self._writer = csv.writer(self._buffer)
        self._encoding = ENCODING  # the mark stands before the heading alone
        self.n_rows = 0
        self._write(columns)
        self._encoding = "utf-8"

    def row(self, values: Iterable[Any]) -> None:
        """One line; every value through `cell` and `inert`."""
        self._write([inert(cell(value)) for value in values])
        self.n_rows += 1

    def _write(self, cells: Sequence[str]) -> None:
        self._writer.writerow(cells)
        self._file.write(self._buffer.getvalue().encode(self._encoding))
        self._buffer.seek(0)
        self._buffer.truncate()


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] in "+-" and digits.isascii() and digits.isdigit()
