"""Kaplan-Meier estimates and exact binomial proportions.

scipy gives the normal and beta quantiles. Its `stats.ecdf` gives the product-limit curve too, but neither
numbers at risk nor the logarithmic interval nor quantiles, so curve and Greenwood sum are formed here in one
pass; a test holds both against `scipy.stats.ecdf` and against R's `survfit`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

ConfType = Literal["log-log", "log", "plain"]
CONF_TYPES: Final[tuple[ConfType, ...]] = ("log-log", "log", "plain")
TOLERANCE: Final = 1.5e-8  # of times (relative) and of survival, about the square root of the machine precision

Floats: TypeAlias = npt.NDArray[np.float64]
Counts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A Kaplan-Meier curve at its distinct times, ascending; events and censorings alike.

    Arrays of one length, not to be written to. `std_err`, `lower` and `upper` are NaN where they do not
    exist; `quantile`, `landmark` and `steps` say None there.
    """

    n: int
    n_events: int
    conf_type: ConfType
    conf_level: float
    time: Floats
    n_risk: Counts  # still under observation just before the time
    events: Counts
    censored: Counts
    surv: Floats  # just after the events of the time
    std_err: Floats  # Greenwood, of surv
    lower: Floats
    upper: Floats
    time_tolerance: float  # times closer than this are one time


@dataclass(frozen=True, slots=True)
class Quantile:
    """Time at which survival falls to a level, with its limits; None: not reached."""

    time: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Landmark:
    """Survival at a chosen time. `n_risk` counts subjects with time >= the landmark."""

    time: float
    n_risk: int
    surv: float | None
    std_err: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Proportion:
    """x of n with exact limits; all None when n is 0."""

    estimate: float | None
    lower: float | None
    upper: float | None


def proportion(x: int, n: int, conf_level: float = 0.95) -> Proportion:
    """A rate with its exact binomial limits.

    Args:
        x: subjects with the property, 0 to n.
        n: subjects in the analysis set.
        conf_level: two-sided, between 0 and 1.
    Raises:
        ValueError: x, n or conf_level out of range.
    Source:
        Clopper CJ, Pearson ES, Biometrika 1934;26:404-413, as quantiles of the beta distribution; the same as
        R's binom.test.
    """
    if not 0 <= x <= n:
        raise ValueError(f"need 0 <= x <= n, got x {x} and n {n}")
    _check_conf_level(conf_level)
    if n == 0:
        return Proportion(None, None, None)
    tail = (1 - conf_level) / 2
    lower = 0.0 if x == 0 else float(special.betaincinv(x, n - x + 1, tail))
    upper = 1.0 if x == n else float(special.betainccinv(x + 1, n - x, tail))
    return Proportion(x / n, lower, upper)


def kaplan_meier(
    time: Sequence[float] | Floats,
    event: Sequence[bool] | Sequence[int] | npt.NDArray[np.bool_],
    *,
    conf_type: ConfType = "log-log",
    conf_level: float = 0.95,
) -> Curve:
    """Product-limit estimate of survival.

    At a tie events come before censorings. Times that differ by at most 1.5e-8 of the mean of the distinct
    times are one time, the earliest of them.

    Args:
        time: one per subject, any order, any unit, >= 0 and finite.
        event: 1 or True when the event happened at the time, 0 or False when censored; the same length.
        conf_type: scale of the limits, `log-log`, `log` or `plain`.
        conf_level: two-sided, between 0 and 1.
    Raises:
        ValueError: unequal lengths, a negative or infinite time, another status, conf_type or conf_level.
    Source:
        Kaplan EL, Meier P, J Am Stat Assoc 1958;53:457-481. Variance: Greenwood 1926. Limits: Kalbfleisch JD,
        Prentice RL, The Statistical Analysis of Failure Time Data, 2nd ed. 2002, section 1.4. Near-equal
        times: aeqSurv of R's survival 3.5.
    """
    times, events = _checked(time, event)
    if conf_type not in CONF_TYPES:
        raise ValueError(f"conf_type must be one of {', '.join(CONF_TYPES)}, got {conf_type!r}")
    _check_conf_level(conf_level)
    return _curve(times, events, conf_type, conf_level)


def reverse_kaplan_meier(
    time: Sequence[float] | Floats,
    event: Sequence[bool] | Sequence[int] | npt.NDArray[np.bool_],
    *,
    conf_type: ConfType = "log-log",
    conf_level: float = 0.95,
) -> Curve:
    """The curve of follow-up: censoring is the event. Its median is the median follow-up.

    Arguments and errors as for `kaplan_meier`.

    Source:
        Schemper M, Smith TL, Control Clin Trials 1996;17:343-346.
    """
    times, events = _checked(time, event)
    return kaplan_meier(times, events == 0, conf_type=conf_type, conf_level=conf_level)


def quantile(curve: Curve, survival: float = 0.5) -> Quantile:
    """When survival falls to this level, and the same read on each limit of the curve.

    Args:
        survival: the level of S, 0.5 for the median, 0.75 for the first quartile of the times.
    Returns:
        Times in the unit of the curve; None where the level is not reached.
    Source:
        What R's print(survfit) shows. The limits invert the limits of S: Brookmeyer R, Crowley J, Biometrics
        1982;38:29-41.
    """
    if not 0 < survival < 1:
        raise ValueError(f"survival must lie between 0 and 1, got {survival}")
    return Quantile(
        _first_at_or_below(curve.time, curve.surv, survival),
        _first_at_or_below(curve.time, curve.lower, survival),
        _first_at_or_below(curve.time, curve.upper, survival),
    )


