"""Identifiers that stand once in the whole study: a batch, a specimen."""

from __future__ import annotations

from typing import Any

from trial_edc.crf.models import CrfModel
from trial_edc.crf.values import FormRecord


def is_taken(model: type[CrfModel], item: str, record: FormRecord, casebook: Any) -> bool:
    """Whether another form of any subject has this identifier, upper and lower case taken as the same.

    One statement for an identifier, kept in the casebook; none where another form of the subject itself has it, or
    where the subject is not stored. The database refuses a second one too (a unique index), for two people at once.
    """
    if casebook is None:
        return False
    wanted, own = record[item].upper(), (record.visit_code, record.seq)
    here = [one for one in casebook[record.form_code] if (one.visit_code, one.seq) != own]
    if any((one[item] or "").upper() == wanted for one in here):
        return True
    if casebook.subject._state.adding:
        return False
    known = casebook.reference.setdefault(f"forms with {item}", {})
    if wanted not in known:
        known[wanted] = set(model._default_manager.filter(**{f"{item}__iexact": wanted}).values_list("pk", flat=True))
    return bool(known[wanted] - {record.instance_id})
