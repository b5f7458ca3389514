"""Cytokine release syndrome (CRS): one assessment for each calendar day."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adverse_events.astct import Crs, crs_grade
from trial_edc.crf.anchors import others, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import all_of, answered, any_of, at_least, not_
from trial_edc.crf.item import code, item, partial_date, repeat, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import before, text
from trial_edc.crf.spec import protocol

HYPOTENSION = [
    ("NONE", _("None")),
    ("FLUIDS", _("Fluids only")),
    ("ONE", _("One vasopressor")),
    ("VP", _("Vasopressin only")),
    ("ONE_VP", _("One vasopressor + vasopressin")),
    ("MULTI", _("Multiple vasopressors")),
    ("MULTI_VP", _("Multiple vasopressors + vasopressin")),
]
OXYGEN = [
    ("NONE", _("None")),
    ("LFNC", _("Low-flow NC")),
    ("BLOWBY", _("Blow-by")),
    ("HFNC", _("High-flow NC")),
    ("MASK", _("Facemask")),
    ("NRB", _("Nonrebreather")),
    ("VENTURI", _("Venturi")),
    ("CPAP", _("CPAP")),
    ("BIPAP", _("BiPAP")),
    ("INTUB", _("Intubated")),
]
GRADES = [(str(grade), str(grade)) for grade in range(6)]
HYPOTENSION_TOKENS = {
    "NONE": "none",
    "FLUIDS": "fluids_only",
    "ONE": "one_vasopressor",
    "VP": "vasopressin_only",
    "ONE_VP": "one_vasopressor_plus_vasopressin",
    "MULTI": "multiple_vasopressors",
    "MULTI_VP": "multiple_vasopressors_plus_vasopressin",
}
OXYGEN_TOKENS = {
    "NONE": "none",
    "LFNC": "low_flow_nc",
    "BLOWBY": "blow_by",
    "HFNC": "high_flow_nc",
    "MASK": "facemask",
    "NRB": "nonrebreather",
    "VENTURI": "venturi",
    "CPAP": "cpap",
    "BIPAP": "bipap",
    "INTUB": "intubated",
}
FEVER = at_least("crstemp", "38.0")
LOW_PRESSURE = all_of(answered("crshyp"), not_(answered("crshyp", "NONE")))
VASOPRESSOR = answered("crshyp", "ONE", "VP", "ONE_VP", "MULTI", "MULTI_VP")
ON_OXYGEN = all_of(answered("crso2"), not_(answered("crso2", "NONE")))
BY_FLOW = answered("crso2", "LFNC", "BLOWBY", "HFNC", "MASK", "NRB", "VENTURI")
POSITIVE_PRESSURE = answered("crso2", "CPAP", "BIPAP", "INTUB")
IS_CRS = any_of(at_least("crsgri", 1), at_least("crsgrd", 1))


def crs_before(record, casebook) -> bool:
    """Whether CRS was diagnosed on an earlier day, or is dated before this assessment."""
    if record.crsdtc is None:
        return False
    if record.crsondt and record.crsondt < record.crsdtc:
        return True
    earlier = [one for one in others(record, casebook) if one.crsdtc and one.crsdtc < record.crsdtc]
    return any((one.crsgrd or 0) >= 1 or (one.crsgri or "0") >= "1" for one in earlier)


def findings(record, casebook) -> Crs:
    """The day's findings as the grading function takes them."""
    return Crs(
        max_temperature_c=record.crstemp,
        fever_attributed_to_other_cause=record.crsfevo == "Y",
        crs_already_diagnosed=crs_before(record, casebook),
        antipyretic_or_anticytokine_therapy_given=record.crstrt == "Y",
        hypotension=HYPOTENSION_TOKENS.get(record.crshyp),
        hypotension_attributed_to_other_cause=record.crshypoc == "Y",
        oxygen_support=OXYGEN_TOKENS.get(record.crso2),
        oxygen_flow_l_min=record.crsflow,
        hypoxia_attributed_to_other_cause=record.crshyxoc == "Y",
        positive_pressure_for_airway_protection_only=record.crsairw == "Y",
    )


def derived_grade(record, casebook):
    """ASTCT grade of the day, None while it cannot be determined."""
    return crs_grade(findings(record, casebook)).grade


