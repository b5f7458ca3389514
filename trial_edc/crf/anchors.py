"""The dates a subject's casebook tells: what windows, study days and checks across forms count from."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from trial_edc.crf import partial
from trial_edc.crf.spec import protocol
from trial_edc.protocol.model import DateSource
from trial_edc.protocol.windows import Anchors, tracks_off


def site_zone(casebook: Any) -> tzinfo:
    """The clock of the subject's site; UTC where there is no casebook."""
    return ZoneInfo(casebook.subject.site.time_zone if casebook else "UTC")


def day_of(value: Any, zone: tzinfo) -> date | None:
    """The first day a date item can mean, on the site's clock; None when it has no value."""
    return None if value in (None, "") else partial.interval(value, zone)[0].date()


def anchors_of(casebook: Any, zone: tzinfo | None = None, *, with_tracks: bool = False) -> Anchors:
    """The dates the visit windows count from, as the forms tell them.

    Args:
        zone: the site's, when the caller knows it.
        with_tracks: with the tracks switched off as well, for which more forms are read.
    """
    study, zone = protocol(), zone or site_zone(casebook)
    found = {name: _first_date(casebook, sources, zone) for name, sources in study.anchors.items()}
    events = []
    for event in study.track_events if with_tracks else ():
        days = _dates(casebook, DateSource(event.form, event.dated_by, event.when), zone)
        if days:
            events.append((event.cause, min((day for day in days if day), default=None)))
    if found["infusion"]:
        # Treatment cannot be withdrawn once it was given: nothing is switched off then.
        events = [(cause, day) for cause, day in events if cause != "withdrawal of treatment"]
    return Anchors(
        **found,
        planned_leukapheresis_on=casebook.subject.planned_leukapheresis_on,
        planned_infusion_on=casebook.subject.planned_infusion_on,
        tracks_off=tracks_off(study, events),
    )


def others(record: Any, casebook: Any) -> list[Any]:
    """The subject's other filled instances of a record's form, in the order of the casebook."""
    own = (record.visit_code, record.seq)
    if casebook is None:
        return []
    return [one for one in casebook[record.form_code] if (one.visit_code, one.seq) != own]


def infusion_at(casebook: Any) -> datetime | None:
    """When the first infusion began, None before it; the start of its day where the study keeps dates alone."""
    if not casebook:
        return None
    zone = site_zone(casebook)
    for source in protocol().anchors["infusion"]:
        records = [one for one in casebook[source.form] if source.when is None or one[source.when[0]] in source.when[1]]
        starts = [_moment(value, zone) for one in records for value in one.each(source.item)]
        if starts:
            return min(starts)
    return None


def _moment(value: Any, zone: tzinfo) -> datetime:
    """The earliest moment a date item can mean, aware."""
    return value if isinstance(value, datetime) else partial.interval(value, zone)[0].replace(tzinfo=zone)


def consent_on(casebook: Any) -> date | None:
    """Day of the first consent, None when there is none yet."""
    return None if casebook is None else _first_date(casebook, (DateSource("icf", "icfdtc"),), site_zone(casebook))


def from_earlier_visits(changed: str, own: str) -> bool:
    """For `Crf.reads_own`: only forms of earlier visits matter."""
    study = protocol()
    return study.visit_order(changed) <= study.visit_order(own)


def from_baseline(changed: str, own: str) -> bool:
    """For `Crf.reads_own`: only the form of the baseline visit matters to the others."""
    return changed == "base" != own


def _first_date(casebook: Any, sources: tuple[DateSource, ...], zone: tzinfo) -> date | None:
    for source in sources:
        days = [day for day in _dates(casebook, source, zone) if day]
        if days:
            return min(days)
    return None


def _dates(casebook: Any, source: DateSource, zone: tzinfo) -> list[date | None]:
    """The item's day in every form where the condition holds; None where it is not dated."""
    kept = [
        record
        for record in casebook[source.form]
        if record.status != "not_done" and (source.when is None or record[source.when[0]] in source.when[1])
    ]
    days = []
    for record in kept:
        values = record.each(source.item) if source.item else []
        days.append(min((day for value in values if (day := day_of(value, zone))), default=None))
    return days
