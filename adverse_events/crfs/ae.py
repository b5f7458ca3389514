"""Adverse event: one log entry for each event, graded by CTCAE, from consent to the end."""

from functools import cache

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adverse_events.ctcae import grades, terms
from trial_edc.crf.anchors import consent_on, infusion_at, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, partial_date, repeat, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import before, interval, text
from trial_edc.crf.spec import protocol

GRADES = [(str(grade), str(grade)) for grade in range(1, 6)]
VERSIONS = [("5.0", "5.0"), ("6.0", "6.0")]
CAUSALITY = [
    ("UNRELATED", _("Unrelated")),
    ("UNLIKELY", _("Unlikely")),
    ("POSSIBLE", _("Possible")),
    ("PROBABLE", _("Probable")),
    ("DEFINITE", _("Definite")),
]
ACTIONS = [
    ("NONE", _("None")),
    ("INTERRUPTED", _("Infusion interrupted")),
    ("STOPPED", _("Infusion stopped")),
    ("DELAYED", _("Dose delayed")),
    ("NAP", _("Not applicable")),
]
OUTCOMES = [
    ("RECOVERED", _("Recovered")),
    ("RECOVERING", _("Recovering")),
    ("NOTREC", _("Not recovered")),
    ("SEQUELAE", _("Recovered with sequelae")),
    ("FATAL", _("Fatal")),
    ("UNKNOWN", _("Unknown")),
]
SPECIAL_INTEREST = [
    ("CRS", _("CRS")),
    ("ICANS", _("ICANS")),
    ("HLH", _("IEC-HS/HLH")),
    ("CYTOPENIA", _("Prolonged cytopenia")),
    ("INFECTION", _("Infection")),
    ("HYPOGAM", _("Hypogammaglobulinaemia")),
    ("MALIGNANCY", _("Secondary malignancy")),
    ("OFFTUMOUR", _("On-target off-tumour")),
    ("SWELLING", _("Tumour swelling / airway obstruction")),
    ("HAEMORRHAGE", _("Tumour or vessel haemorrhage")),
    ("REACTION", _("Infusion reaction")),
    ("TLS", _("TLS")),
    ("RCL", _("RCL positive")),
    ("NONE", _("None")),
]
PILOT = ("cdiscpilot",)
SEVERITY = [("MILD", _("Mild")), ("MODERATE", _("Moderate")), ("SEVERE", _("Severe"))]
REPORTED_CAUSALITY = [
    ("NONE", _("None")),
    ("REMOTE", _("Remote")),
    ("POSSIBLE", _("Possible")),
    ("PROBABLE", _("Probable")),
]
CRITERIA = ("aesdth", "aeslife", "aeshosp", "aesdisab", "aescong", "aesmie")
ENDED = ("RECOVERED", "SEQUELAE", "FATAL")
SERIOUS = answered("aeser", "Y")
INVESTIGATOR = "set_causality"  # grade and causes are medical judgement, by an investigator alone


def ctcae_terms(casebook):
    """All terms of the study's CTCAE version, stored by name."""
    return _choices(protocol().settings.ctcae_version)


@cache
def _choices(version):
    return tuple((term.name, term.name) for term in terms(version))


def ctcae_version(record, casebook):
    return protocol().settings.ctcae_version


def astct_grade(record, casebook):
    """Worst derived ASTCT grade between start and end of a CRS or ICANS event, with the scale; else None."""
    form, grade_item, day_item = {
        "CRS": ("crs", "crsgrd", "crsdtc"),
        "ICANS": ("icn", "icngrd", "icndtc"),
    }.get(record.aesi, ("", "", ""))
    if not form or casebook is None or not record.aestdtc:
        return None
    zone = site_zone(casebook)
    first = interval(record.aestdtc)[0].date()
    last = interval(record.aeendtc)[1].date() if record.aeendtc else None
    held = [
        one[grade_item]
        for one in casebook[form]
        if one[day_item] is not None
        and one[grade_item] is not None
        and first <= one[day_item].astimezone(zone).date()
        and (last is None or one[day_item].astimezone(zone).date() <= last)
    ]
    return f"{max(held)} ({protocol().settings.crs_icans_scale})" if held else None


