"""Reading assessments over subjects."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from assessments.crfs.rs import ResponseAssessment


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
