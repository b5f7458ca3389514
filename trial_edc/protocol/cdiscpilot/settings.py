"""Numbers of the study. The dose rules of a cell product apply to no subject here; their forms are not part of it."""

from __future__ import annotations

from decimal import Decimal

from trial_edc.protocol.settings import CollectionLimits, Lymphodepletion, ReleaseLimits, Settings, TissueRule

_NONE = Decimal(0)
SETTINGS = Settings(
    ctcae_version="5.0",
    crs_icans_scale="",
    dose_unit="mg",
    dose_tolerance_percent=_NONE,
    maximum_volume_ml_per_kg=_NONE,
    thaw_to_end_max_min=0,
    infusions_per_subject=0,
    infusion_after_ld1_days=0,
    infusion_after_ld1_accepted_days=(0, 0),
    age_years=(50, 89),
    daily_assessment_days=(0, 0),
    fever_c=Decimal("38.0"),
    inpatient_until_day=0,
    ae_primary_window_days=(0, 28),
    ae_related=("POSSIBLE", "PROBABLE"),
    ae_all_until_day=9_999,
    dlt_window_days=0,
    sae_report_hours=24,
    pulse_jump_per_min=60,
    weight_change_percent=Decimal(10),
    screening_days_before_leukapheresis=0,
    idle_limit_min=15,
    tissue=TissueRule(antigen="", positive_percent=_NONE, archival_months=0),
    collection=CollectionLimits(cd3_min=_NONE, anc_min=_NONE, plt_min=_NONE, hgb_min=_NONE, attempts_max=0),
    release=ReleaseLimits(
        viability_min_percent=_NONE,
        car_positive_min_percent=_NONE,
        cd3_min_percent=_NONE,
        vcn_below=_NONE,
        endotoxin_below_eu_ml=_NONE,
        potency_min=_NONE,
        dose_min_percent=_NONE,
        infusion_approvals=(),
    ),
    lymphodepletion=Lymphodepletion(
        fludarabine_mg_m2=_NONE,
        fludarabine_reduced_mg_m2=_NONE,
        cyclophosphamide_mg_m2=_NONE,
        full_dose_min_crcl=_NONE,
        reduced_dose_min_crcl=_NONE,
        dose_tolerance_percent=_NONE,
        days=(),
        repeat_after_days=0,
    ),
    washout_days=(),
    bridging_washout_days=0,
    steroid_free_days=0,
    contact_attempts_min=0,
)
