"""The dates of a subject: what its windows count from, where it stands in the trial."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from trial_edc.accounts.models import Site
from trial_edc.casebook.reader import Casebook
from trial_edc.casebook.study import study
from trial_edc.protocol.windows import Anchors, tracks_off

MILESTONES = {
    "consent": ("icf", "icfdtc"),
    "leukapheresis": ("aph", "aphstdtc"),
    "ld1": ("ld", "ldstdtc"),
    "infusion": ("inf", "infdtc"),
}
WITHDRAWALS = {"TREAT": "withdrawal of treatment", "PROC": "withdrawal of procedures", "ALL": "withdrawal"}


@dataclass(frozen=True)
class SubjectDates:
    """Dates at the site.

    Attributes:
        visits: visit code to the day it took place.
        anchors: what windows count from, with tracks switched off.
    """

    visits: dict[str, date]
    anchors: Anchors


def subject_dates(casebook: Casebook, site: Site) -> SubjectDates:
    """Visit days, anchors and tracks of a subject, from the forms that hold them."""
    zone = ZoneInfo(site.time_zone)
    visits = {record.visit_code: day_of(record.values.get("svstdtc"), zone) for record in casebook["sv"]}
    found = {anchor: _first(casebook, form, item, zone) for anchor, (form, item) in MILESTONES.items()}
    subject = casebook.subject
    anchors = Anchors(
        **found,
        planned_leukapheresis_on=subject.planned_leukapheresis_on,
        planned_infusion_on=subject.planned_infusion_on,
        tracks_off=tracks_off(study(), _switching_events(casebook, zone)),
    )
    return SubjectDates({code: day for code, day in visits.items() if day}, anchors)


def day_of(value: object, zone: ZoneInfo) -> date | None:
    """The day at the site of an aware datetime, a date or a complete partial date; None for anything less."""
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and len(value) >= 10:
        return date.fromisoformat(value[:10])
    return None


def phase(anchors: Anchors, today: date) -> str:
    """Where a subject stands today, in words."""
    if any(off.cause in ("death", "withdrawal", "screen failure") for off in anchors.tracks_off):
        return str(_("Off study"))
    if anchors.infusion is not None and today >= anchors.infusion:
        day = (today - anchors.infusion).days
        if day <= study().settings.dlt_window_days:
            return str(_("Safety period"))
        return str(_("Efficacy follow-up")) if day <= 744 else str(_("Long-term follow-up"))
    if anchors.ld1 is not None and today >= anchors.ld1:
        return str(_("Lymphodepletion"))
    if anchors.leukapheresis is not None and today >= anchors.leukapheresis:
        return str(_("Manufacturing"))
    return str(_("Screening")) if anchors.consent is not None else str(_("Registered"))


def _first(casebook: Casebook, form: str, item: str, zone: ZoneInfo) -> date | None:
    days = [day for value in casebook[form][item] if (day := day_of(value, zone))]
    return min(days, default=None)


def _switching_events(casebook: Casebook, zone: ZoneInfo) -> list[tuple[str, date | None]]:
    """What switched tracks off, with the day it happened."""
    events: list[tuple[str, date | None]] = []
    events += [("death", day_of(record.values.get("dthdtc"), zone)) for record in casebook["dd"]]
    events += [("new therapy", day_of(record.values.get("sbstdt"), zone)) for record in casebook["subs"]]
    events += [
        ("progression", day_of(record.values.get("rsdtc"), zone))
        for record in casebook["rs"]
        if record.values.get("rsinv") == "PD"
    ]
    events += [
        (WITHDRAWALS[scope], day_of(record.values.get("icfwddt"), zone))
        for record in casebook["icf"]
        if (scope := record.values.get("icfwdsc")) in WITHDRAWALS
    ]
    return events
