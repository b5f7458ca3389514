"""Blood count: one row for each analyte, with the limits of the laboratory that measured it."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.grading import worst_grade
from assessments.laboratories import laboratories_of, limits_for, ranges_on
from trial_edc.crf.anchors import anchors_of, consent_on, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered, any_of, outside
from trial_edc.crf.item import QUALIFIERS, code, item, multi, yes_no
from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol
from trial_edc.protocol.windows import sample_window

TRANSFUSIONS = [("RBC", _("RBC")), ("PLT", _("Platelets")), ("NONE", _("None"))]


def age_and_sex(record, casebook):
    """Whole years on the day of the sample (from the age at consent) and sex; None where not known."""
    people = casebook["dm"] if casebook else []
    if not people or record.lbdtc is None:
        return None, None
    person, consent = people[0], consent_on(casebook)
    on = record.lbdtc.astimezone(site_zone(casebook)).date()
    years = 0
    if consent:
        years = on.year - consent.year - ((on.month, on.day) < (consent.month, consent.day))
    return (None if person.age is None else person.age + years), person.sex


def row_values(record, casebook):
    """Limits of normal and CTCAE grade of each row, in the unit as reported; a typed limit stands."""
    ranges = []
    if record.lblab and record.lbdtc:
        ranges = ranges_on(record.lblab, record.lbdtc.astimezone(site_zone(casebook)).date())
    age, sex = age_and_sex(record, casebook)
    baseline = casebook.record("base", "lbh") if casebook and record.visit_code != "base" else None
    found = {}
    analytes = protocol().analytes
    for key in {address for address in record.values if address in analytes} | set(record.row_keys()):
        limits = limits_for(ranges, key, sex=sex, age=age)
        found |= _row(record, key, limits, analytes[key], baseline)
    return found


def _row(record, key, limits, analyte, baseline):
    about = record.meta.get(key, {})
    if record[key] is None and not about.get("typed"):
        return dict.fromkeys((f"lbornrlo.{key}", f"lbornrhi.{key}", f"lbtoxgr.{key}"))
    unit = about.get("unit") or analyte.units[0].code
    low, high = (
        record[f"{name}.{key}"] if record.meta.get(f"{name}.{key}", {}).get("typed") else value
        for name, value in zip(("lbornrlo", "lbornrhi"), _in_unit(limits, unit, analyte), strict=True)
    )
    proposal = worst_grade(
        key,
        _reported(record[key], unit, analyte),
        unit=unit,
        lln=low,
        uln=high,
        baseline=_reported(baseline[key], unit, analyte) if baseline else None,
        version=protocol().settings.ctcae_version,
    )
    return {f"lbornrlo.{key}": low, f"lbornrhi.{key}": high, f"lbtoxgr.{key}": proposal.grade}


def _reported(standard, unit, analyte):
    """A standard value in the unit as reported; None when it cannot be converted."""
    factors = {one.code: one.factor for one in analyte.units}
    factor = factors.get(unit)
    return None if standard is None or not factor else standard / factor


def _in_unit(limits, unit, analyte):
    """Limits in the unit as reported; none where the laboratory's unit cannot be converted into it."""
    if limits is None:
        return None, None
    if limits.unit == unit:
        return limits.lln, limits.uln
    factors = {one.code: one.factor for one in analyte.units}
    if not factors.get(limits.unit) or not factors.get(unit):
        return None, None
    ratio = factors[limits.unit] / factors[unit]
    return tuple(None if value is None else round(value * ratio, 4) for value in (limits.lln, limits.uln))


class BloodCount(CrfModel):
    """A blood sample and what may have changed its counts."""

    class Crf:
        code, title, layout = "lbh", _("Laboratory - haematology"), "rows"
        short = _("Haematology")
        sections = [
            (_("Sample"), ["lbdtc", "lblab"]),
            (_("Results"), ["lbtestcd"]),
            (_("Since the last sample"), ["transf", "gcsf"]),
        ]

    lbdtc = item(models.DateTimeField(_("Collection date and time")))
    lblab = item(models.CharField(_("Laboratory"), max_length=10), choices_from=laboratories_of, copyable=True)
    transf = item(multi(_("Transfused since last sample"), TRANSFUSIONS, alone="NONE"))
    gcsf = item(yes_no(_("G-CSF since last sample")))


