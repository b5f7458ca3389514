"""Evaluation of dose-limiting toxicity, answered when the window closes on Day 28."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adverse_events.events import adverse_events, event_label
from trial_edc.crf.anchors import infusion_at, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import item, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.spec import protocol

MINIMUM_DOSE_PERCENT = 80


def window_end(record, casebook):
    """Last day of the DLT window: infusion plus the days of the protocol; None before an infusion."""
    infusion = infusion_at(casebook)
    if infusion is None:
        return None
    return infusion.astimezone(site_zone(casebook)).date() + timedelta(days=protocol().settings.dlt_window_days)


class DltEvaluation(CrfModel):
    """Whether the subject counts for the dose decision, and whether there was a DLT."""

    class Crf:
        code, title, layout = "dlt", _("DLT evaluation"), "fields"
        short = _("DLT")
        reads = ("ae", "inf")
        sections = [(_("DLT"), ["dlwinend", "dltyn", "dltae", "dleval", "dlstag"])]

    dleval = item(yes_no(_("DLT-evaluable")), sdv=True)
    dltyn = item(yes_no(_("DLT occurred")), sdv=True)
    dltae = item(
        models.CharField(_("Linked adverse event"), max_length=5),
        choices_from=adverse_events,
        shown_when=answered("dltyn", "Y"),
    )
    dlwinend = item(models.DateField(_("End of DLT window")), derive=window_end)
    dlstag = item(yes_no(_("Stagger interval respected")))


@edit_check(DltEvaluation, "dltyn")
def dlt_agrees_with_the_events(record, casebook):
    marked = [one for one in (casebook["ae"] if casebook else ()) if one.aedlt == "Y"]
    if record.dltyn == "N" and marked:
        return Finding(
            gettext("DLT occurred is No; %(event)s meets the DLT definition. Which is correct?")
            % {"event": event_label(marked[0])}
        )
    if record.dltyn == "Y" and casebook is not None and not marked:
        return Finding(gettext("DLT occurred is Yes; no adverse event meets the DLT definition. Which one is it?"))
    return None


@edit_check(DltEvaluation, "dltae")
def linked_event_is_a_dlt(record, casebook):
    event = next((one for one in (casebook["ae"] if casebook else ()) if str(one.seq) == record.dltae), None)
    if event is None or event.aedlt == "Y":
        return None
    return Finding(
        gettext("%(event)s is linked and does not meet the DLT definition. Which is correct?")
        % {"event": event_label(event)}
    )


@edit_check(DltEvaluation, "dleval", "dltyn")
def evaluable_by_dose_or_dlt(record, casebook):
    """Evaluable: at least 80 % of the assigned dose and the whole window, or a DLT."""
    if record.dltyn == "Y" and record.dleval == "N":
        return Finding(gettext("DLT occurred is Yes; a subject with a DLT is evaluable. Which is correct?"))
    given = [one for one in (casebook["inf"] if casebook else ()) if one.infdose is not None and one.infplan]
    share = given[0].infdose * 100 / given[0].infplan if given else None
    if share is None or record.dltyn == "Y":
        return None
    if record.dleval == "Y" and share < MINIMUM_DOSE_PERCENT:
        return Finding(
            gettext("DLT-evaluable is Yes; the dose was %(share)s %% of the planned one, under %(least)d %%.")
            % {"share": f"{share:.0f}", "least": MINIMUM_DOSE_PERCENT}
        )
    return None
