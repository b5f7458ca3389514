"""Keep and discard what a person has typed and not saved. A draft is no study data."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction
from psycopg2.extras import Json

from trial_edc.audit import clock

from ..models import Draft, DraftEvent
from ..slots import Slot

_KEEP = """
INSERT INTO casebook_draft AS d
       (user_id, subject_id, visit_code, form_code, seq, base_revision, values, messages, kept_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, '{}', %s)
ON CONFLICT (user_id, subject_id, visit_code, form_code, seq)
DO UPDATE SET values = d.values || excluded.values, kept_at = excluded.kept_at,
              messages = d.messages - %s::text[]
"""


def keep_draft(*, by, slot: Slot, values: Mapping[str, str], base_revision: int = 0):
    """Keep typed fields of one form for this person; fields kept before stay. Two statements.

    Args:
        values: input name inside the form ("temp", "temp.unit") to what was typed; "" clears the field.
        base_revision: revision the person has open, 0 when the form was never saved.
    Returns:
        When it was kept, aware.
    """
    now = clock.now()
    typed = dict(values)
    addresses = sorted({name.partition("~")[0] for name in typed})
    with transaction.atomic():
        with connection.cursor() as cursor:
            key = [by.pk, slot.subject_id, slot.visit_code, slot.form_code, slot.seq]
            cursor.execute(_KEEP, [*key, base_revision, Json(typed), now, addresses])
        _log(by=by, slot=slot, action="kept", values=typed, at=now)
    return now


def discard_draft(*, by, slot: Slot) -> bool:
    """Throw away this person's draft of one form. False when there was none."""
    with transaction.atomic():
        draft = own_draft(by=by, slot=slot).select_for_update().first()
        if draft is None:
            return False
        draft.delete()
        _log(by=by, slot=slot, action="discarded", values=draft.values, at=clock.now())
    return True


def own_draft(*, by, slot: Slot):
    """Queryset of this person's draft of one form: none or one."""
    return Draft.objects.filter(
        user=by,
        subject_id=slot.subject_id,
        visit_code=slot.visit_code,
        form_code=slot.form_code,
        seq=slot.seq,
    )


def hold_back(*, by, slot: Slot, values: Mapping[str, str], messages: Mapping[str, str], revision: int, at) -> None:
    """After a save: keep in the draft only what could not be saved, with its messages; else end the draft."""
    drafts = own_draft(by=by, slot=slot)
    if not values:
        drafts.delete()
        return
    Draft.objects.update_or_create(
        user=by,
        subject_id=slot.subject_id,
        visit_code=slot.visit_code,
        form_code=slot.form_code,
        seq=slot.seq,
        defaults={"values": dict(values), "messages": dict(messages), "base_revision": revision, "kept_at": at},
    )
    _log(by=by, slot=slot, action="held back", values=dict(values), at=at)


def _log(*, by, slot: Slot, action: str, values: dict, at) -> None:
    DraftEvent.objects.create(
        user=by, subject_id=slot.subject_id, slot=slot.path, action=action, values=values, at=at
    )
