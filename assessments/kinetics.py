"""Non-compartmental kinetics of one concentration-time profile: drug in plasma or CAR transgene copies.

Times and concentrations come as exact decimals, so that a value equal to the lower limit of quantification
or to day 28 is recognised; results are floats. What cannot be determined is None with its reason.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal

from assessments.kinetics_math import Point, TerminalFit, auc, auc_until, terminal_fit

Kind = Literal["plasma", "cart", "micro"]

DAY_28: Final = {"day": Decimal(28), "h": Decimal(672)}
NO_QUANTIFIABLE: Final = "No sample was quantifiable."
NO_LAMBDA_Z: Final = (
    "No terminal slope: fewer than 3 quantifiable samples after the peak, or the best fit does not fall."
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One time point; time in the profile's unit from dosing, concentration >= 0, None when not sampled."""

    time: Decimal
    concentration: Decimal | None


@dataclass(frozen=True, slots=True)
class Settings:
    """How to read a profile. A concentration below `lloq`, or 0, is below the limit (BLQ)."""

    time_unit: Literal["h", "day"]
    lloq: Decimal = Decimal(0)
    kind: Kind = "plasma"
    embedded_blq: Literal["drop", "zero"] = "drop"


@dataclass(frozen=True, slots=True)
class Kinetics:
    """Parameters by name, in the units of the profile, AUC in concentration x time; None with a reason."""

    values: Mapping[str, float | int | None]
    not_estimable: Mapping[str, str]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoseValue:
    """One subject's parameter, such as Cmax, and the dose level it belongs to."""

    subject: str
    dose_level: str
    value: float | None


@dataclass(frozen=True, slots=True)
class DoseLevelSummary:
    """Geometric mean and CV (percent) of a dose level; `left_out` names each other subject and why."""

    dose_level: str
    n: int
    geometric_mean: float | None
    geometric_cv_percent: float | None
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Profile:
    """A profile after the rules for BLQ. `points` run from the first sample to the last quantifiable one."""

    points: tuple[Point, ...]
    quantifiable: tuple[Point, ...]
    next_blq_time: float | None  # first sample after the last quantifiable one
    last_sample_time: Decimal
    last_quantifiable_time: Decimal | None
    n_samples: int


def analyse(samples: Sequence[Sample], settings: Settings) -> Kinetics:
    """All parameters of one profile.

    Samples may come in any order; those before time 0 and those without a concentration are ignored. AUC
    starts at the first sample: nothing is added before it for any route.

    Raises:
        ValueError: a negative concentration or lloq, or two concentrations at one time.
    Source:
        Gabrielsson J, Weiner D, Pharmacokinetic and Pharmacodynamic Data Analysis, 5th ed. 2016, chapter 2.8;
        rules for BLQ values, terminal points and AUC of an all-BLQ profile as in PKNCA (Denney W et al.,
        J Pharmacokinet Pharmacodyn 2015;42:S65).
    """
    profile = _profile(samples, settings)
    if profile is None:
        return _nothing(settings, "No sample with a concentration at or after time 0.")
    found = _Findings(settings.kind)
    if not profile.quantifiable:
        _all_blq(found, profile, settings)
        return found.result(f"All {profile.n_samples} samples are below the limit of quantification.")
    cmax = max(concentration for _, concentration in profile.quantifiable)
    tmax = next(time for time, concentration in profile.quantifiable if concentration == cmax)
    tlast, clast = profile.quantifiable[-1]
    found.put(cmax=cmax, tmax=tmax, clast=clast, tlast=tlast)
    _areas(found, profile)
    fit = terminal_fit([point for point in profile.quantifiable if point[0] > tmax])
    _terminal(found, fit, profile)
    if settings.kind == "cart":
        _day_28(found, profile, settings)
    return found.result(*_sentences(profile, settings, fit))


def by_dose_level(values: Sequence[DoseValue]) -> tuple[DoseLevelSummary, ...]:
    """Geometric mean and CV per dose level, levels in the order of their first subject.

    Values that are None or 0 have no logarithm and are left out, with the reason. The CV needs two values.

    Raises:
        ValueError: a negative or infinite value.
    Source:
        CV = 100 x sqrt(exp(s^2) - 1), s the standard deviation of the logarithms (Kirkwood TBL, Biometrics
        1979;35:908-909).
    """
    levels = dict.fromkeys(value.dose_level for value in values)
    return tuple(_summary(level, [value for value in values if value.dose_level == level]) for level in levels)


