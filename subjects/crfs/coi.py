"""Chain of identity and custody: one log entry for each step from vein to vein.

The identifier stands in every entry, not once: each step is written by whoever has the product then, who reads it
off the label.
"""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item, signed_in_user, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

STEPS = [
    ("APHERESIS", _("Apheresis")),
    ("MFRECEIPT", _("Receipt at manufacturer")),
    ("RELEASE", _("Release")),
    ("SHIPMENT", _("Shipment")),
    ("SITERECEIPT", _("Receipt at site")),
    ("STORAGE", _("Storage")),
    ("THAW", _("Thaw")),
    ("INFUSION", _("Infusion")),
]
ORDER = [step for step, _label in STEPS]
WRITERS = {step: "MFR" if step in ("MFRECEIPT", "RELEASE", "SHIPMENT") else "bedside" for step in ORDER}


class Custody(CrfModel):
    """A step of the product's way, verified by two persons."""

    class Crf:
        code, title, layout = "coi", _("Chain of identity / custody"), "log"
        short = _("Custody")
        reads = ("coi",)
        sections = [(_("Step"), ["coistep", "coiid", "coidtc", "coiby1", "coiby2", "coimatch", "coitemp"])]
        writer, writer_by = "site or MFR or bedside", ("coistep", WRITERS)

    coiid = item(
        models.CharField(_("Chain-of-identity identifier"), max_length=40),
        sdv=True,
        help=_("As it stands on the label at this step."),
    )
    coistep = item(code(_("Step"), STEPS))
    coidtc = item(models.DateTimeField(_("Date and time")))
    coiby1 = item(signed_in_user("coiby1", _("Verified by (first person)")))
    coiby2 = item(signed_in_user("coiby2", _("Verified by (second person)")))
    coimatch = item(yes_no(_("Identifiers match")), sdv=True)
    coitemp = item(yes_no(_("Temperature log acceptable")), help=_("At most -150 °C in vapour-phase storage."))


def others(record, casebook):
    """The other entries of the log."""
    return [one for one in casebook["coi"] if one.seq != record.seq] if casebook else []


@edit_check(Custody, "coiid")
def identifier_is_the_same_everywhere(record, casebook):
    for one in others(record, casebook):
        if one.coiid and one.coiid != record.coiid:
            return Finding(
                gettext("The identifier is %(here)s; at step %(step)s it is %(there)s. Which is correct?")
                % {"here": record.coiid, "step": dict(STEPS).get(one.coistep, "–"), "there": one.coiid}
            )
    return None


@edit_check(Custody, "coiby2", "coiby1", hard=True)
def two_persons_verify(record, casebook):
    if record.coiby1 == record.coiby2:
        return Finding(gettext("The second person is the first one. Name a second, different person."))
    return None


@edit_check(Custody, "coidtc", "coistep")
def steps_follow_each_other(record, casebook):
    """A later step is not earlier in time. A step may come twice: a further collection, a further bag."""
    zone, place = site_zone(casebook), ORDER.index(record.coistep)
    for one in others(record, casebook):
        if not one.coidtc or not one.coistep or one.coistep == record.coistep:
            continue
        if (ORDER.index(one.coistep) < place) != (one.coidtc <= record.coidtc) and one.coidtc != record.coidtc:
            return Finding(
                gettext("%(step)s is dated %(at)s, %(other)s %(then)s. The steps follow each other. Which is correct?")
                % {
                    "step": dict(STEPS)[record.coistep],
                    "at": text(record.coidtc, zone),
                    "other": dict(STEPS)[one.coistep],
                    "then": text(one.coidtc, zone),
                }
            )
    return None


@edit_check(Custody, "coimatch")
def identifiers_match(record, casebook):
    if record.coimatch == "N":
        return Finding(
            gettext(
                "Identifiers do not match: the product is not infused until this is explained. Is the answer correct?"
            )
        )
    return None


@edit_check(Custody, "coitemp")
def product_was_cold(record, casebook):
    if record.coitemp == "N":
        return Finding(gettext("Temperature log acceptable is No. Record a deviation?"))
    return None
