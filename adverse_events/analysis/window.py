"""Which adverse events count in a window after the origin, and the worst grade each held in it.

An event counts when it starts in the window, or began before the origin and worsens in it. A start known to the month
or year is completed so that no treatment-emergent event is lost; an event without a start counts from the origin. On
day 0 times decide where both are known; a day without a time counts as after the origin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from adverse_events.ctcae import UnknownTerm, term
from assessments.partial_dates import DateKind, Neighbours, complete_date, parse_partial
from trial_edc.crf.partial import before, interval
from trial_edc.crf.values import FormRecord
from trial_edc.exports.study import Book
from trial_edc.protocol.analysis import EventRules


@dataclass(frozen=True)
class Counted:
    """An event that counts: whether it starts in the window (else it worsens), and its worst grade there.

    `rank` counts grades from 1; None when the event has no grade.
    """

    book: Book
    record: FormRecord
    term: str
    organ_class: str
    starts: bool
    rank: int | None

    def says(self, answer: tuple[str, tuple[str, ...]] | None) -> bool:
        return answer is not None and self.record[answer[0]] in answer[1]


@dataclass(frozen=True)
class _Held:
    """A grade held from a day on; `rank` None where it is not known."""

    since: date
    rank: int | None


def counted_events(book: Book, rules: EventRules, *, cutoff_on: date, version: str) -> Iterator[Counted]:
    """The events of one subject that count, in the order of the log.

    Args:
        cutoff_on: later days are not seen. version: of CTCAE, for the organ class of a term.
    """
    if book.origin_on is None:
        return
    first = book.origin_on + timedelta(days=rules.window[0])
    last = min(book.origin_on + timedelta(days=rules.window[1]), cutoff_on)
    for record in book.casebook[rules.form]:
        start = start_on(book, record, rules)
        if start > last or _ended_on(record, rules) < first:
            continue
        held = _grades(record, rules, start, cutoff_on)
        is_old = began_before_origin(book, record, rules, start)
        if is_old and not _worsens(book, held, first, last):
            continue
        if not is_old and start < first:
            continue
        name, organ_class = name_of(record, rules, version)
        yield Counted(book, record, name, organ_class, not is_old, _worst(held, first, last))


def start_on(book: Book, record: FormRecord, rules: EventRules) -> date:
    """The first day of an event, completed where it is partial; day 0 where nothing is known."""
    value = record[rules.start]
    assert book.origin_on is not None
    if not value:
        return book.origin_on
    partial = parse_partial(str(value)[:10])
    ended = _ended_on(record, rules)
    neighbours = Neighbours(infusion_on=book.origin_on, end_on=None if ended == date.max else ended)
    return complete_date(partial, DateKind.AE_START, neighbours).on or partial.first


def began_before_origin(book: Book, record: FormRecord, rules: EventRules, start: date) -> bool:
    assert book.origin_on is not None
    value = record[rules.start]
    if start != book.origin_on or not value:
        return start < book.origin_on
    return len(str(value)) > 10 and before(value, book.origin_at, book.zone) is True


def name_of(record: FormRecord, rules: EventRules, version: str) -> tuple[str, str]:
    """Term and organ class; "Other, specify" terms carry the reported term, or they would count as one."""
    name = next((str(record[item]) for item in rules.terms if record[item]), "")
    if rules.organ_class:
        return name, str(record[rules.organ_class] or "")
    try:
        known = term(name, version)
    except UnknownTerm:
        return name, ""
    reported = str(record[rules.terms[-1]] or "")
    return (f"{name}: {reported}" if known.other_specify and reported else name), known.soc


def _ended_on(record: FormRecord, rules: EventRules) -> date:
    """The last day the event may have lasted to; the end of time while it goes on."""
    value = record[rules.end]
    return interval(value)[1].date() if value else date.max


def _rank(rules: EventRules, value: Any) -> int | None:
    return next((rank for stored, rank, _label in rules.grades if stored == str(value)), None)


def _grades(record: FormRecord, rules: EventRules, start: date, cutoff_on: date) -> list[_Held]:
    """The grades held, oldest first. Before the first line of the log of changes the grade is not written down.

    It was the worst grade when no line reaches that; otherwise it is left open (None).
    """
    worst = _rank(rules, record[rules.grade])
    lines = [] if not rules.course else record[rules.course] or []
    changes = sorted((interval(line["date"])[0].date(), _rank(rules, line["grade"])) for line in lines if line["date"])
    if not changes:
        return [_Held(start, worst)]
    held = [_Held(on, rank) for on, rank in changes if on <= cutoff_on]
    if changes[0][0] > start:
        highest = max((rank for _on, rank in changes if rank is not None), default=None)
        never_reached = worst is not None and (highest is None or highest < worst)
        held.insert(0, _Held(start, worst if never_reached else None))
    return held


def _worsens(book: Book, held: list[_Held], first: date, last: date) -> bool:
    """Whether a grade higher than all before the origin begins in the window; the first one held is of before."""
    assert book.origin_on is not None
    early = [one for n, one in enumerate(held) if n == 0 or one.since < book.origin_on]
    known_before = [one.rank for one in early if one.rank is not None]
    highest = max(known_before, default=0)
    later = [one for one in held[len(early) :] if first <= one.since <= last and one.rank is not None]
    if known_before:
        return any((one.rank or 0) > highest for one in later)
    # The grade at the start was not written down: the first change counts when it reaches the worst of the course.
    worst = max((one.rank for one in held if one.rank is not None), default=0)
    return any(one.rank == worst for one in later)


def _worst(held: list[_Held], first: date, last: date) -> int | None:
    """The highest grade held on a day of the window; one not written down counts as the first that is."""
    found = []
    known = next((one.rank for one in held if one.rank is not None), None)
    for n, one in enumerate(held):
        until = held[n + 1].since - timedelta(days=1) if n + 1 < len(held) else date.max
        if one.since <= last and until >= first:
            found.append(known if one.rank is None else one.rank)
    return max((rank for rank in found if rank is not None), default=None)
