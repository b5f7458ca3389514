"""The analyses of the study: day 0 is the first dose, actual arms are cohorts, severity stands for a grade."""

from __future__ import annotations

from trial_edc.protocol.analysis import AnalysisPlan, EventRules, Profile
from trial_edc.protocol.cdiscpilot.settings import SETTINGS
from trial_edc.protocol.model import DateSource
from trial_edc.protocol.words import _

EVENTS = EventRules(
    grade="aesev",
    grades=(("MILD", 1, _("Mild")), ("MODERATE", 2, _("Moderate")), ("SEVERE", 3, _("Severe"))),
    scale=_("severity as collected"),
    measure=_("severity"),
    severe=_("severe"),
    related=((_("Related to study treatment"), "aerel", SETTINGS.ae_related),),
    terms=("aedecod", "aeterm"),
    organ_class="aesoc",
    window=SETTINGS.ae_primary_window_days,
)
PLASMA = ("pkspec", ("PLASMA",))
PROFILES = (Profile("xan", _("Xanomeline in plasma"), "ug/ml", "pk", "pkdtc", "xan", "pklloq", PLASMA, kind="plasma"),)

ANALYSIS = AnalysisPlan(
    origin=DateSource("ex", "exstdtc"),
    origin_name=_("first dose"),
    events=EVENTS,
    sets="assessments.analysis.sets.of_study",
    set_labels=(
        ("infused", _("Treated")),
        ("response-evaluable", _("Response-evaluable")),
        ("PK", _("Kinetics")),
    ),
    cohort=("dm", "actarm"),
    cohort_label=_("Actual arm"),
    cohorts=("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"),
    treated=_("treated"),
    sample="plasma sample",
    sections=(
        "adverse_events.analysis.safety.section",
        "assessments.analysis.efficacy.section",
        "assessments.analysis.kinetics.section",
    ),
    profiles=PROFILES,
    scan_days=(42, 84, 126, 168),
    months=(3, 6),
)
