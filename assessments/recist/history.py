"""The whole history of one subject: every scan in order of date, the first progression, the best response.

Source: RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009;45:228-247), section 4.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from assessments.recist.best import BestResponse, best_response, is_disease_control, is_responder
from assessments.recist.model import (
    EXACT,
    Baseline,
    Criteria,
    DatedResponse,
    MergedInto,
    NewLesion,
    Response,
    ResponseRules,
    Scan,
    TargetValue,
)
from assessments.recist.timepoint import (
    ZERO,
    overall_response,
    percent_change,
    read_non_targets,
    read_targets,
)

STANDARD_RULES = ResponseRules()
STANDARD_CRITERIA = Criteria()


class HistoryError(ValueError):
    """The scans do not fit together. The sentence names the field, scans counted from 0 as `visits[0]`."""


@dataclass(frozen=True, slots=True)
class TimePoint:
    """One scan as read. Sums are mm; None when a target was not evaluated or there are none at baseline."""

    on: datetime.date
    baseline_mm: Decimal | None
    nadir_before_mm: Decimal | None
    sum_mm: Decimal | None
    target: Response
    non_target: Response
    overall: Response
    why: tuple[str, ...]

    @property
    def change_from_nadir_mm(self) -> Decimal | None:
        """Sum minus the smallest complete sum before this scan, mm."""
        if self.sum_mm is None or self.nadir_before_mm is None:
            return None
        return EXACT.subtract(self.sum_mm, self.nadir_before_mm)

    @property
    def pct_change_from_baseline(self) -> Decimal | None:
        """Percent, unrounded; None without a sum or with a baseline of 0."""
        return percent_change(self.sum_mm, self.baseline_mm) if self.sum_mm is not None and self.baseline_mm else None

    @property
    def pct_change_from_nadir(self) -> Decimal | None:
        """Percent, unrounded; None without a sum or with a nadir of 0."""
        if self.sum_mm is None or not self.nadir_before_mm:
            return None
        return percent_change(self.sum_mm, self.nadir_before_mm)


@dataclass(frozen=True, slots=True)
class History:
    """What RECIST 1.1 makes of one subject. `time_points` stand in the order of the scans given."""

    time_points: tuple[TimePoint, ...]
    best: BestResponse
    first_pd_on: datetime.date | None
    first_pd_day: int | None
    why: tuple[str, ...]

    @property
    def responder_unconfirmed(self) -> bool:
        """CR or PR without asking for confirmation."""
        return is_responder(self.best.unconfirmed)

    @property
    def responder_confirmed(self) -> bool:
        """Confirmed CR or PR."""
        return is_responder(self.best.confirmed)

    @property
    def disease_control_unconfirmed(self) -> bool:
        """CR, PR or SD without asking for confirmation."""
        return is_disease_control(self.best.unconfirmed)

    @property
    def disease_control_confirmed(self) -> bool:
        """Confirmed CR or PR, or SD."""
        return is_disease_control(self.best.confirmed)


def read_history(
    baseline: Baseline,
    scans: Sequence[Scan],
    *,
    reference_on: datetime.date,
    rules: ResponseRules = STANDARD_RULES,
    criteria: Criteria = STANDARD_CRITERIA,
    new_therapy_on: datetime.date | None = None,
) -> History:
    """Read all scans of one subject by RECIST 1.1.

    Args:
        baseline: lesions before treatment.
        scans: in any order, one per date, none before `reference_on`.
        reference_on: start of treatment (first infusion).
        rules: minimum duration of SD and what confirms a response.
        criteria: the numeric limits.
        new_therapy_on: start of new anticancer therapy; scans after it are read but do not count.
    Raises HistoryError for what `check_history` refuses.
    """
    check_history(baseline, scans, reference_on)
    order = sorted(range(len(scans)), key=lambda i: scans[i].on)
    in_order = [scans[i] for i in order]
    read, responses, notes = _date_back(in_order, _read_in_order(baseline, in_order, criteria))
    best = best_response(
        responses,
        reference_on=reference_on,
        rules=rules,
        new_therapy_on=new_therapy_on,
        non_target_only=not baseline.targets,
    )
    first_pd_on = _first_progression(responses, new_therapy_on)
    return History(
        time_points=tuple(point for _, point in sorted(zip(order, read, strict=True))),
        best=best,
        first_pd_on=first_pd_on,
        first_pd_day=(first_pd_on - reference_on).days if first_pd_on else None,
        why=(*notes, *best.why),
    )


def check_history(baseline: Baseline, scans: Sequence[Scan], reference_on: datetime.date) -> None:
    """Raise HistoryError for the first rule that the lesions and scans break.

    Refused: a duplicate date, a scan before the reference date, an unknown or doubled lesion id, a negative
    or not finite diameter, a split without fragments, a merger into a lesion that cannot carry it.
    """
    problem = next(_problems(baseline, scans, reference_on), None)
    if problem is not None:
        raise HistoryError(problem)


def _first_progression(
    responses: Sequence[DatedResponse], new_therapy_on: datetime.date | None
) -> datetime.date | None:
    """The first PD, unless new therapy began before it."""
    for response in responses:
        if response.overall is Response.PD:
            return response.on if new_therapy_on is None or response.on <= new_therapy_on else None
    return None


def _read_in_order(baseline: Baseline, scans: Sequence[Scan], criteria: Criteria) -> list[TimePoint]:
    """Scans oldest first, each against the smallest complete sum and a complete response before it."""
    with localcontext(EXACT):
        baseline_mm = sum_at_baseline(baseline)
        return _read_all(baseline, scans, baseline_mm, criteria)


def sum_at_baseline(baseline: Baseline) -> Decimal | None:
    """Sum of diameters of the targets at baseline, mm; None without targets. Call in the EXACT context."""
    return sum((lesion.diameter_mm for lesion in baseline.targets), ZERO) if baseline.targets else None


def _read_all(
    baseline: Baseline, scans: Sequence[Scan], baseline_mm: Decimal | None, criteria: Criteria
) -> list[TimePoint]:
    nadir = baseline_mm
    after_cr = False
    points: list[TimePoint] = []
    for scan in scans:
        point = _read_scan(baseline, scan, baseline_mm, nadir, after_cr, criteria)
        points.append(point)
        after_cr = after_cr or point.overall is Response.CR
        if point.sum_mm is not None and nadir is not None:
            nadir = min(nadir, point.sum_mm)
    return points


def _read_scan(
    baseline: Baseline,
    scan: Scan,
    baseline_mm: Decimal | None,
    nadir: Decimal | None,
    after_cr: bool,
    criteria: Criteria,
) -> TimePoint:
    if not scan.performed:
        target = Response.NE if baseline.targets else Response.NA
        non_target = Response.NE if baseline.non_targets else Response.NA
        skipped = ("The assessment was not performed: nothing is evaluated.",)
        return TimePoint(scan.on, baseline_mm, nadir, None, target, non_target, Response.NE, skipped)
    targets = read_targets(
        baseline.targets,
        scan.targets,
        baseline_mm=baseline_mm or ZERO,
        nadir_mm=nadir or ZERO,
        after_cr=after_cr,
        criteria=criteria,
    )
    non_targets = read_non_targets(baseline.non_targets, scan.non_targets, after_cr=after_cr)
    overall = overall_response(targets.response, non_targets.response, scan.new_lesion)
    why = (
        *targets.why,
        *non_targets.why,
        f"Overall {overall}: target {targets.response}, non-target {non_targets.response}, "
        f"new lesion {scan.new_lesion}.",
    )
    return TimePoint(scan.on, baseline_mm, nadir, targets.sum_mm, targets.response, non_targets.response, overall, why)


def _date_back(
    scans: Sequence[Scan], points: Sequence[TimePoint]
) -> tuple[list[TimePoint], list[DatedResponse], tuple[str, ...]]:
    """The responses that count: an equivocal lesion that became unequivocal was progression when first seen.

    The overall response of the earlier scan stays as read; only its reasons say what counts. RECIST 1.1,
    section 4.3.5.
    """
    points = list(points)
    responses = [DatedResponse(point.on, point.overall) for point in points]
    notes: list[str] = []
    for i, scan in enumerate(scans):
        if not scan.performed or scan.new_lesion is not NewLesion.UNEQUIVOCAL:
            continue
        first = _start_of_equivocal_run(scans, i)
        if first is None:
            continue
        note = (
            f"The lesion that was equivocal on {scans[first].on} is unequivocal on {scan.on}: "
            f"progression is dated {scans[first].on}."
        )
        notes.append(note)
        points[first] = replace(points[first], why=(*points[first].why, note))
        responses[first] = DatedResponse(scans[first].on, Response.PD)
    return points, responses, tuple(notes)


def _start_of_equivocal_run(scans: Sequence[Scan], confirmed_at: int) -> int | None:
    """Index of the first of the unbroken equivocal scans just before; scans not performed do not break it."""
    first = None
    for i in range(confirmed_at - 1, -1, -1):
        if not scans[i].performed:
            continue
        if scans[i].new_lesion is not NewLesion.EQUIVOCAL:
            break
        first = i
    return first


def _problems(baseline: Baseline, scans: Sequence[Scan], reference_on: datetime.date) -> Iterator[str]:
    """One sentence per broken rule, the first one first."""
    yield from _baseline_problems(baseline)
    seen: dict[datetime.date, int] = {}
    targets = {lesion.id for lesion in baseline.targets}
    non_targets = {lesion.id for lesion in baseline.non_targets}
    for i, scan in enumerate(scans):
        if scan.on in seen:
            yield f"visits[{i}].date {scan.on} is also the date of visits[{seen[scan.on]}]."
        seen[scan.on] = i
        if scan.on < reference_on:
            yield f"visits[{i}].date {scan.on} is before the reference date {reference_on}."
        for lesion_id in scan.non_targets:
            if lesion_id not in non_targets:
                yield f"visits[{i}].non_target.{lesion_id} is not a non-target lesion of the baseline."
        for lesion_id, value in scan.targets.items():
            if problem := _value_problem(lesion_id, value, scan, targets):
                yield f"visits[{i}].target.{lesion_id} {problem}"


def _baseline_problems(baseline: Baseline) -> Iterator[str]:
    ids: set[str] = set()
    listed = [(f"target_lesions[{i}]", lesion.id) for i, lesion in enumerate(baseline.targets)]
    listed += [(f"non_target_lesions[{i}]", lesion.id) for i, lesion in enumerate(baseline.non_targets)]
    for where, lesion_id in listed:
        if lesion_id in ids:
            yield f"baseline.{where}.id {lesion_id} is given to two lesions."
        ids.add(lesion_id)
    for i, target in enumerate(baseline.targets):
        if not _is_length(target.diameter_mm):
            yield f"baseline.target_lesions[{i}].diameter_mm must be 0 or more, got {target.diameter_mm}."


def _is_length(value: Decimal) -> bool:
    return value.is_finite() and value >= ZERO


def _value_problem(lesion_id: str, value: TargetValue, scan: Scan, targets: set[str]) -> str | None:
    if lesion_id not in targets:
        return "is not a target lesion of the baseline."
    if isinstance(value, Decimal):
        return None if _is_length(value) else f"must be 0 or more, got {value}."
    if isinstance(value, tuple):
        if value and all(_is_length(fragment) for fragment in value):
            return None
        return "must list at least one fragment, each 0 or more."
    if isinstance(value, MergedInto):
        carrier = value.lesion_id
        if carrier not in targets:
            return f"is merged into {carrier}, which is not a target lesion of the baseline."
        if carrier == lesion_id or isinstance(scan.targets.get(carrier), MergedInto):
            return f"is merged into {carrier}, which must be another target that is not itself merged."
    return None
