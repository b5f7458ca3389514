"""The recorded value behind a criterion: which form decides at which confirmation, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from trial_edc.crf.anchors import day_of, site_zone
from trial_edc.crf.spec import form_spec, protocol
from trial_edc.crf.values import FormRecord, display

DATED_BY = {"lbh": "lbdtc", "lbc": "lbdtc", "lbi": "lbdtc", "vs": "vsdtc", "ecg": "egdtc", "ecog": "ecogdt"}
DATED_BY |= {"ihc": "ihctstdt", "tu": "tudtc"}


@dataclass(frozen=True)
class Fact:
    """A recorded value and the day it was measured on, None where it has none."""

    label: str
    value: str
    on: date | None = None


@dataclass(frozen=True)
class Confirmation:
    """One of the three times eligibility is confirmed: its visit, the item of its decision, what it opens."""

    visit: str
    decision: str
    step: str


CONFIRMATIONS = (
    Confirmation("scr", "ieelig", "leukapheresis"),
    Confirmation("base", "ieelig2", "lymphodepletion"),
    Confirmation("d0", "ieelig3", "infusion"),
)


class Book:
    """A casebook as it stood at one confirmation."""

    def __init__(self, casebook: Any, visit: str) -> None:
        self.casebook, self.visit = casebook, visit
        self.zone = site_zone(casebook)
        self.place = protocol().visit_order(visit)
        days = [one.svstdtc for one in casebook["sv"] if one.visit_code == visit and one.svstdtc]
        self.on: date | None = days[0] if days else None

    def latest(self, form: str, having: str = "") -> FormRecord | None:
        """The form that counts: the last one up to this visit, unscheduled ones by their date among them.

        Args:
            having: address of an item it must have a value for, "" = none.
        """
        counted = [one for one in self.casebook[form] if self._counts(one)]
        answered = [one for one in counted if not having or one[having] not in (None, "", [])]
        return max(answered, key=self._order, default=None)

    def day(self, record: FormRecord | None) -> date | None:
        """The day a form speaks of, at the site."""
        item = DATED_BY.get(record.form_code, "") if record else ""
        return day_of(record[item], self.zone) if record and item else None

    def _counts(self, record: FormRecord) -> bool:
        study = protocol()
        if record.status == "not_done":
            return False
        if study.plan_code(record.visit_code) == study.unscheduled:
            on = self.day(record)
            return on is not None and (self.on is None or on <= self.on)
        return study.visit_order(record.visit_code) <= self.place

    def _order(self, record: FormRecord) -> tuple[date, int, int]:
        return (self.day(record) or date.min, protocol().visit_order(record.visit_code), -record.seq)

    def facts(self, record: FormRecord | None, *addresses: str) -> tuple[Fact, ...]:
        """The answered items of a form, as its pages show them."""
        if record is None:
            return ()
        spec = form_spec(record.form_code, record.protocol_version)
        shown = ((spec[address], address) for address in addresses if address in spec and record.is_answered(address))
        return tuple(
            Fact(
                str(one.label),
                display(one, record[address], record.meta.get(address), time_zone=self.zone),
                self.day(record),
            )
            for one, address in shown
        )

    def entries(self, records: Iterable[FormRecord], title: str, *details: str) -> tuple[Fact, ...]:
        """One fact for each entry of a log: the item that names it, its other items in the value."""
        found = []
        for one in records:
            named, *rest = self.facts(one, title, *details) or (Fact("", ""),)
            value = " · ".join(part.value for part in (named, *rest) if part.value)
            found.append(Fact(named.label, value, named.on))
        return tuple(found)


def times_upper_limit(record: FormRecord, key: str) -> Decimal | None:
    """How many times the upper limit of normal a result is, in the unit as reported; None without a limit."""
    typed, limit = record.meta.get(key, {}).get("typed"), record.values.get(f"lbornrhi.{key}")
    if record[key] is None or not limit:
        return None
    return Decimal(typed or record[key]) / limit
