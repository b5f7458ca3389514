"""Calculator `survival`: Kaplan-Meier with quantiles, landmarks and median follow-up."""

from assessments.calculators._statistics import conf_level, numbers
from assessments.survival import (
    CONF_TYPES,
    Curve,
    Quantile,
    kaplan_meier,
    landmark,
    quantile,
    reverse_kaplan_meier,
)
from trial_edc.calculators import CaseError, Reader, shown

NAME = "survival"
SOURCE = (
    "Kaplan & Meier, JASA 1958;53:457-481; Greenwood 1926; Brookmeyer & Crowley, Biometrics 1982;38:29-41; "
    "equal to print(survfit) of R's survival 3.5"
)
VERSION = "1.0"

NOBODY = "Nobody is in the set: nothing can be determined."
LEVELS = {"median": 0.5, "q25": 0.75, "q75": 0.25}


def calculate(data: dict[str, object]) -> dict[str, object]:
    """Times and status of one arm to its survival. Raises CaseError."""
    reader = Reader(data)
    time = [float(value) for value in numbers(reader, "time", minimum=0)]
    status = _status(reader)
    conf_type = next(kind for kind in CONF_TYPES if kind == reader.token("conf_type", CONF_TYPES, "log-log"))
    level = conf_level(reader)
    at = [] if reader.raw("landmarks") is None else numbers(reader, "landmarks", minimum=0)
    reader.close()
    if len(time) != len(status):
        raise CaseError(f"time and status must have one length, got {len(time)} and {len(status)}.")
    curve = kaplan_meier(time, status, conf_type=conf_type, conf_level=level)
    follow_up = quantile(reverse_kaplan_meier(time, status, conf_type=conf_type, conf_level=level))
    quantiles = {name: quantile(curve, survival) for name, survival in LEVELS.items()}
    result: dict[str, object] = {"n": curve.n, "n_events": curve.n_events}
    for name, found in quantiles.items():
        result |= {name: found.time, f"{name}_lower": found.lower, f"{name}_upper": found.upper}
    result["landmarks"] = landmarks = [_landmark(curve, float(value)) for value in at]
    result["reverse_km_followup_median"] = {
        "median": follow_up.time,
        "lower": follow_up.lower,
        "upper": follow_up.upper,
    }
    reason = _reason(curve, quantiles | {"follow-up": follow_up}, landmarks)
    if reason:
        result["reason"] = reason
    result["why"] = _why(curve, quantiles)
    return result


def _status(reader: Reader) -> list[int]:
    status: list[int] = []
    for i, value in enumerate(reader.items("status") or []):
        if isinstance(value, bool) or value not in (0, 1):
            raise CaseError(f"status[{i}] must be 1 (event) or 0 (censored), got {shown(value)}.")
        status.append(1 if value == 1 else 0)
    return status


def _landmark(curve: Curve, at: float) -> dict[str, object]:
    found = landmark(curve, at)
    return {
        "time": found.time,
        "n_risk": found.n_risk,
        "surv": found.surv,
        "std_err": found.std_err,
        "lower": found.lower,
        "upper": found.upper,
    }


def _reason(curve: Curve, quantiles: dict[str, Quantile], landmarks: list[dict[str, object]]) -> str:
    """Why something in the result is null; empty when nothing is."""
    if curve.n == 0:
        return NOBODY
    never = [
        f"{name} {part}"
        for name, found in quantiles.items()
        for part, value in (("time", found.time), ("lower limit", found.lower), ("upper limit", found.upper))
        if value is None
    ]
    sentences = [f"Never reached: {', '.join(never)}."] if never else []
    if any(each["lower"] is None for each in landmarks):
        sentences.append("Where survival is 1 or 0 there are no limits.")
    return " ".join(sentences)


def _why(curve: Curve, quantiles: dict[str, Quantile]) -> list[str]:
    if curve.n == 0:
        return [NOBODY]
    sentences = [
        f"Kaplan-Meier of {curve.n} subjects with {curve.n_events} events at {curve.time.size} distinct "
        f"times; Greenwood standard error, {curve.conf_type} limits at {curve.conf_level:.10g}."
    ]
    for name, found in quantiles.items():
        level = LEVELS[name]
        if found.time is None:
            lowest = float(curve.surv[-1])
            sentences.append(f"{name}: survival stays above {level:g} (lowest {lowest:.4f}), so not reached.")
        else:
            sentences.append(f"{name}: survival falls to {level:g} at time {found.time:g}.")
    sentences.append("Median follow-up: the same estimate with censoring as the event.")
    return sentences
