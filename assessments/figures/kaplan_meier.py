"""A Kaplan-Meier curve: band, censor ticks, numbers at risk under the axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from assessments.figures.style import INK, QUIET, SERIES, number, quiet

HEIGHT = 4.8


def draw(data: Mapping[str, Any]) -> Figure:
    """Percent without event against months."""
    figure = Figure(figsize=(8.0, HEIGHT))
    figure.subplots_adjust(left=0.11, right=0.97, top=1 - 0.55 / HEIGHT, bottom=1.25 / HEIGHT)
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
        axes.plot(x, y, linestyle="none", marker="|", markersize=8, color=INK, label=data["censored_label"])
        axes.legend(frameon=False, fontsize=8, loc="lower left")
    axis = data["axis"]
    axes.set_xlim(0, axis[-1])
    axes.set_ylim(0, 103)
    axes.set_xticks(axis)
    axes.set_xlabel(data["x_label"], color=INK)
    axes.set_ylabel(data["y_label"], color=INK)
    axes.yaxis.grid(visible=True, color=QUIET, linewidth=0.6)
    transform = axes.get_xaxis_transform()
    axes.text(-0.01, -0.26, data["risk_label"], transform=axes.transAxes, ha="right", fontsize=8, color=INK)
    for at, n in zip(axis, data["at_risk"], strict=True):
        axes.text(at, -0.26, str(n), transform=transform, ha="center", fontsize=8, color=INK)
    return figure
