"""Dose-level assignment: which dose the sponsor gave this subject, before the product is ordered."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import item
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol


def dose_levels(casebook):
    return tuple((level.code, level.code) for level in protocol().dose_levels)


def assigned_level(casebook):
    """Code of the dose level assigned to the subject, "" when none is."""
    levels = [one.dllevel for one in casebook["dla"] if one.dllevel] if casebook else []
    return levels[-1] if levels else (casebook.subject.cohort if casebook else "")


class DoseLevelAssignment(CrfModel):
    """The dose level every later dose is compared with."""

    class Crf:
        code, title, layout = "dla", _("Dose-level assignment"), "fields"
        short = _("Dose level")
        reads = ("inf", "mfg")
        sections = [(_("Assignment"), ["dllevel", "dlcoh", "dladt"])]

    dllevel = item(models.CharField(_("Dose level assigned"), max_length=10), choices_from=dose_levels)
    dlcoh = item(models.IntegerField(_("Cohort")), limits=(1, 99))
    dladt = item(models.DateField(_("Date assigned by the sponsor")))


@edit_check(DoseLevelAssignment, "dladt")
def assigned_before_manufacture(record, casebook):
    starts = [one["mfgstdt"] for one in casebook["mfg"] if one["mfgstdt"]] if casebook else []
    if starts and record.dladt > min(starts):
        return Finding(
            gettext("Dose level was assigned on %(date)s, after manufacture began on %(start)s. Which is correct?")
            % {"date": text(record.dladt), "start": text(min(starts))}
        )
    return None


@edit_check(DoseLevelAssignment, "dllevel")
def infused_at_this_level(record, casebook):
    given = {one["infdl"] for one in casebook["inf"] if one["infdl"]} if casebook else set()
    if given - {record.dllevel}:
        return Finding(
            gettext("Dose level assigned is %(level)s; the infusion was given as %(given)s. Which is correct?")
            % {"level": record.dllevel, "given": ", ".join(sorted(given))}
        )
    return None
