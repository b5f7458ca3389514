"""Bridging therapy: between leukapheresis and lymphodepletion; it decides the baseline scan."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import anchors_of
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

TYPES = [
    ("SYSTEMIC", _("Systemic")),
    ("RT", _("Radiotherapy")),
    ("STEROID", _("Steroid")),
    ("SURGERY", _("Surgery")),
    ("OTHER", _("Other")),
]
RESPONSES = [("CR", "CR"), ("PR", "PR"), ("SD", "SD"), ("PD", "PD"), ("NOTASS", _("Not assessed"))]
GIVEN = answered("brgyn", "Y")


class BridgingTherapy(CrfModel):
    """No is an answer: without bridging the screening scan may serve as baseline."""

    class Crf:
        code, title, layout = "brg", _("Bridging therapy"), "fields"
        short = _("Bridging")
        reads = ("aph", "ds", "icf", "inf", "ld")
        sections = [(_("Bridging"), ["brgyn", "brgtype", "brgdrug", "brgstdt", "brgendt", "brgresp"])]

    brgyn = item(yes_no(_("Bridging therapy given")))
    brgtype = item(code(_("Type"), TYPES), shown_when=GIVEN)
    brgdrug = item(models.CharField(_("Drug / regimen"), max_length=200), shown_when=GIVEN)
    brgstdt = item(models.DateField(_("Start date")), shown_when=GIVEN)
    brgendt = item(models.DateField(_("End date")), shown_when=GIVEN)
    brgresp = item(
        code(_("Disease status after bridging"), RESPONSES),
        shown_when=GIVEN,
        help=_("A new baseline scan follows bridging therapy."),
    )


@edit_check(BridgingTherapy, "brgendt", "brgstdt")
def bridging_ends_after_start(record, casebook):
    if record.brgendt < record.brgstdt:
        return Finding(
            gettext("End date %(end)s is before start date %(start)s.")
            % {"end": text(record.brgendt), "start": text(record.brgstdt)}
        )
    return None


@edit_check(BridgingTherapy, "brgstdt")
def bridging_follows_leukapheresis(record, casebook):
    collected = anchors_of(casebook).leukapheresis if casebook else None
    if collected and record.brgstdt < collected:
        return Finding(
            gettext("Start date %(start)s is before the leukapheresis of %(date)s. Is it prior therapy?")
            % {"start": text(record.brgstdt), "date": text(collected)}
        )
    return None


@edit_check(BridgingTherapy, "brgendt")
def bridging_washed_out_before_lymphodepletion(record, casebook):
    """Exclusion criterion 9."""
    begun, days = anchors_of(casebook).ld1 if casebook else None, protocol().settings.bridging_washout_days
    if begun and (begun - record.brgendt).days < days:
        return Finding(
            gettext("End date %(end)s is under %(days)d days before lymphodepletion of %(begun)s. Which is correct?")
            % {"end": text(record.brgendt), "days": days, "begun": text(begun)}
        )
    return None