def treatment_emergent(record, casebook):
    """Y when the event may start or worsen on or after the infusion, N when not; None before an infusion.

    A start known only to the day or month counts as emergent when any possible moment is not before the
    infusion.
    """
    infusion = infusion_at(casebook)
    if infusion is None or not record.aestdtc:
        return None
    zone = site_zone(casebook)
    if before(record.aestdtc, infusion, zone) is not True:
        return "Y"
    worst_before, worsened = record.aetoxgr or "1", False
    changes = record.aegrchg or []
    if changes:
        early = [line["grade"] for line in changes if before(line["date"], infusion, zone) is True]
        worst_before = max(early, default=changes[0]["grade"])
        worsened = any(
            line["grade"] > worst_before for line in changes if before(line["date"], infusion, zone) is not True
        )
    return "Y" if worsened else "N"


class AdverseEvent(CrfModel):
    """An event as reported, its CTCAE term and grade, its causes, its seriousness and its outcome."""

    class Crf:
        code, title, layout = "ae", _("Adverse event"), "log"
        reads = ("crs", "icf", "inf")
        sections = [
            (_("Event"), ["aeterm", "aedecod", "aesoc", "aectcae", "aectcv", "aellt", "aesev", "aetoxgr", "aeastgr"]),
            (_("Course"), ["aestdtc", "aeout", "aeendtc", "aegrchg", "aetrtem"]),
            (_("Serious"), ["aeser", *CRITERIA]),
            (_("Cause"), ["aerel", "aerelu87", "aerelld", "aerelaph", "aereldis", "aereloth"]),
            (_("Action"), ["aeacn", "aetreat", "aedlt", "aesi"]),
        ]

    aeterm = item(models.CharField(_("Reported term"), max_length=200), sdv=True)
    aectcae = item(
        models.CharField(_("CTCAE term"), max_length=120),
        choices_from=ctcae_terms,
        search="adverse_events.ctcae.search",
    )
    aectcv = item(code(_("CTCAE version"), VERSIONS), derive=ctcae_version, beside="aectcae")
    aellt = item(models.CharField(_("MedDRA LLT/PT/SOC"), max_length=200), system=True)
    aestdtc = item(partial_date(_("Start date (time)"), with_time=True), sdv=True)
    aeendtc = item(partial_date(_("End date (time)"), with_time=True), shown_when=answered("aeout", *ENDED), sdv=True)
    aetoxgr = item(code(_("CTCAE grade"), GRADES), sdv=True, right=INVESTIGATOR)
    aeastgr = item(
        models.CharField(_("ASTCT grade (CRS, ICANS) with scale version"), max_length=30),
        derive=astct_grade,
        beside="aetoxgr",
    )
    aegrchg = item(
        repeat(_("Grade change log"), ("date", "date"), ("grade", "grade")),
        optional=True,
        sdv=True,
        help=_("One per line: date; grade from that day on."),
    )
    aeser = item(yes_no(_("Serious")), sdv=True)
    aesdth = item(yes_no(_("Results in death")), shown_when=SERIOUS)
    aeslife = item(yes_no(_("Life-threatening")), shown_when=SERIOUS)
    aeshosp = item(yes_no(_("Hospitalisation / prolongation")), shown_when=SERIOUS)
    aesdisab = item(yes_no(_("Disability")), shown_when=SERIOUS)
    aescong = item(yes_no(_("Congenital anomaly")), shown_when=SERIOUS)
    aesmie = item(yes_no(_("Other medically important")), shown_when=SERIOUS)
    aerelu87 = item(code(_("Related to U87"), CAUSALITY), sdv=True, right=INVESTIGATOR)
    aerelld = item(code(_("Related to lymphodepletion"), CAUSALITY), right=INVESTIGATOR)
    aerelaph = item(code(_("Related to leukapheresis"), CAUSALITY), right=INVESTIGATOR)
    aereldis = item(yes_no(_("Related to disease")), optional=True)
    aereloth = item(
        code(_("Related to bridging, a study procedure or another drug"), CAUSALITY),
        optional=True,
        right=INVESTIGATOR,
    )
    aeacn = item(code(_("Action taken"), ACTIONS))
    aeout = item(code(_("Outcome"), OUTCOMES))
    aedlt = item(yes_no(_("Meets DLT definition")), sdv=True)
    aesi = item(code(_("AE of special interest"), SPECIAL_INTEREST), sdv=True)
    aetrtem = item(yes_no(_("Treatment-emergent")), derive=treatment_emergent)
    aetreat = item(yes_no(_("Treatment given")))
    aedecod = item(models.CharField(_("Coded term"), max_length=200), optional=True, studies=PILOT)
    aesoc = item(models.CharField(_("System organ class"), max_length=200), optional=True, studies=PILOT)
    aesev = item(code(_("Severity as collected"), SEVERITY), studies=PILOT)
    aerel = item(code(_("Related to study treatment, as reported"), REPORTED_CAUSALITY), studies=PILOT)


