"""Lymphodepletion: one form for each of its three days, one row for each drug."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from subjects.formulas import body_surface_area, dose_mg, fludarabine_dose, within_percent
from trial_edc.crf.anchors import anchors_of, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import all_of, answered, not_
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

DRUGS = [("flu", _("Fludarabine")), ("cy", _("Cyclophosphamide")), ("other", _("Other"))]
CHANGES = [("N", _("No")), ("REDUCED", _("Reduced")), ("DELAYED", _("Delayed")), ("OMITTED", _("Omitted"))]
DAYS = ("ld1", "ld2", "ld3")
GIVEN = answered("ldyn", "Y")
INFUSED = all_of(GIVEN, not_(answered("ldmod", "OMITTED")))


def taken_over(name):
    """The value of LD day 1 on the later days; typed on day 1 itself."""

    def fill(record, casebook):
        if record.ldyn != "Y" or record.visit_code == DAYS[0] or casebook is None:
            return None
        first = casebook.record(DAYS[0], "ld")
        return first[name] if first else None

    return fill


def surface(record, casebook):
    """Body surface area, m2, from this form's height and weight; None without both."""
    return body_surface_area(record.ldht, record.ldwt) if record.ldht and record.ldwt else None


def planned_dose(drug, record):
    """What the protocol plans, mg/m2; None where it plans nothing."""
    rule = protocol().settings.lymphodepletion
    return {"flu": fludarabine_dose(record.ldcrcl, rule), "cy": rule.cyclophosphamide_mg_m2}.get(drug)


def row_values(record, casebook):
    """The study day and the protocol's dose where they were left empty."""
    found = {}
    if record.ldyn != "Y":
        return found
    for drug in ("flu", "cy"):
        proposed = {"lddosep": planned_dose(drug, record)}
        if record.visit_code in DAYS:
            proposed["ldday"] = protocol().settings.lymphodepletion.days[DAYS.index(record.visit_code)]
        for name, value in proposed.items():
            if value is not None and not record.is_answered(f"{name}.{drug}"):
                found[f"{name}.{drug}"] = value
    return found


class Lymphodepletion(CrfModel):
    """What the doses are counted from: weight and height of the first day, and the kidneys."""

    class Crf:
        code, title, layout = "ld", _("Lymphodepletion (preconditioning)"), "rows"
        short = _("Lymphodepletion")
        reads = ("aph", "ds", "icf", "inf", "ld", "sv", "vs")
        sections = [
            (_("Basis"), ["ldyn", "ldwt", "ldht", "ldbsa", "ldcrcl"]),
            (_("Doses"), ["lddrug"]),
        ]

    ldyn = item(yes_no(_("Lymphodepletion given")))
    ldwt = item(
        models.DecimalField(_("Actual weight at start"), max_digits=5, decimal_places=1),
        unit="kg",
        range=(30, 200),
        limits=(2, 400),
        shown_when=GIVEN,
        fill=taken_over("ldwt"),
    )
    ldht = item(
        models.DecimalField(_("Height at start"), max_digits=5, decimal_places=1),
        unit="cm",
        range=(120, 220),
        limits=(40, 260),
        shown_when=GIVEN,
        fill=taken_over("ldht"),
    )
    ldbsa = item(
        models.DecimalField(_("BSA used"), max_digits=4, decimal_places=2),
        unit="m2",
        derive=surface,
        help=_("Mosteller, from actual weight and height; doses use the unrounded value."),
    )
    ldcrcl = item(
        models.DecimalField(_("Creatinine clearance used"), max_digits=5, decimal_places=1),
        unit="mL/min",
        range=(15, 250),
        limits=(0, 500),
        shown_when=GIVEN,
    )


class LymphodepletionRow(CrfRow):
    """One drug on one day."""

    class Crf:
        form, key, names_each = "ld", "lddrug", True
        derive = staticmethod(row_values)

    lddrug = item(code(_("Drug"), DRUGS), sdv=True)
    ldday = item(models.IntegerField(_("Study day")), unit="day", limits=(-60, 0), shown_when=GIVEN)
    lddosep = item(
        models.DecimalField(_("Planned dose"), max_digits=6, decimal_places=1),
        unit="mg/m2",
        limits=(0, 5_000),
        shown_when=GIVEN,
        help=_("Left empty, the protocol's dose is taken."),
    )
    ldmod = item(code(_("Dose modified or omitted"), CHANGES), shown_when=GIVEN)
    lddosea = item(
        models.DecimalField(_("Actual dose"), max_digits=7, decimal_places=1),
        unit="mg",
        limits=(0, 20_000),
        shown_when=INFUSED,
        sdv=True,
    )
    ldstdtc = item(models.DateTimeField(_("Start date and time")), shown_when=INFUSED, sdv=True)
    ldendtc = item(models.DateTimeField(_("End date and time")), shown_when=INFUSED)
    ldreas = item(
        models.CharField(_("Reason"), max_length=200),
        shown_when=all_of(GIVEN, answered("ldmod", "REDUCED", "DELAYED", "OMITTED")),
    )


def _each(record, *names):
    """(drug, its label, values) of each row in which every one of `names` has a value."""
    for drug, label in DRUGS:
        values = [record[f"{name}.{drug}"] for name in names]
        if None not in values:
            yield drug, label, values


