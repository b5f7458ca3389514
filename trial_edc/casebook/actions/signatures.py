"""What a change does to the verification and the signatures of a form."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from trial_edc.audit import clock

from ..models import FormInstance, Signature

LONGEST_CAUSE = 2_000


def void_signatures(instance: FormInstance, *, cause: str) -> int:
    """Void every standing signature of a form and say why. One statement; nothing is removed."""
    standing = Signature.objects.filter(instance=instance, voided_at=None)
    return standing.update(voided_at=clock.now(), void_cause=cause[:LONGEST_CAUSE])


_UNSETTLE = """
WITH verified AS (
    UPDATE casebook_sourceverification SET needs_again = true
    WHERE instance_id = %(instance)s AND item = ANY(%(items)s) AND NOT needs_again
)
UPDATE casebook_signature SET voided_at = %(now)s, void_cause = %(cause)s
WHERE instance_id = %(instance)s AND voided_at IS NULL AND %(cause)s <> ''
"""


def unsettle(instance: FormInstance, *, items: Collection[str], cause: str) -> None:
    """Changed items need verifying again and, when there is a cause, signatures are void. At most one statement."""
    if not items and not cause:
        return
    named = {
        "instance": instance.pk,
        "items": sorted(items),
        "now": clock.now(),
        "cause": cause[:LONGEST_CAUSE],
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNSETTLE, named)
