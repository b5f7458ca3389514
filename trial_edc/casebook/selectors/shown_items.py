"""Items the protocol names for the head and the side of a subject's page: facts and latest values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from trial_edc.crf.registry import has_crf
from trial_edc.crf.spec import ItemSpec, form_spec
from trial_edc.crf.values import FormRecord, display, row_facts
from trial_edc.protocol.model import ShownItem
from trial_edc.protocol.windows import study_day

from ..study import study
from .facts import Facts
from .sections import record_day

SEVERE = 3


@dataclass(frozen=True)
class LatestValue:
    """The last value of an item: `flag` is its mark ("L · G4") or its peak, `day` when it was taken ("D8")."""

    label: str
    value: str
    day: str
    flag: str = ""
    is_severe: bool = False
    peak: str = ""


def banner_facts(facts: Facts) -> tuple[tuple[str, str], ...]:
    """(label, value) of the protocol's facts that have one, in its order."""
    found = ((str(_(shown.label)) if shown.label else "", _last(facts, shown)) for shown in study().banner)
    return tuple((label, _text(facts, *last)) for label, last in found if last)


def latest_values(facts: Facts) -> tuple[LatestValue, ...]:
    """The protocol's values that were measured at least once."""
    return tuple(_latest(facts, shown, last) for shown in study().latest if (last := _last(facts, shown)) is not None)


def _latest(facts: Facts, shown: ShownItem, last: tuple[ItemSpec, FormRecord]) -> LatestValue:
    one, record = last
    beside = row_facts(one, record)
    on = record_day(facts, record)
    day = study_day(on, facts.dates.anchors.infusion) if on else None
    return LatestValue(
        label=str(_(shown.label)),
        value=_text(facts, one, record),
        day="" if day is None else f"D{day}" if day >= 0 else f"D−{-day}",
        flag=beside.mark if beside else "",
        is_severe=bool(beside and beside.grade and beside.grade >= SEVERE),
        peak=_peak(facts, shown) if shown.peak else "",
    )


def _peak(facts: Facts, shown: ShownItem) -> str:
    grades = [int(record.values[one.address]) for one, record in _answered(facts, shown)]
    return str(max(grades))


def _last(facts: Facts, shown: ShownItem) -> tuple[ItemSpec, FormRecord] | None:
    """The last record with a value, by the day it speaks of."""
    found = list(_answered(facts, shown))
    return max(found, key=lambda pair: record_day(facts, pair[1]) or date.min) if found else None


def _answered(facts: Facts, shown: ShownItem) -> Iterator[tuple[ItemSpec, FormRecord]]:
    """Records of the first source that has values, with the item as asked there."""
    for form, address in shown.sources:
        records = facts.casebook[form] if has_crf(form) else []
        pairs = [
            (spec[address], record)
            for record in records
            if record.values.get(address) is not None
            and address in (spec := form_spec(form, record.protocol_version, visit_code=record.visit_code))
        ]
        if pairs:
            yield from pairs
            return


def _text(facts: Facts, one: ItemSpec, record: FormRecord) -> str:
    zone = ZoneInfo(facts.site.time_zone)
    return display(one, record.values.get(one.address), record.meta.get(one.address), time_zone=zone)
