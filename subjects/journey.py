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


def place(day: int) -> int:
    """Where a study day lies on the axis, 0 to 960; days beyond either end lie at it."""
    for (left, start), (right, end) in pairwise(KNOTS):
        if day <= right:
            share = max(0.0, (day - left) / (right - left))
            return round(start + share * (end - start))
    return KNOTS[-1][1]


def journey(stops: Sequence[Stop], *, today: int) -> Journey:
    """Lay out a subject's way.

    Args:
        stops: visits that have a day, in the order of time.
        today: study day of today.
    """
    ordered = sorted(stops, key=lambda stop: stop.day)
    phases = []
    for phase, of_phase in groupby(ordered, key=lambda stop: stop.phase):
        days = [stop.day for stop in of_phase]
        phases.append((phase, days[0], days[-1]))
    bars = []
    for n, (phase, first, last) in enumerate(phases):
        end = phases[n + 1][1] if n + 1 < len(phases) else last
        x, width = place(first), max(4, place(end) - place(first) - 2)
        label = phase if width > 6 * len(phase) else ""
        bars.append(Bar(x, width, label, x + width // 2, first <= today < end))
    windows = [
        Bar(place(s.first) - 8, place(s.last) - place(s.first) + 16) for s in ordered if s.last > s.first
    ]
    return Journey(
        ticks=tuple((place(day), label) for day, label in TICKS if abs(place(day) - place(today)) > 44),
        phases=tuple(bars),
        windows=tuple(windows),
        marks=tuple((place(stop.day) - 8, stop.status) for stop in ordered),
        today_x=place(today),
        today=f"D{today}" if today >= 0 else f"D−{-today}",
        phase_now=next((phase for phase, first, last in phases if first <= today <= last), ""),
        stops=tuple(ordered),
    )
