"""Lanes of a subject's journey: the grade of CRS and ICANS by day, adverse events from start to end."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from trial_edc.casebook.lanes import Lane, Span
from trial_edc.casebook.reader import Casebook
from trial_edc.crf.anchors import site_zone
from trial_edc.crf.partial import interval

MOST_EVENTS = 6


def crs_by_day(casebook: Casebook, *, today: date) -> Lane:
    """CRS grade of each day, the investigator's where there is one."""
    return Lane(_("CRS grade"), _grades(casebook, "crs", day="crsdtc", grades=("crsgri", "crsgrd")))


def icans_by_day(casebook: Casebook, *, today: date) -> Lane:
    """ICANS grade of each day, the investigator's where there is one."""
    return Lane(_("ICANS grade"), _grades(casebook, "icn", day="icndtc", grades=("icngri", "icngrd")))


def adverse_events(casebook: Casebook, *, today: date) -> Lane:
    """The worst events, the later first among equals; a partial start counts from its earliest day."""
    spans = []
    for event in casebook["ae"]:
        if not event.aestdtc:
            continue
        first = interval(event.aestdtc)[0].date()
        last = interval(event.aeendtc)[1].date() if event.aeendtc else today
        grade = int(event.aetoxgr) if event.aetoxgr else None
        name = event.aectcae or event.aeterm or ""
        spans.append(Span(first, max(first, last), name, grade, is_ongoing=not event.aeendtc))
    worst = sorted(spans, key=lambda span: (-(span.grade or 0), -span.first.toordinal()))[:MOST_EVENTS]
    left_out = len(spans) - len(worst)
    return Lane(_("Adverse events"), tuple(worst), _("%(n)d more") % {"n": left_out} if left_out else "")


def _grades(casebook: Casebook, form: str, *, day: str, grades: tuple[str, str]) -> tuple[Span, ...]:
    """The worst grade of each day from 1 on, days in a row with the same grade as one span."""
    zone = site_zone(casebook)
    worst: dict[date, int] = {}
    for record in casebook[form]:
        found = next((record[name] for name in grades if record[name] is not None), None)
        if record[day] is not None and found is not None:
            on = record[day].astimezone(zone).date()
            worst[on] = max(int(found), worst.get(on, 0))
    spans: list[Span] = []
    for on, grade in sorted(worst.items()):
        if not grade:
            continue
        before = spans[-1] if spans else None
        if before and before.grade == grade and (on - before.last).days == 1:
            spans[-1] = Span(before.first, on, str(grade), grade)
        else:
            spans.append(Span(on, on, str(grade), grade))
    return tuple(spans)
