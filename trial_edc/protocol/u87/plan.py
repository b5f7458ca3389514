"""Dose levels, tracks, signatures, worklist groups and source verification of the study."""

from __future__ import annotations

from decimal import Decimal

from trial_edc.protocol.model import (
    DateSource,
    DoseLevel,
    SdvPlan,
    SignatureRule,
    StoppingRule,
    TrackEvent,
    WorklistGroup,
)
from trial_edc.protocol.words import _

DOSE_LEVELS = (
    DoseLevel("DL-1", Decimal(25)),
    DoseLevel("DL1", Decimal(50)),
    DoseLevel("DL2", Decimal(100)),
    DoseLevel("DL3", Decimal(300)),
)

ALL_TRACKS = ("screening", "product", "safety", "efficacy", "follow-up")
# Cause -> tracks it switches off. What is planned after that day is not expected any more.
TRACKS_OFF = {
    "progression": ("efficacy",),
    "new therapy": ("efficacy",),
    "death": ALL_TRACKS,
    "screen failure": ("product", "safety", "efficacy", "follow-up"),
    "manufacturing failure": ("product", "safety", "efficacy", "follow-up"),
    "withdrawal of treatment": ("product",),
    "withdrawal of procedures": ("product", "safety", "efficacy"),
    "withdrawal": ALL_TRACKS,
    "lost to follow-up": ALL_TRACKS,
}

# Where the dates come from that windows count from; the first source that has a date rules.
ANCHORS = {
    "consent": (DateSource("icf", "icfdtc", ("icftype", ("TISSUE",))), DateSource("icf", "icfdtc")),
    "leukapheresis": (DateSource("aph", "aphstdtc"),),
    "ld1": (DateSource("ld", "ldstdtc"),),
    "infusion": (DateSource("inf", "infdtc"),),
    "event": (DateSource("ds", "dsstdtc"),),
}
DATE_FORMS = ("sv", "icf", "aph", "ld", "inf", "mfg", "rs", "subs", "ds", "dd")
TRACK_EVENTS = (
    TrackEvent("death", "dd", None, "dthdtc"),
    TrackEvent("progression", "rs", ("rsinv", ("PD",)), "rsdtc"),
    TrackEvent("new therapy", "subs", None, "sbstdt"),
    TrackEvent("screen failure", "ds", ("dsdecod", ("SCREENFAIL",)), "dsstdtc"),
    TrackEvent("lost to follow-up", "ds", ("dsdecod", ("LOST",)), "dsstdtc"),
    TrackEvent("manufacturing failure", "mfg", ("mfgfail", ("STOP", "TERMINATED")), "mfgfldt"),
    TrackEvent("withdrawal of procedures", "icf", ("icfwdsc", ("PROC",)), "icfwddt"),
    TrackEvent("withdrawal", "icf", ("icfwdsc", ("ALL",)), "icfwddt"),
    TrackEvent("withdrawal of treatment", "icf", ("icfwdsc", ("TREAT",)), "icfwddt"),
)

SIGNATURE_MEANINGS = {
    "approval": _("I have reviewed this record and confirm that it is complete and accurate."),
    "eligibility": _("I confirm the eligibility of this participant on the data recorded here."),
    "responsibility": _("I have reviewed the casebook of this participant and take responsibility for it."),
    "medical-review": _("I have reviewed this record as medical monitor."),
    "release": _("I confirm the batch record and the release decision."),
}
INVESTIGATORS = ("PI", "SI")
SIGNERS = (*INVESTIGATORS, "MFR")
SIGNATURES = (
    SignatureRule("approval", ("ae",), INVESTIGATORS, alone_when=("aeser", ("Y",))),
    SignatureRule("eligibility", ("ie",), INVESTIGATORS),
    SignatureRule("release", ("rel",), ("MFR",), right="enter_manufacture", second_person=True),
    SignatureRule("approval", ("icf", "dm", "inf", "crs", "icn", "lbh"), INVESTIGATORS),
    SignatureRule("approval", ("lbc", "lbi", "tu", "tr", "nt", "rs", "dlt", "sae", "hlh"), INVESTIGATORS),
    SignatureRule("medical-review", ("spa",), ("MM",)),
)

