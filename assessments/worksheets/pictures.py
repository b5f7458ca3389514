"""Small pictures of the tumour worksheet as points of an SVG: trends of lesions, the sum over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assessments.recist import NewLesion
from assessments.worksheets.scans import Scans
from assessments.worksheets.words import percent

WIDTH, HEIGHT, LEFT, TOP = 260, 150, 34, 14
TREND = (64, 20)
RESPONSE_LINE = Decimal(-30)


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    label: str
    value: str
    is_new_lesion: bool = False


@dataclass(frozen=True)
class SumChart:
    """Change of the sum from baseline in percent; `pd_y` is the height of progression, None outside the picture."""

    marks: tuple[Mark, ...]
    points: str
    ticks: tuple[tuple[float, str], ...]
    pr_y: float
    pd_y: float | None
    width: int = WIDTH
    height: int = HEIGHT


def trend(sizes: Sequence[Decimal | None]) -> str:
    """Points of a line through the known sizes; "" for fewer than two."""
    known = [(number, size) for number, size in enumerate(sizes) if size is not None]
    if len(known) < 2:
        return ""
    width, height = TREND
    top = max(float(size) for _n, size in known) or 1.0
    last = max(len(sizes) - 1, 1)
    return " ".join(
        f"{3 + number / last * (width - 6):.1f},{height - 3 - float(size) / top * (height - 6):.1f}"
        for number, size in known
    )


def sum_chart(scans: Scans) -> SumChart | None:
    """None while there is no sum after the baseline."""
    rows: list[tuple[str, Decimal, bool]] = [("BL", Decimal(0), False)]
    nadir = Decimal(0)
    earlier = scans.slots[: scans.slots.index(scans.current)]
    for one in scans.after.assessments:
        point = scans.after.points.get(one.slot)
        if point is None or point.pct_change_from_baseline is None:
            continue
        is_new = one.scan.new_lesion is NewLesion.UNEQUIVOCAL
        rows.append((one.slot[0].upper(), point.pct_change_from_baseline, is_new))
        if one.slot in earlier:
            nadir = min(nadir, point.pct_change_from_baseline)
    if len(rows) < 2:
        return None
    low = min(Decimal(-60), *(change for _l, change, _n in rows)) // 20 * 20
    high = max(Decimal(0), *(change for _l, change, _n in rows))
    high = -(-high // 20) * 20

    def y(value: Decimal) -> float:
        return round(TOP + float((high - value) / (high - low)) * (HEIGHT - TOP - 26), 1)

    step = (WIDTH - LEFT - 16) / (len(rows) - 1)
    marks = tuple(
        Mark(round(LEFT + 6 + n * step, 1), y(change), label, percent(change), is_new)
        for n, (label, change, is_new) in enumerate(rows)
    )
    ticks, at = [], high
    while at >= low:
        ticks.append((y(at), f"{at:+f}".replace("-", "\u2212") if at else "0"))
        at -= 20
    pd_at = (100 + nadir) * Decimal("1.2") - 100
    points = " ".join(f"{mark.x},{mark.y}" for mark in marks)
    return SumChart(marks, points, tuple(ticks), y(RESPONSE_LINE), y(pd_at) if low <= pd_at <= high else None)
