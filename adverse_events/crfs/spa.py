"""Sponsor's assessment of a serious adverse event: the medical monitor's own form, beside the site's report.

The time the sponsor first received the report is typed: reports also come by telephone before they are entered.
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adverse_events.crfs.ae import CAUSALITY
from adverse_events.events import reported_event
from trial_edc.crf.anchors import site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, repeat, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

EXPECTEDNESS = [("EXP", _("Expected")), ("UNEXP", _("Unexpected"))]
FATAL_DAYS, OTHER_DAYS = 7, 15  # ICH E2A, section III.B: days from first receipt


def reports(casebook):
    """The serious adverse event reports of the subject, by log entry."""
    types = {"INITIAL": gettext("initial"), "FOLLOWUP": gettext("follow-up"), "FINAL": gettext("final")}
    entries = casebook["sae"] if casebook else ()
    return tuple((str(one.seq), f"{one.saenum or one.seq} {types.get(one.saetype, '')}".strip()) for one in entries)


def report_of(record, casebook):
    """The report this assessment is about, None while it is not chosen."""
    if not record.spasae or casebook is None:
        return None
    return next((one for one in casebook["sae"] if str(one.seq) == record.spasae), None)


def event_of(record, casebook):
    """The adverse event behind the report."""
    report = report_of(record, casebook)
    return reported_event(casebook, report.saenum) if report else None


def is_susar(record, casebook):
    """Y for a serious, unexpected event related by investigator or sponsor; None while that cannot be told."""
    event, related = event_of(record, casebook), protocol().settings.ae_related
    if event is None or event.aeser is None or record.spaexp is None:
        return None
    if event.aeser != "Y" or record.spaexp != "UNEXP":
        return "N"
    if event.aerelu87 in related or record.sparel in related:
        return "Y"
    return None if event.aerelu87 is None or record.sparel is None else "N"


def report_due(record, casebook):
    """Last day to report a SUSAR: 7 days from receipt when fatal or life-threatening, else 15; None otherwise."""
    if record.sparcvdt is None or is_susar(record, casebook) != "Y":
        return None
    event = event_of(record, casebook)
    is_grave = "Y" in (event.aesdth, event.aeslife) or event.aeout == "FATAL"
    received = record.sparcvdt.astimezone(site_zone(casebook)).date()
    return received + timedelta(days=FATAL_DAYS if is_grave else OTHER_DAYS)


class SponsorAssessment(CrfModel):
    """Expectedness and cause as the sponsor sees them, and the clocks that follow."""

    class Crf:
        code, title, layout, writer = "spa", _("Sponsor assessment of a serious adverse event"), "log", "MM"
        short = _("Sponsor's view")
        reads = ("ae", "sae", "spa")
        sections = [
            (_("Report"), ["spasae", "sparcvdt"]),
            (_("Assessment"), ["spaexp", "sparsi", "sparel", "spasusar"]),
            (_("Reporting"), ["spadue", "sparegdt"]),
            (_("Signature"), ["spadt", "spasign"]),
        ]
        signed_as = ("spasign", _("Medical monitor (e-signature)"))

    spasae = item(models.CharField(_("Serious adverse event report"), max_length=5), choices_from=reports)
    sparcvdt = item(models.DateTimeField(_("Date and time sponsor first received")))
    spaexp = item(code(_("Expectedness (reference safety information)"), EXPECTEDNESS))
    sparsi = item(models.CharField(_("Reference safety information (IB) version"), max_length=40))
    sparel = item(code(_("Related to U87 (sponsor)"), CAUSALITY))
    spasusar = item(yes_no(_("SUSAR")), derive=is_susar)
    spadue = item(models.DateField(_("Report due")), derive=report_due)
    sparegdt = item(
        repeat(
            _("Reported to authorities / ethics committees"),
            ("recipient", "text"),
            ("due", "date"),
            ("sent", "date"),
        ),
        shown_when=answered("spasusar", "Y"),
        optional=True,
        help=_("One per line: recipient; due; sent."),
    )
    spadt = item(models.DateField(_("Date assessed")))


@edit_check(SponsorAssessment, "sparcvdt", "spasae")
def received_after_the_site_knew(record, casebook):
    report, zone = report_of(record, casebook), site_zone(casebook)
    if report is None or report.saeawdt is None or record.sparcvdt >= report.saeawdt:
        return None
    return Finding(
        gettext("Received on %(received)s, before the site became aware on %(aware)s. Which is correct?")
        % {"received": text(record.sparcvdt, zone), "aware": text(report.saeawdt, zone)}
    )


@edit_check(SponsorAssessment, "spasae")
def one_assessment_for_each_report(record, casebook):
    for other in casebook["spa"] if casebook else ():
        if other.seq != record.seq and other.spasae == record.spasae:
            return Finding(
                gettext("Entry %(seq)d assesses this report already. Which one stands?") % {"seq": other.seq}
            )
    return None


@edit_check(SponsorAssessment, "sparegdt", "spadue")
def reported_by_the_due_day(record, casebook):
    late = [line for line in record.sparegdt if len(line["sent"]) >= 10 and line["sent"] > record.spadue.isoformat()]
    if not late:
        return None
    return Finding(
        gettext("Sent to %(recipient)s on %(sent)s; it was due on %(due)s. Which is correct?")
        % {"recipient": late[0]["recipient"], "sent": text(late[0]["sent"]), "due": text(record.spadue)}
    )


@edit_check(SponsorAssessment, "sparel")
def both_causes_are_kept(record, casebook):
    """The sponsor may differ from the investigator, and never overrules; the difference is shown."""
    event, related = event_of(record, casebook), protocol().settings.ae_related
    if event is None or event.aerelu87 is None or (event.aerelu87 in related) == (record.sparel in related):
        return None
    return Finding(
        gettext("The investigator's causality is %(site)s, the sponsor's %(sponsor)s; both are kept.")
        % {"site": dict(CAUSALITY)[event.aerelu87], "sponsor": dict(CAUSALITY)[record.sparel]},
        warns=True,
    )
