"""Response at one time point: target lesions, non-target lesions, overall.

Source: RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009;45:228-247), sections 4.3 and 4.4, Tables 1 and 2.
Call inside `decimal.localcontext(EXACT)`; `read_history` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assessments.recist.model import (
    Criteria,
    Finding,
    MergedInto,
    NewLesion,
    NonTargetLesion,
    NonTargetStatus,
    Response,
    TargetLesion,
    TargetValue,
    millimetres,
)

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TargetReading:
    """Target lesions at one scan.

    `sum_mm` is None unless every target was evaluated; `measured_mm` is the sum of those that were.
    """

    response: Response
    sum_mm: Decimal | None
    measured_mm: Decimal
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NonTargetReading:
    """Non-target lesions at one scan."""

    response: Response
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Measured:
    """What the targets of one scan add up to. `gone`: non-nodal ones at 0 and every node below the limit."""

    total: Decimal
    missing: tuple[str, ...]
    gone: bool
    parts: str


def percent_change(sum_mm: Decimal, reference_mm: Decimal) -> Decimal:
    """Change of a sum of diameters against a reference, in percent.

    Args:
        sum_mm: sum of target-lesion diameters now, mm, >= 0.
        reference_mm: baseline sum for response, smallest sum so far for progression, mm, > 0.
    Returns:
        Percent, negative when shrinking, unrounded. -100 when all lesions are gone. Thresholds are never
        compared with it.
    Raises:
        ValueError: the reference is zero or either sum is negative.
    Source:
        RECIST 1.1, section 4.3.1.
    """
    if reference_mm <= 0 or sum_mm < 0:
        raise ValueError(f"need sum >= 0 and reference > 0, got {sum_mm} and {reference_mm} mm")
    return (sum_mm - reference_mm) / reference_mm * 100


def lesion_sizes(value: TargetValue, criteria: Criteria) -> tuple[Decimal, Decimal] | None:
    """What a lesion adds to the sum and its largest single diameter, both mm; None when not evaluable.

    A split lesion adds all fragments, a merged one nothing; too small to measure counts as 5 mm, and a value
    measured below 5 mm as measured (RECIST 1.1, section 3.2 and appendix II).
    """
    if isinstance(value, Decimal):
        return value, value
    if isinstance(value, tuple):
        return sum(value, ZERO), max(value)
    if value is Finding.TOO_SMALL:
        return criteria.too_small_mm, criteria.too_small_mm
    if value is Finding.ABSENT or isinstance(value, MergedInto):
        return ZERO, ZERO
    return None


def _measure(lesions: Sequence[TargetLesion], values: Mapping[str, TargetValue], criteria: Criteria) -> _Measured:
    total, gone = ZERO, True
    missing: list[str] = []
    parts: list[str] = []
    for lesion in lesions:
        sizes = lesion_sizes(values.get(lesion.id, Finding.NOT_EVALUABLE), criteria)
        if sizes is None:
            missing.append(lesion.id)
            continue
        adds, largest = sizes
        total += adds
        still_there = largest >= criteria.normal_node_mm if lesion.nodal else adds > 0
        gone = gone and not still_there
        parts.append(f"{lesion.id} {millimetres(adds)}")
    return _Measured(total, tuple(missing), gone, ", ".join(parts))


def _has_grown(total: Decimal, nadir: Decimal, criteria: Criteria) -> bool:
    return total >= criteria.progression_factor * nadir and total - nadir >= criteria.progression_min_mm


def read_targets(
    lesions: Sequence[TargetLesion],
    values: Mapping[str, TargetValue],
    *,
    baseline_mm: Decimal,
    nadir_mm: Decimal,
    after_cr: bool,
    criteria: Criteria,
) -> TargetReading:
    """Response of the target lesions at one scan.

    Args:
        lesions: the targets of the baseline; none gives NA.
        values: by lesion id; a missing id is not evaluable.
        baseline_mm: sum at baseline, mm.
        nadir_mm: smallest complete sum before this scan, baseline included, mm.
        after_cr: an earlier scan was an overall complete response.
        criteria: the numeric limits.
    Source:
        RECIST 1.1, sections 4.3.1, 4.3.2 and 4.4.1; footnote of Table 3 for disease that is back.
    """
    if not lesions:
        return TargetReading(Response.NA, None, ZERO, ("There were no target lesions at baseline.",))
    measured = _measure(lesions, values, criteria)
    if measured.missing:
        return _read_incomplete(measured, nadir_mm, criteria)
    response, reason = _read_complete(measured, baseline_mm, nadir_mm, after_cr, criteria)
    total = f"The sum of target diameters is {millimetres(measured.total)} mm ({measured.parts})."
    return TargetReading(response, measured.total, measured.total, (total, reason))


def _read_incomplete(measured: _Measured, nadir_mm: Decimal, criteria: Criteria) -> TargetReading:
    """A sum that lacks lesions can only prove progression."""
    missing = f"Not evaluated: {', '.join(measured.missing)}; the sum of target diameters is not complete."
    if _has_grown(measured.total, nadir_mm, criteria):
        reach = millimetres(measured.total)
        reason = (
            f"Target PD: the lesions measured alone ({measured.parts}) reach {reach} mm, "
            f"progression from the smallest earlier sum of {millimetres(nadir_mm)} mm."
        )
        return TargetReading(Response.PD, None, measured.total, (missing, reason))
    return TargetReading(Response.NE, None, measured.total, (missing, "Target NE: a target was not evaluated."))


def _read_complete(
    measured: _Measured, baseline_mm: Decimal, nadir_mm: Decimal, after_cr: bool, criteria: Criteria
) -> tuple[Response, str]:
    total, nadir, base = measured.total, millimetres(nadir_mm), millimetres(baseline_mm)
    if measured.gone:
        node = millimetres(criteria.normal_node_mm)
        return Response.CR, f"Target CR: every non-nodal target is gone and every node is below {node} mm."
    if after_cr:
        return Response.PD, "Target PD: disease is back after a complete response, however small."
    if _has_grown(total, nadir_mm, criteria):
        grown, least = millimetres(total - nadir_mm), millimetres(criteria.progression_min_mm)
        return Response.PD, (
            f"Target PD: {grown} mm above the smallest earlier sum of {nadir} mm, "
            f"at least {millimetres((criteria.progression_factor - 1) * 100)} % and at least {least} mm."
        )
    shrink = millimetres((1 - criteria.response_factor) * 100)
    if total <= criteria.response_factor * baseline_mm:
        return Response.PR, f"Target PR: at least {shrink} % below the baseline sum of {base} mm."
    return Response.SD, (
        f"Target SD: less than {shrink} % below the baseline sum of {base} mm and no progression from the "
        f"smallest earlier sum of {nadir} mm."
    )


def read_non_targets(
    lesions: Sequence[NonTargetLesion], statuses: Mapping[str, NonTargetStatus], *, after_cr: bool
) -> NonTargetReading:
    """Response of the non-target lesions at one scan; a lesion without a status was not evaluated.

    Source: RECIST 1.1, section 4.3.3 and Table 2; footnote of Table 3 for disease that is back.
    """
    if not lesions:
        return NonTargetReading(Response.NA, ("There were no non-target lesions at baseline.",))
    found = [statuses.get(lesion.id, NonTargetStatus.NOT_EVALUATED) for lesion in lesions]

    def those(status: NonTargetStatus) -> str:
        return ", ".join(lesion.id for lesion, is_now in zip(lesions, found, strict=True) if is_now is status)

    response, why = Response.CR, "Non-target CR: all non-target lesions are absent."
    if NonTargetStatus.PROGRESSION in found:
        worse = those(NonTargetStatus.PROGRESSION)
        response, why = Response.PD, f"Non-target PD: unequivocal progression of {worse}."
    elif after_cr and NonTargetStatus.PRESENT in found:
        present = those(NonTargetStatus.PRESENT)
        response, why = Response.PD, f"Non-target PD: {present} present again after a complete response."
    elif NonTargetStatus.NOT_EVALUATED in found:
        missing = those(NonTargetStatus.NOT_EVALUATED)
        response, why = Response.NE, f"Non-target NE: not evaluated: {missing}."
    elif NonTargetStatus.PRESENT in found:
        present = those(NonTargetStatus.PRESENT)
        response, why = Response.NON_CR_NON_PD, f"Non-target Non-CR/Non-PD: {present} present."
    return NonTargetReading(response, (why,))


def overall_response(target: Response, non_target: Response, new_lesion: NewLesion) -> Response:
    """Overall response of a performed scan from its three parts.

    Args:
        target: CR, PR, SD, PD, NE, or NA without target lesions at baseline.
        non_target: CR, Non-CR/Non-PD, PD, NE, or NA without non-target lesions at baseline.
        new_lesion: only an unequivocal one is progression.
    Source:
        RECIST 1.1, Table 1 (target lesions), Table 2 (non-target lesions only).
    """
    if Response.PD in (target, non_target) or new_lesion is NewLesion.UNEQUIVOCAL:
        return Response.PD
    if target is Response.NA:
        return Response.NE if non_target is Response.NA else non_target
    if target is Response.CR and non_target not in (Response.CR, Response.NA):
        return Response.PR
    return target
