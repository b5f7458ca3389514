"""A step that was taken through a closed gate: one deviation, one query, one notice, none of them twice.

What is recorded stays recorded, and nothing of this goes away by itself: the query waits for its reviewer, the
deviation is struck through only by a person with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from subjects.gates import FACTS, Closed, closed_gates
from subjects.selectors import signed_forms
from trial_edc.accounts.models import User
from trial_edc.audit import clock
from trial_edc.audit.context import as_system
from trial_edc.audit.system import system_user
from trial_edc.casebook.actions.findings import STANDING
from trial_edc.casebook.actions.follow import Happened
from trial_edc.casebook.actions.new_entry import next_entry
from trial_edc.casebook.models import FormInstance, Query, QueryMessage
from trial_edc.crf.anchors import day_of, site_zone
from trial_edc.crf.partial import text as date_text
from trial_edc.crf.registry import short_title
from trial_edc.notices.actions import notify


def open_breach(happened: Happened) -> FormInstance | None:
    """Open deviation, query and notice for the gates this step went through that were not named for it before.

    Returns:
        The deviation, None when every gate was open or is named already.
    """
    step, item = FACTS[happened.row.form_code]
    on = _day(happened, item)
    if on is None or happened.row.visit_code not in ("", "aph", "ld1", "d0"):
        return None
    signed = signed_forms(happened.subject)
    closed = closed_gates(step, happened.casebook, signed=signed, on=on)
    new = [one for one in closed if one.gate not in _named(happened)]
    if not new:
        return None
    system = system_user()
    with as_system(system=system, reason=happened.cause):
        deviation = next_entry(by=system, subject=happened.subject, form_code="dv", typed=_deviation(happened, new, on))
        _ask(happened, item, new, system)
        _tell(happened, new, deviation)
    return deviation


def _tell(happened: Happened, closed: Sequence[Closed], deviation: FormInstance) -> None:
    code = happened.subject.code
    words = {"subject": code, "why": " ".join(_whys(closed))}
    notify(
        code="gate-breach",
        key=f"gate:{happened.row.id}:{'+'.join(one.gate for one in closed)}",
        subject=happened.subject,
        sentence=_("%(subject)s went through a closed gate. %(why)s") % words,
        path=reverse("log-entry", args=[code, "dv", deviation.seq]),
        to_roles=("MM",),
    )


def _day(happened: Happened, item: str) -> date | None:
    zone = site_zone(happened.casebook)
    record = happened.record
    days = [day_of(value, zone) for value in record.each(item)] if record else []
    return min((day for day in days if day), default=None)


def _named(happened: Happened) -> set[str]:
    """Gates a query of this form names already, whatever became of it."""
    rules = Query.objects.filter(instance_id=happened.row.id, rule__startswith=STANDING).values_list("rule", flat=True)
    return {gate for rule in rules for gate in rule.removeprefix(STANDING).split("+")}


def _sentence(happened: Happened, closed: Sequence[Closed], on: date) -> str:
    parts = {"form": short_title(happened.row.form_code), "date": date_text(on)}
    return " ".join([_("%(form)s of %(date)s was recorded although a gate was closed.") % parts, *_whys(closed)])


def _whys(closed: Sequence[Closed]) -> list[str]:
    return [one.why for one in closed]


def _deviation(happened: Happened, closed: Sequence[Closed], on: date) -> dict[str, str]:
    return {
        "dv.dvterm": _sentence(happened, closed, on)[:400],
        "dv.dvcat": closed[0].category,
        "dv.dvimp": "IMPORTANT",
        "dv.dvstdtc": on.isoformat(),
    }


def _ask(happened: Happened, item: str, closed: Sequence[Closed], system: User) -> None:
    """One query at the date of the step. It has no cause that could go away, so no save closes it."""
    rule = STANDING + "+".join(one.gate for one in closed)
    now = clock.now()
    query = Query.objects.create(
        instance_id=happened.row.id, item=_address(happened, item), rule=rule[:80], opened_at=now, opened_by=system
    )
    words = [_("This step went through a closed gate."), *_whys(closed), _("What happened, and what was done?")]
    QueryMessage.objects.create(query=query, action="opened", text=" ".join(words), by=system, at=now)


def _address(happened: Happened, item: str) -> str:
    """The item itself, or the first of its rows."""
    record = happened.record
    assert record is not None
    return next((at for at in record.values if at == item or at.startswith(f"{item}.")), item)