def _summary(level: str, values: list[DoseValue]) -> DoseLevelSummary:
    logs: list[float] = []
    left_out: list[tuple[str, str]] = []
    for each in values:
        if each.value is None:
            left_out.append((each.subject, "not estimable"))
        elif each.value == 0:
            left_out.append((each.subject, "zero has no logarithm"))
        elif each.value < 0 or not math.isfinite(each.value):
            raise ValueError(f"value of {each.subject} must be finite and >= 0, got {each.value}")
        else:
            logs.append(math.log(each.value))
    mean = math.fsum(logs) / len(logs) if logs else None
    spread = None
    if mean is not None and len(logs) > 1:
        variance = math.fsum((log - mean) ** 2 for log in logs) / (len(logs) - 1)
        spread = 100 * math.sqrt(math.expm1(variance))
    geometric_mean = None if mean is None else math.exp(mean)
    return DoseLevelSummary(level, len(logs), geometric_mean, spread, tuple(left_out))


class _Findings:
    """Collects values and the reasons for those that are missing."""

    def __init__(self, kind: Kind) -> None:
        self.values: dict[str, float | int | None] = dict.fromkeys(_keys(kind))
        self.reasons: dict[str, str] = {}

    def put(self, **values: float | int) -> None:
        self.values.update(values)

    def reason(self, text: str, *keys: str) -> None:
        self.reasons.update(dict.fromkeys(keys, text))

    def result(self, *why: str) -> Kinetics:
        missing = {key: self.reasons.get(key, NO_QUANTIFIABLE) for key in self.values if self.values[key] is None}
        return Kinetics(self.values, missing, (*why, *(f"{key}: {text}" for key, text in missing.items())))


_BOTH: Final = ("linear", "linup_logdown")


def _keys(kind: Kind) -> list[str]:
    keys = ["cmax", "tmax", "clast", "tlast"]
    keys += [f"{area}_{method}" for area in ("auclast", "aucall") for method in _BOTH]
    keys += [
        "lambda_z",
        "half_life",
        "lambda_z_n_points",
        "lambda_z_first_time",
        "adj_r_squared",
        "clast_pred",
    ]
    keys += ["aucinf_obs_linear", "aucinf_obs_linup_logdown", "aucinf_pred_linup_logdown"]
    keys += ["pct_extrap_obs_linup_logdown"]
    if kind == "cart":
        keys += [f"{area}_{method}" for area in ("auc_0_28d", "auc_0_28d_as_auclast") for method in _BOTH]
    return keys


def _nothing(settings: Settings, reason: str) -> Kinetics:
    found = _Findings(settings.kind)
    found.reason(reason, *found.values)
    return found.result(reason)


def _profile(samples: Sequence[Sample], settings: Settings) -> _Profile | None:
    if settings.lloq < 0:
        raise ValueError(f"lloq must be 0 or more, got {settings.lloq}")
    taken = sorted((s.time, s.concentration) for s in samples if s.concentration is not None and s.time >= 0)
    for (time, concentration), (following, _) in pairwise([*taken, (Decimal(-1), Decimal(0))]):
        if concentration < 0:
            raise ValueError(f"the concentration at time {time} must be 0 or more, got {concentration}")
        if time == following:
            raise ValueError(f"two concentrations at time {time}; give one per time")
    if not taken:
        return None
    above = [i for i, (_, c) in enumerate(taken) if c > 0 and c >= settings.lloq]
    quantifiable = set(above)
    first, last = (above[0], above[-1]) if above else (len(taken), len(taken) - 1)
    points: list[Point] = []
    for i, (time, concentration) in enumerate(taken[: last + 1]):
        if i in quantifiable:
            points.append((float(time), float(concentration)))
        elif i < first or settings.embedded_blq == "zero":
            points.append((float(time), 0.0))
    later = taken[last + 1 :]
    return _Profile(
        points=tuple(points),
        quantifiable=tuple((float(taken[i][0]), float(taken[i][1])) for i in above),
        next_blq_time=float(later[0][0]) if later else None,
        last_sample_time=taken[-1][0],
        last_quantifiable_time=taken[last][0] if above else None,
        n_samples=len(taken),
    )