def landmark(curve: Curve, at: float) -> Landmark:
    """Survival just after the events at a time; beyond the last time it is carried on.

    Before the first event survival is 1 with standard error 0 and no limits; a curve of nobody has None.
    """
    if not math.isfinite(at) or at < 0:
        raise ValueError(f"a landmark must be a finite time >= 0, got {at}")
    n_risk = numbers_at_risk(curve, [at])[0]
    if curve.n == 0:
        return Landmark(at, n_risk, None, None, None, None)
    position = int(np.searchsorted(curve.time, at + curve.time_tolerance, side="right")) - 1
    if position < 0:
        return Landmark(at, n_risk, 1.0, 0.0, None, None)
    return Landmark(
        at,
        n_risk,
        float(curve.surv[position]),
        _known(curve.std_err[position]),
        _known(curve.lower[position]),
        _known(curve.upper[position]),
    )


def numbers_at_risk(curve: Curve, times: Sequence[float]) -> tuple[int, ...]:
    """Subjects with time >= each of the given times, in their order: the row under a figure."""
    positions = np.searchsorted(curve.time, np.asarray(times, float) - curve.time_tolerance, side="left")
    padded = np.append(curve.n_risk, 0)
    return tuple(int(count) for count in padded[positions])


def steps(curve: Curve) -> tuple[Landmark, ...]:
    """The curve as one entry per distinct time, ascending, for tables and figures."""
    columns = zip(
        curve.time.tolist(),
        curve.n_risk.tolist(),
        curve.surv.tolist(),
        curve.std_err,
        curve.lower,
        curve.upper,
        strict=True,
    )
    return tuple(Landmark(t, n, s, _known(se), _known(low), _known(up)) for t, n, s, se, low, up in columns)


def _curve(times: Floats, events: Counts, conf_type: ConfType, conf_level: float) -> Curve:
    order = np.argsort(times, kind="stable")
    times, events = times[order], events[order]
    tolerance = _time_tolerance(times)
    starts = np.flatnonzero(np.diff(times, prepend=-np.inf) > tolerance)
    ends = np.append(starts[1:], times.size)
    n_risk = times.size - starts
    died = np.add.reduceat(events, starts) if starts.size else events[:0]
    with np.errstate(divide="ignore", invalid="ignore"):
        surv: Floats = np.cumprod((n_risk - died) / n_risk, dtype=np.float64)
        greenwood = np.sqrt(np.cumsum(died / (n_risk * (n_risk - died))))
    std_err = np.where(surv > 0, surv * np.where(surv > 0, greenwood, 0.0), np.nan)
    lower, upper = _bands(surv, greenwood, conf_type, conf_level)
    return Curve(
        n=times.size,
        n_events=int(events.sum()),
        conf_type=conf_type,
        conf_level=conf_level,
        time=times[starts],
        n_risk=n_risk,
        events=died,
        censored=ends - starts - died,
        surv=surv,
        std_err=std_err,
        lower=lower,
        upper=upper,
        time_tolerance=tolerance,
    )


def _check_conf_level(conf_level: float) -> None:
    if not 0 < conf_level < 1:
        raise ValueError(f"conf_level must lie between 0 and 1, got {conf_level}")


def _checked(
    time: Sequence[float] | Floats, event: Sequence[bool] | Sequence[int] | npt.NDArray[np.bool_]
) -> tuple[Floats, Counts]:
    times, events = np.asarray(time, dtype=np.float64), np.asarray(event)
    if times.ndim != 1 or times.shape != events.shape:
        raise ValueError(f"time and event must have one length, got {times.size} and {events.size}")
    if not np.isfinite(times).all() or (times < 0).any():
        raise ValueError("every time must be finite and >= 0")
    if not np.isin(events, (0, 1)).all():
        raise ValueError("every event must be 1 (event) or 0 (censored)")
    return times, events.astype(np.int64)


def _time_tolerance(ascending: Floats) -> float:
    if ascending.size == 0:
        return 0.0
    distinct = ascending[np.diff(ascending, prepend=-np.inf) > 0]
    return TOLERANCE * float(distinct.mean())


def _bands(surv: Floats, greenwood: Floats, conf_type: ConfType, conf_level: float) -> tuple[Floats, Floats]:
    """Lower and upper limits of S; NaN where S is 1 or 0, since the standard error says nothing there.

    `greenwood` is the standard error of log S.
    """
    inside = (surv > 0) & (surv < 1)
    s, se = surv[inside], greenwood[inside]
    margin = float(special.ndtri(1 - (1 - conf_level) / 2)) * se
    with np.errstate(over="ignore", under="ignore"):
        if conf_type == "plain":
            low, high = s - margin * s, s + margin * s
        elif conf_type == "log":
            low, high = s * np.exp(-margin), s * np.exp(margin)
        else:
            spread = margin / np.abs(np.log(s))
            low, high = s ** np.exp(spread), s ** np.exp(-spread)
    lower, upper = np.full_like(surv, np.nan), np.full_like(surv, np.nan)
    lower[inside], upper[inside] = np.clip(low, 0, 1), np.clip(high, 0, 1)
    return lower, upper


def _first_at_or_below(time: Floats, level: Floats, wanted: float) -> float | None:
    """First time with level <= wanted; the middle of the stretch when it equals `wanted` and later drops."""
    reached = np.flatnonzero(level < wanted + TOLERANCE)  # NaN compares false and is passed over
    if reached.size == 0:
        return None
    first = int(reached[0])
    if abs(level[first] - wanted) < TOLERANCE:
        dropped = reached[level[reached] < level[first]]
        if dropped.size:
            return float((time[first] + time[dropped[0]]) / 2)
    return float(time[first])


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
