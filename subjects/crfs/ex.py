"""Exposure: each period of one dose; the first begins the time on treatment. For studies of a medicine given daily."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import item, partial_date
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import before, text


class Exposure(CrfModel):
    """A medicine, its dose, and from when to when it was taken."""

    class Crf:
        code, title, layout = "ex", _("Exposure"), "log"
        studies = ("cdiscpilot",)
        sections = [
            (_("Treatment"), ["extrt", "exdose", "exdosu", "exdosfrm", "exdosfrq", "exroute"]),
            (_("Course"), ["exstdtc", "exendtc"]),
        ]

    extrt = item(models.CharField(_("Treatment"), max_length=80), sdv=True)
    exdose = item(models.DecimalField(_("Dose"), max_digits=10, decimal_places=3), limits=(0, 1_000_000), sdv=True)
    exdosu = item(models.CharField(_("Unit"), max_length=20))
    exdosfrm = item(models.CharField(_("Form"), max_length=40), optional=True)
    exdosfrq = item(models.CharField(_("Frequency"), max_length=40), optional=True)
    exroute = item(models.CharField(_("Route"), max_length=40), optional=True)
    exstdtc = item(partial_date(_("Start date"), with_time=True), sdv=True)
    exendtc = item(partial_date(_("End date"), with_time=True), sdv=True)


@edit_check(Exposure, "exendtc", "exstdtc")
def exposure_ends_after_start(record, casebook):
    if before(record.exendtc, record.exstdtc) is True:
        return Finding(
            gettext("End date %(end)s is before start date %(start)s.")
            % {"end": text(record.exendtc), "start": text(record.exstdtc)}
        )
    return None
