"""Prior cancer therapy: one entry for each therapy before leukapheresis."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import anchors_of
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

TYPES = [
    ("SURGERY", _("Surgery")),
    ("RT", _("Radiotherapy")),
    ("CHEMO", _("Chemotherapy")),
    ("EGFR", _("Anti-EGFR")),
    ("PD1", _("Anti-PD-1/PD-L1")),
    ("IMMUNO", _("Other immunotherapy")),
    ("CELL", _("Cellular therapy")),
    ("INVEST", _("Investigational")),
]
SETTINGS = [
    ("NEOADJ", _("Neoadjuvant")),
    ("DEFINITIVE", _("Definitive")),
    ("ADJ", _("Adjuvant")),
    ("RM", _("Recurrent/metastatic")),
]
RESPONSES = [
    ("CR", "CR"),
    ("PR", "PR"),
    ("SD", "SD"),
    ("PD", "PD"),
    ("NOTEVAL", "NE"),
    ("NAP", _("Not applicable")),
]
STOPPED = [("COMPLETED", _("Completed")), ("PD", _("PD")), ("TOXICITY", _("Toxicity")), ("OTHER", _("Other"))]
SYSTEMIC = ("CHEMO", "EGFR", "PD1", "IMMUNO", "CELL", "INVEST")
BY_RAY = answered("prtype", "RT")


class PriorTherapy(CrfModel):
    """A therapy against the tumour, its best response and why it ended."""

    class Crf:
        code, title, layout = "prt", _("Prior cancer therapy"), "log"
        short = _("Prior therapy")
        reads = ("aph", "ds", "icf", "inf", "ld")
        sections = [
            (_("Therapy"), ["prtype", "prreg", "prsett", "prline", "prrtsite", "prrtdose"]),
            (_("Course"), ["prstdt", "prendt", "prbor", "prdisc", "prpddt", "prplat"]),
        ]

    prtype = item(code(_("Type"), TYPES))
    prreg = item(models.CharField(_("Regimen / procedure"), max_length=200))
    prline = item(models.IntegerField(_("Line of therapy")), limits=(1, 20), shown_when=answered("prtype", *SYSTEMIC))
    prsett = item(code(_("Setting"), SETTINGS))
    prstdt = item(models.DateField(_("Start date")))
    prendt = item(models.DateField(_("End date")))
    prbor = item(code(_("Best response"), RESPONSES))
    prpddt = item(models.DateField(_("Progression date")), optional=True)
    prdisc = item(code(_("Reason stopped"), STOPPED))
    prrtsite = item(
        models.CharField(_("Radiotherapy field"), max_length=200),
        shown_when=BY_RAY,
        help=_("It decides whether a lesion is measurable."),
    )
    prrtdose = item(
        models.DecimalField(_("Total radiation dose"), max_digits=5, decimal_places=1),
        unit="Gy",
        range=(1, 80),
        limits=(0, 200),
        shown_when=BY_RAY,
    )
    prplat = item(
        models.DecimalField(_("Platinum-free interval"), max_digits=5, decimal_places=1),
        unit="months",
        range=(0, 240),
        limits=(0, 999),
        shown_when=answered("prtype", "CHEMO"),
        optional=True,
    )


@edit_check(PriorTherapy, "prendt", "prstdt")
def therapy_ends_after_start(record, casebook):
    if record.prendt < record.prstdt:
        return Finding(
            gettext("End date %(end)s is before start date %(start)s.")
            % {"end": text(record.prendt), "start": text(record.prstdt)}
        )
    return None


@edit_check(PriorTherapy, "prpddt", "prstdt")
def progression_after_start(record, casebook):
    if record.prpddt < record.prstdt:
        return Finding(
            gettext("Progression date %(date)s is before start date %(start)s.")
            % {"date": text(record.prpddt), "start": text(record.prstdt)}
        )
    return None


@edit_check(PriorTherapy, "prdisc")
def progression_is_dated(record, casebook):
    if record.prdisc == "PD" and record.prpddt is None and not record.missing("prpddt"):
        return Finding(gettext("The therapy stopped for PD, but the progression date is empty. When was it?"))
    return None


@edit_check(PriorTherapy, "prendt", "prtype")
def washed_out_before_leukapheresis(record, casebook):
    """Exclusion criterion 9: days without treatment before the collection, by type of therapy."""
    days = dict(protocol().settings.washout_days).get(record.prtype)
    collected = anchors_of(casebook).leukapheresis if casebook else None
    free = (collected - record.prendt).days if collected else None
    if days is None or free is None or free >= days:
        return None
    return Finding(
        gettext(
            "End date %(end)s is %(free)d days before the leukapheresis of %(date)s; %(type)s needs %(days)d days."
            " Which is correct?"
        )
        % {
            "end": text(record.prendt),
            "free": free,
            "date": text(collected),
            "type": dict(TYPES)[record.prtype],
            "days": days,
        }
    )


@edit_check(PriorTherapy, "prtype")
def no_earlier_cell_therapy(record, casebook):
    """Exclusion criterion 8."""
    if record.prtype == "CELL":
        return Finding(gettext("Earlier cellular therapy excludes the subject (criterion EXC08). Is the type correct?"))
    return None
