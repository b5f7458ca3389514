"""The way of a product as one line in time: who did what, when and where, with excursions, holds and decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from subjects.product.custody import place_of
from subjects.product.models import Hold, IdentityCheck
from subjects.product.state import Bag, Lot, Product, step_label
from trial_edc.crf.partial import text


@dataclass(frozen=True)
class Turn:
    """One stop of the way.

    Attributes:
        kind: "step", "lot", "release", "check", "hold" or "infusion".
        level: "done", "act" (something went wrong) or "wait".
        at: the moment as it is sorted, aware. when: as it is shown; a date without a time has none.
        facts: (label, text) pairs. notes: what went wrong, or was decided.
    """

    kind: str
    level: str
    title: str
    at: datetime
    when: str
    people: str = ""
    place: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    url: str = ""


def way_of(
    casebook: Any,
    product: Product,
    checks: Collection[IdentityCheck],
    holds: Collection[Hold],
    people: Mapping[int, str],
) -> tuple[Turn, ...]:
    """Everything known of the product, oldest first. No statement."""
    subject = product.subject
    zone = ZoneInfo(subject.site.time_zone)
    turns = [_collection(one, subject, zone) for one in casebook["aph"] if one.aphstdtc]
    turns += [_lot(lot, subject, zone) for lot in product.lots if lot.started_on]
    turns += [_bag(bag, subject, zone) for lot in product.lots for bag in lot.bags if bag.released_on]
    turns += [_step(one, subject, zone, people) for one in product.steps]
    turns += [_mismatch(one, subject, zone) for one in checks if one.outcome == IdentityCheck.Outcome.MISMATCH]
    turns += [_hold(one, subject, zone) for one in holds]
    turns += [_infusion(one, subject, zone) for one in casebook["inf"] if one.infdtc]
    return tuple(sorted(turns, key=lambda turn: turn.at))


def _moment(on: date, zone: ZoneInfo, *, late: bool = False) -> datetime:
    """A day in the order of moments: its begin, or its end."""
    return datetime.combine(on, time.max if late else time.min, tzinfo=zone)


def _facts(*pairs: tuple[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((label, str(value)) for label, value in pairs if value not in (None, ""))


def _number(value: Any, unit: str) -> str:
    return f"{value.normalize():f}\u00a0{unit}" if value is not None else ""


def _collection(one: Any, subject: Any, zone: ZoneInfo) -> Turn:
    shipped = text(one.aphship, zone) if one.aphship else ""
    return Turn(
        kind="collection",
        level="act" if one.aphtemp == "N" else "done",
        title=_("Leukapheresis"),
        at=one.aphstdtc,
        when=text(one.aphstdtc, zone),
        place=place_of("APHERESIS", subject.site),
        facts=_facts(
            (_("Donation identifier"), one.aphdin),
            (_("CD3+ cells"), _number(one.aphcd3, "×10⁹")),
            (_("Shipped"), shipped),
        ),
        notes=(_("Transport temperature was out of range."),) if one.aphtemp == "N" else (),
    )


def _lot(lot: Lot, subject: Any, zone: ZoneInfo) -> Turn:
    ended = lot.failed_on if lot.has_failed else lot.harvested_on
    return Turn(
        kind="lot",
        level="act" if lot.has_failed else "done" if lot.outcome else "wait",
        title=_("Manufacture of lot %(lot)s") % {"lot": lot.batch or "–"},
        at=_moment(lot.started_on, zone),
        when=text(lot.started_on),
        place=place_of("MFRECEIPT", subject.site),
        facts=_facts(
            (_("Outcome"), lot.outcome_label),
            (_("Failed on") if lot.has_failed else _("Harvested on"), text(ended) if ended else ""),
        ),
    )


def _bag(bag: Bag, subject: Any, zone: ZoneInfo) -> Turn:
    notes = [_("Outside its limit: %(test)s.") % {"test": missed} for missed in bag.missed]
    if bag.lacking:
        notes.append(_("Approvals open: %(lacking)s.") % {"lacking": ", ".join(bag.lacking)})
    if bag.status == "REJECTED":
        notes.append(_("The product was rejected."))
    return Turn(
        kind="release",
        level="act" if notes else "done" if bag.is_signed else "wait",
        title=_("Release %(bag)s") % {"bag": bag.certificate or bag.seq},
        at=_moment(bag.released_on, zone, late=True),
        when=text(bag.released_on),
        place=place_of("RELEASE", subject.site),
        facts=_facts(
            (_("Status"), bag.status_label),
            (_("Signature"), _("Signed") if bag.is_signed else _("Not signed yet")),
            (_("CAR+ viable T cells"), _number(bag.dose, "×10⁶")),
            (_("Deviation"), bag.deviation),
            (_("Approvals"), ", ".join(bag.approvals)),
        ),
        notes=tuple(notes),
    )


def _step(one: Any, subject: Any, zone: ZoneInfo, people: Mapping[int, str]) -> Turn:
    notes = []
    if one.coimatch == "N":
        notes.append(_("Identifiers do not match."))
    if one.coitemp == "N":
        notes.append(_("The temperature log is not acceptable."))
    names = [people[key] for key in (one.coiby1, one.coiby2) if key in people]
    return Turn(
        kind="step",
        level="act" if notes else "done",
        title=step_label(one.coistep) if one.coistep else _("Step of custody"),
        at=one.coidtc,
        when=text(one.coidtc, zone),
        people=_(" and ").join(names),
        place=place_of(one.coistep or "", subject.site),
        facts=_facts((_("Chain of identity"), one.coiid)),
        notes=tuple(notes),
        url=reverse("log-entry", args=[subject.code, "coi", one.seq]),
    )


def _mismatch(check: IdentityCheck, subject: Any, zone: ZoneInfo) -> Turn:
    return Turn(
        kind="check",
        level="act",
        title=_("Identifiers did not match: %(step)s") % {"step": step_label(check.step)},
        at=check.first_at,
        when=text(check.first_at, zone),
        people=check.first_by.full_name,
        place=place_of(check.step, subject.site),
        url=reverse("product-check-second", args=[subject.code, check.pk]),
    )


def _hold(hold: Hold, subject: Any, zone: ZoneInfo) -> Turn:
    notes = [hold.text]
    if hold.decision:
        notes.append(
            _("%(decision)s: %(why)s (%(name)s, %(at)s)")
            % {
                "decision": hold.get_decision_display(),
                "why": hold.decision_text,
                "name": hold.decided_by.full_name,
                "at": text(hold.decided_at, zone),
            }
        )
    return Turn(
        kind="hold",
        level="done" if hold.decision == Hold.Decision.GO else "act",
        title=_("Hold: %(cause)s") % {"cause": hold.get_cause_display()},
        at=hold.opened_at,
        when=text(hold.opened_at, zone),
        people=hold.opened_by.full_name,
        facts=_facts((_("Lot"), hold.lot)),
        notes=tuple(notes),
    )


def _infusion(one: Any, subject: Any, zone: ZoneInfo) -> Turn:
    return Turn(
        kind="infusion",
        level="done",
        title=_("Infusion"),
        at=one.infdtc,
        when=text(one.infdtc, zone),
        place=place_of("INFUSION", subject.site),
        facts=_facts(
            (_("Lot"), one.infbatch),
            (_("CAR+ viable T cells"), _number(one.infdose, "×10⁶")),
            (_("End"), text(one.infendtc, zone) if one.infendtc else ""),
        ),
    )
