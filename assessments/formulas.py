"""Values computed from measurements: QTcF, creatinine clearance, calcium corrected for albumin. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_CLEARANCE_FACTOR = {"M": Decimal("1.23"), "F": Decimal("1.04")}
_THIRD = Decimal(1) / Decimal(3)


def qtcf(qt_ms: Decimal, heart_rate_per_min: Decimal) -> Decimal:
    """QT interval corrected for heart rate, ms, whole milliseconds half-up.

    Args:
        qt_ms: QT interval, ms, > 0. heart_rate_per_min: > 0.
    Raises:
        ValueError: an argument is not above 0.
    Source:
        Fridericia LS, Acta Med Scand 1920;53:469-486: QT / (60 / heart rate)^(1/3).
    """
    if qt_ms <= 0 or heart_rate_per_min <= 0:
        raise ValueError(f"need QT and heart rate above 0, got {qt_ms} ms and {heart_rate_per_min}/min")
    return _rounded(qt_ms / (60 / heart_rate_per_min) ** _THIRD, "1")


def creatinine_clearance(*, age_years: int, weight_kg: Decimal, creatinine_umol_l: Decimal, sex: str) -> Decimal | None:
    """Creatinine clearance, mL/min, 1 decimal half-up; None when the sex is neither "M" nor "F".

    Args:
        age_years: whole years on the day of the sample. weight_kg: actual weight, > 0.
        creatinine_umol_l: > 0.
    Raises:
        ValueError: weight or creatinine is not above 0.
    Source:
        Cockcroft DW, Gault MH, Nephron 1976;16:31-41; constants for creatinine in umol/L.
    """
    if weight_kg <= 0 or creatinine_umol_l <= 0:
        raise ValueError(f"need weight and creatinine above 0, got {weight_kg} kg and {creatinine_umol_l} umol/L")
    factor = _CLEARANCE_FACTOR.get(sex)
    return None if factor is None else _rounded((140 - age_years) * weight_kg * factor / creatinine_umol_l, "0.1")


def corrected_calcium(calcium_mmol_l: Decimal, albumin_g_l: Decimal) -> Decimal:
    """Total calcium corrected for albumin, mmol/L, 2 decimals half-up.

    Source:
        Payne RB et al., Br Med J 1973;4:643-646, in its usual form: total + 0.02 x (40 - albumin).
    """
    return _rounded(calcium_mmol_l + Decimal("0.02") * (40 - albumin_g_l), "0.01")


def _rounded(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), rounding=ROUND_HALF_UP)
