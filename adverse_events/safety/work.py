"""Serious events where people look first: groups of the worklist and the top of a subject's page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.casebook.panels import Alert
from trial_edc.casebook.selectors.worklist import MOST_ROWS, WorkRow

from . import board
from .clocks import OVERDUE, STOPPED, Clock
from .selectors import sae_clocks
from .stopping import counters

NEW_DAYS = 7


def alerts(facts) -> tuple[Alert, ...]:
    """Clocks that run on a subject. One statement."""
    running = sae_clocks([facts.site.pk], subject_id=facts.casebook.subject.pk)
    return tuple(
        Alert(one.text, one.state, one.due_iso, f"{_title(one)} · {_due(one)}", event_url(one))
        for one in running
        if one.state != STOPPED
    )


def event_url(one: Clock) -> str:
    """The page where an event is reported: its own with the report's form, or the report alone."""
    if one.event:
        return reverse("log-entry", args=[one.subject, "ae", one.event])
    return reverse("log-entry", args=[one.subject, "sae", one.report or 1])


def clock_rows(access: Access, given: dict[str, Any]) -> Iterator[WorkRow]:
    """Clocks that run, drafts among them, the earliest due first. One statement."""
    for one in sae_clocks(_sites(access)):
        if one.state == STOPPED:
            continue
        yield WorkRow(
            status="overdue" if one.state == OVERDUE else "draft" if one.is_draft else "due",
            title=f"{one.subject} · {one.label}",
            detail=f"{_draft_words(one)}{_due(one)}",
            url=event_url(one),
            is_late=one.state == OVERDUE,
            is_draft=one.is_draft,
            clock=one,
        )


def judgement_rows(access: Access, given: dict[str, Any]) -> Iterator[WorkRow]:
    """Events that wait for an investigator's grade or causality, serious ones first. One statement."""
    sites = [site.pk for site in access.sites(Permission.SET_CAUSALITY)]
    for code, seq, term, serious in board.waiting_judgements(sites, most=MOST_ROWS):
        yield WorkRow(
            status="partial",
            title=f"{code} · AE-{seq:03d} {term}",
            detail=_("serious: grade and causality by an investigator") if serious == "Y" else _("grade, causality"),
            url=reverse("log-entry", args=[code, "ae", seq]),
            is_late=serious == "Y",
        )


def severe_rows(access: Access, given: dict[str, Any]) -> Iterator[WorkRow]:
    """CRS and ICANS of grade 3 or more of the last seven days. Two statements."""
    since = clock.now().timestamp() - NEW_DAYS * 86_400
    for one in _severe(access, given):
        if one.at is not None and one.at.timestamp() >= since:
            yield WorkRow(
                status="due",
                title=_("%(subject)s · %(form)s grade %(grade)d")
                % {"subject": one.subject, "form": {"crs": "CRS", "icn": "ICANS"}[one.form], "grade": one.grade},
                detail=f"{one.at:%d-%b-%Y}",
                url=one.url,
                is_late=one.grade > 3,
            )


def assessment_rows(access: Access, given: dict[str, Any]) -> Iterator[WorkRow]:
    """Reports the sponsor has not assessed. One statement."""
    sites = [site.pk for site in access.sites(Permission.ASSESS_FOR_SPONSOR)]
    for code, report, number, free in board.reports_to_assess(sites):
        yield WorkRow(
            status="due",
            title=f"{code} · {number}",
            detail=_("expectedness and causality of the sponsor"),
            url=reverse("log-entry", args=[code, "spa", free]) + f"?about=sae-{report}",
        )


def stopping_rows(access: Access, given: dict[str, Any]) -> Iterator[WorkRow]:
    """Stopping rules that are reached or one subject away. Two statements, the severe days shared."""
    sites = _sites(access)
    found = counters(board.subject_facts(sites), board.event_facts(sites), _severe(access, given))
    for one in found:
        if one.is_reached or one.is_near:
            yield WorkRow(
                status="overdue" if one.is_reached else "due",
                title=" ".join(filter(None, (_(one.rule.title), one.cohort))),
                detail=_("%(n)d of limit %(limit)d, %(risk)d at risk")
                % {"n": one.n, "limit": one.limit, "risk": one.n_at_risk},
                url=reverse("safety") + "#stopping",
                is_late=one.is_reached,
            )


def _severe(access: Access, given: dict[str, Any]) -> list[board.SevereDay]:
    if "severe" not in given:
        given["severe"] = board.severe_days(_sites(access))
    return given["severe"]


def _sites(access: Access) -> list[int]:
    return [site.pk for site in access.sites(Permission.READ_LIVE_DATA)]


def _title(one: Clock) -> str:
    return f"{one.label} ({_('draft')})" if one.is_draft else one.label


def _draft_words(one: Clock) -> str:
    return _("draft of %(name)s · ") % {"name": one.drafted_by} if one.is_draft else ""


def _due(one: Clock) -> str:
    return _("report due %(due)s; %(since)s") % {"due": one.due_text, "since": one.since_text}
