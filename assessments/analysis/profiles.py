"""Concentration-time profiles of the subjects, as the kinetics read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from assessments.kinetics import Sample
from trial_edc.crf.partial import interval
from trial_edc.crf.values import FormRecord
from trial_edc.exports.study import Book
from trial_edc.protocol.analysis import Profile

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Measured:
    """A sample of a profile: days since the origin, study day at the site, value in the standard unit."""

    days: Decimal
    study_day: int
    value: Decimal
    is_below: bool
    record: FormRecord

    @property
    def sample(self) -> Sample:
        return Sample(self.days, Decimal(0) if self.is_below else self.value)


def samples_after_origin(book: Book, profile: Profile, cutoff_on: date) -> tuple[Measured, ...]:
    """Samples with a result from the origin to the cut-off, by time; of two at one time the first entered."""
    if book.origin_on is None:
        return ()
    found: dict[Decimal, Measured] = {}
    for record in book.casebook[profile.form]:
        if profile.matrix and record[profile.matrix[0]] not in profile.matrix[1]:
            continue
        value, taken = record[profile.analyte], record[profile.dated_by]
        day = book.day_of(taken)
        if not isinstance(value, Decimal) or day is None or day > cutoff_on:
            continue
        days = elapsed_days(book, taken)
        if days >= 0:
            study_day = (day - book.origin_on).days
            below = is_below(record, profile.analyte, profile.lloq)
            found.setdefault(days, Measured(days, study_day, value, below, record))
    return tuple(found[days] for days in sorted(found))


def elapsed_days(book: Book, moment: Any) -> Decimal:
    """Days from the origin to a moment, 4 decimals; whole days where one of them has no time."""
    start = book.origin_at
    if isinstance(moment, datetime) and isinstance(start, datetime):
        return round(Decimal((moment - start) // timedelta(seconds=1)) / 86_400, 4)
    first, last = interval(start, book.zone), interval(moment, book.zone)
    if first[0] == first[1] and last[0] == last[1]:
        return round(Decimal((last[0] - first[0]) // timedelta(minutes=1)) / 1_440, 4)
    return Decimal((last[0].date() - first[0].date()).days)


def is_below(record: FormRecord, analyte: str, lloq: str) -> bool:
    """Below the limit of quantification: reported so, or less than the limit in the unit as reported."""
    about = record.meta.get(analyte, {})
    if str(about.get("qualifier", "")).startswith("<"):
        return True
    limit = record[f"{lloq}.{analyte}"] if lloq else None
    return limit is not None and about.get("typed") is not None and Decimal(about["typed"]) < limit
