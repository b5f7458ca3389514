"""Open a slot for writing: lock the subject, then read all a save must know in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from trial_edc.accounts.models import User

from ..problems import NotAllowed
from ..reader import INSTANCE_COLUMNS, InstanceRow
from ..slots import Slot
from ..study import study, subject_model

_OPEN = f"""
WITH slot AS (
    SELECT s.id AS subject_id, v.id AS visit_id, f.id, f.saved_by_id, f.saved_at
    FROM subjects_subject s
    LEFT JOIN subjects_visit v ON v.subject_id = s.id AND v.code = %(visit)s
    LEFT JOIN casebook_forminstance f ON f.subject_id = s.id AND f.form_code = %(form)s AND f.seq = %(seq)s
        AND CASE WHEN %(visit)s = '' THEN f.visit_id IS NULL ELSE f.visit_id = v.id END
    WHERE s.id = %(subject)s
)
SELECT slot.visit_id, slot.id, u.full_name, edc_lock_covers(slot.id, slot.visit_id, slot.subject_id),
    (SELECT coalesce(json_agg(x), '[]') FROM (SELECT {INSTANCE_COLUMNS}
        FROM casebook_forminstance f LEFT JOIN subjects_visit v ON v.id = f.visit_id
        WHERE f.subject_id = slot.subject_id ORDER BY f.id) x),
    (SELECT coalesce(json_agg(x), '[]') FROM (SELECT q.id, q.instance_id, q.item, q.rule, q.state,
            (SELECT m.action FROM casebook_querymessage m WHERE m.query_id = q.id ORDER BY m.id DESC LIMIT
            1) AS last
        FROM casebook_query q WHERE q.instance_id = slot.id ORDER BY q.id) x),
    (SELECT coalesce(json_agg(c.item), '[]') FROM casebook_sourceverification c
        WHERE c.instance_id = slot.id AND NOT c.needs_again),
    EXISTS (SELECT FROM casebook_signature g WHERE g.instance_id = slot.id AND g.voided_at IS NULL),
    EXISTS (SELECT FROM casebook_draft d WHERE d.user_id = %(user)s AND d.subject_id = slot.subject_id
        AND d.visit_code = %(visit)s AND d.form_code = %(form)s AND d.seq = %(seq)s),
    (SELECT json_build_object('user', t.user_id, 'instance', t.instance_id, 'revision', t.revision)
        FROM casebook_submission t WHERE t.token = %(token)s)
FROM slot LEFT JOIN accounts_user u ON u.id = slot.saved_by_id
"""


@dataclass(frozen=True)
class KnownQuery:
    """A query of the form being saved; `last` is the last action of its thread."""

    id: int
    instance_id: int
    item: str
    rule: str
    state: str
    last: str | None

    @property
    def is_live(self) -> bool:
        return self.state in ("open", "answered")


@dataclass(frozen=True)
class Opened:
    """A slot as it stands, under the lock of its subject.

    Attributes:
        subject: re-read under lock.
        visit_id, own: None before the first save.
        instances: every form instance of the subject.
        verified: addresses verified and unchanged since.
        used_token: `{"user", "instance", "revision"}` when the client token was used before.
    """

    slot: Slot
    subject: object
    visit_id: int | None
    own: InstanceRow | None
    saved_by: str
    is_locked: bool
    instances: tuple[InstanceRow, ...]
    queries: tuple[KnownQuery, ...]
    verified: frozenset[str]
    is_signed: bool
    has_draft: bool
    used_token: dict | None

    @property
    def revision(self) -> int:
        return self.own.revision if self.own else 0


def open_slot(*, by: User, slot: Slot, token: UUID | None) -> Opened:
    """Lock the subject and read the slot. Two statements. Raises NotAllowed for no such subject or visit.

    The lock comes first and alone: a statement that waits for a lock reads the rest as it was before the
    wait.
    """
    subject = subject_model().objects.select_for_update(no_key=True).filter(pk=slot.subject_id).first()
    if subject is None:
        raise NotAllowed(_("There is no such subject."))
    named = {"subject": slot.subject_id, "visit": slot.visit_code, "form": slot.form_code, "seq": slot.seq}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {**named, "user": by.pk, "token": str(token) if token else None})
        row = cursor.fetchone()
    visit_id, own_id, saved_by, is_locked, instances, queries, verified, is_signed, has_draft, used = row
    instances = tuple(_instance(one) for one in instances)
    _require_visit(slot, visit_id)
    if slot.visit_code and own_id is None and study().cell(slot.visit_code, slot.form_code) is None:
        raise NotAllowed(_("The schedule does not have this form at that visit. Open an unscheduled visit for it."))
    return Opened(
        slot=slot,
        subject=subject,
        visit_id=visit_id,
        own=next((one for one in instances if one.id == own_id), None),
        saved_by=saved_by or "",
        is_locked=is_locked,
        instances=instances,
        queries=tuple(KnownQuery(**query) for query in queries),
        verified=frozenset(verified),
        is_signed=is_signed,
        has_draft=has_draft,
        used_token=used,
    )


def _instance(one: dict) -> InstanceRow:
    return InstanceRow(
        id=one["id"],
        subject_id=one["subject_id"],
        visit_code=one["code"] or "",
        form_code=one["form_code"],
        seq=one["seq"],
        status=one["status"],
        status_reason=one["status_reason"],
        revision=one["revision"],
        protocol_version=one["protocol_version"],
        saved_at=datetime.fromisoformat(one["saved_at"]),
        visit_id=one["visit_id"],
    )


def _require_visit(slot: Slot, visit_id: int | None) -> None:
    """A planned visit begins with its first form; an unscheduled one must have been opened."""
    protocol = study()
    is_log = slot.form_code in protocol.log_forms
    if is_log != (slot.visit_code == ""):
        raise NotAllowed(_("This form does not stand at that place of the casebook."))
    if slot.visit_code and visit_id is None:
        if protocol.plan_code(slot.visit_code) != slot.visit_code:
            raise NotAllowed(_("This unscheduled visit was not opened."))
        try:
            protocol.visit(slot.visit_code)
        except KeyError:
            raise NotAllowed(_("The schedule has no such visit.")) from None
    if not 1 <= slot.seq <= 999:
        raise NotAllowed(_("A form has number 1 to 999 at its place."))
