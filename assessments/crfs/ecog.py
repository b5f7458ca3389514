"""Performance status by the ECOG scale; Karnofsky may be given beside it."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.samples import dated_off_the_visit
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel

GRADES = [(str(grade), str(grade)) for grade in range(6)]
KARNOFSKY = [(str(percent), str(percent)) for percent in range(100, -1, -10)]
# Karnofsky percentages that answer to each ECOG grade (Oken et al., Am J Clin Oncol 1982;5:649-655).
EQUIVALENT = {
    "0": ("100", "90"),
    "1": ("80", "70"),
    "2": ("60", "50"),
    "3": ("40", "30"),
    "4": ("20", "10"),
    "5": ("0",),
}


class PerformanceStatus(CrfModel):
    """How far the disease limits daily life."""

    class Crf:
        code, title, layout = "ecog", _("Performance status"), "fields"
        short = _("Performance")
        reads = ("sv",)
        sections = [(_("Performance status"), ["ecogdt", "ecog", "kps"])]

    ecog = item(code(_("ECOG performance status"), GRADES))
    ecogdt = item(models.DateField(_("Date")))
    kps = item(code(_("Karnofsky"), KARNOFSKY), optional=True)


@edit_check(PerformanceStatus, "ecogdt")
def assessed_on_the_visit_day(record, casebook):
    return dated_off_the_visit(record.ecogdt, record, casebook)


@edit_check(PerformanceStatus, "kps", "ecog")
def scales_agree(record, casebook):
    """The scales answer to each other up to one grade."""
    equivalent = next(grade for grade, percents in EQUIVALENT.items() if record.kps in percents)
    if abs(int(equivalent) - int(record.ecog)) > 1:
        return Finding(
            gettext("ECOG is %(ecog)s and Karnofsky is %(kps)s. Which is correct?")
            % {"ecog": record.ecog, "kps": record.kps}
        )
    return None
