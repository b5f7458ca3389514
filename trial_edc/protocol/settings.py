"""The numbers every study states: dose rules, windows and periods."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class TissueRule:
    """Tumour tissue: Positive when cells stained 2+ and 3+ together reach `positive_percent`, included."""

    antigen: str
    positive_percent: Decimal
    archival_months: int


@dataclass(frozen=True)
class CollectionLimits:
    """Leukapheresis: least CD3+ cells (10^9) and least counts on the day (10^9/L, haemoglobin g/L)."""

    cd3_min: Decimal
    anc_min: Decimal
    plt_min: Decimal
    hgb_min: Decimal
    attempts_max: int


@dataclass(frozen=True)
class ReleaseLimits:
    """Product release: `_min` and included, or below the limit (`_below`). `dose_min_percent` of the assigned level."""

    viability_min_percent: Decimal
    car_positive_min_percent: Decimal
    cd3_min_percent: Decimal
    vcn_below: Decimal
    endotoxin_below_eu_ml: Decimal
    potency_min: Decimal
    dose_min_percent: Decimal
    infusion_approvals: tuple[str, ...]


@dataclass(frozen=True)
class Lymphodepletion:
    """Daily doses (mg/m2), the creatinine clearance (mL/min) they depend on, and the days they are given on.

    At `full_dose_min_crcl` and above fludarabine is given in full, reduced down to `reduced_dose_min_crcl`, below
    that not without the medical monitor. `repeat_after_days` from day 1 without an infusion it is given again.
    """

    fludarabine_mg_m2: Decimal
    fludarabine_reduced_mg_m2: Decimal
    cyclophosphamide_mg_m2: Decimal
    full_dose_min_crcl: Decimal
    reduced_dose_min_crcl: Decimal
    dose_tolerance_percent: Decimal
    days: tuple[int, ...]
    repeat_after_days: int


@dataclass(frozen=True)
class Settings:
    """Constants of a study. Days, minutes and units stand in the names; pairs are (first, last), both
    included.

    `area_ends_on_calendar_day`: the area to day 28 may end at the sample of study day 28, taken before 28.0 d.
    """

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
    tissue: TissueRule
    collection: CollectionLimits
    release: ReleaseLimits
    lymphodepletion: Lymphodepletion
    washout_days: tuple[tuple[str, int], ...]
    bridging_washout_days: int
    steroid_free_days: int
    contact_attempts_min: int
    area_ends_on_calendar_day: bool = True
