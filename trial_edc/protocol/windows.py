"""When a visit is planned, when its window is open, and what a cell of the schedule says today. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trial_edc.protocol.model import Cell, Protocol, VisitPlan

NOT_DUE, DUE, OVERDUE, NOT_EXPECTED = "not-due", "due", "overdue", "not-expected"


@dataclass(frozen=True)
class TrackOff:
    """A track that was switched off, by what and from which day on; `on` None = from the start."""

    track: str
    cause: str
    on: date | None


@dataclass(frozen=True)
class Anchors:
    """The dates windows count from; None = not known.

    The actual dates rule; the two planned ones stand in until the actual ones exist. `event` is the day of
    the
    end of study.
    """

    consent: date | None = None
    leukapheresis: date | None = None
    ld1: date | None = None
    infusion: date | None = None
    event: date | None = None
    planned_leukapheresis_on: date | None = None
    planned_infusion_on: date | None = None
    tracks_off: Sequence[TrackOff] = ()


@dataclass(frozen=True)
class Window:
    """First, planned and last day of a visit or a sample, all included."""

    first: date
    target: date
    last: date

    def days_off(self, on: date) -> int:
        """Days late (> 0) or early (< 0) of a day, 0 inside the window."""
        return (on - self.last).days if on > self.last else min(0, (on - self.first).days)


@dataclass(frozen=True)
class CellStatus:
    """What a form at a visit says while nothing is saved in it.

    `status` is not-due, due, overdue or not-expected; `cause` says why it is not expected; `days_late` counts
    from the last day of the window.
    """

    status: str
    window: Window | None = None
    cause: str = ""
    days_late: int = 0


def study_day(on: date, infusion: date | None) -> int | None:
    """Day of the study: 0 is the day of infusion, negative before; None before an infusion is known."""
    return None if infusion is None else (on - infusion).days


def anchor_date(anchor: str, anchors: Anchors) -> date | None:
    """The actual date an anchor stands for, None when it does not exist yet."""
    found: date | None = getattr(anchors, anchor) if anchor else None
    return found


def planned_date(visit: VisitPlan, anchors: Anchors) -> date | None:
    """The planned day of a visit: from its anchor's actual date, else from the planned one; None = no day."""
    actual = anchor_date(visit.anchor, anchors)
    if visit.target_day is not None and actual is not None:
        return _plus(actual, visit.target_day)
    if visit.anchor == "event" and visit.minus is not None:
        return actual
    if not visit.planned_anchor or visit.planned_day is None:
        return None
    # The actual date of an anchor replaces its plan for the visits that wait for another anchor (LD day 1).
    replaced = anchor_date(visit.planned_anchor.removeprefix("planned_").removesuffix("_on"), anchors)
    planned = replaced or anchor_date(visit.planned_anchor, anchors)
    return None if planned is None else _plus(planned, visit.planned_day)


def window(visit: VisitPlan, anchors: Anchors) -> Window | None:
    """The window of a visit, None when it has none (unscheduled, or no date to count from)."""
    target = planned_date(visit, anchors)
    if target is None or visit.minus is None or visit.plus is None:
        return None
    return Window(_plus(target, -visit.minus), target, _plus(target, visit.plus))


def sample_window(cell: Cell, visit: VisitPlan, anchors: Anchors) -> Window | None:
    """The window of a form's sample or scan where the schedule gives it one of its own, else the visit's."""
    own = window(visit, anchors)
    if cell.item_window is None:
        return own
    anchor, earliest, latest = cell.item_window
    start = anchor_date(anchor, anchors)
    if start is None:
        return own
    first, last = _plus(start, earliest), _plus(start, latest)
    target = min(max(own.target, first), last) if own else last
    return Window(first, target, last)


def track_off(cell: Cell, anchors: Anchors, target: date | None, *, same_day: bool = False) -> TrackOff | None:
    """What switched the cell's track off before its planned day, the earliest cause first; None = nothing.

    Args:
        same_day: what is planned on the very day is off too: the end of study that the event itself brought about.
    """

    def reaches(on: date | None) -> bool:
        return on is None or target is None or target > on or (same_day and target == on)

    off = [one for one in anchors.tracks_off if one.track == cell.track and reaches(one.on)]
    return min(off, key=lambda one: (one.on or date.min, one.cause), default=None)


def cell_status(cell: Cell, visit: VisitPlan, anchors: Anchors, *, today: date) -> CellStatus:
    """The status of a form at a visit in which nothing is saved.

    A form whose track is off is not expected, unless its planned day lies on or before the day it went
    off. A form
    asked only under a condition, and one without a window, is never due nor overdue.
    """
    span = window(visit, anchors)
    if off := track_off(cell, anchors, span.target if span else None, same_day=visit.anchor == "event"):
        return CellStatus(NOT_EXPECTED, span, off.cause)
    if span is None or not cell.required or today < span.first:
        return CellStatus(NOT_DUE, span)
    if today > span.last:
        return CellStatus(OVERDUE, span, days_late=(today - span.last).days)
    return CellStatus(DUE, span)


def visit_status(protocol: Protocol, visit_code: str, anchors: Anchors, *, today: date) -> CellStatus:
    """The status of a visit in which nothing is saved: not expected when all its required forms are.

    The visit record itself does not count, unless it is all the visit asks. Where nothing is required, all count.
    """
    visit = protocol.visit(visit_code)
    required = [cell for cell in protocol.forms_at(visit_code) if cell.required]
    asked = [cell for cell in required if cell.form != "sv"] or required or protocol.forms_at(visit_code)
    answers = [cell_status(cell, visit, anchors, today=today) for cell in asked]
    open_ones = [answer for answer in answers if answer.status != NOT_EXPECTED]
    return next(iter(open_ones or answers), CellStatus(NOT_DUE, window(visit, anchors)))


def tracks_off(protocol: Protocol, events: Sequence[tuple[str, date | None]]) -> tuple[TrackOff, ...]:
    """Tracks switched off by events: (cause, day) with causes of `protocol.tracks_off`. Raises KeyError."""
    return tuple(TrackOff(track, cause, on) for cause, on in events for track in protocol.tracks_off[cause])


def _plus(day: date, days: int) -> date:
    """The day `days` later; the calendar's first or last day where it would leave the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
