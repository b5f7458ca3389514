"""Numbers of study U87. Defaults of our own; the sponsor decides."""

from __future__ import annotations

from decimal import Decimal

from trial_edc.protocol.settings import Settings

SETTINGS = Settings(
    ctcae_version="5.0",
    crs_icans_scale="ASTCT 2019",
    dose_unit="10^6 CAR+ cells",
    dose_tolerance_percent=Decimal(20),
    maximum_volume_ml_per_kg=Decimal(10),
    thaw_to_end_max_min=30,
    infusions_per_subject=1,
    infusion_after_ld1_days=5,
    infusion_after_ld1_accepted_days=(4, 9),
    age_years=(18, 75),
    daily_assessment_days=(0, 14),
    fever_c=Decimal("38.0"),
    inpatient_until_day=10,
    ae_primary_window_days=(0, 28),
    ae_related=("POSSIBLE", "PROBABLE", "DEFINITE"),
    ae_all_until_day=97,
    dlt_window_days=28,
    sae_report_hours=24,
    pulse_jump_per_min=60,
    weight_change_percent=Decimal(10),
    screening_days_before_leukapheresis=28,
    idle_limit_min=15,
)
