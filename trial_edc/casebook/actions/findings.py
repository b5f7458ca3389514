"""What the findings of a save do to its queries: one problem, one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from trial_edc.accounts.models import User
from trial_edc.crf.checks import Finding

from ..models import Query, QueryMessage
from .opening import KnownQuery

STANDING = "gate:"
"""Rules that start so were not asked by a check: no save closes their query, it waits for its reviewer."""


@dataclass(frozen=True)
class QueryPlan:
    """What to write about queries.

    Attributes:
        to_open: findings without explanation that no query asks about yet.
        to_close: queries a check opened whose cause is gone or explained, with the closing sentence.
        to_answer: queries of people on items that were changed now, with the turn that says so.
    """

    to_open: tuple[Finding, ...]
    to_close: tuple[tuple[KnownQuery, str], ...]
    to_answer: tuple[tuple[KnownQuery, str], ...]


def plan_queries(
    known: Iterable[KnownQuery], findings: Iterable[Finding], *, changed: dict[str, str], source: str
) -> QueryPlan:
    """Compare findings with the queries of the form.

    Args:
        findings: of the form as it is saved. A hard one is then about a value that was saved before and that another
            answer has made impossible; no reason explains it.
        changed: address to "old → new: reason" of values changed in this save.
        source: "import" opens none here: an import raises one query per subject by itself.
    """
    known, findings = tuple(known), tuple(findings)
    asking = {(f.item, f.rule): f for f in findings if not f.warns and (f.hard or not f.kept)}
    live = {(q.item, q.rule) for q in known if q.is_live and q.rule}
    settled = {(q.item, q.rule) for q in known if not q.is_live and q.rule and q.last in ("closed", "cancelled")}
    to_open = tuple(
        finding
        for key, finding in asking.items()
        if key not in live and not (key in settled and key[0] not in changed) and source != "import"
    )
    kept = {(f.item, f.rule) for f in findings if f.kept and not f.hard}
    to_close = tuple(
        (query, _("Kept with a reason.") if (query.item, query.rule) in kept else _("The cause is gone."))
        for query in known
        if query.is_live
        and query.rule
        and not query.rule.startswith(STANDING)
        and (query.item, query.rule) not in asking
    )
    to_answer = tuple(
        (query, changed[query.item])
        for query in known
        if query.state == Query.State.OPEN and not query.rule and query.item in changed
    )
    return QueryPlan(to_open, to_close, to_answer)


def write_queries(plan: QueryPlan, *, by: User, instance_id: int, at) -> tuple[Query, ...]:
    """Open, close and answer as planned. At most three statements, whatever the number of queries."""
    opened = Query.objects.bulk_create(
        Query(instance_id=instance_id, item=f.item, rule=f.rule, opened_at=at, opened_by=by) for f in plan.to_open
    )
    turns = [("opened", query, finding.text) for query, finding in zip(opened, plan.to_open, strict=True)]
    turns += [("resolved", query, text) for query, text in plan.to_close]
    turns += [("answered", query, text) for query, text in plan.to_answer]
    closing = [query.id for query, _text in plan.to_close]
    moved = [*closing, *(query.id for query, _text in plan.to_answer)]
    if moved:
        after = Case(When(pk__in=closing, then=Value(Query.State.CLOSED)), default=Value(Query.State.ANSWERED))
        Query.objects.filter(pk__in=moved).update(state=after)
    if turns:
        QueryMessage.objects.bulk_create(
            QueryMessage(query_id=query.id, action=action, text=text, by=by, at=at) for action, query, text in turns
        )
    return tuple(opened)
