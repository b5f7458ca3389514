"""Counters of the study's stopping rules, and what dose escalation proposes for each dose level.

They count and propose; a committee decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from adverse_events.dose_escalation import Decision, boin, three_plus_three
from trial_edc.casebook.study import study
from trial_edc.protocol.model import StoppingRule

from .board import EventFact, SevereDay, SubjectFact, related_deaths

TARGET = Decimal("0.30")  # DLT rate aimed at by the design with more than six subjects at a level


@dataclass(frozen=True)
class Counter:
    """How far a rule is: subjects with the event, its limit and subjects at risk, at one dose level or over all.

    `limit` is a number of subjects; for a share it is the number that reaches it with today's subjects at risk.
    """

    rule: StoppingRule
    cohort: str
    with_event: tuple[int, ...]
    at_risk: tuple[int, ...]

    @property
    def n(self) -> int:
        return len(self.with_event)

    @property
    def n_at_risk(self) -> int:
        return len(self.at_risk)

    @property
    def limit(self) -> int:
        if not self.rule.is_percent:
            return self.rule.limit
        return -(-self.rule.limit * self.n_at_risk // 100)

    @property
    def is_reached(self) -> bool:
        return self.n > 0 and self.n_at_risk >= self.rule.minimum and self.n >= self.limit

    @property
    def is_near(self) -> bool:
        """One subject more reaches the limit."""
        return not self.is_reached and self.n > 0 and self.n + 1 >= self.limit


@dataclass(frozen=True)
class DoseLine:
    """What the dose-escalation rules say of one level."""

    cohort: str
    evaluable: int
    dlts: int
    design: str
    decision: Decision


def counters(
    subjects: Collection[SubjectFact], events: Collection[EventFact], severe: Collection[SevereDay]
) -> tuple[Counter, ...]:
    """Every rule of the protocol, those by dose level once for each level with somebody infused."""
    infused = [one for one in subjects if one.infused_on]
    hit = {
        "related-death": related_deaths(subjects, events),
        "dlt": {event.subject_id for event in events if event.is_dlt},
        "astct-4": {day.subject_id for day in severe if day.grade >= 4},
        "rcl": {one.subject_id for one in subjects if one.rcl} | _of_interest(events, "RCL"),
        "malignancy": {one.subject_id for one in subjects if one.malignancy} | _of_interest(events, "MALIGNANCY"),
        "manufacture": {one.subject_id for one in subjects if one.has_failed_product},
    }
    found: list[Counter] = []
    for rule in study().stopping_rules:
        at_risk = [one for one in subjects if one.is_collected] if rule.event == "manufacture" else infused
        groups = sorted({one.cohort for one in at_risk}) if rule.by_cohort else [""]
        for cohort in groups:
            keys = [one.subject_id for one in at_risk if not rule.by_cohort or one.cohort == cohort]
            found.append(Counter(rule, cohort, tuple(key for key in keys if key in hit[rule.event]), tuple(keys)))
    return tuple(found)


def dose_lines(subjects: Collection[SubjectFact], events: Iterable[EventFact]) -> tuple[DoseLine, ...]:
    """The proposal for each dose level with an evaluable subject: 3+3 up to six of them, BOIN beyond."""
    with_dlt = {event.subject_id for event in events if event.is_dlt}
    lines = []
    for cohort in sorted({one.cohort for one in subjects if one.infused_on and one.cohort}):
        mine = [one for one in subjects if one.cohort == cohort and one.infused_on]
        evaluable = [one for one in mine if one.is_evaluable or one.subject_id in with_dlt]
        n, dlts = len(evaluable), sum(one.subject_id in with_dlt for one in evaluable)
        if not n:
            continue
        if n <= 6:
            lines.append(DoseLine(cohort, n, dlts, "3+3", three_plus_three(n=n, dlts=dlts)))
        else:
            lines.append(DoseLine(cohort, n, dlts, "BOIN", boin(target=TARGET, n=n, dlts=dlts)))
    return tuple(lines)


def _of_interest(events: Iterable[EventFact], code: str) -> set[int]:
    return {event.subject_id for event in events if event.interest == code}
