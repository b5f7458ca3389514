"""The dates a subject's visits hang on, read from the forms that hold them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from trial_edc.accounts.models import Site, User
from trial_edc.audit import clock
from trial_edc.crf.parse import EntryContext
from trial_edc.crf.spec import FormSpec

from .reader import Casebook
from .study import study

VISIT_RECORD, VISIT_DATE = "sv", "svstdtc"


def context_forms() -> frozenset[str]:
    """Forms an entry always needs: those with anchor dates, and the visit records."""
    return frozenset({VISIT_RECORD, *(form for form, _item in study().anchors.values())})


def day_of(value: object, zone: ZoneInfo) -> date | None:
    """The day at the site of a date, an aware datetime or a complete partial date; None for anything less."""
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and len(value) >= 10:
        return date.fromisoformat(value[:10])
    return None


def anchor_days(casebook: Casebook, site: Site) -> dict[str, date]:
    """Anchor of the protocol ("infusion", "leukapheresis" ...) to its first actual day at the site."""
    zone = ZoneInfo(site.time_zone)
    found = {}
    for anchor, (form, item) in study().anchors.items():
        days = [day for value in casebook[form][item] if (day := day_of(value, zone))]
        if days:
            found[anchor] = min(days)
    return found


def visit_days(casebook: Casebook, site: Site) -> dict[str, date]:
    """Visit code to its actual day, from the visit records."""
    zone = ZoneInfo(site.time_zone)
    days = {record.visit_code: day_of(record.values.get(VISIT_DATE), zone) for record in casebook[VISIT_RECORD]}
    return {code: day for code, day in days.items() if day}


def entry_context(casebook: Casebook, spec: FormSpec, site: Site) -> EntryContext:
    """What reading typed values of a form depends on. One statement when the form names a person, else none."""
    from .schedule import window_of

    zone = ZoneInfo(site.time_zone)
    anchors = anchor_days(casebook, site)
    return EntryContext(
        today=clock.now().astimezone(zone).date(),
        site_date_order=site.date_order,
        visit_on=visit_days(casebook, site).get(spec.visit_code),
        time_zone=zone,
        infusion_on=anchors.get("infusion"),
        window=window_of(casebook.subject, spec.visit_code, anchors),
        users=_people(site) if any(one.kind == "user" for one in spec) else {},
    )


def _people(site: Site) -> dict[int, str]:
    """People of the site who may be named on a form: those with a delegated task or the principal investigator."""
    named = User.objects.filter(is_active=True, is_service=False)
    delegated = named.filter(delegations__site=site, delegations__approved_by__isnull=False)
    leading = named.filter(assignments__site=site, assignments__role="PI")
    return dict((delegated | leading).distinct().values_list("pk", "full_name"))