WORK = "adverse_events.safety.work"
WORKLIST = (
    WorklistGroup("sae-clock", _("Serious event clocks"), ("CRC", "PI", "SI", "MM"), f"{WORK}.clock_rows", True),
    WorklistGroup("product", _("Product"), ("MFR",), "subjects.product.work.manufacture"),
    WorklistGroup("bedside", _("Identity checks"), ("BED",), "subjects.product.work.identity_checks"),
    WorklistGroup("stopping", _("Stopping rules"), ("MM",), f"{WORK}.stopping_rows", True),
    WorklistGroup("spa-missing", _("Serious events to assess"), ("MM",), f"{WORK}.assessment_rows"),
    WorklistGroup("severe", _("New CRS and ICANS of grade 3 or more"), ("MM",), f"{WORK}.severe_rows"),
    WorklistGroup("causality", _("Grade or causality missing"), ("PI", "SI"), f"{WORK}.judgement_rows"),
    WorklistGroup(
        "differs", _("Responses that differ"), ("PI", "SI", "MM"), "assessments.selectors.differing_response_rows"
    ),
    WorklistGroup("visits-overdue", _("Visits overdue"), ("CRC", "DM")),
    WorklistGroup("visits-due", _("Visits due"), ("CRC",)),
    WorklistGroup("visits-next", _("Next 7 days"), ("CRC", "CRA")),
    WorklistGroup("drafts", _("Drafts"), ("CRC", "PI", "SI", "MFR")),
    WorklistGroup("queries-to-answer", _("Queries to answer"), ("CRC", "PI", "SI")),
    WorklistGroup("queries-answered", _("Queries answered"), ("CRA", "DM", "MM")),
    WorklistGroup("to-sign", _("To sign"), SIGNERS),
    WorklistGroup("resign", _("Changed since signing"), SIGNERS),
    WorklistGroup("to-verify", _("To verify"), ("CRA",)),
)

# Defaults of our own; the sponsor decides. What stops is a proposal for the committee, never done by the system.
STOPPING_RULES = (
    StoppingRule("death", _("Death related to U87 within 28 days of the infusion"), "related-death", 1),
    StoppingRule("dlt", _("Dose-limiting toxicities at one dose level"), "dlt", 2, by_cohort=True),
    StoppingRule("grade4", _("Subjects with ASTCT grade 4 CRS or ICANS"), "astct-4", 2),
    StoppingRule("rcl", _("Replication-competent virus positive"), "rcl", 1),
    StoppingRule("malignancy", _("Secondary malignancy to be tested for the transgene"), "malignancy", 1),
    StoppingRule(
        "manufacture", _("Manufacturing failures, after 8 leukaphereses"), "manufacture", 25, is_percent=True, minimum=8
    ),
)

_SDV_CRITICAL = """
    icf.icfdtc icf.icftype icf.icfver ie.ieorres ie.ieelig dm.sex dm.brthdtc inf.infdtc inf.infdose
    ihc.ihcres ihc.ihcp2 ihc.ihcp3 hnc.hnsite hnc.hnhist aph.aphstdtc aph.aphdin rel.relstat coi.coiid coi.coimatch
    ld.lddrug ld.lddosea ld.ldstdtc subs.sbstdt surv.svstat surv.svlka dd.dthdtc dd.dthcaus ds.dsdecod
    inf.infbatch
    inf.infdl ae.aeterm ae.aestdtc ae.aeendtc ae.aetoxgr ae.aegrchg ae.aeser ae.aerelu87 ae.aedlt ae.aesi
    crs.crsdtc crs.crsgri crs.crstoci icn.icngri sv.svstdtc sv.svaeyn
    sae.saeawdt tu.tubase tu.tudtc tr.trdiam tr.trstat tr.trdtc nt.ntstat nt.nlyn nt.nldt rs.rsinv rs.rsdtc
    dlt.dltyn dlt.dleval
"""
SDV = SdvPlan(
    critical=frozenset(_SDV_CRITICAL.split()),
    full_subjects_per_site=2,
    sampled_percent=20,
    exempt_forms=("cyt", "pk"),
)