class CrsAssessment(CrfModel):
    """Signs of CRS on one day, its ASTCT grade as derived and as the investigator gives it."""

    class Crf:
        code, title, layout = "crs", _("CRS daily assessment"), "fields"
        reads = ("crs", "vs")
        short = _("CRS")
        sections = [
            (_("Day"), ["crsdtc"]),
            (_("Fever"), ["crstemp", "crsfevo", "crsfevdt", "crstrt"]),
            (_("Hypotension"), ["crshyp", "crshypoc", "crsvaso"]),
            (_("Hypoxia"), ["crso2", "crsflow", "crsfio2", "crshyxoc", "crsairw"]),
            (_("Grade"), ["crsgrd", "crsgri", "crsondt", "crsendt"]),
            (_("Care"), ["crsicu", "crstoci", "crsster", "crsorg"]),
        ]

    crsdtc = item(models.DateTimeField(_("Assessment date and time")), sdv=True)
    crstemp = item(
        models.DecimalField(_("Maximum temperature"), max_digits=4, decimal_places=1),
        unit="C",
        range=(30, 43),
        limits=(20, 50),
    )
    crsfevo = item(yes_no(_("Fever attributed to another cause")))
    # Fever onset may be known to the month or the day alone.
    crsfevdt = item(partial_date(_("Fever onset (this episode)")), shown_when=FEVER)
    crstrt = item(yes_no(_("Antipyretic / anticytokine / steroid given since onset")))
    crshyp = item(code(_("Hypotension"), HYPOTENSION))
    crshypoc = item(yes_no(_("Hypotension attributed to another cause")), shown_when=LOW_PRESSURE)
    crsvaso = item(
        repeat(_("Vasopressors and doses"), ("drug", "text"), ("dose", "text")),
        shown_when=VASOPRESSOR,
        help=_("One per line: drug; dose."),
    )
    crso2 = item(code(_("Oxygen support"), OXYGEN))
    crsflow = item(
        models.DecimalField(_("Flow"), max_digits=4, decimal_places=1),
        unit="L/min",
        range=(0, 60),
        limits=(0, 120),
        shown_when=BY_FLOW,
    )
    crsfio2 = item(
        models.DecimalField(_("Inspired oxygen fraction"), max_digits=4, decimal_places=1),
        unit="%",
        limits=(21, 100),
        shown_when=ON_OXYGEN,
    )
    crshyxoc = item(yes_no(_("Hypoxia attributed to another cause")), shown_when=ON_OXYGEN)
    crsairw = item(
        yes_no(_("Positive pressure or intubation for airway protection only")), shown_when=POSITIVE_PRESSURE
    )
    crsgrd = item(models.IntegerField(_("ASTCT grade (derived)")), derive=derived_grade, beside="crsgri")
    crsgri = item(code(_("Investigator grade"), GRADES), sdv=True)
    crsondt = item(models.DateTimeField(_("CRS onset")), shown_when=IS_CRS)
    crsendt = item(models.DateTimeField(_("CRS resolution")), shown_when=IS_CRS, optional=True)
    crstoci = item(
        repeat(_("Tocilizumab doses"), ("given", "datetime"), ("mg", "number")),
        unit="mg",
        shown_when=answered("crstrt", "Y"),
        optional=True,
        sdv=True,
        help=_("One per line: date and time; dose in mg."),
    )
    crsster = item(
        repeat(_("Corticosteroid"), ("drug", "text"), ("given", "datetime"), ("mg", "number")),
        unit="mg",
        shown_when=answered("crstrt", "Y"),
        optional=True,
        help=_("One per line: drug; date and time; dose in mg."),
    )
    crsicu = item(yes_no(_("ICU admission")))
    crsorg = item(
        repeat(_("Organ toxicities"), ("term", "text"), ("grade", "grade")),
        optional=True,
        help=_("One per line: CTCAE term; grade. They do not change the ASTCT grade."),
    )


@edit_check(CrsAssessment, "crsgri", "crsgrd")
def investigator_agrees_with_derived(record, casebook):
    """Grade 5 is death and the investigator's alone to give."""
    if record.crsgri != "5" and int(record.crsgri) != record.crsgrd:
        why = crs_grade(findings(record, casebook)).why[-1]
        return Finding(
            gettext("Investigator grade is %(given)s; ASTCT grade %(derived)d follows from the findings: %(why)s")
            % {"given": record.crsgri, "derived": record.crsgrd, "why": why}
        )
    return None


@edit_check(CrsAssessment, "crsendt", "crsondt")
def resolves_after_onset(record, casebook):
    zone = site_zone(casebook)
    if record.crsendt < record.crsondt:
        return Finding(
            gettext("CRS resolution %(end)s is before its onset %(start)s.")
            % {"end": text(record.crsendt, zone), "start": text(record.crsondt, zone)}
        )
    return None


@edit_check(CrsAssessment, "crsfevdt", "crsdtc")
def fever_began_before_assessment(record, casebook):
    zone = site_zone(casebook)
    if before(record.crsdtc.astimezone(zone).date(), record.crsfevdt):
        return Finding(
            gettext("Fever onset %(onset)s is after the assessment of %(day)s.")
            % {"onset": text(record.crsfevdt), "day": text(record.crsdtc, zone)}
        )
    return None


@edit_check(CrsAssessment, "crsdtc")
def one_assessment_a_day(record, casebook):
    zone = site_zone(casebook)
    day = record.crsdtc.astimezone(zone).date()
    for other in others(record, casebook):
        if other.crsdtc and other.crsdtc.astimezone(zone).date() == day:
            return Finding(
                gettext("%(day)s has a CRS assessment already, in visit %(visit)s. Which one stands?")
                % {"day": text(day), "visit": other.visit_code.upper()}
            )
    return None


@edit_check(CrsAssessment, "crso2", "crsflow")
def low_flow_is_at_most_six(record, casebook):
    """ASTCT draws the line between low and high flow at 6 L/min."""
    flow = f"{record.crsflow:f}"
    if record.crso2 == "LFNC" and record.crsflow > 6:
        return Finding(gettext("Low-flow cannula at %(flow)s L/min; low flow ends at 6 L/min.") % {"flow": flow})
    if record.crso2 == "HFNC" and record.crsflow <= 6:
        return Finding(gettext("High-flow cannula at %(flow)s L/min; high flow is over 6 L/min.") % {"flow": flow})
    return None


@edit_check(CrsAssessment, "crstemp")
def temperature_fits_vital_signs(record, casebook):
    """The day's maximum is not below a temperature among the vital signs of the same day."""
    if casebook is None or record.crsdtc is None:
        return None
    zone = site_zone(casebook)
    day = record.crsdtc.astimezone(zone).date()
    same_day = [
        one.temp for one in casebook["vs"] if one.temp and one.vsdtc and one.vsdtc.astimezone(zone).date() == day
    ]
    if same_day and max(same_day) >= record.crstemp + 1 and max(same_day) >= protocol().settings.fever_c:
        return Finding(
            gettext("Maximum temperature is %(max)s °C; vital signs of that day have %(vs)s °C. Which is correct?")
            % {"max": f"{record.crstemp:f}", "vs": f"{max(same_day):.1f}"}
        )
    return None
