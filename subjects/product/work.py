"""What waits on the home page of manufacturing and of those who verify identity."""

from __future__ import annotations

from subjects.product.selectors import bedside, board
from trial_edc.accounts.access import Access
from trial_edc.casebook.selectors.worklist import WorkRow

STATUSES = {"act": "overdue", "query": "due", "ok": "not-due", "info": "due"}


def manufacture(access: Access, given: dict[str, object]) -> list[WorkRow]:
    """Products that are not infused yet, each with where it stands. Five statements."""
    return [
        WorkRow(
            status=STATUSES[row.state],
            title=row.subject,
            detail=" · ".join(filter(None, (row.state_label, row.lot))),
            url=row.url,
            when=row.next_step,
            is_late=row.state == "act",
        )
        for row in board(access).rows
    ]


def identity_checks(access: Access, given: dict[str, object]) -> list[WorkRow]:
    """The next steps this person verifies. Five statements."""
    return [WorkRow(status="due", title=row.subject, detail=row.step, url=row.url) for row in bedside(access)]
