"""The gates of the study: what must be there before a step is planned.

A closed gate stops planning. A step that was taken all the same is recorded, and then opens a deviation, a query
and a notice (`subjects.actions.breaches`).
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from subjects.consents import consents_standing
from subjects.crfs.rel import approvals_lacking
from subjects.eligibility.facts import CONFIRMATIONS
from trial_edc.crf.spec import protocol

STEPS = ("leukapheresis", "lymphodepletion", "infusion")
# Form that records a step -> the step and the item that dates it.
FACTS = {"aph": ("leukapheresis", "aphstdtc"), "ld": ("lymphodepletion", "ldstdtc"), "inf": ("infusion", "infdtc")}
SATISFIED = ("Y", "NAP")
# Gate -> category of the deviation that a breach of it opens.
CATEGORIES = {
    "consent": "CONSENT",
    "follow-up-consent": "CONSENT",
    "eligibility": "ELIGIBILITY",
    "release": "PRODUCT",
    "identity": "PRODUCT",
}


@dataclass(frozen=True)
class Closed:
    """A gate that is closed, and why."""

    gate: str
    why: str

    @property
    def category(self) -> str:
        """Of the deviation: a code of `dv.dvcat`."""
        return CATEGORIES[self.gate]


def closed_gates(step: str, casebook: Any, *, signed: Set[int], on: date | None = None) -> tuple[Closed, ...]:
    """The gates before a step that are closed, the gravest first; () = the step may be planned.

    Args:
        step: "leukapheresis", "lymphodepletion" or "infusion".
        signed: keys of the forms whose signature stands for what they say now.
        on: the day of the step at the site, None for one still to be planned.
    """
    found = [*_consent(step, casebook, on), *_eligibility(step, casebook, signed)]
    if step == "infusion":
        found += [*_release(casebook, on), *_identity(casebook)]
    return tuple(found)


def _consent(step: str, casebook: Any, on: date | None) -> list[Closed]:
    standing = consents_standing(casebook, on=on)
    found = []
    if "MAIN" not in standing:
        is_there = any(one["icftype"] in ("MAIN", "RECONSENT") for one in casebook["icf"])
        why = _("The consent was withdrawn.") if is_there and on is None else _("No consent to the study stands.")
        found.append(Closed("consent", why))
    if step == "infusion" and "LTFU" not in standing:
        found.append(Closed("follow-up-consent", _("No consent to the long-term follow-up stands.")))
    return found


def _eligibility(step: str, casebook: Any, signed: Set[int]) -> list[Closed]:
    plan = next(one for one in CONFIRMATIONS if one.step == step)
    name = _(protocol().visit(plan.visit).name)
    record = casebook.record(plan.visit, "ie")
    if record is None or record[plan.decision] is None:
        return [Closed("eligibility", _("Eligibility is not confirmed at %(visit)s.") % {"visit": name})]
    n = len(open_criteria(record, plan.visit))
    if record[plan.decision] != "Y" or n:
        words = _("Not eligible at %(visit)s: %(n)d criteria are open.") % {"visit": name, "n": n}
        return [Closed("eligibility", words)]
    if record.instance_id not in signed:
        return [Closed("eligibility", _("The investigator has not signed eligibility at %(visit)s.") % {"visit": name})]
    return []


def open_criteria(record: Any, visit: str) -> tuple[str, ...]:
    """Codes of the criteria a visit asks that are not answered as satisfied, in the order of the protocol."""
    asked = [row.key for row in protocol().panel("ie", visit)]
    return tuple(code for code in asked if record is None or record[f"ieorres.{code}"] not in SATISFIED)


def _release(casebook: Any, on: date | None) -> list[Closed]:
    releases = [
        one for one in casebook["rel"] if one["relstat"] and (on is None or not one["reldt"] or one["reldt"] <= on)
    ]
    if any(one["relstat"] == "RELEASED" for one in releases):
        return []
    if any(one["relstat"] == "OOS" and not approvals_lacking(one) for one in releases):
        return []
    return [Closed("release", _("No released product, and none with every approval."))]


def _identity(casebook: Any) -> list[Closed]:
    lots = {one["mfgbatch"] for one in casebook["mfg"] if one["mfgbatch"]}
    given = {one["infbatch"] for one in casebook["inf"] if one["infbatch"]}
    if any(one["coimatch"] == "N" for one in casebook["coi"]) or (lots and given - lots):
        return [Closed("identity", _("Identifiers of the product do not match."))]
    return []
