"""What pages and reports ask about a subject: its dates and where it stands."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from subjects.models import Subject
from trial_edc.audit import clock
from trial_edc.casebook.dates import SubjectDates, date_forms, phase, subject_dates, track_forms
from trial_edc.casebook.reader import read


def dates_of(subject: Subject) -> SubjectDates:
    """Anchors, milestones and visit days of one subject. Two statements."""
    return subject_dates(read(subject, date_forms() | track_forms()), subject.site)


def infused_on(subject: Subject) -> date | None:
    """Day 0 at the site, None before the infusion."""
    return dates_of(subject).anchors.infusion


def phase_of(subject: Subject) -> str:
    """Where the subject stands today, in words."""
    today = clock.now().astimezone(ZoneInfo(subject.site.time_zone)).date()
    return phase(dates_of(subject).anchors, today)
