"""The page that asks why a form is not done, or was entered in error."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from trial_edc.crf.registry import crf

from ..models import FormInstance
from ..slots import Slot
from .sections import visit_title


@dataclass(frozen=True)
class StatusPage:
    """What `casebook/status.html` shows."""

    title: str
    explanation: str
    button: str
    back_url: str
    revision: int
    reason: str
    problem: str


def status_page(
    subject, slot: Slot, instance: FormInstance | None, *, back_url: str, problem: str, reason: str
) -> StatusPage:
    """Words for the one change of status that is possible here. No statement."""
    place = visit_title(slot.visit_code) if slot.visit_code else str(slot.seq)
    marked = instance is not None and instance.status in ("not_done", "withdrawn")
    if slot.visit_code:
        explanation = _("The form counts as settled. The reason is kept, and this can be taken back.")
        button = _("Take back “not done”") if marked else _("Mark not done")
    else:
        explanation = _("The entry stays visible, struck through, with your reason.")
        button = _("Take back “entered in error”") if marked else _("Mark as entered in error")
    return StatusPage(
        title=f"{subject.code} · {crf(slot.form_code).Crf.title}, {place}",
        explanation=explanation,
        button=button,
        back_url=back_url,
        revision=instance.revision if instance else 0,
        reason=reason,
        problem=problem,
    )