class BloodCountRow(CrfRow):
    """One analyte. Limits come from the laboratory and may be typed; standard value and grade are
    computed."""

    class Crf:
        form, key, measured = "lbh", "lbtestcd", "lb"
        derive = staticmethod(row_values)

    lbtestcd = item(models.CharField(_("Analyte"), max_length=20))
    lborres = item(models.CharField(_("Value as typed"), max_length=30))
    lbqual = item(code(_("Qualifier"), [(sign, sign) for sign in QUALIFIERS]), optional=True)
    lborresu = item(models.CharField(_("Unit as reported"), max_length=20))
    lbornrlo = item(
        models.DecimalField(_("Lower limit of normal"), max_digits=12, decimal_places=4),
        optional=True,
        detail=True,
    )
    lbornrhi = item(
        models.DecimalField(_("Upper limit of normal"), max_digits=12, decimal_places=4),
        optional=True,
        detail=True,
    )
    lbstresn = item(models.DecimalField(_("Value in standard unit"), max_digits=14, decimal_places=6), system=True)
    lbstresu = item(models.CharField(_("Standard unit"), max_length=20), system=True)
    lbtoxgr = item(models.IntegerField(_("CTCAE grade")), system=True)
    lbclsig = item(
        yes_no(_("Clinically significant")),
        shown_when=any_of(answered("lbtoxgr", "1", "2", "3", "4", "5"), outside("lborres", "lbornrlo", "lbornrhi")),
        optional=True,
    )


@edit_check(BloodCount, "lbdtc")
def sample_is_in_its_window(record, casebook):
    """Samples may have a window of their own, counted from leukapheresis, LD day 1 or infusion."""
    study = protocol()
    cell = study.cell(record.visit_code, "lbh") if record.visit_code else None
    if casebook is None or cell is None or cell.item_window is None:
        return None
    span = sample_window(cell, study.visit(record.visit_code), anchors_of(casebook))
    on = record.lbdtc.astimezone(site_zone(casebook)).date()
    if span is None or not span.days_off(on):
        return None
    return Finding(
        gettext("Collected on %(date)s; the sample was due %(first)s to %(last)s. Record a deviation?")
        % {"date": text(on), "first": text(span.first), "last": text(span.last)}
    )


@edit_check(BloodCount, "lbdtc")
def sample_is_near_the_visit(record, casebook):
    """Where the schedule gives the sample no window of its own, it is drawn on the day of the visit."""
    study = protocol()
    cell = study.cell(record.visit_code, "lbh") if record.visit_code else None
    visit = casebook.record(record.visit_code, "sv") if casebook and record.visit_code else None
    if visit is None or visit.svstdtc is None or (cell and cell.item_window):
        return None
    on = record.lbdtc.astimezone(site_zone(casebook)).date()
    if on != visit.svstdtc:
        return Finding(
            gettext("Collected on %(date)s, the visit was on %(visit)s. Which is correct?")
            % {"date": text(on), "visit": text(visit.svstdtc)}
        )
    return None


@edit_check(BloodCount, "wbc")
def parts_are_not_more_than_all(record, casebook):
    """Neutrophils and lymphocytes are part of the leukocytes, up to rounding."""
    parts = [record[name] for name in ("anc", "alc") if record[name] is not None]
    if sum(parts) * 100 > record.wbc * 105:
        return Finding(
            gettext("Leukocytes are %(wbc)s; neutrophils and lymphocytes together are %(parts)s. Which is correct?")
            % {"wbc": f"{record.wbc.normalize():f}", "parts": f"{sum(parts).normalize():f}"}
        )
    return None
