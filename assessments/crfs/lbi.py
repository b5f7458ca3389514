"""Immunology, infection and pregnancy. The expected rows differ by visit."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.lab_rows import LabResultRow, result_values
from assessments.laboratories import laboratories_of
from assessments.samples import not_on_the_visit_day, outside_its_window
from trial_edc.crf.anchors import from_baseline
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import item
from trial_edc.crf.models import CrfModel

PREGNANCY_VISITS = ("scr", "base")


class Immunology(CrfModel):
    """A sample for immunology, infection or pregnancy."""

    class Crf:
        code, title, layout = "lbi", _("Laboratory - immunology, infection, pregnancy"), "rows"
        short = _("Immunology")
        reads = ("aph", "dm", "ds", "icf", "inf", "lbi", "ld", "sv")
        reads_own = staticmethod(from_baseline)
        sections = [(_("Sample"), ["lbdtc", "lblab"]), (_("Results"), ["lbtestcd"])]

    lbdtc = item(models.DateTimeField(_("Collection date and time")))
    lblab = item(models.CharField(_("Laboratory"), max_length=10), choices_from=laboratories_of)


class ImmunologyRow(LabResultRow):
    """One result of the sample: a number, a code or words."""

    class Crf:
        form, key, measured = "lbi", "lbtestcd", "lb"
        derive = staticmethod(result_values)


@edit_check(Immunology, "lbdtc")
def sample_is_in_its_window(record, casebook):
    return outside_its_window(record, casebook, "lbdtc")


@edit_check(Immunology, "lbdtc")
def sample_is_near_the_visit(record, casebook):
    return not_on_the_visit_day(record, casebook, "lbdtc")


@edit_check(Immunology)
def pregnancy_is_excluded(record, casebook):
    """A woman who can become pregnant is tested at screening and before lymphodepletion."""
    people = casebook["dm"] if casebook else []
    if not people or record.visit_code not in PREGNANCY_VISITS or record.lbdtc is None:
        return None
    if people[0].childpot == "Y" and not (record.preg in ("POS", "NEG") or record.missing("preg")):
        return Finding(
            gettext("Childbearing potential is Yes and the pregnancy test has no result. What is the result?"), "preg"
        )
    if people[0].sex == "M" and record.preg in ("POS", "NEG"):
        return Finding(gettext("The subject is male and the pregnancy test has a result. Which is correct?"), "preg")
    return None


@edit_check(Immunology)
def antibody_asks_for_virus(record, casebook):
    """A positive HBsAg or anti-HBc needs the HBV DNA."""
    positive = [name for name in ("hbsag", "hbcab") if record[name] == "POS"]
    if not positive or record.is_answered("hbvdna"):
        return None
    return Finding(gettext("A hepatitis B marker is positive and HBV DNA has no result. What is the result?"), "hbvdna")


@edit_check(Immunology, "rcl")
def positive_rcl_stops_enrolment(record, casebook):
    if record.rcl == "POS":
        return Finding(
            gettext(
                "Replication-competent virus is Positive; one positive result puts the study on hold. Is it correct?"
            )
        )
    return None
