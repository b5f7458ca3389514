"""A spider: change of the sum of diameters over time, new lesions and the first progression marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from assessments.figures.style import INK, QUIET, RESPONSES, legend, number, sheet

MARKS = {"new": ("D", 6), "pd": ("X", 7)}
MANY = 30
APART = (25, 4)  # days and percent between two names, so that they can be read


def draw(data: Mapping[str, Any]) -> Figure:
    """Percent against days; lines are named where they are few and do not end together."""
    figure, axes = sheet(height=4.8)
    axes.yaxis.grid(visible=True, color=QUIET, linewidth=0.6)
    for limit in (20, -30):
        axes.axhline(limit, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.axhline(0, color=INK, linewidth=0.8)
    few = len(data["lines"]) <= MANY
    named: list[tuple[int, float]] = []
    for subject, best, points in data["lines"]:
        days, changes = [int(day) for day, _c, _m in points], [number(change) for _d, change, _m in points]
        colour = RESPONSES.get(best, RESPONSES["NE"])
        axes.plot(days, changes, color=colour, linewidth=1.2, marker="o", markersize=3, label=best)
        for day, change, (_d, _c, mark) in zip(days, changes, points, strict=True):
            if mark:
                shape, size = MARKS[mark]
                axes.plot([day], [change], linestyle="none", marker=shape, markersize=size, color=colour,
                          markeredgecolor="white")  # fmt: skip
        if few and all(abs(days[-1] - day) > APART[0] or abs(changes[-1] - at) > APART[1] for day, at in named):
            named.append((days[-1], changes[-1]))
            axes.annotate(subject, (days[-1], changes[-1]), xytext=(5, 0), textcoords="offset points", fontsize=7,
                          va="center", color=INK)  # fmt: skip
    for mark, (shape, size) in MARKS.items():
        if any(point[2] == mark for _s, _b, points in data["lines"] for point in points):
            axes.plot([], [], linestyle="none", marker=shape, markersize=size, color=INK, label=data["labels"][mark])
    axes.set_xlabel(data["x_label"], color=INK)
    axes.set_ylabel(data["y_label"], color=INK)
    axes.margins(x=0.12 if few else 0.02, y=0.12)
    axes.set_xlim(left=0)
    legend(axes, ncols=4, loc="upper right")
    return figure
