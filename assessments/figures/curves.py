"""Concentration over time on a logarithmic scale: one line for each subject, coloured by dose level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from assessments.figures.style import INK, QUIET, colour, legend, number, sheet

DAYS = (0, 3, 7, 10, 14, 21, 28, 60, 90, 180, 365, 730, 1_461, 3_652)


def draw(data: Mapping[str, Any]) -> Figure:
    """Values against days, evenly spaced to day 28 and logarithmic after.

    A sample below the limit is an open mark at the axis.
    """
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
    axes.set_xscale("symlog", linthresh=28, linscale=2.2)
    last = max([28.0, *(number(day) for curve in data["curves"] for day, _value in curve["points"])])
    axes.set_xlim(-0.5, last * 1.15)
    axes.set_xticks([day for day in DAYS if day <= last])
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(data["x_label"], color=INK)
    axes.set_ylabel(data["unit"], color=INK)
    legend(axes, loc="upper right")
    return figure
