"""Leukapheresis: the collection a product is made from, and the start of its chain of identity."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import consent_on, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

ACCESS = [("PERIPHERAL", _("Peripheral")), ("CENTRAL", _("Central"))]
RELATED = ("POSSIBLE", "PROBABLE", "DEFINITE")


def number(label, digits, places):
    return models.DecimalField(label, max_digits=digits, decimal_places=places)


class Leukapheresis(CrfModel):
    """When cells were collected, how many, and how they left for the manufacturer."""

    class Crf:
        code, title, layout = "aph", _("Leukapheresis"), "fields"
        reads = ("ae", "icf", "lbh")
        sections = [
            (_("Collection"), ["aphstdtc", "aphendtc", "aphnum", "aphdev", "aphacc", "aphanti"]),
            (_("Blood before"), ["aphwbc", "aphalc"]),
            (_("Product"), ["aphvol", "aphbag", "aphtnc", "aphcd3", "aphvia"]),
            (_("Chain of identity"), ["aphdin", "aphship", "aphtemp"]),
            (_("Events"), ["aphae"]),
        ]

    aphstdtc = item(models.DateTimeField(_("Start date and time")), sdv=True)
    aphendtc = item(models.DateTimeField(_("End date and time")))
    aphnum = item(models.IntegerField(_("Collection number")), limits=(1, 9))
    aphdev = item(models.CharField(_("Device"), max_length=100), optional=True)
    aphacc = item(code(_("Venous access"), ACCESS), optional=True)
    aphvol = item(number(_("Blood volume processed"), 6, 0), unit="mL", range=(1_000, 30_000), limits=(0, 99_999))
    aphbag = item(number(_("Collected volume"), 7, 1), unit="mL", range=(50, 1_000), limits=(0, 9_999))
    aphwbc = item(number(_("Pre-apheresis WBC"), 7, 2), unit="10^9/L", range=(1, 30), limits=(0, 1_000))
    aphalc = item(number(_("Pre-apheresis lymphocytes"), 7, 2), unit="10^9/L", range=("0.2", 10), limits=(0, 1_000))
    aphtnc = item(number(_("Total nucleated cells collected"), 7, 2), unit="10^9", range=(1, 60), limits=(0, 1_000))
    aphcd3 = item(number(_("CD3+ cells collected"), 7, 2), unit="10^9", limits=(0, 1_000))
    aphvia = item(number(_("Viability"), 4, 1), unit="%", range=(70, 100), limits=(0, 100), optional=True)
    aphanti = item(models.CharField(_("Anticoagulant"), max_length=100), optional=True)
    aphae = item(yes_no(_("Procedure-related AE")))
    aphdin = item(
        models.CharField(_("Donation / collection identifier (ISBT 128 DIN)"), max_length=40),
        sdv=True,
        help=_("The code of the collection, no hospital patient number."),
    )
    aphship = item(models.DateTimeField(_("Shipped to manufacturer date and time")))
    aphtemp = item(yes_no(_("Transport temperature within range")))


@edit_check(Leukapheresis, "aphendtc", "aphstdtc")
def collection_ends_after_start(record, casebook):
    zone = site_zone(casebook)
    if record.aphendtc <= record.aphstdtc:
        return Finding(
            gettext("End %(end)s is not after start %(start)s. Which is correct?")
            % {"end": text(record.aphendtc, zone), "start": text(record.aphstdtc, zone)}
        )
    return None


@edit_check(Leukapheresis, "aphship", "aphendtc")
def shipped_after_the_collection(record, casebook):
    zone = site_zone(casebook)
    if record.aphship < record.aphendtc:
        return Finding(
            gettext("Shipped on %(shipped)s, before the collection ended on %(end)s. Which is correct?")
            % {"shipped": text(record.aphship, zone), "end": text(record.aphendtc, zone)}
        )
    return None


@edit_check(Leukapheresis, "aphstdtc")
def collected_after_consent(record, casebook):
    consent, zone = consent_on(casebook), site_zone(casebook)
    if consent and record.aphstdtc.astimezone(zone).date() < consent:
        return Finding(
            gettext("The collection of %(date)s is before the consent of %(consent)s. Which is correct?")
            % {"date": text(record.aphstdtc, zone), "consent": text(consent)}
        )
    return None


@edit_check(Leukapheresis, "aphstdtc")
def counts_of_the_day_allow_it(record, casebook):
    """The blood count of this visit reaches the least counts for a collection."""
    blood = casebook.record(record.visit_code, "lbh") if casebook and record.visit_code else None
    limits = protocol().settings.collection
    least = (("anc", _("Neutrophils"), limits.anc_min, "×10⁹/L"), ("plt", _("Platelets"), limits.plt_min, "×10⁹/L"))
    least = (*least, ("hgb", _("Haemoglobin"), limits.hgb_min, "g/L"))
    low = [
        f"{label} {blood[name].normalize():f} < {bound:f} {unit}"
        for name, label, bound, unit in least
        if blood and blood[name] is not None and blood[name] < bound
    ]
    if low:
        return Finding(
            gettext("Collected although the blood count is low: %(low)s. Is this correct?") % {"low": "; ".join(low)}
        )
    return None


@edit_check(Leukapheresis, "aphcd3")
def cells_suffice_for_manufacture(record, casebook):
    least = protocol().settings.collection.cd3_min
    if record.aphcd3 < least:
        return Finding(
            gettext("CD3+ cells collected are %(cells)s ×10⁹; manufacture needs %(least)s ×10⁹. Which is correct?")
            % {"cells": f"{record.aphcd3.normalize():f}", "least": f"{least:f}"}
        )
    return None


@edit_check(Leukapheresis, "aphcd3", "aphtnc")
def t_cells_are_part_of_all(record, casebook):
    if record.aphcd3 > record.aphtnc:
        return Finding(
            gettext("CD3+ cells %(cells)s ×10⁹ are more than all cells collected, %(all)s ×10⁹. Which is correct?")
            % {"cells": f"{record.aphcd3.normalize():f}", "all": f"{record.aphtnc.normalize():f}"}
        )
    return None


@edit_check(Leukapheresis, "aphalc", "aphwbc")
def lymphocytes_are_part_of_leukocytes(record, casebook):
    if record.aphalc > record.aphwbc:
        return Finding(
            gettext("Lymphocytes %(part)s are more than leukocytes %(all)s ×10⁹/L. Which is correct?")
            % {"part": f"{record.aphalc.normalize():f}", "all": f"{record.aphwbc.normalize():f}"}
        )
    return None


@edit_check(Leukapheresis, "aphnum")
def number_of_collections(record, casebook):
    most = protocol().settings.collection.attempts_max
    if record.aphnum > most:
        return Finding(
            gettext("Collection number is %(n)d; the protocol allows %(most)d. Which is correct?")
            % {"n": record.aphnum, "most": most}
        )
    return None


@edit_check(Leukapheresis, "aphtemp")
def transport_was_cold_enough(record, casebook):
    if record.aphtemp == "N":
        return Finding(gettext("Transport temperature within range is No. Record a deviation?"))
    return None


@edit_check(Leukapheresis, "aphae")
def related_event_is_recorded(record, casebook):
    related = casebook and any(one["aerelaph"] in RELATED for one in casebook["ae"])
    if record.aphae == "Y" and not related:
        return Finding(
            gettext("Procedure-related AE is Yes, but no adverse event is related to leukapheresis. Record the event?")
        )
    return None