def _all_blq(found: _Findings, profile: _Profile, settings: Settings) -> None:
    zeros = [key for key in found.values if key == "cmax" or key.startswith(("auclast", "aucall", "aucinf"))]
    if settings.kind == "cart":
        if profile.last_sample_time >= DAY_28[settings.time_unit]:
            zeros += [f"auc_0_28d_as_auclast_{method}" for method in _BOTH]
        else:
            text = "The last sample was taken before day 28."
            found.reason(text, *(f"auc_0_28d_as_auclast_{method}" for method in _BOTH))
    found.put(**dict.fromkeys(zeros, 0.0))


def _areas(found: _Findings, profile: _Profile) -> None:
    if profile.n_samples == 1:
        found.reason("One sample spans no time.", *(key for key in found.values if key.startswith("auc")))
        return
    tlast, clast = profile.quantifiable[-1]
    tail = 0.0 if profile.next_blq_time is None else clast * (profile.next_blq_time - tlast) / 2
    for method in _BOTH:
        area = auc(profile.points, log_down=method == "linup_logdown")
        found.put(**{f"auclast_{method}": area, f"aucall_{method}": area + tail})


def _terminal(found: _Findings, fit: TerminalFit | None, profile: _Profile) -> None:
    if fit is None:
        keys = [k for k, v in found.values.items() if v is None and k not in found.reasons and "28d" not in k]
        found.reason(NO_LAMBDA_Z, *keys)
        return
    tlast, clast = profile.quantifiable[-1]
    clast_pred = math.exp(fit.intercept - fit.lambda_z * tlast)
    found.put(
        lambda_z=fit.lambda_z,
        half_life=math.log(2) / fit.lambda_z,
        lambda_z_n_points=fit.n_points,
        lambda_z_first_time=fit.first_time,
        adj_r_squared=fit.adj_r_squared,
        clast_pred=clast_pred,
    )
    linear, log_down = (found.values[f"auclast_{method}"] for method in _BOTH)
    assert linear is not None
    assert log_down is not None
    extrapolated = clast / fit.lambda_z
    found.put(
        aucinf_obs_linear=linear + extrapolated,
        aucinf_obs_linup_logdown=log_down + extrapolated,
        aucinf_pred_linup_logdown=log_down + clast_pred / fit.lambda_z,
        pct_extrap_obs_linup_logdown=100 * extrapolated / (log_down + extrapolated),
    )


def _day_28(found: _Findings, profile: _Profile, settings: Settings) -> None:
    """AUC to day 28, or AUClast in its place when the late samples were all BLQ."""
    day_28 = DAY_28[settings.time_unit]
    plain = [f"auc_0_28d_{method}" for method in _BOTH]
    as_auclast = [f"auc_0_28d_as_auclast_{method}" for method in _BOTH]
    assert profile.last_quantifiable_time is not None
    if profile.last_quantifiable_time >= day_28:
        found.reason("AUC to day 28 itself is given.", *as_auclast)
        for method in _BOTH:
            area = auc_until(profile.points, float(day_28), log_down=method == "linup_logdown")
            if area is None or profile.n_samples == 1:
                found.reason("No sample was taken before day 28.", f"auc_0_28d_{method}")
            else:
                found.put(**{f"auc_0_28d_{method}": area})
    elif profile.last_sample_time >= day_28:
        found.reason("BLQ at day 28 and after; AUClast is given in its place.", *plain)
        for method in _BOTH:
            area = found.values[f"auclast_{method}"]
            assert area is not None
            found.put(**{f"auc_0_28d_as_auclast_{method}": area})
    else:
        found.reason("The last sample was taken before day 28.", *plain, *as_auclast)


def _sentences(profile: _Profile, settings: Settings, fit: TerminalFit | None) -> list[str]:
    n_blq = profile.n_samples - len(profile.quantifiable)
    limit = f"the limit of {settings.lloq}" if settings.lloq else "the limit of quantification"
    blq = f"{profile.n_samples} samples, {n_blq} below {limit}"
    handling = "set to zero" if settings.embedded_blq == "zero" else "left out"
    sentences = [f"{blq}: zero before the first quantifiable one, {handling} between, not used after the last."]
    if fit is not None:
        sentences.append(
            f"Terminal slope from the last {fit.n_points} samples, from time {fit.first_time:g}: "
            f"adjusted R-squared {fit.adj_r_squared:.6f}."
        )
    return sentences
