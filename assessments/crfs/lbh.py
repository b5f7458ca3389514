"""Blood count: one row for each analyte, with the limits of the laboratory that measured it."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.lab_rows import LabResultRow, result_values
from assessments.laboratories import laboratories_of
from assessments.samples import not_on_the_visit_day, outside_its_window
from trial_edc.crf.anchors import from_baseline
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import item, multi, yes_no
from trial_edc.crf.models import CrfModel

TRANSFUSIONS = [("RBC", _("RBC")), ("PLT", _("Platelets")), ("NONE", _("None"))]


class BloodCount(CrfModel):
    """A blood sample and what may have changed its counts."""

    class Crf:
        code, title, layout = "lbh", _("Laboratory - haematology"), "rows"
        reads = ("aph", "dm", "ds", "icf", "inf", "lbh", "ld", "sv")
        reads_own = staticmethod(from_baseline)
        short = _("Haematology")
        sections = [
            (_("Sample"), ["lbdtc", "lblab"]),
            (_("Results"), ["lbtestcd"]),
            (_("Since the last sample"), ["transf", "gcsf"]),
        ]

    lbdtc = item(models.DateTimeField(_("Collection date and time")))
    lblab = item(models.CharField(_("Laboratory"), max_length=10), choices_from=laboratories_of, copyable=True)
    transf = item(multi(_("Transfused since last sample"), TRANSFUSIONS, alone="NONE"))
    gcsf = item(yes_no(_("G-CSF since last sample")))


class BloodCountRow(LabResultRow):
    """One count of the sample."""

    class Crf:
        form, key, measured = "lbh", "lbtestcd", "lb"
        derive = staticmethod(result_values)


@edit_check(BloodCount, "lbdtc")
def sample_is_in_its_window(record, casebook):
    return outside_its_window(record, casebook, "lbdtc")


@edit_check(BloodCount, "lbdtc")
def sample_is_near_the_visit(record, casebook):
    return not_on_the_visit_day(record, casebook, "lbdtc")


@edit_check(BloodCount, "wbc")
def parts_are_not_more_than_all(record, casebook):
    """Neutrophils and lymphocytes are part of the leukocytes, up to rounding."""
    parts = [record[name] for name in ("anc", "alc") if record[name] is not None]
    if sum(parts) * 100 > record.wbc * 105:
        return Finding(
            gettext("Leukocytes are %(wbc)s; neutrophils and lymphocytes together are %(parts)s. Which is correct?")
            % {"wbc": f"{record.wbc.normalize():f}", "parts": f"{sum(parts).normalize():f}"}
        )
    return None
