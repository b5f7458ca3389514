"""What reading typed values of a form depends on beside the form."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from trial_edc.accounts.access import Access
from trial_edc.accounts.models import Site, User
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.crf.parse import EntryContext
from trial_edc.crf.registry import crf
from trial_edc.crf.spec import FormSpec
from trial_edc.protocol.windows import window

from .dates import subject_dates
from .reader import Casebook
from .rights import refusal
from .study import study


def entry_context(casebook: Casebook, spec: FormSpec, site: Site, access: Access) -> EntryContext:
    """Clock, visit date, Day 0, people of the site, and what this person may not answer.

    One statement when the form names a person, else none.
    """
    zone = ZoneInfo(site.time_zone)
    dates = subject_dates(casebook, site, with_tracks=False)
    span = window(study().visit(spec.visit_code), dates.anchors) if spec.visit_code else None
    return EntryContext(
        today=clock.now().astimezone(zone).date(),
        site_date_order=site.date_order,
        visit_on=dates.visits.get(spec.visit_code),
        time_zone=zone,
        infusion_on=dates.anchors.infusion,
        window=(span.first, span.last) if span else None,
        users=people_of(site, spec.code) if any(one.kind == "user" for one in spec) else {},
        denied=_denied(spec, site, access),
    )


def _denied(spec: FormSpec, site: Site, access: Access) -> dict[str, str]:
    """The rights items of the form ask for that the person lacks, and why."""
    asked = {one.item.right for one in spec if one.item.right}
    why = {right: refusal(access, Permission(right), site) for right in sorted(asked)}
    return {right: sentence for right, sentence in why.items() if sentence}


def people_of(site: Site, form_code: str) -> dict[int, str]:
    """People who may be named on a form: with a delegated task at the site, or its principal investigator.

    Where manufacturing writes the form too, its people as well.
    """
    named = User.objects.filter(is_active=True, is_service=False)
    delegated = named.filter(delegations__site=site, delegations__approved_by__isnull=False)
    known = delegated | named.filter(assignments__site=site, assignments__role="PI")
    if "MFR" in getattr(crf(form_code).Crf, "writer", ""):
        known |= named.filter(assignments__role="MFR")
    return dict(known.distinct().values_list("pk", "full_name"))
