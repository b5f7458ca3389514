"""The eligibility sheet: what is open at each confirmation, and the form to answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subjects.eligibility.facts import CONFIRMATIONS
from subjects.eligibility.verdicts import Verdict, verdicts
from subjects.gates import closed_gates, open_criteria
from subjects.selectors import signed_forms
from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.selectors.facts import Facts, facts_of
from trial_edc.casebook.selectors.sections import section_view, visit_title
from trial_edc.casebook.selectors.visit_sheet import PageLink, SheetPage, sheet_of
from trial_edc.casebook.slots import Slot
from trial_edc.crf.notes import NOT_MET
from trial_edc.crf.spec import protocol


@dataclass(frozen=True)
class OpenCriterion:
    """A criterion with a link to its answer, and why it is listed."""

    code: str
    text: str
    why: str
    anchor: str


@dataclass(frozen=True)
class Tab:
    title: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class EligibilityPage:
    """What `subjects/eligibility.html` shows beside the sheet of the form."""

    sheet: SheetPage
    tabs: tuple[Tab, ...]
    headline: str
    opens: tuple[OpenCriterion, ...]
    doubts: tuple[OpenCriterion, ...]
    closed: tuple[str, ...]
    is_open: bool
    sign: PageLink | None


def eligibility_page(access: Access, subject: Any, visit: str) -> EligibilityPage:
    """Criteria of one confirmation beside their data. Ten statements."""
    plan = next((one for one in CONFIRMATIONS if one.visit == visit), CONFIRMATIONS[0])
    facts = facts_of(subject, user=access.user, site=subject.site)
    slot = Slot(subject.pk, plan.visit, "ie")
    section = section_view(facts, access, slot)
    record = facts.casebook.record(plan.visit, "ie")
    opens, doubts = _open(record, plan.visit), _doubts(record, plan.visit, verdicts(facts.casebook, plan.visit))
    closed = closed_gates(plan.step, facts.casebook, signed=signed_forms(subject))
    return EligibilityPage(
        sheet=sheet_of(access, facts, section, slot),
        tabs=_tabs(subject, plan.visit),
        headline=_headline(plan.step, record, opens, bool(closed)),
        opens=opens,
        doubts=doubts,
        closed=tuple(one.why for one in closed if one.gate != "eligibility" or not opens),
        is_open=not closed,
        sign=_sign(access, facts, plan.visit, opens),
    )


def _open(record: Any, visit: str) -> tuple[OpenCriterion, ...]:
    """Criteria not answered, or answered as not satisfied."""
    found = []
    for code in open_criteria(record, visit):
        answer = record[f"ieorres.{code}"] if record else None
        found.append(_criterion(code, visit, _("not satisfied") if answer else _("not answered")))
    return tuple(found)


def _doubts(record: Any, visit: str, found: dict[str, Verdict]) -> tuple[OpenCriterion, ...]:
    """Criteria answered Yes against what their rule says of the recorded data."""
    against = [code for code, one in found.items() if one.verdict == NOT_MET and record]
    return tuple(_criterion(code, visit, "") for code in against if record[f"ieorres.{code}"] == "Y")


def _criterion(code: str, visit: str, why: str) -> OpenCriterion:
    row = next(row for row in protocol().panel("ie", visit) if row.key == code)
    return OpenCriterion(code.upper(), str(_(row.label)), why, f"ie.ieorres.{code}")


def _headline(step: str, record: Any, opens: tuple[OpenCriterion, ...], is_closed: bool) -> str:
    n = len(opens)
    if n:
        words = {
            "leukapheresis": ngettext("Cannot enrol: %(n)d criterion open", "Cannot enrol: %(n)d criteria open", n),
            "lymphodepletion": ngettext(
                "Cannot start lymphodepletion: %(n)d criterion open",
                "Cannot start lymphodepletion: %(n)d criteria open",
                n,
            ),
            "infusion": ngettext("Cannot infuse: %(n)d criterion open", "Cannot infuse: %(n)d criteria open", n),
        }
        return words[step] % {"n": n}
    if is_closed:
        return _("Every criterion is satisfied; the next step cannot be planned yet")
    return {
        "leukapheresis": _("Eligible and signed: leukapheresis can be planned"),
        "lymphodepletion": _("Confirmed and signed: lymphodepletion can begin"),
        "infusion": _("Confirmed and signed: the product can be infused"),
    }[step]


def _tabs(subject: Any, visit: str) -> tuple[Tab, ...]:
    url = reverse("eligibility", args=[subject.code])
    return tuple(Tab(visit_title(one.visit), f"{url}?at={one.visit}", one.visit == visit) for one in CONFIRMATIONS)


def _sign(access: Access, facts: Facts, visit: str, opens: tuple[OpenCriterion, ...]) -> PageLink | None:
    """Where the investigator signs, once the form is complete and nothing is open."""
    instance = facts.instance(visit, "ie", 1)
    may = access.can(Permission.SIGN_FORMS, facts.site)
    if not may or opens or instance is None or instance.status != "complete":
        return None
    standing = [s for s in facts.signatures.get(instance.id, ()) if s.voided_at is None]
    subject = facts.casebook.subject
    return None if standing else PageLink(f"{reverse('sign')}?subject={subject.code}", _("Sign eligibility"))
