"""Numbers of study U87. Defaults of our own; the sponsor decides."""

from __future__ import annotations

from decimal import Decimal

from trial_edc.protocol.settings import CollectionLimits, Lymphodepletion, ReleaseLimits, Settings, TissueRule

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
    tissue=TissueRule(antigen="U87 target antigen", positive_percent=Decimal(50), archival_months=24),
    collection=CollectionLimits(
        cd3_min=Decimal("1.0"), anc_min=Decimal("1.0"), plt_min=Decimal(50), hgb_min=Decimal(80), attempts_max=2
    ),
    release=ReleaseLimits(
        viability_min_percent=Decimal(70),
        car_positive_min_percent=Decimal(10),
        cd3_min_percent=Decimal(80),
        vcn_below=Decimal(5),
        endotoxin_below_eu_ml=Decimal(5),
        potency_min=Decimal(50),
        dose_min_percent=Decimal(80),
        infusion_approvals=("MONITOR", "INVESTIGATOR", "ETHICS", "SUBJECT"),
    ),
    lymphodepletion=Lymphodepletion(
        fludarabine_mg_m2=Decimal(30),
        fludarabine_reduced_mg_m2=Decimal(24),
        cyclophosphamide_mg_m2=Decimal(300),
        full_dose_min_crcl=Decimal(70),
        reduced_dose_min_crcl=Decimal(50),
        dose_tolerance_percent=Decimal(10),
        days=(-5, -4, -3),
        repeat_after_days=14,
    ),
    # Days without earlier treatment before leukapheresis, by type of prior therapy.
    washout_days=(("CHEMO", 14), ("EGFR", 14), ("PD1", 28), ("RT", 14), ("INVEST", 28)),
    bridging_washout_days=7,
    steroid_free_days=7,
    contact_attempts_min=3,
    area_ends_on_calendar_day=True,
)
