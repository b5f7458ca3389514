"""What keeps a form, a visit or a subject from being locked."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trial_edc.accounts.models import User
from trial_edc.crf.registry import crf, has_crf

from ..reader import InstanceRow
from ..slots import Slot
from ..study import study
from .facts import Facts, facts_of
from .fields import is_verified_by_plan
from .matrix import signature_state
from .sections import form_url, planned_status, spec_and_record, visit_title


@dataclass(frozen=True)
class Blocker:
    """One thing in the way, with the address where it is settled."""

    text: str
    url: str


def lock_blockers(*, by: User, subject, visit=None, form=None) -> tuple[Blocker, ...]:
    """Open queries, incomplete, unsigned and unverified forms in the scope; () when it is ready.

    Ready means: no live query, required forms due so far complete and signed, required verification done.
    """
    facts = facts_of(subject, user=by, site=subject.site)
    chosen = [one for one in facts.casebook.instances if _in_scope(one, visit, form) and one.status != "withdrawn"]
    found = [blocker for one in chosen for blocker in _of_form(facts, one)]
    if form is None:
        found += _missing(facts, {(one.visit_code, one.form_code) for one in chosen}, visit)
    return tuple(found)


def _in_scope(one: InstanceRow, visit, form) -> bool:
    if form is not None:
        return one.id == form.pk
    return visit is None or one.visit_id == visit.pk


def _of_form(facts: Facts, one: InstanceRow) -> list[Blocker]:
    slot = Slot(one.subject_id, one.visit_code, one.form_code, one.seq)
    url, named = form_url(facts, slot), _name(slot)
    found = []
    n = len(facts.queries.get(one.id, ()))
    if n:
        text = ngettext("%(form)s: %(n)d query is not closed", "%(form)s: %(n)d queries are not closed", n)
        first = facts.queries[one.id][0].item
        found.append(Blocker(text % {"form": named, "n": n}, f"{url}#{one.form_code}.{first}" if first else url))
    if one.status == "partial":
        found.append(Blocker(_("%(form)s is incomplete") % {"form": named}, url))
    elif study().signature_rule(one.form_code) and signature_state(facts, one) != "signed":
        found.append(Blocker(_("%(form)s is not signed") % {"form": named}, url))
    unverified = _unverified(facts, slot, one)
    if unverified:
        text = ngettext(
            "%(form)s: %(n)d value is not verified",
            "%(form)s: %(n)d values are not verified",
            len(unverified),
        )
        found.append(Blocker(text % {"form": named, "n": len(unverified)}, f"{url}#{unverified[0]}"))
    return found


def _unverified(facts: Facts, slot: Slot, one: InstanceRow) -> list[str]:
    if one.form_code in study().sdv.exempt_forms or one.status == "not_done":
        return []
    spec, record = spec_and_record(facts, slot, one)
    marks = facts.verified.get(one.id, {})
    return [
        item.name
        for item in spec
        if record is not None
        and is_verified_by_plan(item)
        and record.is_answered(item.address)
        and marks.get(item.address, True)
    ]


def _missing(facts: Facts, filled: set[tuple[str, str]], visit) -> list[Blocker]:
    """Required forms that are due and not entered."""
    found = []
    for cell in study().cells:
        if not cell.required or (cell.visit, cell.form) in filled or (visit and cell.visit != visit.code):
            continue
        status, _cause = planned_status(facts, cell.visit, cell.form)
        if status in ("due", "overdue") and has_crf(cell.form):
            slot = Slot(facts.casebook.subject.pk, cell.visit, cell.form)
            found.append(Blocker(_("%(form)s is not entered") % {"form": _name(slot)}, form_url(facts, slot)))
    return found


def _name(slot: Slot) -> str:
    title = crf(slot.form_code).Crf.title
    return f"{title}, {visit_title(slot.visit_code)}" if slot.visit_code else f"{title} {slot.seq}"
