"""Rows of laboratory results: limits and CTCAE grade of each row, in the unit as reported."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.grading import worst_grade
from assessments.laboratories import limits_for, ranges_on
from assessments.samples import age_and_sex, day_of_sample
from trial_edc.crf.conditions import answered, any_of, outside
from trial_edc.crf.item import QUALIFIERS, code, item, yes_no
from trial_edc.crf.models import CrfRow, row_triggers
from trial_edc.crf.spec import protocol

# A corrected value has the limits of normal of the value it corrects.
LIMITS_OF = {"cacorr": "ca"}


def result_values(record, casebook):
    """Limits of normal and CTCAE grade of each row of a form with `lbdtc` and `lblab`; a typed limit stands.

    Returns:
        {address: value} for `lbornrlo`, `lbornrhi` and `lbtoxgr` of every row in use.
    """
    on = day_of_sample(record, casebook, "lbdtc")
    ranges = ranges_on(record.lblab, on, casebook) if record.lblab and on else []
    age, sex = age_and_sex(casebook, on)
    is_later = casebook and record.visit_code != "base"
    baseline = casebook.record("base", record.form_code) if is_later else None
    found = {}
    for key in keys_of(record):
        limits = limits_for(ranges, LIMITS_OF.get(key, key), sex=sex, age=age)
        found |= _row(record, key, limits, baseline)
    return found


def keys_of(record):
    """Analytes of a measured form that have an answer or a row."""
    analytes = protocol().analytes
    return {address for address in record.values if address in analytes} | set(record.row_keys())


def _row(record, key, limits, baseline):
    analyte = protocol().analytes[key]
    about = record.meta.get(key, {})
    is_words = isinstance(record[key], str)
    if is_words or (record[key] is None and not about.get("typed")):
        return dict.fromkeys((f"lbornrlo.{key}", f"lbornrhi.{key}", f"lbtoxgr.{key}"))
    unit = about.get("unit") or analyte.units[0].code
    low, high = (
        typed_or(record, f"{name}.{key}", value)
        for name, value in zip(("lbornrlo", "lbornrhi"), in_unit(limits, unit, analyte), strict=True)
    )
    proposal = worst_grade(
        key,
        reported(record[key], unit, analyte),
        unit=unit,
        lln=low,
        uln=high,
        baseline=reported(baseline[key], unit, analyte) if baseline else None,
        version=protocol().settings.ctcae_version,
    )
    return {f"lbornrlo.{key}": low, f"lbornrhi.{key}": high, f"lbtoxgr.{key}": proposal.grade}


def typed_or(record, address, value):
    """The number typed at an address; `value` where nobody typed one."""
    return record[address] if record.meta.get(address, {}).get("typed") else value


def reported(standard, unit, analyte):
    """A standard value in the unit as reported; None when it cannot be converted."""
    factors = {one.code: one.factor for one in analyte.units}
    factor = factors.get(unit)
    return None if standard is None or not factor else standard / factor


def in_unit(limits, unit, analyte, names=("lln", "uln")):
    """The named limits in the unit as reported; None where the laboratory's unit cannot be converted into it."""
    nothing = (None,) * len(names)
    if limits is None:
        return nothing
    found = tuple(getattr(limits, name) for name in names)
    if limits.unit == unit:
        return found
    factors = {one.code: one.factor for one in analyte.units}
    if not factors.get(limits.unit) or not factors.get(unit):
        return nothing
    ratio = factors[limits.unit] / factors[unit]
    return tuple(None if value is None else round(value * ratio, 4) for value in found)


def limit(label):
    """A limit of a row: from the laboratory, may be typed."""
    return item(models.DecimalField(label, max_digits=14, decimal_places=4), optional=True, detail=True)


class LabResultRow(CrfRow):
    """One analyte. Limits come from the laboratory and may be typed; standard value and grade are computed."""

    lbtestcd = item(models.CharField(_("Analyte"), max_length=20))
    lborres = item(models.CharField(_("Value as typed"), max_length=200))
    lbqual = item(code(_("Qualifier"), [(sign, sign) for sign in QUALIFIERS]), optional=True)
    lborresu = item(models.CharField(_("Unit as reported"), max_length=20))
    lbornrlo = limit(_("Lower limit of normal"))
    lbornrhi = limit(_("Upper limit of normal"))
    lbstresn = item(models.DecimalField(_("Value in standard unit"), max_digits=14, decimal_places=6), system=True)
    lbstresu = item(models.CharField(_("Standard unit"), max_length=20), system=True)
    lbtoxgr = item(models.IntegerField(_("CTCAE grade")), system=True)
    lbclsig = item(
        yes_no(_("Clinically significant")),
        shown_when=any_of(answered("lbtoxgr", "1", "2", "3", "4", "5"), outside("lborres", "lbornrlo", "lbornrhi")),
        optional=True,
    )

    class Meta(CrfRow.Meta):
        abstract = True
        triggers = row_triggers("lb")


def graded_term(record, key):
    """(CTCAE term, its grade, the value as reported) of a measured row with a grade from 1 on; None without."""
    analyte, grade = protocol().analytes.get(key), record[f"lbtoxgr.{key}"]
    if analyte is None or not grade or record[key] is None or isinstance(record[key], str):
        return None
    unit = record.meta.get(key, {}).get("unit") or analyte.units[0].code
    value = reported(record[key], unit, analyte)
    limits = {"lln": record[f"lbornrlo.{key}"], "uln": record[f"lbornrhi.{key}"]}
    proposal = worst_grade(key, value, unit=unit, version=protocol().settings.ctcae_version, **limits)
    told = "" if value is None else f"{analyte.label} {value.normalize():f} {unit}".strip()
    return (proposal.term, grade, told) if proposal.term else None
