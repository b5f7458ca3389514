"""Subsequent anticancer therapy: its first start ends the efficacy follow-up."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import anchors_of
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

TYPES = [
    ("CHEMO", _("Chemotherapy")),
    ("IMMUNO", _("Immunotherapy")),
    ("RT", _("Radiotherapy")),
    ("SURGERY", _("Surgery")),
    ("CELL", _("Cellular therapy")),
    ("TRIAL", _("Trial")),
    ("OTHER", _("Other")),
]


class SubsequentTherapy(CrfModel):
    """A therapy against the tumour begun after the infusion."""

    class Crf:
        code, title, layout = "subs", _("Subsequent anticancer therapy"), "log"
        short = _("Later therapy")
        reads = ("aph", "dd", "ds", "icf", "inf", "ld")
        sections = [(_("Therapy"), ["sbtype", "sbstdt", "sbreg"])]

    sbtype = item(code(_("Type"), TYPES))
    sbstdt = item(models.DateField(_("Start date")), sdv=True)
    sbreg = item(models.CharField(_("Regimen"), max_length=200), optional=True)


@edit_check(SubsequentTherapy, "sbstdt")
def begun_after_the_infusion(record, casebook):
    infusion = anchors_of(casebook).infusion if casebook else None
    if infusion and record.sbstdt < infusion:
        return Finding(
            gettext("Start date %(start)s is before the infusion of %(infusion)s. Is it bridging or earlier therapy?")
            % {"start": text(record.sbstdt), "infusion": text(infusion)}
        )
    return None


@edit_check(SubsequentTherapy, "sbstdt")
def begun_before_death(record, casebook):
    deaths = [one["dthdtc"] for one in casebook["dd"] if one["dthdtc"]] if casebook else []
    if deaths and record.sbstdt.isoformat()[: len(deaths[0])] > deaths[0]:
        return Finding(
            gettext("Start date %(start)s is after the death of %(death)s. Which is correct?")
            % {"start": text(record.sbstdt), "death": text(deaths[0])}
        )
    return None
