"""A Kaplan-Meier curve: band, censor ticks, and under the axis who is at risk, censored, and had the event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from assessments.figures.style import INK, QUIET, SERIES, number, quiet

HEIGHT = 5.2
UNDER = ("at_risk", "censored", "events")


def draw(data: Mapping[str, Any]) -> Figure:
    """Percent without event against months."""
    figure = Figure(figsize=(8.0, HEIGHT))
    figure.subplots_adjust(left=0.12, right=0.97, top=1 - 0.55 / HEIGHT, bottom=1.55 / HEIGHT)
    axes = figure.add_subplot()
    quiet(axes)
    times, survival = [0.0], [100.0]
    lower, upper = [100.0], [100.0]
    for at, share, low, high in data["steps"]:
        times.append(number(at))
        survival.append(100 * number(share))
        lower.append(lower[-1] if low is None and number(share) == 1 else 100 * number(low))
        upper.append(upper[-1] if high is None and number(share) == 1 else 100 * number(high))
    axes.fill_between(times, lower, upper, step="post", color=SERIES[0], alpha=0.15, linewidth=0)
    axes.step(times, survival, where="post", color=SERIES[0], linewidth=1.6)
    ticks = [(number(at), 100 * number(share)) for at, share in data["ticks"]]
    if ticks:
        x, y = zip(*ticks, strict=True)
        axes.plot(x, y, linestyle="none", marker="|", markersize=8, color=INK, label=data["labels"]["tick"])
        axes.legend(frameon=False, fontsize=8, loc="lower left")
    axis = data["axis"]
    axes.set_xlim(0, axis[-1])
    axes.set_ylim(0, 103)
    axes.set_xticks(axis)
    axes.set_xlabel(data["x_label"], color=INK)
    axes.set_ylabel(data["y_label"], color=INK)
    axes.yaxis.grid(visible=True, color=QUIET, linewidth=0.6)
    for line, name in enumerate(UNDER):
        y = (0.78 - 0.19 * line) / HEIGHT
        figure.text(0.012, y, data["labels"][name], fontsize=8, color=INK)
        for at, n in zip(axis, data[name], strict=True):
            x = 0.12 + (0.97 - 0.12) * at / axis[-1]
            figure.text(x, y, str(n), ha="center", fontsize=8, color=INK)
    return figure
