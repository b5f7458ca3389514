"""Arms, dates, what the study does without, and who works in it."""

from __future__ import annotations

from decimal import Decimal

from trial_edc.protocol.model import DateSource, DoseLevel, SdvPlan, TrackEvent, WorklistGroup
from trial_edc.protocol.words import _

# Arms are the cohorts; the dose is that of a day, mg.
ARMS = (DoseLevel("Pbo", Decimal(0)), DoseLevel("Xan_Lo", Decimal(54)), DoseLevel("Xan_Hi", Decimal(81)))
ANCHORS: dict[str, tuple[DateSource, ...]] = {
    "consent": (),
    "leukapheresis": (),
    "ld1": (),
    "infusion": (DateSource("ex", "exstdtc"),),
    "event": (DateSource("ds", "dsstdtc", ("dscat", ("DISPOSITION EVENT",))),),
}
DATE_FORMS = ("sv", "ex", "ds", "dd")
TRACKS_OFF = {"death": ("study",), "screen failure": ("study",), "end of study": ("study",)}
TRACK_EVENTS = (
    TrackEvent("death", "dd", None, "dthdtc"),
    TrackEvent("screen failure", "ds", ("dsdecodr", ("SCREEN FAILURE",)), "dsstdtc"),
    TrackEvent("end of study", "ds", ("dscat", ("DISPOSITION EVENT",)), "dsstdtc"),
)
WORKLIST = (
    WorklistGroup("drafts", _("Drafts"), ("CRC", "PI", "SI")),
    WorklistGroup("queries-to-answer", _("Queries to answer"), ("CRC", "PI", "SI")),
    WorklistGroup("queries-answered", _("Queries answered"), ("CRA", "DM", "MM")),
)
SDV = SdvPlan(critical=frozenset(), full_subjects_per_site=0, sampled_percent=0, exempt_forms=())
ROLES = ("CRC", "SI", "PI", "CRA", "DM", "MM", "ST", "AUD", "ADM")

_NOT_ASKED = """
    sv.svuns sv.svreas sv.svaeyn sv.svcmyn sv.svmhyn sv.svsbyn
    dm.childpot dm.smoke dm.packyr dm.alcohol
    ds.dsepoch ds.dstrans dd.dthrel dd.dthaut dd.dthsrc
    mh.mhtoxgr mh.mhauto mh.mhcns
    cm.cmlnk cm.cmdosu cm.cmdosfrq cm.cmroute
    ae.aectcae ae.aectcv ae.aellt ae.aetoxgr ae.aeastgr ae.aegrchg ae.aesmie ae.aerelu87 ae.aerelld ae.aerelaph
    ae.aereldis ae.aereloth ae.aeacn ae.aetreat ae.aedlt ae.aesi
    vs.vsdtc vs.vstpt vs.o2sup lbh.transf lbh.gcsf
    pk.pktpt pk.pkmat pk.pkmeth pk.pkuloq
    tu.tuprpd nt.nlsize nt.nlaxis rs.rsirec rs.rsclin rs.rsinvrs
"""
NOT_ASKED = frozenset(_NOT_ASKED.split())
# Collected whatever another answer says.
ALWAYS_ASKED = frozenset(["ae.aesdth", "ae.aeslife", "ae.aeshosp", "ae.aesdisab", "ae.aescong", "pk.pklloq"])
# Questions of another trial: organs as coarse as here cannot be counted, and doses are given every day.
_RULES_OFF = """
    tu.targets_are_at_most_two_of_an_organ tu.node_and_location_agree
    ae.time_is_known_on_infusion_day ae.starts_after_consent rs.a_different_response_has_its_reason
    lbc.clearance_has_a_weight lbi.pregnancy_is_excluded dm.birth_is_not_recent
    pk.sample_is_near_the_visit pk.sample_is_near_its_hour dm.range
    ds.screen_failure_belongs_to_screening ds.lost_after_all_attempts
"""
RULES_OFF = frozenset(_RULES_OFF.split())
