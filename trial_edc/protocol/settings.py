"""The numbers every study states: dose rules, windows and periods."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Settings:
    """Constants of a study. Days, minutes and units stand in the names; pairs are (first, last), both
    included."""

    ctcae_version: str
    crs_icans_scale: str
    dose_unit: str
    dose_tolerance_percent: Decimal
    maximum_volume_ml_per_kg: Decimal
    thaw_to_end_max_min: int
    infusions_per_subject: int
    infusion_after_ld1_days: int
    infusion_after_ld1_accepted_days: tuple[int, int]
    age_years: tuple[int, int]
    daily_assessment_days: tuple[int, int]
    fever_c: Decimal
    inpatient_until_day: int
    ae_primary_window_days: tuple[int, int]
    ae_related: tuple[str, ...]
    ae_all_until_day: int
    dlt_window_days: int
    sae_report_hours: int
    pulse_jump_per_min: int
    weight_change_percent: Decimal
    screening_days_before_leukapheresis: int
    idle_limit_min: int
