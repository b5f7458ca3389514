"""The question of the person who books a scan: is this day any good?"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from assessments.worksheets.notes import booking_answer
from assessments.worksheets.scans import read_scans
from trial_edc.accounts.access import Access


def booking(access: Access, subject, typed: str) -> dict[str, str]:
    """What was asked and the answer, as fields of the worksheet; nothing was asked: {}."""
    if not typed.strip():
        return {}
    return {"booking": typed, "booked": _answer(access, subject, typed)}


def _answer(access: Access, subject, typed: str) -> str:
    try:
        on = date.fromisoformat(typed.strip())
    except ValueError:
        return _("Enter the day as year-month-day, such as 2026-03-05.")
    return booking_answer(read_scans(access, subject), on)
