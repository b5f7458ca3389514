"""Serious adverse event report: one log entry for each report version (initial, follow-up, final).

The SAE number ends with the number of the adverse event it reports (AE-004), which holds the criteria and causes.
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adverse_events.events import reported_event
from trial_edc.crf.anchors import site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import before, text
from trial_edc.crf.spec import protocol

TYPES = [("INITIAL", _("Initial")), ("FOLLOWUP", _("Follow-up")), ("FINAL", _("Final"))]


class SeriousEventReport(CrfModel):
    """What the site reports to the sponsor, and when it knew."""

    class Crf:
        code, title, layout = "sae", _("Serious adverse event report"), "log"
        short = _("SAE report")
        reads = ("ae", "sae")
        sections = [
            (_("Report"), ["saenum", "saetype", "saeawdt", "saerpdt"]),
            (_("Account"), ["saenarr", "saecod", "saeaut"]),
        ]

    saenum = item(
        models.CharField(_("SAE number"), max_length=20), help=_("As in AE-004: it ends with the event's number.")
    )
    saeawdt = item(models.DateTimeField(_("Date site became aware")), sdv=True)
    saerpdt = item(models.DateTimeField(_("Date reported to sponsor")))
    saetype = item(code(_("Report type"), TYPES))
    saenarr = item(models.TextField(_("Narrative")))
    saecod = item(models.CharField(_("Cause of death"), max_length=200), optional=True)
    saeaut = item(yes_no(_("Autopsy done")), shown_when=answered("saecod"))


@edit_check(SeriousEventReport, "saenum")
def number_names_a_serious_event(record, casebook):
    if casebook is None:
        return None
    event = reported_event(casebook, record.saenum)
    if event is None:
        return Finding(
            gettext("SAE number %(number)s names no adverse event. Which event is reported?")
            % {"number": record.saenum}
        )
    if event.aeser != "Y":
        return Finding(
            gettext("SAE number %(number)s names an event that is not serious. Which is correct?")
            % {"number": record.saenum}
        )
    return None


@edit_check(SeriousEventReport, "saerpdt", "saeawdt")
def reported_in_time(record, casebook):
    """Initial reports are due a fixed number of hours after the site knew."""
    zone, hours = site_zone(casebook), protocol().settings.sae_report_hours
    words = {"reported": text(record.saerpdt, zone), "aware": text(record.saeawdt, zone), "hours": hours}
    if record.saerpdt < record.saeawdt:
        return Finding(gettext("Reported on %(reported)s, before the site became aware on %(aware)s.") % words)
    if (
        record.saetype != "FOLLOWUP"
        and record.saetype != "FINAL"
        and record.saerpdt - record.saeawdt > timedelta(hours=hours)
    ):
        return Finding(
            gettext("Reported on %(reported)s, over %(hours)d hours after %(aware)s. Record a deviation?") % words
        )
    return None


@edit_check(SeriousEventReport, "saeawdt", "saenum")
def aware_after_the_event_began(record, casebook):
    event, zone = reported_event(casebook, record.saenum), site_zone(casebook)
    if event is None or not event.aestdtc or not before(record.saeawdt, event.aestdtc, zone):
        return None
    return Finding(
        gettext("Site became aware on %(aware)s; the event starts on %(start)s. Which is correct?")
        % {"aware": text(record.saeawdt, zone), "start": text(event.aestdtc)}
    )


@edit_check(SeriousEventReport, "saenum", "saetype")
def death_has_its_cause(record, casebook):
    event = reported_event(casebook, record.saenum)
    if event is None or event.aesdth != "Y" or record.is_answered("saecod"):
        return None
    return Finding(gettext("The event results in death and the cause of death is empty. What is it?"), "saecod")


@edit_check(SeriousEventReport, "saetype", "saenum")
def initial_report_comes_first(record, casebook):
    others = [
        one
        for one in (casebook["sae"] if casebook else ())
        if one.seq != record.seq and one.saenum == record.saenum and one.saetype == "INITIAL"
    ]
    if record.saetype == "INITIAL" and others:
        words = gettext("%(number)s has an initial report already, entry %(seq)d. Is this a follow-up?")
        return Finding(words % {"number": record.saenum, "seq": others[0].seq})
    if record.saetype != "INITIAL" and casebook is not None and not others:
        return Finding(
            gettext("%(number)s has no initial report yet. Which report is this?") % {"number": record.saenum}
        )
    return None