@edit_check(AdverseEvent, "aetoxgr", "aectcae", hard=True)
def grade_exists_for_the_term(record, casebook):
    known = grades(record.aectcae, protocol().settings.ctcae_version)
    if int(record.aetoxgr) not in known:
        return Finding(
            gettext("CTCAE has no grade %(grade)s for %(term)s; its grades are %(known)s. Choose one of them.")
            % {
                "grade": record.aetoxgr,
                "term": record.aectcae,
                "known": ", ".join(str(grade) for grade in known),
            }
        )
    return None


@edit_check(AdverseEvent, "aeendtc", "aestdtc")
def ends_after_start(record, casebook):
    verdict = before(record.aeendtc, record.aestdtc)
    words = {"end": text(record.aeendtc), "start": text(record.aestdtc)}
    if verdict:
        return Finding(gettext("End date %(end)s is before start date %(start)s.") % words)
    if verdict is None:
        return Finding(gettext("End date %(end)s may be before start date %(start)s.") % words, warns=True)
    return None


@edit_check(AdverseEvent, "aestdtc")
def starts_after_consent(record, casebook):
    consent = consent_on(casebook)
    if consent and before(record.aestdtc, consent):
        return Finding(
            gettext("Start date %(start)s is before the consent of %(consent)s; earlier events are medical history.")
            % {"start": text(record.aestdtc), "consent": text(consent)}
        )
    return None


@edit_check(AdverseEvent, "aestdtc")
def time_is_known_on_infusion_day(record, casebook):
    """On Day 0 the time tells whether the event came before or after the infusion."""
    infusion = infusion_at(casebook)
    day = infusion.astimezone(site_zone(casebook)).date().isoformat() if infusion else ""
    if day and record.aestdtc == day:
        return Finding(
            gettext("The event starts on the day of infusion. At what time, before or after the infusion began?")
        )
    return None


@edit_check(AdverseEvent, "aeser")
def serious_has_a_criterion(record, casebook):
    answers = [record[name] for name in CRITERIA]
    if record.aeser == "Y" and None not in answers and "Y" not in answers:
        return Finding(gettext("Serious is Yes, but no criterion is Yes. Which criterion makes it serious?"))
    return None


@edit_check(AdverseEvent, "aeout", "aetoxgr")
def fatal_is_grade_five(record, casebook):
    if (record.aeout == "FATAL") != (record.aetoxgr == "5"):
        return Finding(
            gettext("Outcome is %(outcome)s and the grade is %(grade)s; grade 5 and a fatal outcome go together.")
            % {"outcome": dict(OUTCOMES)[record.aeout], "grade": record.aetoxgr}
        )
    return None


@edit_check(AdverseEvent, "aesdth", "aeout")
def death_is_a_fatal_outcome(record, casebook):
    if (record.aesdth == "Y") != (record.aeout == "FATAL"):
        return Finding(
            gettext("Results in death is %(death)s and the outcome is %(outcome)s. Which is correct?")
            % {
                "death": gettext("Yes") if record.aesdth == "Y" else gettext("No"),
                "outcome": dict(OUTCOMES)[record.aeout],
            }
        )
    return None


@edit_check(AdverseEvent, "aegrchg", "aetoxgr")
def worst_grade_is_the_grade(record, casebook):
    worst = max(line["grade"] for line in record.aegrchg)
    if worst > record.aetoxgr:
        return Finding(
            gettext("The grade changes reach grade %(worst)s; the CTCAE grade is %(grade)s. Which is the worst?")
            % {"worst": worst, "grade": record.aetoxgr}
        )
    return None


@edit_check(AdverseEvent, "aedlt", "aestdtc")
def dlt_is_in_its_window(record, casebook):
    infusion = infusion_at(casebook)
    if record.aedlt != "Y" or infusion is None:
        return None
    days = protocol().settings.dlt_window_days
    day_0 = infusion.astimezone(site_zone(casebook)).date()
    first, last = (moment.date() for moment in interval(record.aestdtc))
    if last < day_0 or (first - day_0).days > days:
        return Finding(
            gettext("DLT is Yes, but start date %(start)s is outside Day 0 to Day %(days)d. Which is correct?")
            % {"start": text(record.aestdtc), "days": days}
        )
    return None
