"""The 24-hour clock of a serious adverse event: from the site's awareness to the report to the sponsor.

It runs on the server's time, from awareness and never from the save, and for a draft as for a saved event. While no
awareness time is entered it counts from the moment somebody first marked the event as serious: by then the site
knew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from adverse_events.events import event_number
from trial_edc.crf.dates import NotADate, read_moment

SOON = timedelta(hours=6)
RUNNING, NEAR, OVERDUE, STOPPED = "running", "soon", "overdue", "stopped"


@dataclass(frozen=True)
class SafetyRow:
    """A line of `selectors.serious_rows`: a serious event, a report of one, or a draft of either.

    `kind` is "ae", "sae", "draft-ae" or "draft-sae"; `facts` are its values by name.
    """

    kind: str
    subject_id: int
    subject: str
    site_id: int
    time_zone: str
    seq: int
    instance_id: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Clock:
    """The clock of one event. All times are aware.

    Attributes:
        event: number of its log entry, None for a report whose event is not known yet.
        started_at: awareness, or when the event was marked serious (`is_estimated`).
        reported_at: recorded submission to the sponsor, None while it is due.
        drafted_by: name of the person whose draft it is, "" once it is saved.
    """

    subject_id: int
    subject: str
    site_id: int
    time_zone: str
    event: int | None
    report: int | None
    title: str
    started_at: datetime
    due: datetime
    is_estimated: bool
    reported_at: datetime | None
    drafted_by: str
    now: datetime

    @property
    def state(self) -> str:
        if self.reported_at is not None:
            return STOPPED
        if self.now > self.due:
            return OVERDUE
        return NEAR if self.due - self.now <= SOON else RUNNING

    @property
    def is_draft(self) -> bool:
        return bool(self.drafted_by)

    @property
    def text(self) -> str:
        """ "18 h 05 min left", "late by 2 h 05 min", "reported in time"."""
        if self.reported_at is not None:
            late = self.reported_at - self.due
            return (
                _("reported, late by %(time)s") % {"time": span(late)} if late > timedelta(0) else _("reported in time")
            )
        left = self.due - self.now
        if left >= timedelta(0):
            return _("%(time)s left") % {"time": span(left)}
        return _("late by %(time)s") % {"time": span(-left)}

    @property
    def label(self) -> str:
        """ "AE-004 Sepsis"."""
        number = f"AE-{self.event:03d}" if self.event else _("SAE report %(n)d") % {"n": self.report or 0}
        return f"{number} {self.title}".strip()

    @property
    def due_iso(self) -> str:
        """The due moment in the time of the site, with its offset."""
        return self.due.astimezone(ZoneInfo(self.time_zone)).isoformat(timespec="minutes")

    @property
    def due_text(self) -> str:
        """The due moment in the time of the site and in UTC."""
        local = self.due.astimezone(ZoneInfo(self.time_zone))
        return f"{local:%d-%b-%Y %H:%M} UTC{local.isoformat()[-6:]} ({self.due.astimezone(UTC):%d-%b %H:%M} UTC)"

    @property
    def since_text(self) -> str:
        if self.is_estimated:
            return _("no awareness time entered: counted from when it was marked serious")
        local = self.started_at.astimezone(ZoneInfo(self.time_zone))
        return _("aware %(time)s") % {"time": f"{local:%d-%b-%Y %H:%M}"}


def span(length: timedelta) -> str:
    """ "18 h 05 min"."""
    minutes = int(length.total_seconds() // 60)
    return _("%(hours)d h %(minutes)02d min") % {"hours": minutes // 60, "minutes": minutes % 60}


def clocks(rows: Iterable[SafetyRow], *, now: datetime, hours: int) -> list[Clock]:
    """One clock for each serious event and for each report whose event is unknown; the earliest due first.

    Args:
        rows: of any number of subjects, in any order. hours: from awareness to the report.
    """
    found: list[Clock] = []
    by_subject: dict[int, list[SafetyRow]] = {}
    for row in rows:
        by_subject.setdefault(row.subject_id, []).append(row)
    for mine in by_subject.values():
        found += _clocks_of_subject(mine, now=now, hours=hours)
    return sorted(found, key=lambda clock: (clock.state == STOPPED, clock.due, clock.subject, clock.event or 0))


def _clocks_of_subject(rows: list[SafetyRow], *, now: datetime, hours: int) -> list[Clock]:
    saved = {row.seq: row for row in rows if row.kind == "ae"}
    events: dict[int, list[SafetyRow]] = {seq: [row] for seq, row in saved.items()}
    for row in rows:
        if row.kind == "draft-ae" and row.seq not in saved:
            events.setdefault(row.seq, []).append(row)
    reports = _initial_reports(rows)
    lone = [report for report in reports if _event_of(report) not in events]
    unreported = [seq for seq in events if not any(_event_of(report) == seq for report in reports)]
    if len(lone) == 1 and len(unreported) == 1 and _event_of(lone[0]) is None:
        found = {unreported[0]: lone}
        lone = []
    else:
        found = {}
    for seq in events:
        found.setdefault(seq, []).extend(report for report in reports if _event_of(report) == seq)
    return [
        clock
        for clock in (
            *(_clock(seq, events[seq], found[seq], now=now, hours=hours) for seq in events),
            *(_clock(_event_of(report), [], [report], now=now, hours=hours) for report in lone),
        )
        if clock is not None
    ]


def _initial_reports(rows: list[SafetyRow]) -> list[SafetyRow]:
    """Reports that start or stop a clock: the initial ones, saved before drafted."""
    saved = [row for row in rows if row.kind == "sae"]
    taken = {row.seq for row in saved}
    drafts = [row for row in rows if row.kind == "draft-sae" and row.seq not in taken]
    return [row for row in (*saved, *drafts) if row.facts.get("type") not in ("FOLLOWUP", "FINAL")]


def _event_of(report: SafetyRow) -> int | None:
    return event_number(report.facts.get("number"))


def _clock(
    event: int | None, marks: list[SafetyRow], reports: list[SafetyRow], *, now: datetime, hours: int
) -> Clock | None:
    aware = [moment for report in reports if (moment := _aware(report, now))]
    marked = [moment for row in marks if (moment := _moment(row.facts.get("marked")))]
    started = min(aware or marked, default=None)
    if started is None:
        return None
    sent = [moment for row in reports if row.kind == "sae" and (moment := _moment(row.facts.get("reported")))]
    first = (*marks, *reports)[0]
    is_saved = any(row.kind == "ae" for row in marks) or (not marks and reports[0].kind == "sae")
    return Clock(
        subject_id=first.subject_id,
        subject=first.subject,
        site_id=first.site_id,
        time_zone=first.time_zone,
        event=event,
        report=reports[0].seq if reports else None,
        title=next((row.facts["title"] for row in marks if row.facts.get("title")), ""),
        started_at=started,
        due=started + timedelta(hours=hours),
        is_estimated=not aware,
        reported_at=min(sent, default=None),
        drafted_by="" if is_saved else first.facts.get("by", ""),
        now=now,
    )


def _aware(report: SafetyRow, now: datetime) -> datetime | None:
    """Awareness as saved, or as typed in a draft; None where it cannot be read or lies in the future."""
    if report.kind == "sae":
        return _moment(report.facts.get("aware"))
    zone = ZoneInfo(report.time_zone)
    try:
        day, time = read_moment(report.facts.get("aware") or "", today=now.astimezone(zone).date())
        typed = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=zone) if time else None
    except (NotADate, ValueError):
        return None
    return typed if typed and typed <= now else None


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
