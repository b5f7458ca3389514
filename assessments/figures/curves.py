"""Concentration over time on a logarithmic scale: one line for each subject, coloured by dose level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from assessments.figures.style import INK, QUIET, colour, legend, number, sheet


def draw(data: Mapping[str, Any]) -> Figure:
    """Values against days; a sample below the limit interrupts the line with an open mark at the axis."""
    figure, axes = sheet(height=4.8)
    axes.grid(visible=True, color=QUIET, linewidth=0.6)
    values = [number(value) for curve in data["curves"] for _day, value in curve["points"] if number(value) > 0]
    floor = min(values, default=1.0) / 2
    for curve in data["curves"]:
        own = colour(data["cohorts"].index(curve["cohort"]))
        above = [(number(day), number(value)) for day, value in curve["points"] if value is not None and number(value)]
        below = [number(day) for day, value in curve["points"] if value is None or not number(value)]
        if above:
            days, heights = zip(*above, strict=True)
            axes.plot(days, heights, color=own, linewidth=1.1, marker="o", markersize=3, label=curve["cohort"])
        axes.plot(below, [floor] * len(below), linestyle="none", marker="o", markersize=4, markerfacecolor="white",
                  markeredgecolor=own)  # fmt: skip
    axes.set_yscale("log")
    axes.set_ylim(floor * 0.7, max(values, default=10.0) * 2)
    axes.set_xlim(left=-0.5)
    axes.set_xlabel(data["x_label"], color=INK)
    axes.set_ylabel(data["unit"], color=INK)
    legend(axes, loc="upper right")
    return figure
