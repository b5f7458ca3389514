"""The analyses of study U87. Defaults of our own; the sponsor decides."""

from __future__ import annotations

from trial_edc.protocol.analysis import AnalysisPlan, EventRules, GradedForm, Markers, Profile
from trial_edc.protocol.model import DateSource
from trial_edc.protocol.u87.settings import SETTINGS
from trial_edc.protocol.words import _

EVENTS = EventRules(
    grade="aetoxgr",
    grades=tuple((str(grade), grade, str(grade)) for grade in range(1, 6)),
    scale=f"CTCAE v{SETTINGS.ctcae_version}",
    course="aegrchg",
    measure=_("grade"),
    severe=_("grade 3 or higher"),
    related=(
        (_("Related to U87"), "aerelu87", SETTINGS.ae_related),
        (_("Related to lymphodepletion"), "aerelld", SETTINGS.ae_related),
        (_("Related to leukapheresis"), "aerelaph", SETTINGS.ae_related),
    ),
    limiting=("aedlt", ("Y",)),
    special="aesi",
    window=SETTINGS.ae_primary_window_days,
    confirmed_by=("sv", "svaeyn"),
    beside=(
        GradedForm("crs", _("CRS"), "crs", "crsdtc", ("crsgri", "crsgrd")),
        GradedForm("icans", _("ICANS"), "icn", "icndtc", ("icngri", "icngrd")),
    ),
)

BLOOD = ("pkmat", ("BLOOD",))
PROFILES = (
    Profile("pkcopy", _("CAR transgene in blood"), "copies/ug gDNA", "pk", "pkdtc", "pkcopy", "pklloq", BLOOD),
    Profile("pkflow", _("CAR+ T cells in blood"), "cells/uL", "pk", "pkdtc", "pkflow", "pklloq", BLOOD),
)

ANALYSIS = AnalysisPlan(
    origin=DateSource("inf", "infdtc"),
    origin_name=_("first U87 infusion"),
    enrolment=(DateSource("icf", "icfdtc", ("icftype", ("MAIN",))),),
    leukapheresis=(DateSource("aph", "aphstdtc"),),
    events=EVENTS,
    sets="assessments.analysis.sets.of_study",
    set_labels=(
        ("enrolled", _("Enrolled")),
        ("leukapheresed", _("Leukapheresed")),
        ("infused", _("Infused")),
        ("DLT-evaluable", _("DLT-evaluable")),
        ("response-evaluable", _("Response-evaluable")),
        ("PK", _("Kinetics")),
    ),
    cohort=("inf", "infdl"),
    cohort_label=_("Dose level"),
    treated=_("infused"),
    sections=(
        "adverse_events.analysis.safety.section",
        "assessments.analysis.efficacy.section",
        "assessments.analysis.kinetics.section",
    ),
    profiles=PROFILES,
    markers=Markers("cyt", "cytdtc", "cyttpt", ("il6", "ifng", "ferr", "crp", "il2r", "il10", "tnfa")),
)
