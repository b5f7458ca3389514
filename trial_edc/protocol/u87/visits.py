"""The 42 visits of the study, in the order of time. Days count from the anchor's actual date."""

from __future__ import annotations

from trial_edc.protocol.model import VisitPlan
from trial_edc.protocol.words import _

PRESCREENING = _("Pre-screening")
SCREENING = _("Screening")
BEFORE = _("Pre-treatment")
TREATMENT = _("Treatment")
EARLY = _("Early follow-up (DLT window)")
EFFICACY = _("Efficacy follow-up")
LONG_TERM = _("Long-term follow-up")
ANY = _("Any")

LEUKAPHERESIS, INFUSION = "planned_leukapheresis_on", "planned_infusion_on"

VISITS = (
    VisitPlan("prescr", _("Tissue pre-screening (IHC)"), PRESCREENING, "consent", 0, 0, 28, "screening"),
    VisitPlan("scr", _("Screening"), SCREENING, "leukapheresis", -14, 14, 13, "screening", LEUKAPHERESIS, -14),
    VisitPlan("aph", _("Leukapheresis"), BEFORE, "leukapheresis", 0, 0, 0, "product", LEUKAPHERESIS, 0),
    VisitPlan(
        "mfg",
        _("Manufacturing and release"),
        BEFORE,
        "leukapheresis",
        21,
        11,
        39,
        "product",
        LEUKAPHERESIS,
        21,
    ),
    VisitPlan("base", _("Baseline before lymphodepletion"), BEFORE, "infusion", -8, 6, 2, "product", INFUSION, -8),
    VisitPlan("ld1", _("Lymphodepletion day -5"), TREATMENT, "ld1", 0, 0, 0, "product", INFUSION, -5),
    VisitPlan("ld2", _("Lymphodepletion day -4"), TREATMENT, "ld1", 1, 0, 0, "product", INFUSION, -4),
    VisitPlan("ld3", _("Lymphodepletion day -3"), TREATMENT, "ld1", 2, 0, 0, "product", INFUSION, -3),
    VisitPlan("d0", _("Infusion"), TREATMENT, "infusion", 0, 0, 0, "product", INFUSION, 0),
    VisitPlan("d1", _("Day 1"), EARLY, "infusion", 1, 0, 0, "safety", INFUSION, 1),
    VisitPlan("d2", _("Day 2"), EARLY, "infusion", 2, 0, 0, "safety", INFUSION, 2),
    VisitPlan("d3", _("Day 3"), EARLY, "infusion", 3, 0, 0, "safety", INFUSION, 3),
    VisitPlan("d4", _("Day 4"), EARLY, "infusion", 4, 0, 0, "safety", INFUSION, 4),
    VisitPlan("d7", _("Day 7"), EARLY, "infusion", 7, 1, 1, "safety", INFUSION, 7),
    VisitPlan("d10", _("Day 10"), EARLY, "infusion", 10, 1, 1, "safety", INFUSION, 10),
    VisitPlan("d14", _("Day 14"), EARLY, "infusion", 14, 2, 2, "safety", INFUSION, 14),
    VisitPlan("d21", _("Day 21"), EARLY, "infusion", 21, 2, 2, "safety", INFUSION, 21),
    VisitPlan("d28", _("Day 28"), EARLY, "infusion", 28, 3, 3, "safety", INFUSION, 28),
    VisitPlan("m2", _("Month 2"), EFFICACY, "infusion", 60, 7, 7, "efficacy", INFUSION, 60),
    VisitPlan("m3", _("Month 3"), EFFICACY, "infusion", 90, 7, 7, "efficacy", INFUSION, 90),
    VisitPlan("m6", _("Month 6"), EFFICACY, "infusion", 180, 14, 14, "efficacy", INFUSION, 180),
    VisitPlan("m9", _("Month 9"), EFFICACY, "infusion", 270, 14, 14, "efficacy", INFUSION, 270),
    VisitPlan("m12", _("Month 12"), EFFICACY, "infusion", 365, 14, 14, "efficacy", INFUSION, 365),
    VisitPlan("m15", _("Month 15"), EFFICACY, "infusion", 455, 14, 14, "efficacy", INFUSION, 455),
    VisitPlan("m18", _("Month 18"), EFFICACY, "infusion", 545, 14, 14, "efficacy", INFUSION, 545),
    VisitPlan("m21", _("Month 21"), EFFICACY, "infusion", 635, 14, 14, "efficacy", INFUSION, 635),
    VisitPlan("m24", _("Month 24"), EFFICACY, "infusion", 730, 14, 14, "efficacy", INFUSION, 730),
    VisitPlan("y3", _("Year 3"), LONG_TERM, "infusion", 1096, 30, 30, "follow-up", INFUSION, 1096),
    VisitPlan("y4", _("Year 4"), LONG_TERM, "infusion", 1461, 30, 30, "follow-up", INFUSION, 1461),
    VisitPlan("y5", _("Year 5"), LONG_TERM, "infusion", 1826, 30, 30, "follow-up", INFUSION, 1826),
    VisitPlan("y6", _("Year 6"), LONG_TERM, "infusion", 2192, 60, 60, "follow-up", INFUSION, 2192),
    VisitPlan("y7", _("Year 7"), LONG_TERM, "infusion", 2557, 60, 60, "follow-up", INFUSION, 2557),
    VisitPlan("y8", _("Year 8"), LONG_TERM, "infusion", 2922, 60, 60, "follow-up", INFUSION, 2922),
    VisitPlan("y9", _("Year 9"), LONG_TERM, "infusion", 3287, 60, 60, "follow-up", INFUSION, 3287),
    VisitPlan("y10", _("Year 10"), LONG_TERM, "infusion", 3652, 60, 60, "follow-up", INFUSION, 3652),
    VisitPlan("y11", _("Year 11"), LONG_TERM, "infusion", 4018, 60, 60, "follow-up", INFUSION, 4018),
    VisitPlan("y12", _("Year 12"), LONG_TERM, "infusion", 4383, 60, 60, "follow-up", INFUSION, 4383),
    VisitPlan("y13", _("Year 13"), LONG_TERM, "infusion", 4748, 60, 60, "follow-up", INFUSION, 4748),
    VisitPlan("y14", _("Year 14"), LONG_TERM, "infusion", 5114, 60, 60, "follow-up", INFUSION, 5114),
    VisitPlan("y15", _("Year 15"), LONG_TERM, "infusion", 5479, 60, 60, "follow-up", INFUSION, 5479),
    VisitPlan("eos", _("End of study / early withdrawal"), ANY, "event", None, 0, 14, "follow-up"),
    VisitPlan("uns", _("Unscheduled"), ANY, "event", None, None, None, ""),
)
