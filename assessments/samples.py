"""What forms of a sample have in common: when it was due, and how old the person was."""

from __future__ import annotations

from django.utils.translation import gettext

from trial_edc.crf.anchors import anchors_of, consent_on, site_zone
from trial_edc.crf.checks import Finding
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol
from trial_edc.protocol.windows import sample_window


def day_of_sample(record, casebook, item):
    """The day of a date and time on the site's clock; None while it is open."""
    taken = record[item]
    return None if taken is None else taken.astimezone(site_zone(casebook)).date()


def age_and_sex(casebook, on):
    """Whole years on a day (from the age at consent) and sex; None where not known."""
    people = casebook["dm"] if casebook else []
    if not people or on is None:
        return None, None
    person, consent = people[0], consent_on(casebook)
    years = 0
    if consent:
        years = on.year - consent.year - ((on.month, on.day) < (consent.month, consent.day))
    return (None if person.age is None else person.age + years), person.sex


def weight_on(casebook, on):
    """The last weight measured up to the end of a day, kg; None when there is none."""
    if casebook is None or on is None:
        return None
    zone = site_zone(casebook)
    known = [one for one in casebook["vs"] if one.vsdtc and one.weight and one.vsdtc.astimezone(zone).date() <= on]
    return max(known, key=lambda one: one.vsdtc).weight if known else None


def outside_its_window(record, casebook, item):
    """A sample outside the window the schedule gives it (counted from leukapheresis, LD day 1 or infusion)."""
    study, form = protocol(), record.form_code
    cell = study.cell(record.visit_code, form) if record.visit_code else None
    if casebook is None or cell is None or cell.item_window is None:
        return None
    span = sample_window(cell, study.visit(record.visit_code), anchors_of(casebook))
    on = day_of_sample(record, casebook, item)
    if span is None or not span.days_off(on):
        return None
    return Finding(
        gettext("Collected on %(date)s; the sample was due %(first)s to %(last)s. Record a deviation?")
        % {"date": text(on), "first": text(span.first), "last": text(span.last)}
    )


def not_on_the_visit_day(record, casebook, item):
    """Where the schedule gives a sample no window of its own, it is drawn on the day of the visit."""
    cell = protocol().cell(record.visit_code, record.form_code) if record.visit_code else None
    visit = casebook.record(record.visit_code, "sv") if casebook and record.visit_code else None
    if visit is None or visit.svstdtc is None or (cell and cell.item_window):
        return None
    on = day_of_sample(record, casebook, item)
    if on != visit.svstdtc:
        return Finding(
            gettext("Collected on %(date)s, the visit was on %(visit)s. Which is correct?")
            % {"date": text(on), "visit": text(visit.svstdtc)}
        )
    return None


def dated_off_the_visit(day, record, casebook):
    """An examination that is not on the day of its visit."""
    visit = casebook.record(record.visit_code, "sv") if casebook and record.visit_code else None
    if visit is None or visit.svstdtc is None or visit.svstdtc == day:
        return None
    return Finding(
        gettext("The date is %(date)s, the visit was on %(visit)s. Which is correct?")
        % {"date": text(day), "visit": text(visit.svstdtc)}
    )
