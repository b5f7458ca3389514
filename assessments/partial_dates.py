"""Dates known only to the month or year, completed for analysis with a flag; what was collected stays stored.

Source: conventions of analysis plans (imputation flags D and M of ADaM): the choice never hides a
treatment-emergent event, never makes a subject die before a day known alive, and never invents a scan.
"""

import calendar
import datetime
import re
from dataclasses import dataclass
from enum import StrEnum


class DateKind(StrEnum):
    """Which rule completes a date."""

    AE_START = "ae_start"
    AE_END = "ae_end"
    DEATH = "death"
    NEW_THERAPY = "new_therapy"
    START = "start"
    END = "end"
    PROGRESSION = "progression"
    SCAN = "scan"


class Imputed(StrEnum):
    """What was imputed: the day, or month and day."""

    DAY = "D"
    MONTH = "M"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as collected: `first` and `last` are the days that it allows; complete when they are one."""

    first: datetime.date
    last: datetime.date
    missing: Imputed | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Complete dates of the same subject that bound an imputed one; None when not known."""

    infusion_on: datetime.date | None = None
    end_on: datetime.date | None = None
    before_infusion: bool = False
    death_on: datetime.date | None = None
    cutoff_on: datetime.date | None = None
    last_known_alive_on: datetime.date | None = None
    last_study_treatment_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class CompletedDate:
    """`on` is None when the kind is never imputed or the entries contradict each other: see `reason`."""

    on: datetime.date | None
    flag: Imputed | None
    first: datetime.date
    last: datetime.date
    reason: str | None
    why: tuple[str, ...]


def parse_partial(text: str) -> PartialDate:
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD` as the days that it allows. Raises ValueError with the rule."""
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", text)
    if not found:
        raise ValueError("must be written YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = found.groups()
    try:
        if day:
            on = datetime.date.fromisoformat(text)
            return PartialDate(on, on, None)
        first = datetime.date(int(year), int(month or 1), 1)
    except ValueError:
        raise ValueError(f"is {text}, which is not in the calendar") from None
    until = int(month or 12)
    last = datetime.date(first.year, until, calendar.monthrange(first.year, until)[1])
    return PartialDate(first, last, Imputed.DAY if month else Imputed.MONTH)


def complete_date(partial: PartialDate, kind: DateKind, neighbours: Neighbours) -> CompletedDate:
    """Complete a partial date by the rule of its kind.

    A complete date comes back as it is. A rule that leads outside the days that the entry allows shows that
    the entries contradict each other: no date.
    """
    first, last = partial.first, partial.last
    if partial.missing is None:
        return CompletedDate(first, None, first, last, None, ("The date is complete.",))
    if kind in (DateKind.PROGRESSION, DateKind.SCAN):
        reason = f"A {kind} date is never imputed."
        return CompletedDate(None, None, first, last, reason, (reason,))
    on, why = _impute(partial, kind, neighbours)
    if on is None or not first <= on <= last:
        reason = f"The entries contradict each other: {why} This is outside {first} to {last}."
        return CompletedDate(None, None, first, last, reason, (reason,))
    return CompletedDate(on, partial.missing, first, last, None, (why,))


def _impute(partial: PartialDate, kind: DateKind, neighbours: Neighbours) -> tuple[datetime.date | None, str]:
    """The date that the rule gives, wherever it lies, and the rule in words; None is past the calendar."""
    first, last = partial.first, partial.last
    if kind is DateKind.AE_START:
        return _impute_ae_start(partial, neighbours)
    if kind is DateKind.AE_END:
        bounds = [on for on in (neighbours.death_on, neighbours.cutoff_on) if on is not None]
        on = min([last, *bounds])
        return on, f"Last day of the period, not after death or cut-off: {on}."
    if kind is DateKind.DEATH and neighbours.last_known_alive_on is not None:
        alive = neighbours.last_known_alive_on
        if alive == datetime.date.max:
            return None, f"Death is after the last day known alive, {alive}."
        on = max(first, alive + datetime.timedelta(days=1))
        return (
            on,
            f"The later of the first day of the period and the day after last known alive ({alive}): {on}.",
        )
    if kind is DateKind.NEW_THERAPY and neighbours.last_study_treatment_on is not None:
        on = max(first, neighbours.last_study_treatment_on)
        return on, f"First day of the period, not before the last study treatment: {on}."
    if kind is DateKind.END:
        return last, f"Last day of the period: {last}."
    return first, f"First day of the period: {first}."


def _impute_ae_start(partial: PartialDate, neighbours: Neighbours) -> tuple[datetime.date, str]:
    """The infusion if it lies in the period, so that the event stays treatment-emergent; or the first day."""
    infusion, end = neighbours.infusion_on, neighbours.end_on
    on, why = partial.first, "First day of the period"
    began_earlier = neighbours.before_infusion or (infusion is not None and end is not None and end < infusion)
    if infusion is not None and partial.first <= infusion <= partial.last and not began_earlier:
        on, why = infusion, "The infusion lies in the period, so the event may have begun with it"
    if end is not None and end < on:
        on, why = end, "An event does not start after its own end"
    return on, f"{why}: {on}."
