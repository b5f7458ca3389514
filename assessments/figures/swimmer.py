"""A swimmer: one bar for each subject from the infusion on, with marks, an arrow where follow-up goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from assessments.figures.style import INK, QUIET, RESPONSES, legend, sheet

MARKS = {
    "response": ("^", "#ffffff", INK),
    "pd": ("X", "#c0392b", "#ffffff"),
    "therapy": ("s", "#8a6d00", "#ffffff"),
    "death": ("o", INK, "#ffffff"),
}
MOST_NAMED = 60


def draw(data: Mapping[str, Any]) -> Figure:
    """Subjects against days, the longest on top, coloured by confirmed best response."""
    bars = data["bars"]
    height = min(14.0, 1.9 + 0.26 * max(len(bars), 4))
    figure, axes = sheet(height=height)
    axes.xaxis.grid(visible=True, color=QUIET, linewidth=0.6)
    for position, bar in enumerate(bars):
        colour = RESPONSES.get(bar["best"], RESPONSES["NE"])
        axes.barh(position, bar["last"], height=0.7, color=colour, alpha=0.75, label=bar["best"])
        if bar["is_ongoing"]:
            axes.plot([bar["last"]], [position], linestyle="none", marker=">", markersize=7, color=colour)
        for kind, day in bar["marks"]:
            shape, face, edge = MARKS[kind]
            axes.plot([day], [position], linestyle="none", marker=shape, markersize=6, markerfacecolor=face,
                      markeredgecolor=edge, markeredgewidth=0.8)  # fmt: skip
    present = {kind for bar in bars for kind, _day in bar["marks"]}
    for kind, (shape, face, edge) in MARKS.items():
        if kind in present:
            axes.plot([], [], linestyle="none", marker=shape, markersize=6, markerfacecolor=face,
                      markeredgecolor=INK if face == "#ffffff" else edge, label=data["labels"][kind])  # fmt: skip
    if any(bar["is_ongoing"] for bar in bars):
        axes.plot([], [], linestyle="none", marker=">", markersize=7, color=INK, label=data["labels"]["ongoing"])
    named = bars if len(bars) <= MOST_NAMED else []
    axes.set_yticks(range(len(named)))
    axes.set_yticklabels([bar["subject"] for bar in named], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel(data["x_label"], color=INK)
    axes.set_xlim(0, max([1, *(bar["last"] for bar in bars)]) * 1.05)
    legend(axes, loc="lower right")
    return figure
