"""What the forms say of a subject's product: lots, bags, custody, and what keeps it from going on. No statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from subjects.crfs.coi import ORDER, STEPS
from subjects.crfs.mfg import OUTCOMES
from subjects.crfs.rel import APPROVALS, STATUSES, approvals_lacking, misses

FAILED = ("REPEAT", "STOP", "TERMINATED")
ENDED = ("STOP", "TERMINATED")
BEFORE_MANUFACTURE = ("APHERESIS", "MFRECEIPT")
BEFORE_RELEASE = ("APHERESIS", "MFRECEIPT", "RELEASE")
AT_THE_BEDSIDE = ("THAW", "INFUSION")


@dataclass(frozen=True)
class Bag:
    """One certificate of analysis and the decision on it."""

    instance_id: int | None
    seq: int
    certificate: str
    released_on: date | None
    status: str
    dose: Decimal | None
    is_signed: bool
    missed: tuple[str, ...]
    deviation: str
    approvals: tuple[str, ...]
    lacking: tuple[str, ...]
    has_growth: bool

    @property
    def status_label(self) -> str:
        return str(dict(STATUSES).get(self.status, _("No decision yet")))

    @property
    def is_usable(self) -> bool:
        return self.is_signed and (self.status == "RELEASED" or (self.status == "OOS" and not self.lacking))


@dataclass(frozen=True)
class Lot:
    """One manufacture. `bags` are those released after it began and before the next one did."""

    seq: int
    batch: str
    started_on: date | None
    harvested_on: date | None
    failed_on: date | None
    outcome: str
    bags: tuple[Bag, ...]

    @property
    def outcome_label(self) -> str:
        return str(dict(OUTCOMES).get(self.outcome, _("In manufacture")))

    @property
    def has_failed(self) -> bool:
        return self.outcome in FAILED


@dataclass(frozen=True)
class Product:
    """The product of one subject. `collections` are donation identifiers, `steps` the custody entries in time."""

    subject: Any
    collections: tuple[str, ...]
    lots: tuple[Lot, ...]
    steps: tuple[Any, ...]
    coi_id: str
    infused_at: datetime | None
    holds: tuple[Any, ...] = ()

    @property
    def lot(self) -> Lot | None:
        """The lot the subject's treatment depends on: the last one begun."""
        return self.lots[-1] if self.lots else None

    @property
    def standing_holds(self) -> tuple[Any, ...]:
        return tuple(hold for hold in self.holds if not hold.decision)

    @property
    def is_stopped(self) -> bool:
        """Somebody decided that this lot is not to be used."""
        batch = self.lot.batch if self.lot else ""
        return any(hold.decision == "STOP" and hold.lot == batch for hold in self.holds)

    @property
    def steps_done(self) -> frozenset[str]:
        """Steps of the lot in hand: a second manufacture begins its way anew, after the collection."""
        begun = self.lot.started_on if self.lot and len(self.lots) > 1 else None
        return frozenset(
            one.coistep
            for one in self.steps
            if one.coistep and (begun is None or one.coistep == "APHERESIS" or one.coidtc.date() >= begun)
        )

    @property
    def next_step(self) -> str:
        """Code of the step that follows the last one done, "" after the infusion and while there is no product."""
        if self.infused_at or (self.lot is not None and self.lot.has_failed):
            return ""
        done = [ORDER.index(step) for step in self.steps_done]
        after = max(done, default=-1) + 1
        return ORDER[after] if after < len(ORDER) else ""


def step_for(product: Product, mine: Collection[str]) -> str:
    """The step a person may verify now, "" for none. Manufacturing does not wait for an entry the site still owes."""
    step = product.next_step
    if step == "APHERESIS" and step not in mine and product.collections:
        step = "MFRECEIPT"
    return step if step in mine else ""


def product_of(casebook: Any, signed: Collection[int], holds: Collection[Any] = ()) -> Product:
    """The product as the casebook tells it.

    Args:
        casebook: with `aph`, `mfg`, `rel`, `coi` and `inf`.
        signed: keys of the forms that have a standing signature.
        holds: of this subject, oldest first.
    """
    made = sorted(
        (one for one in casebook["mfg"] if one.mfgbatch or one.mfgstdt),
        key=lambda one: (one.mfgstdt or date.max, one.seq),
    )
    bags = [_bag(one, signed) for one in casebook["rel"] if one.relstat or one.relcoa]
    steps = sorted((one for one in casebook["coi"] if one.coidtc), key=lambda one: (one.coidtc, one.seq))
    starts = [one.infdtc for one in casebook["inf"] if one.infdtc]
    return Product(
        subject=casebook.subject,
        collections=tuple(one.aphdin for one in casebook["aph"] if one.aphdin),
        lots=tuple(_lot(n, made, bags) for n in range(len(made))),
        steps=tuple(steps),
        coi_id=next((one.coiid for one in steps if one.coiid), ""),
        infused_at=min(starts, default=None),
        holds=tuple(holds),
    )


