"""Laboratories and their reference ranges: which limits belong to a value of this person on this day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trial_edc.audit.triggers import audited_table

ANY = "any"


class Laboratory(models.Model):
    """A laboratory that reports results; without a site it is the central one."""

    code = models.CharField(_("Code"), max_length=10, unique=True)
    name = models.CharField(_("Name"), max_length=120)
    site = models.ForeignKey("accounts.Site", models.PROTECT, null=True, blank=True, related_name="laboratories")

    class Meta:
        ordering = ["code"]
        triggers = audited_table()

    def __str__(self) -> str:
        return self.code


class LabRange(models.Model):
    """Limits of one analyte at one laboratory, in its unit, for a sex and an age, from a day on.

    Ages are whole years, both included; `sex` is "any", "M" or "F". The newest range that had begun on the
    day
    of the sample counts; a new one never changes rows graded before.
    """

    laboratory = models.ForeignKey(Laboratory, models.PROTECT, related_name="ranges")
    analyte = models.CharField(max_length=20)
    unit = models.CharField(max_length=20)
    sex = models.CharField(max_length=3, choices=[(ANY, _("Any")), ("M", _("M")), ("F", _("F"))], default=ANY)
    age_from = models.PositiveSmallIntegerField(default=18)
    age_to = models.PositiveSmallIntegerField(default=120)
    lln = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    uln = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    lloq = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    uloq = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)

    class Meta:
        triggers = audited_table()
        constraints = [
            models.UniqueConstraint(
                fields=["laboratory", "analyte", "sex", "age_from", "effective_from"],
                name="one_range_per_case",
            ),
            models.CheckConstraint(
                condition=Q(lln=None) | Q(uln=None) | Q(lln__lte=models.F("uln")), name="lab_range_is_ordered"
            ),
            models.CheckConstraint(condition=Q(age_from__lte=models.F("age_to")), name="lab_age_is_ordered"),
        ]


@dataclass(frozen=True)
class Limits:
    """Limits of normal and of quantification in `unit`; `is_widened` when the sex was not known."""

    unit: str
    lln: Decimal | None
    uln: Decimal | None
    is_widened: bool = False
    lloq: Decimal | None = None
    uloq: Decimal | None = None


def laboratories_of(casebook) -> tuple[tuple[str, str], ...]:
    """Laboratories a site may name: its own and the central ones, as (code, label). Read once for a casebook."""
    known = Laboratory.objects.all()
    if casebook is None:
        return tuple((one.code, f"{one.code} {one.name}") for one in known)
    if "laboratories" not in casebook.reference:
        known = known.filter(Q(site=casebook.subject.site_id) | Q(site=None))
        casebook.reference["laboratories"] = tuple((one.code, f"{one.code} {one.name}") for one in known)
    return casebook.reference["laboratories"]


def ranges_on(laboratory: str, on: date, casebook=None) -> list[LabRange]:
    """All ranges of a laboratory that count on a day. One statement for all laboratories a casebook offers."""
    offered = [code for code, _label in laboratories_of(casebook)] if casebook is not None else []
    if laboratory not in offered:
        known = casebook.reference.setdefault("further ranges", {}) if casebook is not None else {}
        if laboratory not in known:
            known[laboratory] = list(LabRange.objects.filter(laboratory__code=laboratory))
        found = known[laboratory]
    else:
        if "ranges" not in casebook.reference:
            stored = LabRange.objects.filter(laboratory__code__in=offered).select_related("laboratory")
            casebook.reference["ranges"] = list(stored)
        found = [one for one in casebook.reference["ranges"] if one.laboratory.code == laboratory]
    return [one for one in found if one.effective_from <= on and (one.effective_to is None or one.effective_to >= on)]


def limits_for(ranges: Iterable[LabRange], analyte: str, *, sex: str | None, age: int | None) -> Limits | None:
    """The limits of an analyte for a person; None when no range fits.

    Args:
        ranges: of one laboratory on the day of the sample, any order.
        sex: "M", "F", anything else = not known: lowest LLN and highest ULN of both, flagged.
        age: whole years on the day of the sample; None = ranges for all adult ages alone.
    """
    fits = [one for one in ranges if one.analyte == analyte and _fits_age(one, age)]
    fits = [one for one in fits if sex not in ("M", "F") or one.sex in (ANY, sex)]
    if not fits:
        return None
    newest = max(one.effective_from for one in fits)
    fits = [one for one in fits if one.effective_from == newest]
    lows = [one.lln for one in fits if one.lln is not None]
    highs = [one.uln for one in fits if one.uln is not None]
    widened = len(fits) > 1
    first = fits[0]
    return Limits(first.unit, min(lows, default=None), max(highs, default=None), widened, first.lloq, first.uloq)


def _fits_age(one: LabRange, age: int | None) -> bool:
    if age is None:
        return one.age_from <= 18 and one.age_to >= 100
    return one.age_from <= age <= one.age_to
