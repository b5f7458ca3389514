"""Vital signs: one row for each sign; on the day of infusion one form for each time point."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.grading import worst_grade
from subjects.formulas import body_surface_area
from trial_edc.crf.anchors import from_earlier_visits, others, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import QUALIFIERS, code, item, partial_date
from trial_edc.crf.models import CrfModel, CrfRow, row_triggers
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

TIME_POINTS = [
    ("PRE", _("Pre-dose")),
    ("M15", _("+15 min")),
    ("M30", _("+30 min")),
    ("H1", _("+1 h")),
    ("H2", _("+2 h")),
    ("H4", _("+4 h")),
    ("DAILY", _("Daily")),
    ("OTHER", _("Other")),
]
TEMPERATURE_SITES = [
    ("AXILLARY", _("Axillary")),
    ("ORAL", _("Oral")),
    ("TYMPANIC", _("Tympanic")),
    ("CORE", _("Core")),
]
OXYGEN = [
    ("NONE", _("None")),
    ("LFNC", _("Low-flow nasal cannula")),
    ("BLOWBY", _("Blow-by")),
    ("HFNC", _("High-flow nasal cannula")),
    ("MASK", _("Facemask")),
    ("NRB", _("Nonrebreather")),
    ("VENTURI", _("Venturi")),
    ("CPAP", _("CPAP")),
    ("BIPAP", _("BiPAP")),
    ("INTUB", _("Intubated")),
]
POSITIONS = [("SUPINE", _("Supine")), ("SITTING", _("Sitting")), ("STANDING", _("Standing"))]
UNITS = [
    (unit, unit) for unit in ("C", "F", "mmHg", "beats/min", "breaths/min", "%", "L/min", "cm", "in", "kg", "lb", "m2")
]
PILOT = ("cdiscpilot",)
GRADED = ("temp", "sysbp", "diabp", "weight")


def last_value(record, casebook, name):
    """The latest value of a sign measured before this record, None when there is none."""
    if record.vsdtc is None:
        return None
    earlier = [
        one for one in others(record, casebook) if one.vsdtc and one.vsdtc < record.vsdtc and one[name] is not None
    ]
    return max(earlier, key=lambda one: one.vsdtc)[name] if earlier else None


def row_values(record, casebook):
    """Body surface area from this weight and the last height, and the CTCAE grade of each graded sign."""
    height = record.height if record.height is not None else last_value(record, casebook, "height")
    found = {"bsa": body_surface_area(height, record.weight) if height and record.weight else None}
    baseline = casebook.record("base", "vs") if casebook else None
    for sign in GRADED:
        weight = baseline.weight if baseline and sign == "weight" and record.visit_code != "base" else None
        unit = "kg" if sign == "weight" else "C" if sign == "temp" else "mmHg"
        found[f"vstoxgr.{sign}"] = worst_grade(sign, record[sign], unit=unit, baseline=weight).grade
    return found


class VitalSigns(CrfModel):
    """When and how the vital signs were measured."""

    class Crf:
        code, title, layout = "vs", _("Vital signs"), "rows"
        reads = ("sv", "vs")
        reads_own = staticmethod(from_earlier_visits)
        sections = [
            (_("When"), ["vsdtc", "vsdat", "vstpt", "vstptr", "o2sup"]),
            (_("Measurements"), ["vstestcd"]),
            (_("Method"), ["temploc"]),
        ]

    vsdtc = item(models.DateTimeField(_("Date and time")))
    vstpt = item(code(_("Time point relative to infusion"), TIME_POINTS), visits=("d0",))
    temploc = item(code(_("Site of temperature"), TEMPERATURE_SITES), optional=True, copyable=True)
    o2sup = item(code(_("Oxygen support"), OXYGEN))
    vsdat = item(partial_date(_("Date"), with_time=True), studies=PILOT)
    vstptr = item(models.CharField(_("Time point"), max_length=60), optional=True, studies=PILOT)


class VitalSignRow(CrfRow):
    """One vital sign. The value keeps its digits; the standard value is what checks and tables use."""

    class Meta(CrfRow.Meta):
        triggers = row_triggers("vs")

    class Crf:
        form, key, measured = "vs", "vstestcd", "vs"
        derive = staticmethod(row_values)

    vstestcd = item(models.CharField(_("Analyte"), max_length=20))
    vsorres = item(models.CharField(_("Value as typed"), max_length=30))
    vsqual = item(code(_("Qualifier"), [(sign, sign) for sign in QUALIFIERS]), optional=True)
    vsorresu = item(code(_("Unit as reported"), UNITS))
    vspos = item(code(_("Position"), POSITIONS), optional=True, detail=True)
    vsstresn = item(models.DecimalField(_("Value in standard unit"), max_digits=14, decimal_places=6), system=True)
    vsstresu = item(models.CharField(_("Standard unit"), max_length=20), system=True)
    vstoxgr = item(models.IntegerField(_("CTCAE grade")), system=True)


@edit_check(VitalSigns, "sysbp", "diabp")
def systolic_is_above_diastolic(record, casebook):
    if record.sysbp <= record.diabp:
        return Finding(
            gettext("Systolic pressure %(systolic)s mmHg is not above diastolic pressure %(diastolic)s mmHg.")
            % {"systolic": f"{record.sysbp:f}", "diastolic": f"{record.diabp:f}"}
        )
    return None


@edit_check(VitalSigns, "pulse", "vsdtc")
def pulse_does_not_jump(record, casebook):
    last = last_value(record, casebook, "pulse")
    if last is not None and abs(record.pulse - last) > protocol().settings.pulse_jump_per_min:
        return Finding(
            gettext("Pulse is %(now)s beats/min; it was %(last)s before. Correct it, or keep it and say why.")
            % {"now": f"{record.pulse:f}", "last": f"{last.normalize():f}"}
        )
    return None


@edit_check(VitalSigns, "weight", "vsdtc")
def weight_does_not_jump(record, casebook):
    last, percent = last_value(record, casebook, "weight"), protocol().settings.weight_change_percent
    if last and abs(record.weight - last) * 100 > percent * last:
        return Finding(
            gettext(
                "Weight is %(now)s kg; it was %(last)s kg before, over %(percent)s %% of change."
                " Correct it, or keep it and say why."
            )
            % {
                "now": f"{record.weight.normalize():f}",
                "last": f"{last.normalize():f}",
                "percent": f"{percent:f}",
            }
        )
    return None


@edit_check(VitalSigns, "vsdtc")
def measured_on_the_visit_day(record, casebook):
    """Vital signs of a visit are measured on its day."""
    visit = casebook.record(record.visit_code, "sv") if casebook and record.visit_code else None
    on = record.vsdtc.astimezone(site_zone(casebook)).date()
    if visit and visit.svstdtc and visit.svstdtc != on:
        return Finding(
            gettext("Vital signs are dated %(date)s, the visit %(visit)s. Which is correct?")
            % {"date": text(on), "visit": text(visit.svstdtc)}
        )
    return None