def _lot(n: int, made: list[Any], bags: list[Bag]) -> Lot:
    record, last = made[n], n + 1 == len(made)
    since = made[n].mfgstdt if n and made[n].mfgstdt else date.min
    until = date.max if last or made[n + 1].mfgstdt is None else made[n + 1].mfgstdt
    mine = [bag for bag in bags if (since <= bag.released_on < until if bag.released_on else last)]
    return Lot(
        seq=record.seq,
        batch=record.mfgbatch or "",
        started_on=record.mfgstdt,
        harvested_on=record.mfgendt,
        failed_on=record.mfgfldt,
        outcome=record.mfgfail or "",
        bags=tuple(mine),
    )


def _bag(record: Any, signed: Collection[int]) -> Bag:
    labels = dict(APPROVALS)
    lacking = approvals_lacking(record) if record.relstat == "OOS" else []
    return Bag(
        instance_id=record.instance_id,
        seq=record.seq,
        certificate=record.relcoa or "",
        released_on=record.reldt,
        status=record.relstat or "",
        dose=record.reldose,
        is_signed=record.instance_id in signed,
        missed=tuple(f"{miss.label} {miss.value} ({miss.limit})" for miss in misses(record)),
        deviation=record.reloos or "",
        approvals=tuple(str(labels[code]) for code in record.reloosap or ()),
        lacking=tuple(str(labels[code]) for code in lacking),
        has_growth=record.relster == "GROWTH",
    )


def state_of(product: Product) -> tuple[str, str]:
    """Where the product stands: a code for its colour ("act", "query", "ok", "info") and words."""
    lot = product.lot
    if product.infused_at:
        return "ok", _("Infused")
    if product.is_stopped:
        return "act", _("Not to be used")
    if product.standing_holds:
        return "act", _("On hold")
    if lot is None:
        return ("info", _("Collected")) if product.collections else ("info", _("No collection yet"))
    if lot.has_failed:
        return "act", lot.outcome_label
    if not lot.outcome:
        return "info", _("In manufacture")
    return _state_of_release(lot)


def _state_of_release(lot: Lot) -> tuple[str, str]:
    decided = [bag for bag in lot.bags if bag.status]
    if not decided:
        return "query", _("Waits for release")
    if any(bag.status == "REJECTED" for bag in decided):
        return "act", _("Rejected")
    if any(not bag.is_signed for bag in decided):
        return "query", _("Release not signed")
    if any(bag.lacking for bag in decided):
        return "act", _("Out of specification, approvals open")
    if any(bag.status == "OOS" for bag in decided):
        return "query", _("Released out of specification, approved")
    if any(bag.status == "CONDITIONAL" for bag in decided):
        return "query", _("Conditional")
    return "ok", _("Released")


def obstacles(product: Product, step: str) -> list[str]:
    """Why a step cannot be prepared now, as sentences; what has happened can be recorded in the log all the same."""
    found = [
        _("The product is on hold: %(text)s Decide on the hold first.") % {"text": hold.text}
        for hold in product.standing_holds
    ]
    lot = product.lot
    if product.is_stopped and step not in BEFORE_RELEASE:
        found.append(_("Lot %(lot)s is not to be used.") % {"lot": lot.batch if lot else ""})
    if step in AT_THE_BEDSIDE:
        found += _obstacles_of_release(lot)
    if step != "APHERESIS" and not product.collections and lot is None:
        found.append(_("No collection is recorded. Enter the leukapheresis first."))
    return found


def _obstacles_of_release(lot: Lot | None) -> list[str]:
    if lot is None or not lot.bags:
        return [_("There is no release of the product. Manufacturing enters and signs it.")]
    found = []
    for bag in lot.bags:
        named = {"bag": bag.certificate or bag.seq, "status": bag.status_label}
        if not bag.is_signed:
            found.append(_("Release %(bag)s is not signed by manufacturing.") % named)
        if bag.status not in ("RELEASED", "OOS"):
            found.append(_("Release %(bag)s says: %(status)s.") % named)
        if bag.lacking:
            wanted = named | {"lacking": ", ".join(bag.lacking)}
            found.append(_("Release %(bag)s is out of specification and lacks approvals: %(lacking)s.") % wanted)
    return found


def label_to_read(product: Product, step: str) -> str:
    """What the product's label should say at a step, "" when nothing is known yet."""
    if step in BEFORE_MANUFACTURE:
        return product.collections[-1] if product.collections else ""
    return product.lot.batch if product.lot else ""


def label_name(step: str) -> str:
    """Name of the identifier on the product's label at a step."""
    return _("Donation identifier") if step in BEFORE_MANUFACTURE else _("Batch / lot number")


def step_label(step: str) -> str:
    return str(dict(STEPS).get(step, step))
