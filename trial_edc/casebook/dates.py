"""The dates of a subject: what its windows count from, and where it stands in the trial.

Which form and item hold each date is the protocol's data; here they are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from trial_edc.accounts.models import Site
from trial_edc.crf.anchors import anchors_of, day_of
from trial_edc.protocol.windows import Anchors, planned_date

from .reader import Casebook
from .study import study

VISIT_RECORD, VISIT_DATE = "sv", "svstdtc"


@dataclass(frozen=True)
class SubjectDates:
    """Dates at the site: `visits` maps a visit to the day it took place, `anchors` is what windows count
    from.
    """

    visits: dict[str, date]
    anchors: Anchors


def date_forms() -> frozenset[str]:
    """Forms that hold dates windows and study days count from."""
    return frozenset({VISIT_RECORD, *(source.form for sources in study().anchors.values() for source in sources)})


def track_forms() -> frozenset[str]:
    """Forms that can switch a track off."""
    return frozenset(event.form for event in study().track_events)


def subject_dates(casebook: Casebook, site: Site, *, with_tracks: bool = True) -> SubjectDates:
    """Visit days, anchors and tracks of a subject, from the forms that hold them.

    Args:
        with_tracks: False leaves out what switches tracks off, so that fewer forms are read.
    """
    zone = ZoneInfo(site.time_zone)
    visits = {record.visit_code: day_of(record.values.get(VISIT_DATE), zone) for record in casebook[VISIT_RECORD]}
    anchors = anchors_of(casebook, zone, with_tracks=with_tracks)
    return SubjectDates({code: day for code, day in visits.items() if day}, anchors)


def visits_in_time(dates: SubjectDates, begun: Iterable[str]) -> list[str]:
    """Every planned visit in the order of the schedule, each unscheduled one where its date lies.

    A planned visit that has not taken place stands by its planned date.

    Args:
        begun: codes of visits with something saved; planned ones among them change nothing.
    """
    protocol = study()
    begun = set(begun)
    # A visit that counts from no date is no plan: it stands there once something is in it.
    open_ones = [visit for visit in protocol.visits if visit.anchor or visit.code in begun]
    planned = [visit.code for visit in open_ones if visit.code != protocol.unscheduled]
    days = {code: dates.visits.get(code) or planned_date(protocol.visit(code), dates.anchors) for code in planned}
    after: dict[str, list[tuple[date, int, str]]] = {}
    for code in begun - set(planned):
        on = dates.visits.get(code)
        earlier = [other for other in planned if on and (day := days[other]) and day <= on]
        number = int(code.removeprefix(protocol.unscheduled) or 0)
        after.setdefault(earlier[-1] if earlier else planned[-1], []).append((on or date.max, number, code))
    ordered = []
    for code in planned:
        ordered += [code, *(extra for _on, _number, extra in sorted(after.get(code, ())))]
    return ordered


def phase(anchors: Anchors, today: date) -> str:
    """Where a subject stands today, in words."""
    where: str = import_string(study().phase)(anchors, today)
    return _(where)
