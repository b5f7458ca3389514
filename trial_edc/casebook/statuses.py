"""The status vocabulary of pages: code and words. The code is the icon's name and `data-status`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

STATUS_LABELS = {
    "not-due": _("Not due"),
    "not-expected": _("Not expected"),
    "due": _("Due now"),
    "overdue": _("Overdue"),
    "draft": _("Draft"),
    "partial": _("Incomplete"),
    "complete": _("Complete"),
    "not-done": _("Not done"),
    "withdrawn": _("Entered in error"),
    "locked": _("Locked"),
    "query-open": _("Open query"),
    "query-answered": _("Answered query"),
    "verified": _("Verified"),
    "unverified": _("Not verified"),
    "reverify": _("Changed after verification"),
    "signed": _("Signed"),
    "to-sign": _("To sign"),
    "resign": _("Changed after signature"),
}
STORED = {"partial": "partial", "complete": "complete", "not_done": "not-done", "withdrawn": "withdrawn"}
BADGES = {"partial": "b-info", "draft": "b-info", "due": "b-info", "overdue": "b-warn", "complete": "b-ok"}
LENSES = (
    ("entry", _("Entry")),
    ("queries", _("Queries")),
    ("verification", _("Verification")),
    ("signature", _("Signature")),
    ("lock", _("Lock")),
)
LENS_OF_ROLE = {"CRA": "verification", "PI": "signature", "SI": "signature", "DM": "queries"}
