"""The way of a subject through the study as one picture: phases, visits with their windows, today.

The time axis is piecewise, so that the days around the infusion get most of the width. Pure: no database,
no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

WIDTH = 960
# Study day to place on the axis, straight lines between; Day 28 to Year 15 share the last quarter.
KNOTS = (
    *((-120, 0), (-60, 41), (-7, 150), (0, 262), (28, 710)),
    *((90, 760), (180, 788), (365, 826), (730, 878), (5479, 950)),
)
TICKS = ((-60, "D−60"), (-7, "D−7"), (0, "D0"), (3, "D3"), (7, "D7"), (14, "D14"), (21, "D21"), (28, "D28"))
TICKS += ((90, "M3"), (180, "M6"), (365, "M12"), (730, "M24"), (5479, "Y15"))

# Where the first lane of the trial begins, how far its lines lie apart, and a bar's height.
FIRST_LANE, LINE, BAR = 84, 16, 14
LETTER = 5.6
SHORTEST_CUT = 8


@dataclass(frozen=True)
class Stop:
    """A visit on the way: its study day, first and last day of its window, its entry status and its phase."""

    title: str
    status: str
    status_label: str
    phase: str
    day: int
    first: int
    last: int


@dataclass(frozen=True)
class Bar:
    x: int
    width: int
    label: str = ""
    middle: int = 0
    is_now: bool = False


@dataclass(frozen=True)
class Stretch:
    """Something that lasted: first and last study day, both included."""

    first: int
    last: int
    text: str
    grade: int | None = None
    is_ongoing: bool = False


@dataclass(frozen=True)
class Track:
    """A lane of the trial: a grade by day, events from start to end."""

    title: str
    stretches: tuple[Stretch, ...]
    note: str = ""


@dataclass(frozen=True)
class Mark:
    """A stretch as drawn; `label` is what fits, `text_x` its middle."""

    x: int
    y: int
    width: int
    text_x: int
    label: str
    grade: int | None


@dataclass(frozen=True)
class LaneView:
    """A lane as drawn: its title stands at `text_y`."""

    title: str
    text_y: int
    marks: tuple[Mark, ...]
    track: Track


@dataclass(frozen=True)
class Journey:
    """What `subjects/_journey.html` draws, in units of a picture 960 wide; `stops` are the table's rows."""

    ticks: tuple[tuple[int, str], ...]
    phases: tuple[Bar, ...]
    windows: tuple[Bar, ...]
    marks: tuple[tuple[int, str], ...]
    today_x: int
    today: str
    phase_now: str
    stops: tuple[Stop, ...]
    lanes: tuple[LaneView, ...] = ()
    height: int = FIRST_LANE


def place(day: int) -> int:
    """Where a study day lies on the axis, 0 to 960; days beyond either end lie at it."""
    for (left, start), (right, end) in pairwise(KNOTS):
        if day <= right:
            share = max(0.0, (day - left) / (right - left))
            return round(start + share * (end - start))
    return KNOTS[-1][1]


def journey(stops: Sequence[Stop], *, today: int, tracks: Sequence[Track] = ()) -> Journey:
    """Lay out a subject's way.

    Args:
        stops: visits that have a day, in the order of time.
        today: study day of today.
        tracks: lanes of the trial, drawn below in this order.
    """
    ordered = sorted(stops, key=lambda stop: stop.day)
    phases = []
    for phase, of_phase in groupby((s for s in ordered if s.phase), key=lambda stop: stop.phase):
        days = [stop.day for stop in of_phase]
        phases.append((phase, days[0], days[-1]))
    bars = []
    for n, (phase, first, last) in enumerate(phases):
        end = phases[n + 1][1] if n + 1 < len(phases) else last
        x, width = place(first), max(4, place(end) - place(first) - 2)
        label = phase if width > 6 * len(phase) else ""
        bars.append(Bar(x, width, label, x + width // 2, first <= today < end))
    windows = [Bar(place(s.first) - 8, place(s.last) - place(s.first) + 16) for s in ordered if s.last > s.first]
    lanes, height = _lanes(tracks)
    return Journey(
        ticks=tuple((place(day), label) for day, label in TICKS if abs(place(day) - place(today)) > 44),
        phases=tuple(bars),
        windows=tuple(windows),
        marks=tuple((place(stop.day) - 8, stop.status) for stop in ordered),
        today_x=place(today),
        today=f"D{today}" if today >= 0 else f"D−{-today}",
        phase_now=next((phase for phase, first, last in phases if first <= today <= last), ""),
        stops=tuple(ordered),
        lanes=lanes,
        height=height,
    )


def _lanes(tracks: Sequence[Track]) -> tuple[tuple[LaneView, ...], int]:
    """Lanes below each other; stretches that overlap in one lane take a line each. With the height of all."""
    lanes, y = [], FIRST_LANE
    for track in tracks:
        lines: list[int] = []
        marks = []
        for one in sorted(track.stretches, key=lambda stretch: stretch.first):
            after = one.last if one.is_ongoing else one.last + 1
            x, end = place(one.first), max(place(after), place(one.first) + 6)
            line = next((n for n, taken in enumerate(lines) if taken <= x), len(lines))
            lines[line : line + 1] = [end]
            label = _fitting(one, end - x - 4)
            marks.append(Mark(x, y + line * LINE, end - x - 1, (x + end) // 2, label, one.grade))
        lanes.append(LaneView(track.title, y + 11, tuple(marks), track))
        y += max(1, len(lines)) * LINE + 4
    return tuple(lanes), y


def _fitting(one: Stretch, width: int) -> str:
    """As much of a stretch's text as fits: with its grade, without, cut, or nothing."""
    letters = int(width / LETTER)
    full = f"{one.text} · G{one.grade}" if one.grade and one.text != str(one.grade) else one.text
    if len(full) <= letters:
        return full
    if len(one.text) <= letters:
        return one.text
    return one.text[: letters - 1] + "…" if letters >= SHORTEST_CUT else ""
