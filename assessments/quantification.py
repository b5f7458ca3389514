"""Planned time points and limits of quantification, for cytokines and CAR-T kinetics."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.lab_rows import in_unit, keys_of, typed_or
from assessments.laboratories import limits_for, ranges_on
from assessments.samples import age_and_sex, day_of_sample
from trial_edc.crf.checks import Finding
from trial_edc.crf.parse import with_unit
from trial_edc.crf.spec import protocol

BEFORE, AFTER, INFUSION = "PRE", "EOI", "d0"


def planned_time_points(form_code):
    """((code, label), ...) of a form: its visits in order; on the day of infusion before it and at its end."""
    study = protocol()
    found = []
    for cell in study.cells:
        if cell.form != form_code:
            continue
        if cell.visit == INFUSION:
            found += [(BEFORE, _("Pre-dose")), (AFTER, _("End of infusion"))]
        else:
            found.append((cell.visit.upper(), _(study.visit(cell.visit).name)))
    return tuple(found)


def planned_time_point(record, casebook):
    """The time point a visit stands for, once the sample is dated (an untouched form stays empty).

    None on the day of infusion and at unscheduled visits: there it is typed.
    """
    if record[f"{record.form_code}dtc"] is None:
        return None
    if record.visit_code == INFUSION or not protocol().cell(record.visit_code, record.form_code):
        return None
    return None if record.visit_code.startswith(protocol().unscheduled) else record.visit_code.upper()


def quantification(record, casebook, *, prefix, laboratory, dated, normal=False):
    """Limits of quantification (and of normal) of each row in the unit as reported; a typed limit stands.

    Args:
        prefix: of the row's columns. laboratory: code, "" = not known. dated: item of the sample's time.
    """
    on = day_of_sample(record, casebook, dated)
    ranges = ranges_on(laboratory, on, casebook) if laboratory and on else []
    age, sex = age_and_sex(casebook, on)
    wanted = {"lloq": "lloq", "uloq": "uloq"} | ({"ornrlo": "lln", "ornrhi": "uln"} if normal else {})
    found = {}
    for key in keys_of(record):
        analyte = protocol().analytes[key]
        unit = record.meta.get(key, {}).get("unit") or (analyte.units[0].code if analyte.units else "")
        limits = limits_for(ranges, key, sex=sex, age=age) if record.is_answered(key) else None
        values = in_unit(limits, unit, analyte, names=tuple(wanted.values()))
        for column, value in zip(wanted, values, strict=True):
            address = f"{prefix}{column}.{key}"
            found[address] = typed_or(record, address, value)
    return found


def unquantified(record, *, prefix):
    """A value below or above what can be quantified needs that limit, and is reported as that limit."""
    findings = []
    for key in sorted(keys_of(record)):
        about = record.meta.get(key, {})
        sign = about.get("qualifier", "")[:1]
        if not sign:
            continue
        column = "lloq" if sign == "<" else "uloq"
        address = f"{prefix}{column}.{key}"
        label = gettext(protocol().analytes[key].label)
        shown = with_unit(f"{about['qualifier']}{about['typed']}", about.get("unit", ""))
        if record[address] is None:
            words = (
                gettext("%(label)s is %(value)s and has no lower limit of quantification. What is the limit?")
                if sign == "<"
                else gettext("%(label)s is %(value)s and has no upper limit of quantification. What is the limit?")
            )
            findings.append(Finding(words % {"label": label, "value": shown}, key))
        elif record[address] != Decimal(about["typed"]):
            findings.append(
                Finding(
                    gettext("%(label)s is %(value)s; the limit of quantification is %(limit)s. Which is correct?")
                    % {"label": label, "value": shown, "limit": f"{record[address].normalize():f}"},
                    key,
                )
            )
    return findings