@edit_check(Lymphodepletion, "ldyn")
def planned_dose_is_the_protocols(record, casebook):
    found = []
    for drug, label, (planned,) in _each(record, "lddosep"):
        expected = planned_dose(drug, record)
        if expected is not None and planned != expected:
            sentence = gettext(
                "%(drug)s is planned at %(planned)s mg/m²; the protocol gives %(dose)s. Which is correct?"
            )
            words = {"drug": label, "planned": f"{planned.normalize():f}", "dose": f"{expected:f}"}
            found.append(Finding(sentence % words, f"lddosep.{drug}"))
    return found


@edit_check(Lymphodepletion, "ldcrcl")
def kidneys_allow_fludarabine(record, casebook):
    least = protocol().settings.lymphodepletion.reduced_dose_min_crcl
    planned = any(record[f"{name}.flu"] for name in ("lddosep", "lddosea"))
    if planned and record.ldcrcl < least and record["ldmod.flu"] != "OMITTED":
        return Finding(
            gettext(
                "Creatinine clearance is %(crcl)s mL/min; below %(least)s mL/min fludarabine needs the medical"
                " monitor. Is it agreed?"
            )
            % {"crcl": f"{record.ldcrcl:f}", "least": f"{least:f}"}
        )
    return None


@edit_check(Lymphodepletion, "ldwt", "ldht")
def actual_dose_is_the_computed_one(record, casebook):
    """Milligrams from the planned dose and the exact body surface; a reason in the row explains a difference."""
    tolerance = protocol().settings.lymphodepletion.dose_tolerance_percent
    found = []
    for drug, label, (planned, actual) in _each(record, "lddosep", "lddosea"):
        computed = dose_mg(planned, record.ldht, record.ldwt)
        if within_percent(actual, computed, tolerance) or record[f"ldreas.{drug}"]:
            continue
        sentence = gettext(
            "%(drug)s given is %(actual)s mg; %(planned)s mg/m² for %(surface)s m² are %(computed)s mg."
            " Which is correct?"
        )
        words = {
            "drug": label,
            "actual": f"{actual.normalize():f}",
            "planned": f"{planned.normalize():f}",
            "surface": f"{record.ldbsa:f}",
            "computed": f"{computed:.1f}",
        }
        found.append(Finding(sentence % words, f"lddosea.{drug}"))
    return found


@edit_check(Lymphodepletion, "ldyn")
def dose_ends_after_start(record, casebook):
    zone = site_zone(casebook)
    sentence = gettext("End %(end)s is not after start %(start)s. Which is correct?")
    return [
        Finding(sentence % {"end": text(end, zone), "start": text(start, zone)}, f"ldendtc.{drug}")
        for drug, _label, (start, end) in _each(record, "ldstdtc", "ldendtc")
        if end <= start
    ]


@edit_check(Lymphodepletion, "ldyn")
def given_on_its_day(record, casebook):
    """Days 2 and 3 follow the first start of day 1; day 1 is the day of its visit."""
    if casebook is None or record.visit_code not in DAYS:
        return None
    zone, place = site_zone(casebook), DAYS.index(record.visit_code)
    visit = casebook.record(record.visit_code, "sv")
    start = anchors_of(casebook).ld1 if place else visit and visit.svstdtc
    due = start and start + timedelta(days=place)
    sentence = gettext("%(drug)s was started on %(date)s; lymphodepletion day %(day)d is %(due)s. Which is correct?")
    return [
        Finding(
            sentence % {"drug": label, "date": text(begun.astimezone(zone).date()), "day": place + 1, "due": text(due)},
            f"ldstdtc.{drug}",
        )
        for drug, label, (begun,) in _each(record, "ldstdtc")
        if due and begun.astimezone(zone).date() != due
    ]


@edit_check(Lymphodepletion, "ldyn")
def study_day_fits_the_visit(record, casebook):
    if record.visit_code not in DAYS:
        return None
    planned = protocol().settings.lymphodepletion.days[DAYS.index(record.visit_code)]
    sentence = gettext("Study day is %(day)d; this visit is day %(planned)d. Which is correct?")
    return [
        Finding(sentence % {"day": day, "planned": planned}, f"ldday.{drug}")
        for drug, _label, (day,) in _each(record, "ldday")
        if day != planned
    ]


@edit_check(Lymphodepletion, "ldwt")
def weight_is_near_baseline(record, casebook):
    """Doses follow the actual weight; a large change since baseline is asked about."""
    baseline = casebook.record("base", "vs") if casebook else None
    weight, percent = baseline["weight"] if baseline else None, protocol().settings.weight_change_percent
    if weight and not within_percent(record.ldwt, weight, percent):
        return Finding(
            gettext(
                "Weight is %(now)s kg; it was %(base)s kg at baseline, over %(percent)s %% of change. Which is correct?"
            )
            % {"now": f"{record.ldwt:f}", "base": f"{weight.normalize():f}", "percent": f"{percent:f}"}
        )
    return None


@edit_check(Lymphodepletion, "ldyn")
def lymphodepletion_was_given(record, casebook):
    if record.ldyn == "N":
        return Finding(gettext("Lymphodepletion given is No; the protocol plans it on this day. Record a deviation?"))
    return None
