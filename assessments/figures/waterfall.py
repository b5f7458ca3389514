"""A waterfall: one bar for each subject, the worst change on the left, lines at +20 and -30 percent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from assessments.figures.style import INK, QUIET, RESPONSES, legend, number, sheet

NARROW = 40


def draw(data: Mapping[str, Any]) -> Figure:
    """Percent against subjects, coloured by best response."""
    bars = data["bars"]
    figure, axes = sheet(height=4.8)
    figure.subplots_adjust(bottom=1.15 / 4.8)
    axes.yaxis.grid(visible=True, color=QUIET, linewidth=0.6)
    for position, (_subject, change, best) in enumerate(bars):
        colour = RESPONSES.get(best, RESPONSES["NE"])
        axes.bar(position, number(change), width=0.8, color=colour, label=best)
        if not number(change):
            axes.plot([position - 0.4, position + 0.4], [0, 0], color=colour, linewidth=2.5)
    for limit in (20, -30):
        axes.axhline(limit, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xlim(-0.7, max(len(bars), 1) - 0.3)
    lowest = min([-40.0, *(number(change) for _s, change, _b in bars)])
    highest = max([30.0, *(number(change) for _s, change, _b in bars)])
    axes.set_ylim(lowest - 5, highest + 8)
    axes.set_ylabel(data["y_label"], color=INK)
    few = len(bars) <= NARROW
    axes.set_xticks(range(len(bars)) if few else [])
    if few:
        axes.set_xticklabels([subject for subject, _c, _b in bars], rotation=60, ha="right", fontsize=7)
    legend(axes, ncols=6, loc="upper right")
    return figure
