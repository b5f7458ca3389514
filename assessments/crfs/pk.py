"""CAR-T kinetics: transgene copies and CAR-positive cells of one sample."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.quantification import (
    planned_time_point,
    planned_time_points,
    quantification,
    unquantified,
)
from assessments.samples import day_of_sample, not_on_the_visit_day, outside_its_window
from trial_edc.crf.anchors import infusion_at, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import QUALIFIERS, code, item
from trial_edc.crf.models import CrfModel, CrfRow, row_triggers
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

MATRICES = [
    ("BLOOD", _("Peripheral blood")),
    ("TUMOUR", _("Tumour")),
    ("MARROW", _("Bone marrow")),
    ("CSF", _("CSF")),
    ("EFFUSION", _("Effusion")),
]
PILOT = ("cdiscpilot",)
SPECIMENS = [("PLASMA", _("Plasma")), ("URINE", _("Urine"))]
METHODS = [("QPCR", _("qPCR")), ("DDPCR", _("ddPCR")), ("FLOW", _("Flow cytometry"))]
BY_FLOW = ("pkflow", "pkflowp")
CLOCK_VISITS = {"d1": 4, "d2": 4, "d3": 4, "d4": 4}  # hours around the clock time of the infusion


def time_points(casebook):
    return planned_time_points("pk")


def laboratory(record):
    """The code the text begins with: "CEN" of "CEN, run 12"."""
    return (record.pklab or "").partition(",")[0].strip().upper()


def row_values(record, casebook):
    """Limits of quantification of the laboratory, except for ddPCR, whose limit is that of the run; the
    method of cells counted by flow."""
    found = quantification(record, casebook, prefix="pk", laboratory=laboratory(record), dated="pkdtc")
    for address in [one for one in found if record[f"pkmeth.{one.partition('.')[2]}"] == "DDPCR"]:
        found[address] = record[address] if record.meta.get(address, {}).get("typed") else None
    for key in BY_FLOW:
        if record[key] is not None and record[f"pkmeth.{key}"] is None:
            found[f"pkmeth.{key}"] = "FLOW"
    return found


class Kinetics(CrfModel):
    """A sample at its actual time; one form for each time and specimen."""

    class Crf:
        code, title, layout = "pk", _("CAR transgene / CAR-T cells (PK)"), "rows"
        short = _("CAR-T kinetics")
        reads = ("aph", "dm", "ds", "icf", "inf", "ld", "sv")
        sections = [
            (_("Sample"), ["pkdtc", "pktpt", "pktptr", "pkmat", "pkspec", "pklab"]),
            (_("Results"), ["pktestcd"]),
        ]

    pkdtc = item(models.DateTimeField(_("Actual sample date and time")))
    pktpt = item(
        models.CharField(_("Planned time point"), max_length=10),
        choices_from=time_points,
        fill=planned_time_point,
    )
    pkmat = item(code(_("Matrix"), MATRICES))
    pklab = item(
        models.CharField(_("Laboratory, run identifier"), max_length=60),
        help=_("Code of the laboratory, then the run, as in CEN, run 12."),
    )
    pktptr = item(models.CharField(_("Time point as planned"), max_length=40), studies=PILOT)
    pkspec = item(code(_("Specimen"), SPECIMENS), studies=PILOT)


class KineticsRow(CrfRow):
    """One result, with its method: one sample may be measured by qPCR and by flow cytometry."""

    class Meta(CrfRow.Meta):
        triggers = row_triggers("pk")

    class Crf:
        form, key, measured = "pk", "pktestcd", "pk"
        derive = staticmethod(row_values)

    pktestcd = item(models.CharField(_("Analyte"), max_length=20))
    pkorres = item(models.CharField(_("Value as typed"), max_length=30))
    pkqual = item(code(_("Qualifier"), [(sign, sign) for sign in QUALIFIERS]), optional=True)
    pkorresu = item(models.CharField(_("Unit as reported"), max_length=20))
    pkmeth = item(code(_("Method"), METHODS))
    pklloq = item(
        models.DecimalField(_("Lower limit of quantification"), max_digits=14, decimal_places=4),
        shown_when=answered("pkmeth"),
    )
    pkuloq = item(
        models.DecimalField(_("Upper limit of quantification"), max_digits=14, decimal_places=4),
        optional=True,
        detail=True,
    )
    pkstresn = item(models.DecimalField(_("Value in standard unit"), max_digits=14, decimal_places=6), system=True)
    pkstresu = item(models.CharField(_("Standard unit"), max_length=20), system=True)


@edit_check(Kinetics, "pkdtc")
def sample_is_in_its_window(record, casebook):
    return outside_its_window(record, casebook, "pkdtc")


@edit_check(Kinetics, "pkdtc")
def sample_is_near_the_visit(record, casebook):
    return not_on_the_visit_day(record, casebook, "pkdtc")


@edit_check(Kinetics, "pkdtc")
def sample_is_near_its_hour(record, casebook):
    """In the first four days samples are due at the clock time of the infusion, plus or minus 4 hours."""
    infusion, hours = infusion_at(casebook), CLOCK_VISITS.get(record.visit_code)
    if infusion is None or hours is None:
        return None
    zone = site_zone(casebook)
    due = infusion + timedelta(days=protocol().visit(record.visit_code).target_day)
    if abs(record.pkdtc - due) <= timedelta(hours=hours):
        return None
    return Finding(
        gettext("Sampled at %(taken)s; it was due at %(due)s, plus or minus %(hours)d hours. Record a deviation?")
        % {"taken": text(record.pkdtc, zone), "due": text(due, zone), "hours": hours}
    )


@edit_check(Kinetics, "pktpt", "pkdtc")
def pre_dose_is_before_the_infusion(record, casebook):
    infusion, zone = infusion_at(casebook), site_zone(casebook)
    words = {"taken": text(record.pkdtc, zone), "infusion": text(infusion, zone) if infusion else ""}
    if infusion and record.pktpt == "PRE" and record.pkdtc >= infusion:
        return Finding(gettext("The pre-dose sample is of %(taken)s; the infusion began at %(infusion)s.") % words)
    if infusion and record.pktpt == "EOI" and record.pkdtc < infusion:
        return Finding(gettext("The sample of %(taken)s is before the infusion began at %(infusion)s.") % words)
    return None


@edit_check(Kinetics)
def limits_of_quantification_are_known(record, casebook):
    return unquantified(record, prefix="pk")


@edit_check(Kinetics)
def method_fits_the_analyte(record, casebook):
    """Copies are counted by PCR, cells by flow cytometry."""
    findings = []
    for key in ("pkcopy", *BY_FLOW):
        method = record[f"pkmeth.{key}"]
        if method and (method == "FLOW") != (key in BY_FLOW):
            findings.append(
                Finding(
                    gettext("%(label)s is measured by %(method)s. Which method was used?")
                    % {"label": gettext(protocol().analytes[key].label), "method": dict(METHODS)[method]},
                    f"pkmeth.{key}",
                )
            )
    return findings


@edit_check(Kinetics, "pkcopy")
def copies_are_not_there_before_the_infusion(record, casebook):
    infusion, on = infusion_at(casebook), day_of_sample(record, casebook, "pkdtc")
    is_before = record.visit_code == "base" or (infusion and on and record.pkdtc < infusion)
    if is_before and record.pkcopy > 0 and record.meta.get("pkcopy", {}).get("qualifier") != "<":
        return Finding(
            gettext("The sample before the infusion has %(copies)s transgene copies. Is it the right sample?")
            % {"copies": f"{record.pkcopy.normalize():f}"}
        )
    return None
