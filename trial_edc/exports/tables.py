"""What an analysis gives: tables whose numbers know the subjects behind them, and figures drawn from numbers.

A part is a chapter of results for one population and one source of response. Everything here is plain data that a
stored document holds: `to_document` and `from_document` are each other's inverse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Link:
    """A record behind a number: subject number and slot inside the casebook ("d28/rs", "ae/4"); "" = the subject."""

    subject: str
    path: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell as read, and the records behind it; () where there are none to show."""

    text: str
    links: tuple[Link, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """Subjects behind the number, each once, in the order of the links."""
        return tuple(dict.fromkeys(link.subject for link in self.links))


@dataclass(frozen=True)
class Table:
    """A titled table. The first cell of a row is its heading; `code` is unique in its part ("orr").

    `notes` stand under it as sentences; `empty` in place of the rows when there are none.
    """

    code: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    empty: str = ""

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The rows without what is behind them."""
        return tuple(tuple(cell.text for cell in row) for row in self.rows)


@dataclass(frozen=True)
class Figure:
    """A picture as numbers: `draw` is the dotted path of `draw(data) -> matplotlib figure`.

    `twin` says the same as a table; `alt` in one sentence. See `figures.svg` and `figures.png`.
    """

    code: str
    title: str
    draw: str
    data: Mapping[str, Any]
    twin: Table
    alt: str


@dataclass(frozen=True)
class Part:
    """A chapter of results.

    Attributes:
        code: of the chapter ("response"); one part for each population and source it is made for.
        population: code of the analysis set, "" when the part has one of its own. source: of the response, "" = none.
        numbers: results by stable names without words, from which the digest is made.
    """

    code: str
    title: str
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)
    population: str = ""
    source: str = ""

    def table(self, code: str) -> Table | None:
        """A table of this part, the twin of a figure included."""
        found = (*self.tables, *(figure.twin for figure in self.figures))
        return next((table for table in found if table.code == code), None)

    def figure(self, code: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.code == code), None)


def row(*cells: Cell | str) -> tuple[Cell, ...]:
    """A row of a table; bare text has nothing behind it."""
    return tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells)


def to_document(part: Part) -> dict[str, Any]:
    """A part as JSON holds it."""
    return {
        "code": part.code,
        "title": part.title,
        "population": part.population,
        "source": part.source,
        "tables": [_table(table) for table in part.tables],
        "figures": [
            {
                "code": figure.code,
                "title": figure.title,
                "draw": figure.draw,
                "alt": figure.alt,
                "data": figure.data,
                "twin": _table(figure.twin),
            }
            for figure in part.figures
        ],
    }


def from_document(stored: Mapping[str, Any]) -> Part:
    """The part that a document holds; its numbers stay in the document."""
    return Part(
        code=stored["code"],
        title=stored["title"],
        population=stored["population"],
        source=stored["source"],
        tables=tuple(_read_table(table) for table in stored["tables"]),
        figures=tuple(
            Figure(**{**figure, "twin": _read_table(figure["twin"])})  # draw, data, alt and titles as they are
            for figure in stored["figures"]
        ),
    )


def with_notes(table: Table, *notes: str) -> Table:
    """The table with further sentences under it."""
    return replace(table, notes=(*table.notes, *notes))


def _table(table: Table) -> dict[str, Any]:
    return {
        "code": table.code,
        "title": table.title,
        "columns": list(table.columns),
        "rows": [[_cell(cell) for cell in cells] for cells in table.rows],
        "notes": list(table.notes),
        "empty": table.empty,
    }


def _cell(cell: Cell) -> Any:
    return [cell.text, *([link.subject, link.path] for link in cell.links)] if cell.links else cell.text


def _read_table(stored: Mapping[str, Any]) -> Table:
    return Table(
        code=stored["code"],
        title=stored["title"],
        columns=tuple(stored["columns"]),
        rows=tuple(tuple(_read_cell(cell) for cell in cells) for cells in stored["rows"]),
        notes=tuple(stored["notes"]),
        empty=stored["empty"],
    )


def _read_cell(stored: str | Sequence[Any]) -> Cell:
    if isinstance(stored, str):
        return Cell(stored)
    text, *links = stored
    return Cell(text, tuple(Link(*link) for link in links))
