"""Formulas behind the forms of this app. Pure: no database, no clock; a missing value is None."""

from __future__ import annotations

from decimal import Decimal

from trial_edc.protocol.settings import Lymphodepletion, TissueRule

POSITIVE, NEGATIVE, NOT_EVALUABLE = "POS", "NEG", "NOTEVAL"


def exact_body_surface_area(height_cm: Decimal, weight_kg: Decimal) -> Decimal:
    """Body surface area, m2, unrounded, for doses. Source: Mosteller, N Engl J Med 1987;317:1098.

    Raises:
        ValueError: height or weight is not positive.
    """
    if height_cm <= 0 or weight_kg <= 0:
        raise ValueError(f"need height and weight > 0, got {height_cm} cm and {weight_kg} kg")
    return (height_cm * weight_kg / 3600).sqrt()


def body_surface_area(height_cm: Decimal, weight_kg: Decimal) -> Decimal:
    """Body surface area as shown, m2, 2 decimals half-up; see `exact_body_surface_area`."""
    return exact_body_surface_area(height_cm, weight_kg).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


def fludarabine_dose(clearance_ml_min: Decimal | None, rule: Lymphodepletion) -> Decimal | None:
    """Planned fludarabine, mg/m2 a day; None while the clearance is unknown or where the rule gives no dose."""
    if clearance_ml_min is None or clearance_ml_min < rule.reduced_dose_min_crcl:
        return None
    full = clearance_ml_min >= rule.full_dose_min_crcl
    return rule.fludarabine_mg_m2 if full else rule.fludarabine_reduced_mg_m2


def dose_mg(planned_mg_m2: Decimal, height_cm: Decimal, weight_kg: Decimal) -> Decimal:
    """A dose per body surface in mg, unrounded, from actual height and weight."""
    return planned_mg_m2 * exact_body_surface_area(height_cm, weight_kg)


def within_percent(given: Decimal, expected: Decimal, percent: Decimal) -> bool:
    """Whether `given` lies within `percent` of `expected` (> 0), the limits included. Compared exactly."""
    return abs(given - expected) * 100 <= percent * expected


def tissue_verdict(percent_2: Decimal | None, percent_3: Decimal | None, rule: TissueRule) -> str:
    """Target antigen in tumour tissue by the threshold of the protocol.

    Args:
        percent_2, percent_3: tumour cells stained 2+ and 3+, percent, 0-100; None = not known.
    Returns:
        POSITIVE when both together reach the threshold, NEGATIVE below it, NOT_EVALUABLE when one is missing.
    """
    if percent_2 is None or percent_3 is None:
        return NOT_EVALUABLE
    return POSITIVE if percent_2 + percent_3 >= rule.positive_percent else NEGATIVE


def h_score(percent_1: Decimal, percent_2: Decimal, percent_3: Decimal) -> Decimal:
    """Staining intensity times percent of tumour cells, summed: 0-300."""
    return percent_1 + 2 * percent_2 + 3 * percent_3
