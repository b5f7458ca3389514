"""Haematotoxicity (ICAHT): days of neutropenia and grades computed from the blood counts.

The days are text, because a gap of over 3 days between samples makes them a lower bound (">=8").
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adverse_events.icaht import PROFOUND, SEVERE, Count, early_grade, late_grade, neutropenia
from trial_edc.crf.anchors import infusion_at, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import any_of, at_least
from trial_edc.crf.item import item, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

NEUTROPENIC = any_of(at_least("htearly", 1), at_least("htlate", 1))
TRANSFUSION_FREE_DAYS = 7


def counts(casebook):
    """Neutrophils of every blood count; None before the infusion is recorded."""
    infused = infusion_at(casebook)
    found = [
        Count(one.lbdtc, one.anc) for one in (casebook["lbh"] if casebook else ()) if one.lbdtc and one.anc is not None
    ]
    return (None, found) if infused is None else (infused, found)


def _days(casebook, limit):
    infused, found = counts(casebook)
    days = neutropenia(found, infused_at=infused, limit=limit) if infused else None
    return None if days is None else str(days)


def days_500(record, casebook):
    return _days(casebook, SEVERE)


def days_100(record, casebook):
    return _days(casebook, PROFOUND)


def early(record, casebook):
    infused, found = counts(casebook)
    return early_grade(found, infused_at=infused) if infused else None


def late(record, casebook):
    infused, found = counts(casebook)
    return late_grade(found, infused_at=infused) if infused else None


class Haematotoxicity(CrfModel):
    """Early ICAHT on Day 28, late ICAHT afterwards, and the recovery."""

    class Crf:
        code, title, layout = "ht", _("Haematotoxicity (ICAHT)"), "fields"
        short = _("Haematotoxicity")
        reads = ("inf", "lbh")
        sections = [
            (_("Neutropenia"), ["htanc500", "htanc100", "htearly", "htlate"]),
            (_("Recovery"), ["htrec", "htplt", "htboost"]),
        ]

    htanc500 = item(
        models.CharField(_("Days with ANC <=500/uL, day 0-30"), max_length=10), unit="days", derive=days_500
    )
    htanc100 = item(
        models.CharField(_("Days with ANC <=100/uL, day 0-30"), max_length=10), unit="days", derive=days_100
    )
    htearly = item(models.IntegerField(_("Early ICAHT grade")), derive=early)
    htlate = item(models.IntegerField(_("Late ICAHT grade (after day 30)")), derive=late)
    htrec = item(
        models.DateField(_("Recovery (ANC >500, 3 consecutive)")),
        shown_when=NEUTROPENIC,
        optional=True,
        help=_("First of three consecutive samples; leave empty until then."),
    )
    htplt = item(
        models.DateField(_("Platelets >= 20 x 10^9/L without transfusion 7 d")), shown_when=NEUTROPENIC, optional=True
    )
    htboost = item(yes_no(_("Stem-cell boost")))


@edit_check(Haematotoxicity, "htrec")
def recovery_lasts_three_samples(record, casebook):
    zone = site_zone(casebook)
    later = sorted(
        (one for one in counts(casebook)[1] if one.at.astimezone(zone).date() >= record.htrec), key=lambda one: one.at
    )
    low = next((one for one in later[:3] if one.anc <= SEVERE), None)
    if low is None:
        return None
    return Finding(
        gettext("Recovery is dated %(date)s; neutrophils of %(day)s are %(anc)s x 10^9/L. Which is correct?")
        % {
            "date": text(record.htrec),
            "day": text(low.at.astimezone(zone).date()),
            "anc": f"{low.anc.normalize():f}",
        }
    )


@edit_check(Haematotoxicity, "htplt")
def platelets_hold_without_transfusion(record, casebook):
    zone = site_zone(casebook)
    for one in casebook["lbh"] if casebook else ():
        day = one.lbdtc.astimezone(zone).date() if one.lbdtc else None
        if day is None or not record.htplt - timedelta(days=TRANSFUSION_FREE_DAYS) <= day <= record.htplt:
            continue
        if "PLT" in (one.transf or []):
            words = gettext("Platelet recovery is dated %(date)s; a platelet transfusion is recorded on %(day)s.")
            return Finding(words % {"date": text(record.htplt), "day": text(day)})
        if day == record.htplt and one.plt is not None and one.plt < 20:
            words = gettext("Platelet recovery is dated %(date)s; platelets of that day are %(plt)s x 10^9/L.")
            return Finding(words % {"date": text(record.htplt), "plt": f"{one.plt.normalize():f}"})
    return None
