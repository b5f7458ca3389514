"""Concomitant medication, with the events and conditions it was given for."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import anchors_of, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, partial_date, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import before, interval, text
from trial_edc.crf.spec import protocol

UNITS = [(word, word) for word in ("mg", "g", "ug", "mL", "IU", "mmol", "mg/kg", "mg/m2", "ug/kg/min")]
UNITS += [
    ("TABLET", _("Tablet")),
    ("CAPSULE", _("Capsule")),
    ("UNIT", _("Unit (blood product)")),
    ("OTHER", _("Other")),
]
FREQUENCIES = [
    ("ONCE", _("Once")),
    ("QD", _("Once a day")),
    ("BID", _("Twice a day")),
    ("TID", _("Three times a day")),
    ("QID", _("Four times a day")),
    ("QW", _("Once a week")),
    ("PRN", _("As needed")),
    ("CONT", _("Continuous")),
    ("OTHER", _("Other")),
]
ROUTES = [
    ("ORAL", _("Oral")),
    ("IV", _("Intravenous")),
    ("SC", _("Subcutaneous")),
    ("IM", _("Intramuscular")),
    ("TOPICAL", _("Topical")),
    ("INHALED", _("Inhaled")),
    ("ENTERAL", _("Feeding tube")),
    ("RECTAL", _("Rectal")),
    ("OTHER", _("Other")),
]
CATEGORIES = [
    ("TOCI", _("Tocilizumab")),
    ("STEROID", _("Corticosteroid")),
    ("ANTICYTO", _("Anticytokine other")),
    ("GROWTH", _("Growth factor")),
    ("IMMUNOGLOB", _("Immunoglobulin")),
    ("ANTIINF", _("Anti-infective")),
    ("VASO", _("Vasopressor")),
    ("TRANSFUSION", _("Transfusion")),
    ("ANTICOAG", _("Anticoagulant")),
    ("ANTIEPIL", _("Antiepileptic")),
    ("OTHER", _("Other")),
]
PILOT = ("cdiscpilot",)
TIMED = ("TOCI", "STEROID", "VASO")
SYSTEMIC = ("ORAL", "IV", "SC", "IM", "ENTERAL")


def events_and_history(casebook):
    """The entries of both logs a medication may be given for: ("ae-4", "AE 4 Headache")."""
    found = []
    for form, term in (("ae", "aeterm"), ("mh", "mhterm")):
        for one in casebook[form] if casebook else ():
            found.append((f"{form}-{one.seq}", f"{form.upper()} {one.seq} {one[term] or ''}".strip()))
    return tuple(found)


class Medication(CrfModel):
    """A drug or blood product other than the study's own."""

    class Crf:
        code, title, layout = "cm", _("Concomitant medication"), "log"
        short = _("Medication")
        reads = ("ae", "aph", "ds", "icf", "inf", "ld", "mh")
        sections = [
            (_("Medication"), ["cmspid", "cmtrt", "cmcat", "cmindc", "cmlnk"]),
            (_("Dose"), ["cmdose", "cmdosu", "cmdosur", "cmdosfrq", "cmfrqr", "cmroute", "cmrouter"]),
            (_("Course"), ["cmstdtc", "cmongo", "cmendtc"]),
        ]

    cmtrt = item(models.CharField(_("Medication"), max_length=200))
    cmindc = item(models.CharField(_("Indication"), max_length=200))
    cmlnk = item(
        ArrayField(models.CharField(max_length=10), verbose_name=_("Linked adverse event or history")),
        choices_from=events_and_history,
        optional=True,
    )
    cmdose = item(models.DecimalField(_("Dose"), max_digits=10, decimal_places=3), limits=(0, 1_000_000), optional=True)
    cmdosu = item(code(_("Unit"), UNITS), optional=True)
    cmdosfrq = item(code(_("Frequency"), FREQUENCIES), optional=True)
    cmroute = item(code(_("Route"), ROUTES))
    cmstdtc = item(
        partial_date(_("Start date"), with_time=True),
        help=_("Tocilizumab, corticosteroids and vasopressors with the time."),
    )
    cmendtc = item(partial_date(_("End date"), with_time=True), shown_when=answered("cmongo", "N"))
    cmongo = item(yes_no(_("Ongoing")))
    cmcat = item(code(_("Category"), CATEGORIES))
    cmspid = item(models.CharField(_("Number of the medicine"), max_length=10), optional=True, studies=PILOT)
    cmdosur = item(models.CharField(_("Unit as reported"), max_length=20), optional=True, studies=PILOT)
    cmfrqr = item(models.CharField(_("Frequency as reported"), max_length=40), optional=True, studies=PILOT)
    cmrouter = item(models.CharField(_("Route as reported"), max_length=40), studies=PILOT)


@edit_check(Medication, "cmendtc", "cmstdtc")
def medication_ends_after_start(record, casebook):
    if before(record.cmendtc, record.cmstdtc) is True:
        return Finding(
            gettext("End date %(end)s is before start date %(start)s.")
            % {"end": text(record.cmendtc), "start": text(record.cmstdtc)}
        )
    return None


@edit_check(Medication, "cmstdtc", "cmcat")
def start_has_its_time(record, casebook):
    """What treats CRS and ICANS is compared with their course by the hour."""
    if record.cmcat in TIMED and "T" not in record.cmstdtc:
        return Finding(
            gettext("Start date of %(category)s is %(date)s without a time. At what time was it given?")
            % {"category": dict(CATEGORIES)[record.cmcat], "date": text(record.cmstdtc)}
        )
    return None


@edit_check(Medication, "cmdosu")
def unit_has_a_dose(record, casebook):
    if record.cmdose is None and not record.missing("cmdose"):
        return Finding(gettext("A unit is given without a dose. What is the dose?"))
    return None


@edit_check(Medication, "cmcat", "cmroute", "cmstdtc")
def no_steroid_before_cells(record, casebook):
    """Exclusion criterion 4: none in the days before leukapheresis, lymphodepletion and infusion."""
    if record.cmcat != "STEROID" or record.cmroute not in SYSTEMIC or casebook is None:
        return None
    days, dates, zone = protocol().settings.steroid_free_days, anchors_of(casebook), site_zone(casebook)
    begun = interval(record.cmstdtc, zone)[0].date()
    ended = interval(record.cmendtc, zone)[1].date() if record.cmendtc else None
    for name, on in (
        (gettext("leukapheresis"), dates.leukapheresis),
        (gettext("lymphodepletion"), dates.ld1),
        (gettext("infusion"), dates.infusion),
    ):
        if on and begun < on and (ended is None or (on - ended).days < days):
            return Finding(
                gettext(
                    "A systemic corticosteroid was given within %(days)d days before %(what)s on %(date)s."
                    " Was it 10 mg prednisone a day or less?"
                )
                % {"days": days, "what": name, "date": text(on)}
            )
    return None
