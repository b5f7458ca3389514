"""Queries as a list to work through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from trial_edc.accounts.access import Access
from trial_edc.accounts.models import Site
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.crf.registry import crf

from ..models import Query
from .rows import item_at
from .trail import stamp

PER_PAGE = 50
STATES = ("open", "answered", "closed", "cancelled")


@dataclass(frozen=True)
class Message:
    action: str
    text: str
    who: str
    at: str


@dataclass(frozen=True)
class QueryRow:
    """One query; the `can_` flags say what this person may do with it now."""

    id: int
    subject: str
    place: str
    label: str
    state: str
    state_label: str
    by_check: bool
    age_days: int
    url: str
    messages: tuple[Message, ...]
    can_answer: bool
    can_close: bool
    act_url: str


@dataclass(frozen=True)
class QueryPage:
    rows: tuple[QueryRow, ...]
    states: tuple[tuple[str, str, bool], ...]
    page: int
    has_next: bool
    n: int


def query_list(access: Access, filters: Mapping[str, str], *, page: int = 1) -> QueryPage:
    """Queries of the person's sites, oldest first, 50 at a time. Five statements."""
    sites = [
        site for site in access.sites(Permission.VIEW_QUERIES) if filters.get("site", site.code) in ("", site.code)
    ]
    state = filters.get("state", "open")
    state = state if state in STATES else "open"
    found = Query.objects.filter(instance__subject__site__in=sites, state=state)
    if filters.get("subject"):
        found = found.filter(instance__subject__code=filters["subject"])
    start = (page - 1) * PER_PAGE
    chosen = list(
        found.select_related("instance__subject", "instance__visit")
        .prefetch_related("messages__by")
        .order_by("opened_at", "pk")[start : start + PER_PAGE]
    )
    n = found.count()
    by_pk = {site.pk: site for site in access.all_sites}
    return QueryPage(
        rows=tuple(query_row(access, query, by_pk[query.instance.subject.site_id]) for query in chosen),
        states=tuple((one, str(Query.State(one).label), one == state) for one in STATES),
        page=page,
        has_next=start + PER_PAGE < n,
        n=n,
    )


def query_row(access: Access, query: Query, site: Site) -> QueryRow:
    """One query with its thread; messages and people are loaded already."""
    instance = query.instance
    place = instance.visit.code if instance.visit else ""
    one = item_at(instance.form_code, instance.protocol_version, place, query.item)
    label = str(one.label) if one else str(crf(instance.form_code).Crf.title)
    own = query.opened_by_id == access.user.pk and not query.rule
    may_close = access.can(Permission.CLOSE_QUERIES, site) or (own and access.can(Permission.CLOSE_OWN_QUERIES, site))
    return QueryRow(
        id=query.pk,
        subject=instance.subject.code,
        place=f"{crf(instance.form_code).Crf.title} {(place or str(instance.seq)).upper()}",
        label=label,
        state=query.state,
        state_label=str(Query.State(query.state).label),
        by_check=bool(query.rule),
        age_days=(clock.now() - query.opened_at).days,
        url=_url(instance, place, query.item),
        messages=tuple(
            Message(turn.action, turn.text, turn.by.full_name, stamp(turn.at, site))
            for turn in sorted(query.messages.all(), key=lambda turn: turn.pk)
        ),
        can_answer=query.state == "open" and access.can(Permission.ANSWER_QUERIES, site),
        can_close=query.state in ("open", "answered") and may_close,
        act_url=reverse("query", args=[query.pk]),
    )


def _url(instance, place: str, item: str) -> str:
    code = instance.subject.code
    if place:
        url = reverse("form", args=[code, place, instance.form_code, instance.seq])
    else:
        url = reverse("log-entry", args=[code, instance.form_code, instance.seq])
    return f"{url}#{instance.form_code}.{item}" if item else url
