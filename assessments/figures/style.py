"""What all figures share: size, colours that colour-blind readers tell apart, quiet axes."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, QUIET = "#1a2733", "#c9d1d9"
SERIES = ("#0b6bb5", "#d35400", "#1e8449", "#7d3c98", "#8a6d00", "#444444")
RESPONSES = {
    "CR": "#14532d",
    "PR": "#2e9e5b",
    "SD": "#3b7dd8",
    "Non-CR/Non-PD": "#7fb2ea",
    "PD": "#c0392b",
    "NE": "#8b95a1",
}
TOP, BOTTOM = 0.55, 0.75  # inches kept for title and footer


def sheet(width: float = 8.0, height: float = 4.5) -> tuple[Figure, Axes]:
    """A figure with one pair of axes between its title and its footer."""
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(left=0.09, right=0.98, top=1 - TOP / height, bottom=BOTTOM / height)
    axes = figure.add_subplot()
    quiet(axes)
    return figure, axes


def quiet(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(INK)
    axes.tick_params(colors=INK, labelsize=8)
    axes.set_axisbelow(True)


def colour(position: int) -> str:
    return SERIES[position % len(SERIES)]


def number(value: Any) -> float:
    """A number of a document, kept there as text; NaN where it is missing."""
    return float("nan") if value is None else float(value)


def legend(axes: Axes, **more: Any) -> None:
    """The legend without a frame, when there is something to name."""
    handles, labels = axes.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))
    if named:
        axes.legend(named.values(), named.keys(), frameon=False, fontsize=8, **more)
