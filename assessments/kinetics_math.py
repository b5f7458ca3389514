"""Areas under a concentration-time curve and the terminal slope: the arithmetic under `kinetics`.

Points are (time, concentration) as floats in ascending time, any units.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

Point: TypeAlias = tuple[float, float]  # time, concentration
Area: TypeAlias = Callable[[float, float, float, float], float]  # t1, c1, t2, c2

MIN_POINTS: Final = 3
R_SQUARED_TIE: Final = 0.0001


@dataclass(frozen=True, slots=True)
class TerminalFit:
    """The log-linear fit of the terminal phase."""

    lambda_z: float
    intercept: float  # of ln(concentration) at time 0
    n_points: int
    first_time: float
    adj_r_squared: float


def auc(points: Sequence[Point], *, log_down: bool) -> float:
    """Area under points in ascending time: trapezoids, or linear up and logarithmic down.

    Args:
        points: (time, concentration >= 0), any units.
        log_down: use (c1 - c2)(t2 - t1) / ln(c1 / c2) where the concentration falls and stays above 0.
    Returns:
        Concentration x time; 0 for fewer than two points.
    Source:
        Purves RD, J Pharmacokinet Biopharm 1992;20:211-226.
    """
    area = _log_down_area if log_down else _linear_area
    return math.fsum(area(*first, *second) for first, second in pairwise(points))


def interpolate(first: Point, second: Point, at: float, *, log_down: bool) -> float:
    """Concentration between two neighbours: linear, or log-linear on a falling limb that stays above 0."""
    (t1, c1), (t2, c2) = first, second
    share = (at - t1) / (t2 - t1)
    if log_down and 0 < c2 < c1:
        return math.exp(math.log(c1) + share * (math.log(c2) - math.log(c1)))
    return c1 + share * (c2 - c1)


def terminal_fit(after_peak: Sequence[Point]) -> TerminalFit | None:
    """Best log-linear fit of the last points.

    Every set of the last k >= 3 points is fitted; among those whose adjusted R-squared is within 0.0001 of
    the best of all and whose slope falls, the one with most points is taken.

    Args:
        after_peak: quantifiable (time, concentration > 0) strictly after the peak, ascending.
    Returns:
        None with fewer than 3 points, or when no fit near the best falls.
    Source:
        PKNCA 0.11, `pk.calc.half.life`, with its default options.
    """
    fits = [
        fit for count in range(MIN_POINTS, len(after_peak) + 1) if (fit := _log_linear(after_peak[-count:])) is not None
    ]
    if not fits:
        return None
    best = max(fit.adj_r_squared for fit in fits)
    near = [fit for fit in fits if fit.adj_r_squared >= best - R_SQUARED_TIE and fit.lambda_z > 0]
    return max(near, key=lambda fit: fit.n_points, default=None)


def auc_until(points: Sequence[Point], at: float, *, log_down: bool) -> float | None:
    """Area from the first point to a time, interpolating there; None when the points do not span it."""
    if not points or not points[0][0] < at <= points[-1][0]:
        return None
    before = [point for point in points if point[0] <= at]
    if before[-1][0] < at:
        following = points[len(before)]
        before.append((at, interpolate(before[-1], following, at, log_down=log_down)))
    return auc(before, log_down=log_down)


def _linear_area(t1: float, c1: float, t2: float, c2: float) -> float:
    return (c1 + c2) / 2 * (t2 - t1)


def _log_down_area(t1: float, c1: float, t2: float, c2: float) -> float:
    if not 0 < c2 < c1:
        return _linear_area(t1, c1, t2, c2)
    ratio = math.log1p((c1 - c2) / c2)  # ln(c1 / c2), exact when the two are close
    return (c1 - c2) * (t2 - t1) / ratio if ratio else _linear_area(t1, c1, t2, c2)


def _log_linear(points: Sequence[Point]) -> TerminalFit | None:
    """Least squares of ln(concentration) on time; None when all concentrations or times are equal."""
    count = len(points)
    times = [time for time, _ in points]
    logs = [math.log(concentration) for _, concentration in points]
    if min(logs) == max(logs) or times[0] == times[-1]:
        return None
    mean_time, mean_log = math.fsum(times) / count, math.fsum(logs) / count
    s_tt = math.fsum((time - mean_time) ** 2 for time in times)
    s_ty = math.fsum((time - mean_time) * (log - mean_log) for time, log in zip(times, logs, strict=True))
    s_yy = math.fsum((log - mean_log) ** 2 for log in logs)
    slope = s_ty / s_tt
    intercept = mean_log - slope * mean_time
    residual = math.fsum((log - intercept - slope * t) ** 2 for t, log in zip(times, logs, strict=True))
    adjusted = 1 - residual / s_yy * (count - 1) / (count - 2)
    return TerminalFit(-slope, intercept, count, times[0], adjusted)
