"""What pages and reports ask about a subject: its dates and where it stands."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import F

from subjects.gates import Closed, closed_gates
from subjects.models import Subject
from trial_edc.audit import clock
from trial_edc.casebook.dates import SubjectDates, date_forms, phase, subject_dates, track_forms
from trial_edc.casebook.models import Signature
from trial_edc.casebook.reader import read

GATE_FORMS = frozenset({"icf", "ie", "rel", "mfg", "inf", "coi"})


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


def signed_forms(subject: Subject) -> frozenset[int]:
    """Keys of the subject's forms whose signature stands for what they say now. One statement."""
    standing = Signature.objects.filter(instance__subject=subject, voided_at=None, revision=F("instance__revision"))
    return frozenset(standing.values_list("instance_id", flat=True))


def closed_for(subject: Subject, step: str) -> tuple[Closed, ...]:
    """The gates that stop planning a step: "leukapheresis", "lymphodepletion" or "infusion". Three statements."""
    casebook = read(subject, GATE_FORMS)
    return closed_gates(step, casebook, signed=signed_forms(subject))
