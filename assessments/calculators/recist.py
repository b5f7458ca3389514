"""Calculator `recist`: every scan of one subject, first progression and best response."""

import datetime
from decimal import Decimal

from assessments.calculators._shared import confirmation_rules, plain
from assessments.recist import (
    Baseline,
    Finding,
    History,
    HistoryError,
    MergedInto,
    NewLesion,
    NonTargetLesion,
    NonTargetStatus,
    Scan,
    TargetLesion,
    TargetValue,
    TimePoint,
    read_history,
)
from assessments.recist.measurability import Axis
from assessments.recist.model import EXACT
from trial_edc.calculators import CaseError, Reader, parse_number, percent, shown

NAME = "recist"
SOURCE = "RECIST 1.1, Eisenhauer et al., Eur J Cancer 2009;45:228-247, sections 3 and 4, Tables 1-3"
VERSION = "1.0"

_FINDINGS = tuple(finding.value for finding in Finding)


def calculate(data: dict[str, object]) -> dict[str, object]:
    """One subject's baseline and scans to time points and best response. Raises CaseError."""
    reader = Reader(data)
    config = _required(reader, "config")
    reference_on = config.date("reference_date")
    rules = confirmation_rules(config)
    config.close()
    baseline = _baseline(_required(reader, "baseline"))
    scans = [_scan(visit, reference_on) for visit in reader.objects("visits")]
    therapy_day = reader.integer("new_anticancer_therapy_day", None)
    reader.close()
    try:
        history = read_history(
            baseline,
            scans,
            reference_on=reference_on,
            rules=rules,
            new_therapy_on=_day(reference_on, therapy_day),
        )
    except HistoryError as problem:
        raise CaseError(str(problem)) from None
    return _result(history)


def _required(reader: Reader, key: str) -> Reader:
    found = reader.object(key)
    if found is None:
        raise CaseError(f"{reader.where(key)} is required.")
    return found


def _day(reference_on: datetime.date, day: int | None) -> datetime.date | None:
    """The date of a day counted from the reference."""
    if day is None:
        return None
    try:
        return reference_on + datetime.timedelta(days=day)
    except OverflowError:
        raise CaseError(f"new_anticancer_therapy_day {day} leads outside the calendar.") from None


def _baseline(reader: Reader) -> Baseline:
    reader.date("date", None)
    reader.number("sum_mm", None)  # the sum is always derived from the lesions
    targets = tuple(_target_lesion(lesion) for lesion in reader.objects("target_lesions"))
    non_targets = []
    for lesion in reader.objects("non_target_lesions"):
        non_targets.append(NonTargetLesion(lesion.text("id"), lesion.text("site")))
        lesion.close()
    reader.close()
    return Baseline(targets, tuple(non_targets))


def _target_lesion(reader: Reader) -> TargetLesion:
    lesion = TargetLesion(
        id=reader.text("id"),
        site=reader.text("site"),
        nodal=reader.flag("nodal"),
        diameter_mm=reader.number("diameter_mm", minimum=0),
    )
    axis = reader.token("axis", tuple(axis.value for axis in Axis), None)
    needed = Axis.SHORT if lesion.nodal else Axis.LONGEST
    if axis not in (None, needed):
        kind = "a lymph node" if lesion.nodal else "a lesion that is not a node"
        raise CaseError(f"{reader.where('axis')} must be {needed} for {kind}, got {axis}.")
    reader.close()
    return lesion


def _scan(reader: Reader, reference_on: datetime.date) -> Scan:
    on = reader.date("date")
    day = reader.integer("day_from_infusion", None)
    expected = (on - reference_on).days
    if day not in (None, expected):
        raise CaseError(
            f"{reader.where('day_from_infusion')} is {day}, but {on} is day {expected} from reference_date."
        )
    scan = Scan(
        on=on,
        performed=reader.flag("performed", True),
        targets=_targets(reader.object("target")),
        non_targets=_non_targets(reader.object("non_target")),
        new_lesion=NewLesion(reader.token("new_lesion", tuple(NewLesion), NewLesion.NONE)),
    )
    reader.close()
    return scan


def _targets(reader: Reader | None) -> dict[str, TargetValue]:
    if reader is None:
        return {}
    return {key: _target_value(reader, key) for key in reader.keys()}  # noqa: SIM118  not a mapping


def _target_value(reader: Reader, key: str) -> TargetValue:
    """A number, a list of fragments, `{"merged_into": id}` or a token; null is not evaluable."""
    value, where = reader.raw(key), reader.where(key)
    if value is None:
        return Finding.NOT_EVALUABLE
    if isinstance(value, str):
        if value not in _FINDINGS:
            raise CaseError(f"{where} must be mm, a list of mm or one of {', '.join(_FINDINGS)}; got {shown(value)}.")
        return Finding(value)
    if isinstance(value, dict):
        merged = Reader(value, where)
        carrier = merged.text("merged_into")
        merged.close()
        return MergedInto(carrier)
    if isinstance(value, list):
        if not value:
            raise CaseError(f"{where} must list at least one fragment.")
        return tuple(parse_number(one, f"{where}[{i}]", minimum=0) for i, one in enumerate(value))
    return parse_number(value, where, minimum=0)


def _non_targets(reader: Reader | None) -> dict[str, NonTargetStatus]:
    if reader is None:
        return {}
    return {
        key: NonTargetStatus(reader.token(key, tuple(NonTargetStatus), NonTargetStatus.NOT_EVALUATED))
        for key in reader.keys()  # noqa: SIM118  not a mapping
    }


def _result(history: History) -> dict[str, object]:
    return {
        "visits": [_time_point(point) for point in history.time_points],
        "bor_unconfirmed": history.best.unconfirmed.value,
        "bor_confirmed": history.best.confirmed.value,
        "first_pd_day": history.first_pd_day,
        "responder_unconfirmed": history.responder_unconfirmed,
        "responder_confirmed": history.responder_confirmed,
        "disease_control_unconfirmed": history.disease_control_unconfirmed,
        "disease_control_confirmed": history.disease_control_confirmed,
        "why": _why(history),
    }


def _time_point(point: TimePoint) -> dict[str, object]:
    return {
        "sum_mm": plain(point.sum_mm),
        "nadir_before_mm": plain(point.nadir_before_mm),
        "pct_change_from_baseline": _percent(point.sum_mm, point.baseline_mm),
        "pct_change_from_nadir": _percent(point.sum_mm, point.nadir_before_mm),
        "change_from_nadir_mm": plain(point.change_from_nadir_mm),
        "target": point.target.value,
        "non_target": point.non_target.value,
        "overall": point.overall.value,
    }


def _percent(sum_mm: Decimal | None, reference_mm: Decimal | None) -> float | None:
    if sum_mm is None or reference_mm is None:
        return None
    return plain(percent(EXACT.subtract(sum_mm, reference_mm), reference_mm))


def _why(history: History) -> list[str]:
    points = sorted(history.time_points, key=lambda point: point.on)
    return [f"{point.on}: {sentence}" for point in points for sentence in point.why] + list(history.why)
