"""iRECIST: a second, exploratory reading of the same scans. Endpoints of the trial stay with RECIST 1.1.

Source: iRECIST (Seymour et al., Lancet Oncol 2017;18:e143-e152), Tables 2 and 3. Progression is first
unconfirmed (iUPD) and is confirmed (iCPD) when a later scan is worse; otherwise the bar resets. Small
increases are added up against the first iUPD (EORTC RECIST committee, questions and clarifications).
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Final

from assessments.recist.history import STANDARD_CRITERIA, STANDARD_RULES, check_history, sum_at_baseline
from assessments.recist.model import (
    EXACT,
    Baseline,
    Criteria,
    NewLesion,
    Response,
    ResponseRules,
    Scan,
    millimetres,
)
from assessments.recist.timepoint import (
    ZERO,
    NonTargetReading,
    TargetReading,
    overall_response,
    read_non_targets,
    read_targets,
)

MIN_DAYS_TO_CONFIRM: Final = 28


class ImmuneResponse(StrEnum):
    """Responses of iRECIST."""

    ICR = "iCR"
    IPR = "iPR"
    ISD = "iSD"
    NON_ICR_NON_IUPD = "Non-iCR/Non-iUPD"
    IUPD = "iUPD"
    ICPD = "iCPD"
    NE = "NE"


_WITHOUT_PROGRESSION: Final = {
    Response.CR: ImmuneResponse.ICR,
    Response.PR: ImmuneResponse.IPR,
    Response.SD: ImmuneResponse.ISD,
    Response.NON_CR_NON_PD: ImmuneResponse.NON_ICR_NON_IUPD,
    Response.NE: ImmuneResponse.NE,
}


@dataclass(frozen=True, slots=True)
class ImmuneTimePoint:
    """One scan by iRECIST."""

    on: datetime.date
    response: ImmuneResponse
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImmuneHistory:
    """`progression_on` is the first iUPD of the run that was confirmed, `confirmed_on` the scan that did it.

    `time_points` stand in the order of the scans given.
    """

    time_points: tuple[ImmuneTimePoint, ...]
    best: ImmuneResponse
    progression_on: datetime.date | None
    confirmed_on: datetime.date | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Parts:
    """One scan taken apart: what each lesion group did."""

    scan: Scan
    target: TargetReading
    non_target: NonTargetReading
    overall: Response

    @property
    def has_new(self) -> bool:
        return self.scan.new_lesion is NewLesion.UNEQUIVOCAL


def read_immune_history(
    baseline: Baseline,
    scans: Sequence[Scan],
    *,
    reference_on: datetime.date,
    rules: ResponseRules = STANDARD_RULES,
    criteria: Criteria = STANDARD_CRITERIA,
    new_therapy_on: datetime.date | None = None,
) -> ImmuneHistory:
    """Read all scans of one subject by iRECIST.

    Arguments and errors are those of `read_history`. New lesions confirm through `new_lesion_sum_mm` and
    `n_new_lesions`, non-target progression through `non_target_worse`; where these were not recorded, a
    lesion group that had already progressed cannot confirm. Equivocal new lesions are not dated back.
    """
    check_history(baseline, scans, reference_on)
    order = sorted(range(len(scans)), key=lambda i: scans[i].on)
    with localcontext(EXACT):
        points, progression_on, confirmed_on = _read_in_order(baseline, [scans[i] for i in order], criteria)
    best, why = _best(points, reference_on, rules, new_therapy_on)
    by_input = dict(zip(order, points, strict=True))
    return ImmuneHistory(tuple(by_input[i] for i in range(len(scans))), best, progression_on, confirmed_on, (why,))


def _read_in_order(
    baseline: Baseline, scans: Sequence[Scan], criteria: Criteria
) -> tuple[list[ImmuneTimePoint], datetime.date | None, datetime.date | None]:
    baseline_mm = nadir = sum_at_baseline(baseline) or ZERO
    after_cr = False
    pending: _Parts | None = None
    confirmed_on: datetime.date | None = None
    points: list[ImmuneTimePoint] = []
    for scan in scans:
        parts = _take_apart(baseline, scan, baseline_mm, nadir, after_cr, criteria)
        if confirmed_on is not None:
            reasons: tuple[str, ...] = (f"Progression was confirmed on {confirmed_on}.",)
            response = ImmuneResponse.ICPD
        else:
            response, reasons = _respond(parts, pending, criteria)
        points.append(ImmuneTimePoint(scan.on, response, reasons))
        if response is ImmuneResponse.IUPD:
            pending = pending or parts
        elif response is ImmuneResponse.ICPD:
            confirmed_on = confirmed_on or scan.on
        elif response is not ImmuneResponse.NE:
            pending = None
        after_cr = after_cr or response is ImmuneResponse.ICR
        if parts.target.sum_mm is not None:
            nadir = min(nadir, parts.target.sum_mm)
    return points, pending.scan.on if pending and confirmed_on else None, confirmed_on


def _take_apart(
    baseline: Baseline, scan: Scan, baseline_mm: Decimal, nadir: Decimal, after_cr: bool, criteria: Criteria
) -> _Parts:
    target = read_targets(
        baseline.targets,
        scan.targets if scan.performed else {},
        baseline_mm=baseline_mm,
        nadir_mm=nadir,
        after_cr=after_cr,
        criteria=criteria,
    )
    non_target = read_non_targets(baseline.non_targets, scan.non_targets if scan.performed else {}, after_cr=after_cr)
    overall = Response.NE
    if scan.performed:
        overall = overall_response(target.response, non_target.response, scan.new_lesion)
    return _Parts(scan, target, non_target, overall)


def _respond(parts: _Parts, pending: _Parts | None, criteria: Criteria) -> tuple[ImmuneResponse, tuple[str, ...]]:
    """The immune response of one scan while no progression has been confirmed."""
    why = (*parts.target.why, *parts.non_target.why)
    if not parts.scan.performed:
        return ImmuneResponse.NE, ("The assessment was not performed: nothing is evaluated.",)
    if pending is None:
        if parts.overall is Response.PD:
            return ImmuneResponse.IUPD, (
                *why,
                "First progression by RECIST 1.1: unconfirmed until a scan is worse.",
            )
        return _WITHOUT_PROGRESSION[parts.overall], why
    worse = _worse(parts, pending, criteria)
    days = (parts.scan.on - pending.scan.on).days
    since = f"{days} days after the unconfirmed progression of {pending.scan.on}"
    if worse and days >= MIN_DAYS_TO_CONFIRM:
        return ImmuneResponse.ICPD, (*why, *worse, f"Confirmed {since}.")
    if worse:
        return ImmuneResponse.IUPD, (
            *why,
            *worse,
            f"Only {since}; {MIN_DAYS_TO_CONFIRM} are needed to confirm.",
        )
    if parts.overall is Response.PD:
        return ImmuneResponse.IUPD, (*why, f"Still progressed but not worse, {since}.")
    if parts.overall is Response.NE:
        return ImmuneResponse.NE, (*why, f"Not evaluable, {since}; it stays unconfirmed.")
    return _WITHOUT_PROGRESSION[parts.overall], (*why, "The bar is reset: progression must be read again.")


def _worse(parts: _Parts, pending: _Parts, criteria: Criteria) -> tuple[str, ...]:
    """Why the scan is worse than the unconfirmed progression; empty when it is not."""
    step = criteria.progression_min_mm
    worse: list[str] = []
    if pending.target.response is not Response.PD:
        if parts.target.response is Response.PD:
            worse.append("Target lesions have now progressed too.")
    elif pending.target.sum_mm is not None:  # a first sum that lacks lesions is no measure for growth
        grown = parts.target.measured_mm - pending.target.sum_mm
        if grown >= step:
            worse.append(f"The target sum grew by a further {millimetres(grown)} mm.")
    if pending.non_target.response is Response.PD:
        if parts.scan.non_target_worse:
            worse.append("Non-target lesions grew further.")
    elif parts.non_target.response is Response.PD:
        worse.append("Non-target lesions have now progressed too.")
    if pending.has_new and parts.has_new:
        worse.extend(_new_lesions_worse(parts.scan, pending.scan, step))
    elif parts.has_new:
        worse.append("New lesions have now appeared too.")
    return tuple(worse)


def _new_lesions_worse(scan: Scan, first: Scan, step: Decimal) -> list[str]:
    worse = []
    if scan.n_new_lesions is not None and first.n_new_lesions is not None:
        more = scan.n_new_lesions - first.n_new_lesions
        if more > 0:
            worse.append(f"{more} more new lesions appeared.")
    if scan.new_lesion_sum_mm is not None and first.new_lesion_sum_mm is not None:
        grown = scan.new_lesion_sum_mm - first.new_lesion_sum_mm
        if grown >= step:
            worse.append(f"The sum of new lesions grew by {millimetres(grown)} mm.")
    return worse


def _best(
    points: Sequence[ImmuneTimePoint],
    reference_on: datetime.date,
    rules: ResponseRules,
    new_therapy_on: datetime.date | None,
) -> tuple[ImmuneResponse, str]:
    """iCR, iPR, then iSD past its minimum duration, before confirmed progression; then iCPD, iUPD, NE."""
    used = [p for p in points if new_therapy_on is None or p.on <= new_therapy_on]
    for wanted, min_days in (
        (ImmuneResponse.ICR, 0),
        (ImmuneResponse.IPR, 0),
        (ImmuneResponse.ISD, rules.sd_min_days),
        (ImmuneResponse.NON_ICR_NON_IUPD, rules.sd_min_days),
    ):
        for point in used:
            if point.response is wanted and (point.on - reference_on).days >= min_days:
                return wanted, f"Best immune response {wanted}: read on {point.on}."
    responses = {point.response for point in used}
    for wanted in (ImmuneResponse.ICPD, ImmuneResponse.IUPD):
        if wanted in responses:
            return wanted, f"Best immune response {wanted}: nothing better counts before it."
    return ImmuneResponse.NE, "Best immune response NE: nothing counts."
