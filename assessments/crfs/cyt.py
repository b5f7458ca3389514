"""Cytokines and markers of inflammation, with the limits of the assay that measured them."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.lab_rows import limit
from assessments.laboratories import laboratories_of
from assessments.quantification import (
    planned_time_point,
    planned_time_points,
    quantification,
    unquantified,
)
from assessments.samples import not_on_the_visit_day, outside_its_window
from trial_edc.crf.anchors import site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import QUALIFIERS, code, item, yes_no
from trial_edc.crf.models import CrfModel, CrfRow, row_triggers
from trial_edc.crf.partial import text


def time_points(casebook):
    return planned_time_points("cyt")


def row_values(record, casebook):
    """Limits of quantification and of normal of each row."""
    return quantification(record, casebook, prefix="cyt", laboratory=record.cytlab, dated="cytdtc", normal=True)


class Cytokines(CrfModel):
    """A sample for cytokines. After tocilizumab IL-6 cannot be interpreted."""

    class Crf:
        code, title, layout = "cyt", _("Cytokines / PD markers"), "rows"
        short = _("Cytokines")
        reads = ("aph", "crs", "dm", "ds", "icf", "inf", "ld", "sv")
        sections = [(_("Sample"), ["cytdtc", "cyttpt", "cytlab", "cyttoci"]), (_("Results"), ["cyttestcd"])]

    cytdtc = item(models.DateTimeField(_("Sample date and time")))
    cyttpt = item(
        models.CharField(_("Planned time point"), max_length=10),
        choices_from=time_points,
        fill=planned_time_point,
    )
    cytlab = item(models.CharField(_("Laboratory and assay"), max_length=10), choices_from=laboratories_of)
    cyttoci = item(yes_no(_("Tocilizumab before sample")))


class CytokineRow(CrfRow):
    """One marker. Limits come from the laboratory and may be typed."""

    class Meta(CrfRow.Meta):
        triggers = row_triggers("cyt")

    class Crf:
        form, key, measured = "cyt", "cyttestcd", "cyt"
        derive = staticmethod(row_values)

    cyttestcd = item(models.CharField(_("Analyte"), max_length=20))
    cytorres = item(models.CharField(_("Value as typed"), max_length=30))
    cytqual = item(code(_("Qualifier"), [(sign, sign) for sign in QUALIFIERS]), optional=True)
    cytorresu = item(models.CharField(_("Unit as reported"), max_length=20))
    cytlloq = limit(_("Lower limit of quantification"))
    cytuloq = limit(_("Upper limit of quantification"))
    cytornrlo = limit(_("Lower limit of normal"))
    cytornrhi = limit(_("Upper limit of normal"))
    cytstresn = item(models.DecimalField(_("Value in standard unit"), max_digits=14, decimal_places=6), system=True)
    cytstresu = item(models.CharField(_("Standard unit"), max_length=20), system=True)


@edit_check(Cytokines, "cytdtc")
def sample_is_in_its_window(record, casebook):
    return outside_its_window(record, casebook, "cytdtc")


@edit_check(Cytokines, "cytdtc")
def sample_is_near_the_visit(record, casebook):
    return not_on_the_visit_day(record, casebook, "cytdtc")


@edit_check(Cytokines)
def limits_of_quantification_are_known(record, casebook):
    return unquantified(record, prefix="cyt")


@edit_check(Cytokines, "cyttoci", "cytdtc")
def tocilizumab_agrees_with_crs(record, casebook):
    """A dose of tocilizumab on a CRS form before the sample means Yes."""
    if record.cyttoci != "N" or casebook is None:
        return None
    taken = record.cytdtc.astimezone(site_zone(casebook)).strftime("%Y-%m-%dT%H:%M")
    doses = [line["given"] for one in casebook["crs"] for line in one.crstoci or []]
    earlier = min((given for given in doses if len(given) == len(taken) and given < taken), default=None)
    if earlier is None:
        return None
    return Finding(
        gettext("Tocilizumab before sample is No; a dose of %(given)s is recorded. Which is correct?")
        % {"given": text(earlier)}
    )
