"""The rows of one subject, and the words of the files that are codes of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from trial_edc.protocol.cdiscpilot.visits import BY_NAME
from trial_edc.protocol.imports import Box, Key, Planned, Row, full_date

UNSCHEDULED = "uns"


class Visits:
    """Codes of the visits of one subject; a name the schedule does not have is the next unscheduled visit."""

    def __init__(self) -> None:
        self.others: dict[str, str] = {}

    def code(self, name: str) -> str:
        known = BY_NAME.get(name)
        return known or self.others.setdefault(name, f"{UNSCHEDULED}{len(self.others) + 1}")


@dataclass(frozen=True)
class Rows:
    """All rows of a subject by file; `first_dose` is its Day 0, None without exposure."""

    by_file: Mapping[str, Sequence[tuple[int, Row]]]
    visits: Visits
    first_dose: date | None

    def of(self, file: str) -> Iterator[tuple[Key, Row]]:
        for seq, row in self.by_file.get(file, ()):
            yield (file, seq), row

    def visit(self, row: Row) -> str:
        return self.visits.code(row["VISIT"])

    def doubt_visit(self, planned: Planned, key: Key, row: Row) -> None:
        """Say so where the schedule does not have the visit."""
        if row["VISIT"] not in BY_NAME:
            name, code = row["VISIT"], self.visit(row)
            planned.doubts.append((key, f"Visit '{name}' is not in the schedule; it stands at {code.upper()}."))

    def doubt_day(self, planned: Planned, key: Key, row: Row, dated: str, day: str) -> None:
        """Compare a study day of the file, which has no day 0, with the date and the first dose."""
        on, given = full_date(row[dated]), row.get(day, "")
        if on is None or not given or self.first_dose is None:
            return
        days = (on - self.first_dose).days
        ours = days + 1 if days >= 0 else days
        if float(given) != ours:
            planned.doubts.append((key, f"{day} is {float(given):g}; the dates give {ours}."))


def coded(words: Mapping[str, str], text: str) -> Box:
    """A word of the file as our code; a word without a code as it is, so that the form says what is wrong."""
    return Box(words.get(text, text))


def log(form: str, key: Key, boxes: Mapping[str, Box]) -> Planned:
    """An entry of a log, one for each row, numbered in the order of the rows."""
    return Planned("", form, (form, str(key[1])), (key[1],), boxes=dict(boxes), sources={key: ""})


def texts(row: Row, **columns: str) -> dict[str, Box]:
    """Items that take the text of a column as it is."""
    return {item: Box(row[column]) for item, column in columns.items()}
