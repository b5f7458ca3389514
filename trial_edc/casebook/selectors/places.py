"""Where a link leads for this person: those who may open one form only are not sent to the visit or the subject."""

from __future__ import annotations

from django.urls import reverse

from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission

from ..slots import Slot


def reads_casebook(access: Access, subject) -> bool:
    """Whether the person may open the subject's page and visits."""
    return access.can(Permission.READ_LIVE_DATA, subject.site)


def subject_url(access: Access, subject) -> str:
    """The page of the subject, or that of its product for those who see no more."""
    return reverse("subject" if reads_casebook(access, subject) else "product", args=[subject.code])


def place_url(access: Access, subject, slot: Slot) -> str:
    """Where a person goes on after a form: its visit, or its own page for a log entry or who sees no more."""
    if not slot.visit_code:
        return reverse("log-entry", args=[subject.code, slot.form_code, slot.seq])
    if reads_casebook(access, subject):
        return reverse("visit", args=[subject.code, slot.visit_code])
    return reverse("form", args=[subject.code, slot.visit_code, slot.form_code, slot.seq])
