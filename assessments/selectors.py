"""Reading assessments over subjects."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.crfs.rs import ResponseAssessment
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.selectors.sections import visit_title
from trial_edc.casebook.selectors.worklist import WorkRow
from trial_edc.crf.partial import text as date_text


@dataclass(frozen=True)
class DifferingResponse:
    """A time point at which the investigator's response is not the derived one; both with their codes."""

    instance_id: int
    subject: str
    visit: str
    on: date | None
    investigator: str
    derived: str
    reason: str


def responses_that_differ(site_ids: Collection[int]) -> list[DifferingResponse]:
    """Time points of the given sites at which the two responses differ, latest first. One statement."""
    found = (
        ResponseAssessment.objects.filter(instance__subject__site__in=list(site_ids))
        .filter(rsinv__isnull=False, rsovrl__isnull=False)
        .exclude(rsinv=F("rsovrl"))
        .exclude(instance__status="withdrawn")
        .order_by(F("rsdtc").desc(nulls_last=True), "pk")
        .values_list("pk", "instance__subject__code", "instance__visit__code", "rsdtc", "rsinv", "rsovrl", "rsinvrs")
    )
    return [DifferingResponse(*row[:-1], reason=row[-1] or "") for row in found]


def differing_response_rows(access, given) -> list[WorkRow]:
    """The same as a group of the worklist. One statement."""
    sites = [site.pk for site in access.sites(Permission.READ_LIVE_DATA)]
    return [
        WorkRow(
            status="due",
            title=f"{one.subject} · {visit_title(one.visit)}",
            detail=_("investigator %(site)s, derived %(derived)s") % {"site": one.investigator, "derived": one.derived},
            url=reverse("visit", args=[one.subject, one.visit]) + "#form-rs",
            when=date_text(one.on) if one.on else "",
        )
        for one in responses_that_differ(sites)
    ]
