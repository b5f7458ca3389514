"""What a change does to the signatures of a form."""

from __future__ import annotations

from trial_edc.audit import clock

from ..models import FormInstance, Signature

LONGEST_CAUSE = 2_000


def void_signatures(instance: FormInstance, *, cause: str) -> int:
    """Void every standing signature of a form and say why. One statement; nothing is removed."""
    standing = Signature.objects.filter(instance=instance, voided_at=None)
    return standing.update(voided_at=clock.now(), void_cause=cause[:LONGEST_CAUSE])
