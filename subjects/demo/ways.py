"""Ways out of the demo and back: a screening failure, and a move to another site."""

from __future__ import annotations

from datetime import date

from subjects.actions.transfer import transfer_subject
from subjects.models import Subject
from trial_edc.accounts.models import Site, User


def screen_failure(on: date) -> dict[str, str]:
    """The disposition of somebody who was not eligible."""
    return {"dsepoch": "SCREENING", "dsdecod": "SCREENFAIL", "dsstdtc": on.isoformat()}


def move(*, by: User, subject: Subject, to: str) -> Subject:
    """The subject moves to the site with this code."""
    site = Site.objects.get(code=to)
    return transfer_subject(by=by, subject=subject, to=site, reason="Moved to another town; goes on at the nearer site")
