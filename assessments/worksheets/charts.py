"""A chart of one analyte over study days as numbers for an SVG: logarithmic upwards, days across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10
from typing import Any

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 340, 62, 14, 44, 30
SMALLEST = Decimal("0.001")
TICKS = (0, 7, 14, 21, 28, 60, 90, 180, 365, 730)


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    title: str
    is_hollow: bool


@dataclass(frozen=True)
class Band:
    """A CRS bar, or a dose as a mark (`width` 0)."""

    kind: str
    x: float
    width: float
    title: str
    grade: int | None = None


@dataclass(frozen=True)
class LogChart:
    """`line` joins the samples at or above the limit; `limit_y` is the height of the limit of quantification."""

    dots: tuple[Dot, ...]
    line: str
    bands: tuple[Band, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    limit_y: float | None
    limit: str
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM
    left: int = LEFT
    right: int = WIDTH - RIGHT


def log_chart(points: Sequence[Any], events: Sequence[Any]) -> LogChart:
    """The chart of samples (see `profiles.Point`) and events (see `kinetics.Event`); at least one sample."""
    drawn = [(one, _height_of(one)) for one in points]
    low = floor(log10(min(value for _one, value in drawn)))
    high = max(ceil(log10(max(value for _one, value in drawn))), low + 1)
    first = min(Decimal(0), *(one.days for one in points))
    last = max(Decimal(28), *(one.days for one in points))

    def x(days: Decimal) -> float:
        span = _stretch(last) - _stretch(first)
        return round(LEFT + (_stretch(days) - _stretch(first)) / span * (WIDTH - LEFT - RIGHT), 1)

    def y(value: Decimal) -> float:
        return round(TOP + (high - log10(value)) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    limits = [one.limit for one in points if one.limit]
    limit = max(set(limits), key=limits.count) if limits else None
    is_inside = limit is not None and low <= log10(limit) <= high
    return LogChart(
        dots=tuple(Dot(x(one.days), y(value), f"D{one.days:.1f}: {one.shown}", one.is_below) for one, value in drawn),
        line=" ".join(f"{x(one.days)},{y(value)}" for one, value in drawn if not one.is_below),
        bands=tuple(_band(one, x, last) for one in events if first <= one.first <= last),
        x_ticks=tuple((x(Decimal(day)), f"D{day}") for day in _ticks(last)),
        y_ticks=tuple((y(Decimal(10) ** power), _power(power)) for power in range(low, high + 1)),
        limit_y=y(limit) if is_inside and limit is not None else None,
        limit=f"{limit.normalize():f}" if limit is not None else "",
    )


def _height_of(one: Any) -> Decimal:
    """Where a sample is drawn: below the limit on that line, never at 0."""
    value = one.limit if one.is_below and one.limit else one.value
    return max(value, SMALLEST)


def _stretch(days: Decimal) -> float:
    """Square root of time; days before the infusion get less room."""
    value = float(days)
    return value**0.5 if value >= 0 else -0.3 * (-value) ** 0.5


def _ticks(last: Decimal) -> list[int]:
    """Days under the axis, those too close to each other left out."""
    kept: list[int] = []
    for day in (one for one in TICKS if one <= last):
        if not kept or _stretch(Decimal(day)) - _stretch(Decimal(kept[-1])) > _stretch(last) * 0.055:
            kept.append(day)
    return kept


def _power(power: int) -> str:
    return f"{Decimal(10) ** power:f}".rstrip(".") if -3 <= power <= 5 else f"1e{power}"


def _band(one: Any, x: Any, last: Decimal) -> Band:
    start, end = x(one.first), x(min(one.last, last))
    return Band(one.kind, start, round(end - start, 1), one.text, one.grade)
