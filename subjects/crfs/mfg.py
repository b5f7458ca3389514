"""Manufacture of the product: its batch, its course and how it came out. Written by manufacturing."""

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from subjects.uniqueness import is_taken
from trial_edc.crf.anchors import anchors_of
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

OUTCOMES = [
    ("SUCCESS", _("Success")),
    ("REPEAT", _("Failure - repeat")),
    ("STOP", _("Failure - stop")),
    ("TERMINATED", _("Terminated")),
]


def vein_to_vein(record, casebook):
    """Days from leukapheresis to infusion, None before both."""
    dates = anchors_of(casebook) if casebook else None
    if dates is None or dates.leukapheresis is None or dates.infusion is None:
        return None
    return (dates.infusion - dates.leukapheresis).days


class Manufacture(CrfModel):
    """One batch. A second collection has a batch and a form of its own."""

    class Meta(CrfModel.Meta):
        constraints = [models.UniqueConstraint(Upper("mfgbatch"), name="one_form_per_batch")]

    class Crf:
        code, title, layout, writer = "mfg", _("Product manufacturing"), "fields", "MFR"
        short = _("Manufacture")
        reads = ("aph", "ds", "icf", "inf", "ld", "mfg")
        sections = [
            (_("Batch"), ["mfgbatch", "mfgvec", "mfgmoi"]),
            (_("Course"), ["mfgstdt", "mfgfail", "mfgendt", "mfgfldt", "mfgfold", "mfgcryo", "mfgrem", "mfgv2v"]),
        ]

    mfgbatch = item(models.CharField(_("Batch / lot number"), max_length=40))
    mfgstdt = item(models.DateField(_("Manufacturing start date")))
    mfgendt = item(models.DateField(_("Harvest date")), shown_when=answered("mfgfail", "SUCCESS"))
    mfgfldt = item(
        models.DateField(_("Date the manufacture failed")),
        shown_when=answered("mfgfail", "REPEAT", "STOP", "TERMINATED"),
        help=_("The day the decision was taken; planned visits end with it where nothing is made again."),
    )
    mfgvec = item(models.CharField(_("Vector type and lot"), max_length=100))
    mfgmoi = item(
        models.DecimalField(_("Multiplicity of infection"), max_digits=5, decimal_places=1),
        range=("0.1", 50),
        limits=(0, 1_000),
        optional=True,
    )
    mfgfold = item(
        models.DecimalField(_("Fold expansion"), max_digits=7, decimal_places=1),
        range=(1, 1_000),
        limits=(0, 99_999),
        optional=True,
    )
    mfgcryo = item(yes_no(_("Cryopreserved")))
    mfgfail = item(code(_("Manufacturing outcome"), OUTCOMES))
    mfgrem = item(yes_no(_("Re-manufacture needed")))
    mfgv2v = item(models.IntegerField(_("Vein-to-vein time")), unit="days", derive=vein_to_vein)


@edit_check(Manufacture, "mfgstdt")
def made_after_the_collection(record, casebook):
    collected = anchors_of(casebook).leukapheresis if casebook else None
    if collected and record.mfgstdt < collected:
        return Finding(
            gettext("Manufacture began on %(start)s, before the leukapheresis of %(date)s. Which is correct?")
            % {"start": text(record.mfgstdt), "date": text(collected)}
        )
    return None


@edit_check(Manufacture, "mfgendt", "mfgstdt")
def harvested_after_start(record, casebook):
    if record.mfgendt < record.mfgstdt:
        return Finding(
            gettext("Harvest date %(end)s is before the start of manufacture %(start)s. Which is correct?")
            % {"end": text(record.mfgendt), "start": text(record.mfgstdt)}
        )
    return None


@edit_check(Manufacture, "mfgfldt", "mfgstdt")
def failed_after_start(record, casebook):
    if record.mfgfldt < record.mfgstdt:
        return Finding(
            gettext("Manufacture failed on %(failed)s, before its start on %(start)s. Which is correct?")
            % {"failed": text(record.mfgfldt), "start": text(record.mfgstdt)}
        )
    return None


@edit_check(Manufacture, "mfgbatch", hard=True)
def batch_stands_once(record, casebook):
    if is_taken(Manufacture, "mfgbatch", record, casebook):
        return Finding(
            gettext("Batch %(batch)s stands in another form already. Each batch has one form and one subject.")
            % {"batch": record.mfgbatch}
        )
    return None


@edit_check(Manufacture, "mfgrem", "mfgfail")
def repeat_means_again(record, casebook):
    if (record.mfgfail == "REPEAT") != (record.mfgrem == "Y"):
        return Finding(
            gettext("Manufacturing outcome is %(outcome)s, re-manufacture needed is %(again)s. Which is correct?")
            % {
                "outcome": dict(OUTCOMES)[record.mfgfail],
                "again": gettext("Yes") if record.mfgrem == "Y" else gettext("No"),
            }
        )
    return None
