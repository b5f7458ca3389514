"""Overall survival, progression-free survival, duration of response, and rates of response.

Each endpoint is a named origin, events and censoring. Dates in, dates out; the cut-off is an argument.
Source: FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2018), example tables
for progression-free survival; EMA, guideline on the evaluation of anticancer medicinal products, appendix 1.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final, Generic, TypeVar

from assessments.recist import (
    DatedResponse,
    Response,
    ResponseRules,
    confirmed_pair,
    first_response,
    used_responses,
)

Interval = TypeVar("Interval")

DAYS_PER_MONTH: Final = Decimal("30.4375")
STANDARD_RESPONSE_RULES: Final = ResponseRules()
ADEQUATE: Final = (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD)


class TimelineError(ValueError):
    """The dates of a subject contradict each other. The sentence names the field."""


class Censoring(StrEnum):
    """FDA: new therapy and gaps in assessments censor. EMA: the event counts regardless of both."""

    FDA = "FDA"
    EMA = "EMA"


class Origin(StrEnum):
    """Where progression-free survival starts."""

    INFUSION = "infusion"
    ENROLMENT = "enrolment"
    LEUKAPHERESIS = "leukapheresis"


class Reason(StrEnum):
    """Why a time ends."""

    DEATH = "death"
    ALIVE = "alive"
    PROGRESSION = "progression"
    ONGOING = "ongoing"
    NO_BASELINE = "no_baseline"
    NO_POST_BASELINE = "no_post_baseline"
    NEW_THERAPY = "new_therapy"
    MISSED_ASSESSMENTS = "missed_assessments"


@dataclass(frozen=True, slots=True)
class Timeline:
    """The dates of one subject. Assessments in any order, one per date; None is not known or not happened."""

    infusion_on: datetime.date
    assessments: tuple[DatedResponse, ...] = ()
    enrolment_on: datetime.date | None = None
    leukapheresis_on: datetime.date | None = None
    baseline_on: datetime.date | None = None
    new_therapy_on: datetime.date | None = None
    death_on: datetime.date | None = None
    last_known_alive_on: datetime.date | None = None
    cutoff_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """What the analysis plan fixes.

    `scheduled_scan_days` are days from infusion; a slot is missed when no adequate scan reached it within
    `scan_window_days`. `response` gives confirmation and intervening scans of duration of response.
    """

    censoring: Censoring = Censoring.FDA
    pfs_origin: Origin = Origin.INFUSION
    scheduled_scan_days: tuple[int, ...] = (28, 60, 90, 180, 270, 365, 455, 545, 635, 730)
    scan_window_days: int = 14
    max_missed: int = 2
    require_confirmation: bool = True
    response: ResponseRules = STANDARD_RESPONSE_RULES


@dataclass(frozen=True, slots=True)
class TimeToEvent:
    """One time of one subject: censored at `end_on` unless `event`."""

    start_on: datetime.date
    end_on: datetime.date
    event: bool
    reason: Reason
    why: tuple[str, ...]

    @property
    def days_difference(self) -> int:
        """End minus origin, days."""
        return (self.end_on - self.start_on).days

    @property
    def days_plus_1(self) -> int:
        """Days with the day of origin counted, the habit of ADaM."""
        return self.days_difference + 1


@dataclass(frozen=True, slots=True)
class Rate(Generic[Interval]):
    """Subjects with a best response that counts, of an analysis set, with the interval of that count."""

    counted: tuple[str, ...]
    not_counted: tuple[str, ...]
    without_response: tuple[str, ...]
    interval: Interval
    why: tuple[str, ...]

    @property
    def n_counted(self) -> int:
        """Numerator."""
        return len(self.counted)

    @property
    def n_subjects(self) -> int:
        """Denominator: the whole analysis set."""
        return len(self.counted) + len(self.not_counted)


def months(days: int) -> Decimal:
    """Days as months of 30.4375 days, unrounded."""
    return Decimal(days) / DAYS_PER_MONTH


def overall_survival(timeline: Timeline) -> TimeToEvent:
    """Infusion to death from any cause; alive is censored when last known alive, at most at the cut-off.

    Anything dated after the cut-off, a death too, proves that the subject was alive at the cut-off.
    Raises TimelineError.
    """
    _check(timeline)
    start, cutoff, death = timeline.infusion_on, timeline.cutoff_on, timeline.death_on
    if death is not None and (cutoff is None or death <= cutoff):
        return TimeToEvent(start, death, True, Reason.DEATH, (f"Died on {death}: event.",))
    signs = [start, *(scan.on for scan in timeline.assessments)]
    signs += [on for on in (timeline.last_known_alive_on, timeline.new_therapy_on, death) if on is not None]
    last = max(signs)
    if cutoff is not None and last > cutoff:
        why = f"Known alive after the cut-off of {cutoff}: censored at the cut-off."
        return TimeToEvent(start, cutoff, False, Reason.ALIVE, (why,))
    return TimeToEvent(start, last, False, Reason.ALIVE, (f"Last known alive on {last}: censored.",))


def progression_free_survival(timeline: Timeline, rules: EndpointRules) -> TimeToEvent:
    """Origin to the first progression or death, censored by the FDA or the EMA rules.

    Adequate scans are CR, PR, SD and Non-CR/Non-PD on or before the event. Assessments on or before the
    infusion, after death and everything after the cut-off are not seen. Raises TimelineError.
    """
    _check(timeline)
    seen = _seen(timeline)
    origin = _origin(seen, rules.pfs_origin)
    unseen = _unseen(timeline, seen)

    def end(on: datetime.date, event: bool, reason: Reason, why: str) -> TimeToEvent:
        return TimeToEvent(origin, on, event, reason, (f"From {rules.pfs_origin} on {origin}.", *unseen, why))

    if seen.baseline_on is None:
        return end(origin, False, Reason.NO_BASELINE, "No baseline assessment: censored at the origin.")
    event_on, cause = _first_event(seen)
    adequate = _adequate(seen, event_on)
    if rules.censoring is Censoring.FDA and (cut := _fda_censoring(seen, event_on, adequate, rules)):
        last, reason, why = cut
        return end(last or origin, False, reason, f"{why}: censored at {_at(last)}.")
    if event_on is not None:
        return end(event_on, True, cause, f"{cause.capitalize()} on {event_on}: event.")
    if not adequate:
        why = "No adequate scan after baseline: censored at the origin."
        return end(origin, False, Reason.NO_POST_BASELINE, why)
    return end(adequate[-1], False, Reason.ONGOING, f"No event: censored at {_at(adequate[-1])}.")


def duration_of_response(timeline: Timeline, rules: EndpointRules) -> TimeToEvent | None:
    """First response to the end of progression-free survival; None without such a response.

    The start is the first scan of the earliest confirmed pair, not the confirming one. Raises TimelineError.
    """
    pfs = progression_free_survival(timeline, rules)
    seen = _seen(timeline)
    if seen.baseline_on is None:
        return None
    used = used_responses(seen.assessments, new_therapy_on=seen.new_therapy_on)
    if rules.require_confirmation:
        pair = confirmed_pair(used, rules=rules.response)
        start = pair[0] if pair else None
        why = f"Response on {pair[0]}, confirmed on {pair[1]}." if pair else ""
    else:
        start = first_response(used)
        why = f"First response on {start}; confirmation was not asked for."
    if start is None:
        return None
    return replace(pfs, start_on=start, why=(why, *pfs.why[1:]))


def response_rate(
    best: Mapping[str, Response],
    analysis_set: Sequence[str],
    *,
    interval: Callable[[int, int], Interval],
) -> Rate[Interval]:
    """Objective response rate: CR or PR among all subjects of the set; one without response counts as no.

    Args:
        best: best overall response by subject, confirmed or not as the table asks.
        analysis_set: the denominator, each subject once.
        interval: count and size of the set to an estimate with its limits, such as an exact binomial one.
    Raises:
        ValueError: a subject is twice in the set.
    """
    return _rate(best, analysis_set, (Response.CR, Response.PR), interval)


def disease_control_rate(
    best: Mapping[str, Response],
    analysis_set: Sequence[str],
    *,
    interval: Callable[[int, int], Interval],
    count_non_cr_non_pd: bool = False,
) -> Rate[Interval]:
    """Disease control rate: CR, PR or SD, and Non-CR/Non-PD where asked. Arguments as `response_rate`."""
    counted = (Response.CR, Response.PR, Response.SD)
    return _rate(best, analysis_set, (*counted, Response.NON_CR_NON_PD) if count_non_cr_non_pd else counted, interval)


def _rate(
    best: Mapping[str, Response],
    analysis_set: Sequence[str],
    wanted: tuple[Response, ...],
    interval: Callable[[int, int], Interval],
) -> Rate[Interval]:
    if len(set(analysis_set)) != len(analysis_set):
        raise ValueError("a subject is listed twice in the analysis set")
    counted = tuple(subject for subject in analysis_set if best.get(subject) in wanted)
    without = tuple(subject for subject in analysis_set if best.get(subject, Response.NE) is Response.NE)
    chosen = set(counted)
    others = tuple(subject for subject in analysis_set if subject not in chosen)
    why = (
        f"{len(counted)} of {len(analysis_set)} subjects have {', '.join(wanted)} as best response.",
        f"{len(without)} subjects without an evaluable response are in the denominator.",
    )
    return Rate(counted, others, without, interval(len(counted), len(analysis_set)), why)


def _check(timeline: Timeline) -> None:
    infusion, cutoff, death = timeline.infusion_on, timeline.cutoff_on, timeline.death_on
    if cutoff is not None and cutoff < infusion:
        raise TimelineError(f"data_cutoff_date {cutoff} is before infusion_date {infusion}.")
    if death is not None and death < infusion:
        raise TimelineError(f"death_date {death} is before infusion_date {infusion}.")
    dates: set[datetime.date] = set()
    for i, scan in enumerate(timeline.assessments):
        if scan.on in dates:
            raise TimelineError(f"assessments[{i}].date {scan.on} is also the date of another assessment.")
        dates.add(scan.on)


def _seen(timeline: Timeline) -> Timeline:
    """What is known at the cut-off, oldest first; no scan on or before the infusion, none after death."""
    cutoff = timeline.cutoff_on or datetime.date.max
    last = min(cutoff, timeline.death_on or cutoff)

    def known(on: datetime.date | None) -> datetime.date | None:
        return on if on is not None and on <= cutoff else None

    scans = sorted(
        (scan for scan in timeline.assessments if timeline.infusion_on < scan.on <= last),
        key=lambda scan: scan.on,
    )
    return replace(
        timeline,
        assessments=tuple(scans),
        baseline_on=known(timeline.baseline_on),
        new_therapy_on=known(timeline.new_therapy_on),
        death_on=known(timeline.death_on),
    )


def _unseen(timeline: Timeline, seen: Timeline) -> tuple[str, ...]:
    """One sentence that names the assessments left out, if any."""
    used = {scan.on for scan in seen.assessments}
    left_out = sorted(scan.on for scan in timeline.assessments if scan.on not in used)
    if not left_out:
        return ()
    days = ", ".join(map(str, left_out))
    return (f"Not seen, because up to the infusion, after death or after the cut-off: {days}.",)


def _origin(timeline: Timeline, origin: Origin) -> datetime.date:
    if origin is Origin.INFUSION:
        return timeline.infusion_on
    on = timeline.enrolment_on if origin is Origin.ENROLMENT else timeline.leukapheresis_on
    if on is None:
        raise TimelineError(f"{origin}_date is required when pfs_origin is {origin}.")
    if on > timeline.infusion_on:
        raise TimelineError(f"{origin}_date {on} is after infusion_date {timeline.infusion_on}.")
    return on


def _first_event(seen: Timeline) -> tuple[datetime.date | None, Reason]:
    """The earlier of the first progression and death; progression on the day of death is progression."""
    progressed = next((scan.on for scan in seen.assessments if scan.overall is Response.PD), None)
    if progressed is not None and (seen.death_on is None or progressed <= seen.death_on):
        return progressed, Reason.PROGRESSION
    return seen.death_on, Reason.DEATH


def _adequate(seen: Timeline, event_on: datetime.date | None) -> list[datetime.date]:
    """Dates of the adequate scans on or before the event, oldest first."""
    return [
        scan.on for scan in seen.assessments if scan.overall in ADEQUATE and (event_on is None or scan.on <= event_on)
    ]


def _fda_censoring(
    seen: Timeline,
    event_on: datetime.date | None,
    adequate: Sequence[datetime.date],
    rules: EndpointRules,
) -> tuple[datetime.date | None, Reason, str] | None:
    """The last adequate scan and the reason when new therapy or a gap comes before the event; else None."""
    therapy = seen.new_therapy_on
    if therapy is not None and (event_on is None or therapy < event_on):
        last = max((on for on in adequate if on <= therapy), default=None)
        return last, Reason.NEW_THERAPY, f"New anticancer therapy on {therapy} came before any event"
    if event_on is None:
        return None
    last = adequate[-1] if adequate else None
    missed = _missed(seen, last, event_on, rules)
    if len(missed) < rules.max_missed:
        return None
    days = ", ".join(map(str, missed))
    return last, Reason.MISSED_ASSESSMENTS, f"The scans of day {days} were missed before {event_on}"


def _missed(
    seen: Timeline, last: datetime.date | None, event_on: datetime.date, rules: EndpointRules
) -> tuple[int, ...]:
    """The scheduled days whose whole window lies between the last adequate scan and the event."""
    last_day = (last - seen.infusion_on).days if last else 0
    event_day = (event_on - seen.infusion_on).days
    window = rules.scan_window_days
    return tuple(
        day for day in sorted(rules.scheduled_scan_days) if day - window > last_day and day + window < event_day
    )


def _at(on: datetime.date | None) -> str:
    return f"the last adequate scan on {on}" if on else "the origin"
