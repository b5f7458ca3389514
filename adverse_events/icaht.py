"""Haematotoxicity after immune effector cells (ICAHT): days of neutropenia and the early and late grade. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

EARLY_LAST_DAY = 30
COMPLETE_FROM_DAY = 28
WIDE_GAP_DAYS = 3
SEVERE, PROFOUND = Decimal("0.5"), Decimal("0.1")
LATE_LIMITS = ((Decimal("0.1"), 4), (Decimal("0.5"), 3), (Decimal("1.0"), 2), (Decimal("1.5"), 1))


@dataclass(frozen=True, slots=True)
class Count:
    """Neutrophils of one sample, 10^9/L."""

    at: datetime
    anc: Decimal


@dataclass(frozen=True, slots=True)
class Neutropenia:
    """Whole days at or below a limit; `is_at_least` where a gap of over 3 days lies in the days counted."""

    days: int
    is_at_least: bool

    def __str__(self) -> str:
        return f">={self.days}" if self.is_at_least else str(self.days)


def neutropenia(counts: Iterable[Count], *, infused_at: datetime, limit: Decimal) -> Neutropenia | None:
    """Days with neutrophils <= `limit` from day 0 to day 30, interpolated straight between samples.

    Args:
        counts: in any order; those outside day 0-30 are left out. limit: 10^9/L.
    Returns:
        None without a sample in the period. A single low sample counts as 1 day.
    Source:
        Rejeski K et al., Blood 2023;142:865-877 (EHA/EBMT consensus grading of ICAHT).
    """
    used = early_counts(counts, infused_at)
    if not used:
        return None
    total, is_at_least = timedelta(0), False
    for first, second in pairwise(used):
        share = _share_below(first.anc, second.anc, limit)
        total += (second.at - first.at) * float(share)
        is_at_least = is_at_least or (share > 0 and second.at - first.at > timedelta(days=WIDE_GAP_DAYS))
    days = round(total / timedelta(days=1))
    return Neutropenia(max(days, 1 if min(one.anc for one in used) <= limit else 0), is_at_least)


def early_counts(counts: Iterable[Count], infused_at: datetime) -> list[Count]:
    """Samples of day 0 to day 30, oldest first."""
    last = infused_at + timedelta(days=EARLY_LAST_DAY + 1)
    return sorted((one for one in counts if infused_at <= one.at < last), key=lambda one: one.at)


def _share_below(first: Decimal, second: Decimal, limit: Decimal) -> Decimal:
    """Part of the line from `first` to `second` that lies at or below `limit`, 0 to 1."""
    low, high = min(first, second), max(first, second)
    if high <= limit:
        return Decimal(1)
    return (limit - low) / (high - low) if low <= limit else Decimal(0)


def early_grade(counts: Sequence[Count], *, infused_at: datetime) -> int | None:
    """Early ICAHT grade 0-4, None without a sample in day 0-30.

    "Never above 0.5" counts only when the last sample is from day 28 or later: before it nobody knows.
    """
    severe = neutropenia(counts, infused_at=infused_at, limit=SEVERE)
    profound = neutropenia(counts, infused_at=infused_at, limit=PROFOUND)
    if severe is None or profound is None:
        return None
    used = early_counts(counts, infused_at)
    is_followed = (used[-1].at - infused_at) >= timedelta(days=COMPLETE_FROM_DAY)
    if profound.days >= 14 or (is_followed and all(one.anc <= SEVERE for one in used)):
        return 4
    if severe.days >= 14 or profound.days >= 7:
        return 3
    if severe.days >= 7:
        return 2
    return 1 if severe.days else 0


def late_grade(counts: Iterable[Count], *, infused_at: datetime) -> int | None:
    """Late ICAHT grade 0-4 by the lowest count after day 30; None without a sample there."""
    first = infused_at + timedelta(days=EARLY_LAST_DAY + 1)
    lowest = min((one.anc for one in counts if one.at >= first), default=None)
    if lowest is None:
        return None
    return next((grade for limit, grade in LATE_LIMITS if lowest <= limit), 0)
