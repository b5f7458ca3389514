"""Medical history: conditions up to consent; later ones are adverse events."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import anchors_of
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, partial_date, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import before, text

GRADES = [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4")]


class MedicalHistory(CrfModel):
    """A condition the subject has or had before the study."""

    class Crf:
        code, title, layout = "mh", _("Medical history"), "log"
        reads = ("aph", "ds", "icf", "inf", "ld")
        sections = [
            (_("Condition"), ["mhterm", "mhdecod", "mhstdtc", "mhongo", "mhendtc", "mhtoxgr", "mhauto", "mhcns"])
        ]

    mhterm = item(models.CharField(_("Condition"), max_length=200))
    mhstdtc = item(partial_date(_("Start date")), optional=True)
    mhendtc = item(partial_date(_("End date")), shown_when=answered("mhongo", "N"), optional=True)
    mhongo = item(yes_no(_("Ongoing")))
    mhtoxgr = item(code(_("CTCAE grade if ongoing"), GRADES), shown_when=answered("mhongo", "Y"))
    mhauto = item(yes_no(_("Autoimmune disease")))
    mhdecod = item(models.CharField(_("Coded term"), max_length=200), optional=True, studies=("cdiscpilot",))
    mhcns = item(yes_no(_("CNS disorder / seizure history")), help=_("What ICANS is later compared with."))


@edit_check(MedicalHistory, "mhendtc", "mhstdtc")
def condition_ends_after_start(record, casebook):
    if before(record.mhendtc, record.mhstdtc) is True:
        return Finding(
            gettext("End date %(end)s is before start date %(start)s.")
            % {"end": text(record.mhendtc), "start": text(record.mhstdtc)}
        )
    return None


@edit_check(MedicalHistory, "mhstdtc")
def condition_began_before_the_study(record, casebook):
    """From leukapheresis on every new condition is an adverse event."""
    collected = anchors_of(casebook).leukapheresis if casebook else None
    if collected and before(collected, record.mhstdtc) is True:
        return Finding(
            gettext("Start date %(start)s is after the leukapheresis of %(date)s. Is it an adverse event?")
            % {"start": text(record.mhstdtc), "date": text(collected)}
        )
    return None
