"""Keep and discard what a person has typed and not saved. A draft is no study data."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction
from psycopg2.extras import Json

from trial_edc.audit import clock

from ..models import Draft, DraftEvent
from ..slots import Slot

COMPANIONS = ("unit", "note", "keep", "reason", "reason_text")
_KEEP = """
WITH kept AS (
    INSERT INTO casebook_draft AS d
           (user_id, subject_id, visit_code, form_code, seq, base_revision, values, messages, kept_at)
    VALUES (%(user)s, %(subject)s, %(visit)s, %(form)s, %(seq)s, %(revision)s, %(values)s, %(messages)s,
    %(at)s)
    ON CONFLICT (user_id, subject_id, visit_code, form_code, seq) DO UPDATE SET
        values = CASE WHEN %(adds)s THEN d.values || excluded.values ELSE excluded.values END,
        messages = CASE WHEN %(adds)s THEN d.messages - %(touched)s::text[] ELSE excluded.messages END,
        base_revision = CASE WHEN %(adds)s THEN d.base_revision ELSE excluded.base_revision END,
        kept_at = excluded.kept_at
)
INSERT INTO casebook_draftevent (user_id, subject_id, slot, action, values, at)
VALUES (%(user)s, %(subject)s, %(path)s, %(action)s, %(values)s, %(at)s)
"""


def keep_draft(*, by, slot: Slot, values: Mapping[str, str], base_revision: int = 0):
    """Keep typed fields of one form for this person; fields kept before stay. One statement.

    Args:
        values: input name ("vs.temp", "vs.temp.unit") to what was typed; "" clears the field.
        base_revision: revision the person has open, 0 when the form was never saved.
    Returns:
        When it was kept, aware.
    """
    now = clock.now()
    touched = sorted({_address(name) for name in values})
    _keep(by, slot, values, {}, base_revision, now, action="kept", adds=True, touched=touched)
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
    """After a save: the draft is exactly what could not be saved, with its messages. One statement."""
    _keep(by, slot, values, messages, revision, at, action="held back", adds=False, touched=[])


def end_draft(*, by, slot: Slot) -> None:
    """After a save of everything: the draft has become data."""
    own_draft(by=by, slot=slot).delete()


def _address(name: str) -> str:
    """Address inside the form of an input or its companion: "temp" of "vs.temp.unit"."""
    address = name.partition(".")[2]
    head, _dot, last = address.rpartition(".")
    return head if head and last in COMPANIONS else address


def _log(*, by, slot: Slot, action: str, values: dict, at) -> None:
    DraftEvent.objects.create(user=by, subject_id=slot.subject_id, slot=slot.path, action=action, values=values, at=at)


def _keep(
    by,
    slot: Slot,
    values: Mapping,
    messages: Mapping,
    revision: int,
    at,
    *,
    action: str,
    adds: bool,
    touched: list[str],
) -> None:
    named = {
        "user": by.pk,
        "subject": slot.subject_id,
        "visit": slot.visit_code,
        "form": slot.form_code,
        "seq": slot.seq,
        "path": slot.path,
        "revision": revision,
        "values": Json({name: _storable(text) for name, text in values.items()}),
        "messages": Json({address: _storable(str(text)) for address, text in messages.items()}),
        "at": at,
        "adds": adds,
        "touched": touched,
        "action": action,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, named)


def _storable(text: str) -> str:
    """The text with the one character PostgreSQL cannot hold shown as the replacement character."""
    return text.replace("\x00", "\ufffd")
