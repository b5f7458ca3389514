"""Each criterion beside the data that decide it, for the eligibility sheet and the form in its visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from subjects.eligibility.facts import CONFIRMATIONS, Book, Fact
from subjects.eligibility.rules import JUDGE, RULES
from subjects.formulas import NEGATIVE, NOT_EVALUABLE, POSITIVE, tissue_verdict
from trial_edc.audit import clock
from trial_edc.crf.anchors import anchors_of, site_zone
from trial_edc.crf.notes import JUDGEMENT, MET, NOT_MET, UNKNOWN, Note
from trial_edc.crf.partial import text as date_text
from trial_edc.crf.spec import protocol

VERDICTS = {
    MET: gettext_lazy("Rule: satisfied"),
    NOT_MET: gettext_lazy("Rule: not satisfied"),
    UNKNOWN: gettext_lazy("Rule: data missing"),
    JUDGEMENT: gettext_lazy("Investigator's judgement"),
}
TISSUE = {
    POSITIVE: (MET, gettext_lazy("Rule: positive")),
    NEGATIVE: (NOT_MET, gettext_lazy("Rule: negative")),
    NOT_EVALUABLE: (UNKNOWN, gettext_lazy("Rule: not evaluable")),
}


@dataclass(frozen=True)
class Verdict:
    """What the rule of one criterion says: met, not-met, unknown or judgement, and the facts it read."""

    code: str
    verdict: str
    facts: tuple[Fact, ...]


def verdicts(casebook: Any, visit: str) -> dict[str, Verdict]:
    """The criteria a visit asks, in the order of the protocol, by code.

    Args:
        visit: "scr", "base" or "d0".
    """
    book = Book(casebook, visit)
    found = {}
    for row in protocol().panel("ie", visit):
        rule = RULES.get(row.key)
        answer, facts = rule(book) if rule else (JUDGE, ())
        says = {True: MET, False: NOT_MET, None: UNKNOWN, JUDGE: JUDGEMENT}[answer]
        found[row.key] = Verdict(row.key, says, facts)
    return found


def criteria_notes(record: Any, casebook: Any) -> Mapping[str, Note]:
    """The notes of the eligibility form: facts with their date and age, and the rule's verdict."""
    if casebook is None or record.visit_code not in {one.visit for one in CONFIRMATIONS}:
        return {}
    step, on = _step_day(casebook, record.visit_code)
    today = clock.now().astimezone(site_zone(casebook)).date()
    return {
        f"ieorres.{code}": Note(
            tuple(_line(fact, step, on, today) for fact in one.facts), one.verdict, str(VERDICTS[one.verdict])
        )
        for code, one in verdicts(casebook, record.visit_code).items()
    }


def tissue_notes(record: Any, casebook: Any) -> Mapping[str, Note]:
    """The note of the tissue form: what the threshold of the protocol says of the staining."""
    rule = protocol().settings.tissue
    if record["ihcp2"] is None and record["ihcp3"] is None:
        return {}
    verdict, words = TISSUE[tissue_verdict(record["ihcp2"], record["ihcp3"], rule)]
    parts = {"least": f"{rule.positive_percent:f}"}
    line = _("Positive from %(least)s %% of cells stained 2+ and 3+ together") % parts
    if None not in (record["ihcp2"], record["ihcp3"]):
        shown = {**parts, "share": f"{(record['ihcp2'] + record['ihcp3']).normalize():f}"}
        line = _("2+ and 3+ together %(share)s %%; positive from %(least)s %%") % shown
    return {"ihcres": Note((line,), verdict, str(words))}


def _step_day(casebook: Any, visit: str) -> tuple[str, date | None]:
    """What ages are counted to: the step this confirmation opens, done or planned; its name and day."""
    dates = anchors_of(casebook)
    return {
        "scr": (_("leukapheresis"), dates.leukapheresis or dates.planned_leukapheresis_on),
        "base": (_("lymphodepletion"), dates.ld1),
        "d0": (_("infusion"), dates.infusion or dates.planned_infusion_on),
    }[visit]


def _line(fact: Fact, step: str, step_on: date | None, today: date) -> str:
    """ "Neutrophils 1.8 ×10⁹/L · 05-Mar-2026 · 6 days before leukapheresis"."""
    parts = [f"{fact.label} {fact.value}".strip()]
    if fact.on:
        parts.append(date_text(fact.on))
        parts.append(_age(fact.on, step, step_on, today))
    return " · ".join(part for part in parts if part)


def _age(on: date, step: str, step_on: date | None, today: date) -> str:
    if step_on is not None and on <= step_on:
        days = (step_on - on).days
        words = ngettext("%(n)d day before %(step)s", "%(n)d days before %(step)s", days)
        return words % {"n": days, "step": step}
    days = (today - on).days
    return ngettext("%(n)d day old", "%(n)d days old", days) % {"n": days} if days >= 0 else ""
