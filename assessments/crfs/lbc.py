"""Chemistry and coagulation, with creatinine clearance and calcium corrected for albumin."""

from dataclasses import replace

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.formulas import corrected_calcium, creatinine_clearance
from assessments.lab_rows import LabResultRow, result_values
from assessments.laboratories import laboratories_of
from assessments.samples import (
    age_and_sex,
    day_of_sample,
    not_on_the_visit_day,
    outside_its_window,
    weight_on,
)
from trial_edc.crf.anchors import from_baseline
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import item
from trial_edc.crf.models import CrfModel


def computed(record, casebook):
    """Creatinine clearance, mL/min, and corrected calcium, mmol/L; None where a part is missing."""
    on = day_of_sample(record, casebook, "lbdtc")
    age, sex = age_and_sex(casebook, on)
    weight = weight_on(casebook, on)
    found = {"crcl": None, "cacorr": None}
    if record.creat and weight and age is not None:
        found["crcl"] = creatinine_clearance(age_years=age, weight_kg=weight, creatinine_umol_l=record.creat, sex=sex)
    if record.ca is not None and record.alb is not None:
        found["cacorr"] = corrected_calcium(record.ca, record.alb)
    return found


def row_values(record, casebook):
    """The computed analytes, then limits and grades of all rows."""
    found = computed(record, casebook)
    record = replace(record, values={**record.values, **found})
    return found | result_values(record, casebook)


class Chemistry(CrfModel):
    """A sample for chemistry and coagulation."""

    class Crf:
        code, title, layout = "lbc", _("Laboratory - chemistry and coagulation"), "rows"
        short = _("Chemistry")
        reads = ("aph", "dm", "ds", "icf", "inf", "lbc", "ld", "sv", "vs")
        reads_own = staticmethod(from_baseline)
        sections = [(_("Sample"), ["lbdtc", "lblab"]), (_("Results"), ["lbtestcd"])]

    lbdtc = item(models.DateTimeField(_("Collection date and time")))
    lblab = item(models.CharField(_("Laboratory"), max_length=10), choices_from=laboratories_of)


class ChemistryRow(LabResultRow):
    """One result of the sample."""

    class Crf:
        form, key, measured = "lbc", "lbtestcd", "lb"
        derive = staticmethod(row_values)


@edit_check(Chemistry, "lbdtc")
def sample_is_in_its_window(record, casebook):
    return outside_its_window(record, casebook, "lbdtc")


@edit_check(Chemistry, "lbdtc")
def sample_is_near_the_visit(record, casebook):
    return not_on_the_visit_day(record, casebook, "lbdtc")


@edit_check(Chemistry, "creat")
def clearance_has_a_weight(record, casebook):
    """Without a weight on or before the day of the sample the clearance cannot be computed."""
    on = day_of_sample(record, casebook, "lbdtc")
    if casebook is None or on is None or weight_on(casebook, on):
        return None
    return Finding(
        gettext("Creatinine clearance needs a weight; none is recorded up to the day of the sample."), warns=True
    )
