"""Duration of response, progression-free and overall survival: estimates, sensitivities, curves, contributions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assessments.analysis.timelines import Subject, endpoint_rules, with_source
from assessments.endpoints import (
    DAYS_PER_MONTH,
    Censoring,
    Origin,
    Reason,
    TimelineError,
    TimeToEvent,
    months,
)
from assessments.survival import (
    Curve,
    Landmark,
    kaplan_meier,
    landmark,
    numbers_at_risk,
    quantile,
    reverse_kaplan_meier,
    steps,
)
from trial_edc.crf.partial import text
from trial_edc.exports.numbers import NOT_ESTIMABLE, fixed, plain, span
from trial_edc.exports.study import StudyData
from trial_edc.exports.tables import Cell, Figure, Table, row
from trial_edc.protocol.analysis import AnalysisPlan

MONTH = float(DAYS_PER_MONTH)
Timed = Callable[[Subject], TimeToEvent | None]


@dataclass(frozen=True)
class Endpoint:
    """A time to an event of the subjects that have it; `left_out`: the others with the reason, "" = no response."""

    code: str
    label: str
    found: tuple[tuple[Subject, TimeToEvent], ...]
    left_out: tuple[tuple[Subject, str], ...]
    level: float

    @property
    def curve(self) -> Curve:
        """Kaplan-Meier in days, with the day of origin counted, log-log limits."""
        return kaplan_meier(*self._times, conf_type="log-log", conf_level=self.level)

    @property
    def follow_up(self) -> Curve:
        return reverse_kaplan_meier(*self._times, conf_type="log-log", conf_level=self.level)

    @property
    def _times(self) -> tuple[list[float], list[bool]]:
        return [float(one.days_plus_1) for _s, one in self.found], [one.event for _s, one in self.found]


def main_endpoints(subjects: Sequence[Subject], plan: AnalysisPlan) -> tuple[Endpoint, ...]:
    """DOR, PFS and OS as the plan has them."""
    rules = endpoint_rules(plan)
    return (
        _endpoint("dor", _("Duration of response"), subjects, plan, lambda one: one.duration(rules)),
        _endpoint("pfs", _("Progression-free survival"), subjects, plan, lambda one: one.progression(rules)),
        _endpoint("os", _("Overall survival"), subjects, plan, lambda one: one.survival()),
    )


def sensitivity_endpoints(subjects: Sequence[Subject], plan: AnalysisPlan, other: str) -> tuple[Endpoint, ...]:
    """The same by other rules: EMA censoring, other origins, unconfirmed responses, the other source."""
    ema = endpoint_rules(plan, censoring=Censoring.EMA)
    unconfirmed, standard = endpoint_rules(plan, confirmed=False), endpoint_rules(plan)
    others = [with_source(one, other) for one in subjects]
    found = [
        _endpoint("pfs_ema", _("PFS, EMA censoring"), subjects, plan, lambda one: one.progression(ema)),
        _endpoint("dor_ema", _("DOR, EMA censoring"), subjects, plan, lambda one: one.duration(ema)),
        _endpoint("dor_unconfirmed", _("DOR, unconfirmed responses"), subjects, plan,
                  lambda one: one.duration(unconfirmed)),
        _endpoint("pfs_other", _("PFS, other source of response"), others, plan,
                  lambda one: one.progression(standard)),
        _endpoint("dor_other", _("DOR, other source of response"), others, plan, lambda one: one.duration(standard)),
    ]  # fmt: skip
    for origin, sources, label in (
        (Origin.ENROLMENT, plan.enrolment, _("PFS from enrolment")),
        (Origin.LEUKAPHERESIS, plan.leukapheresis, _("PFS from leukapheresis")),
    ):
        if sources:
            rules = endpoint_rules(plan, origin=origin)
            found.append(_endpoint(f"pfs_from_{origin}", label, subjects, plan, _from(rules)))
    return tuple(found)


def estimate_table(
    code: str, title: str, endpoints: Sequence[Endpoint], study: StudyData, notes: Sequence[str] = ()
) -> Table:
    """One line for each endpoint: events, median, rates and follow-up."""
    plan = study.plan
    columns = (
        *("", _("Subjects"), _("Events"), _("Censored")),
        _("Median, months (%(level)d %%)") % {"level": plan.conf_level_percent},
        *(_("At %(n)d months, %% (%(level)d %%)") % {"n": n, "level": plan.conf_level_percent} for n in plan.months),
        _("Median follow-up, months"),
    )
    return Table(code, title, columns, tuple(_line(one, plan) for one in endpoints), tuple(notes))


def main_notes(study: StudyData) -> tuple[str, ...]:
    return (
        _("Survival counts from the %(origin)s; duration of response from the first scan of a confirmed response.")
        % {"origin": _(study.plan.origin_name)},
        _("Duration = end − origin + 1 day; a month is 30.4375 days. Kaplan-Meier with log-log limits; NE: not"
          " estimable. Follow-up by reverse Kaplan-Meier."),
        _("Censoring as in the FDA tables: new anticancer therapy and two or more missed scans censor at the last"
          " adequate scan before."),
    )  # fmt: skip


def contribution_table(endpoints: Sequence[Endpoint], subjects: Sequence[Subject]) -> Table:
    """What each subject contributes to each endpoint, and why."""
    by_code = {one.code: {subject.code: time for subject, time in one.found} for one in endpoints}
    why_not = {one.code: {subject.code: why for subject, why in one.left_out} for one in endpoints}
    rows = []
    for subject in subjects:
        best = f"{subject.best.confirmed.value} ({subject.best.unconfirmed.value})"
        cells = [Cell(subject.code, (subject.book.link(),)), Cell(best, subject.scan_links)]
        why = [*subject.problems, *subject.best.why_confirmed]
        for one in endpoints:
            time = by_code[one.code].get(subject.code)
            cells.append(Cell(_contribution(time) if time else (why_not[one.code].get(subject.code) or "–")))
            why += [f"{one.code.upper()}: {sentence}" for sentence in (time.why if time else ())]
        rows.append(row(*cells, _in_words_of_study(" ".join(why), subject.plan)))
    return Table(
        "subjects",
        _("What each subject contributes"),
        (_("Subject"), _("Best response, confirmed (unconfirmed)"), *(one.label for one in endpoints), _("Why")),
        tuple(rows),
        empty=_("No subject in this set."),
    )


def survival_numbers(endpoints: Sequence[Endpoint], plan: AnalysisPlan) -> dict[str, Any]:
    found = {}
    for one in endpoints:
        median = quantile(one.curve)
        follow_up = quantile(one.follow_up)
        found[one.code] = {
            "n": one.curve.n,
            "n_events": one.curve.n_events,
            "median_days": median.time,
            "median_lower_days": median.lower,
            "median_upper_days": median.upper,
            "follow_up_median_days": follow_up.time,
            "rates": {str(n): _landmark_numbers(landmark(one.curve, n * MONTH)) for n in plan.months},
            "subjects": {
                subject.code: {
                    "start": time.start_on.isoformat(),
                    "end": time.end_on.isoformat(),
                    "days": time.days_plus_1,
                    "event": time.event,
                    "reason": time.reason.value,
                }
                for subject, time in one.found
            },
            "left_out": {subject.code: why for subject, why in one.left_out},
        }
    return dict(plain(found))


def curve_figure(one: Endpoint, study: StudyData) -> Figure:
    """The Kaplan-Meier curve with its band, ticks, and who is at risk, censored and had the event."""
    curve = one.curve
    rows = [
        row(fixed(at.time / MONTH, 2), str(at.n_risk), str(died), str(censored), _percent(at.surv), _limits(at))
        for at, died, censored in zip(steps(curve), curve.events.tolist(), curve.censored.tolist(), strict=True)
    ]
    columns = (_("Months"), _("At risk"), _("Events"), _("Censored"), _("Without event, %"), _("Limits, %"))
    median = quantile(curve)
    alt = _("Kaplan-Meier curve of %(n)d subjects with %(events)d events; median %(median)s months.") % {
        "n": curve.n,
        "events": curve.n_events,
        "median": fixed(None if median.time is None else median.time / MONTH),
    }
    twin = Table(f"km-{one.code}", one.label, columns, tuple(rows))
    return Figure(
        f"km-{one.code}", one.label, "assessments.figures.kaplan_meier.draw", _curve_data(one, study), twin, alt
    )


def _curve_data(one: Endpoint, study: StudyData) -> dict[str, Any]:
    curve = one.curve
    axis = _axis(float(curve.time[-1]) / MONTH if curve.n else 1.0)
    happened = [curve.time <= at * MONTH + curve.time_tolerance for at in axis]
    points = steps(curve)
    data = {
        "n": curve.n,
        "steps": [[each.time / MONTH, each.surv, each.lower, each.upper] for each in points],
        "ticks": [
            [each.time / MONTH, each.surv]
            for each, censored in zip(points, curve.censored.tolist(), strict=True)
            if censored
        ],
        "axis": list(axis),
        "at_risk": list(numbers_at_risk(curve, [at * MONTH for at in axis])),
        "censored": [int(curve.censored[past].sum()) for past in happened],
        "events": [int(curve.events[past].sum()) for past in happened],
        "x_label": _x_label(one.code, study),
        "y_label": _("Without event, %"),
        "labels": {
            "at_risk": _("At risk"),
            "censored": _("Censored"),
            "events": _("Events"),
            "tick": _("censored"),
        },
    }
    return dict(plain(data))


def _endpoint(code: str, label: str, subjects: Sequence[Subject], plan: AnalysisPlan, timed: Timed) -> Endpoint:
    found, left_out = [], []
    for subject in subjects:
        try:
            time = timed(subject)
        except TimelineError as problem:
            left_out.append((subject, str(problem)))
            continue
        if time is None:
            left_out.append((subject, ""))
        else:
            found.append((subject, time))
    return Endpoint(code, label, tuple(found), tuple(left_out), plan.conf_level_percent / 100)


def _from(rules: Any) -> Timed:
    return lambda one: one.progression(rules)


def _line(one: Endpoint, plan: AnalysisPlan):
    curve = one.curve
    events = [subject for subject, time in one.found if time.event]
    censored = [subject for subject, time in one.found if not time.event]
    median, follow_up = quantile(curve), quantile(one.follow_up)
    in_months = [None if value is None else value / MONTH for value in (median.time, median.lower, median.upper)]
    return row(
        one.label,
        *(_subjects_cell(group) for group in ([subject for subject, _t in one.found], events, censored)),
        f"{fixed(in_months[0])} ({span(in_months[1], in_months[2])})" if curve.n else "–",
        *(_rate(landmark(curve, n * MONTH)) for n in plan.months),
        fixed(None if follow_up.time is None else follow_up.time / MONTH) if curve.n else "–",
    )


def _subjects_cell(subjects: Sequence[Subject]) -> Cell:
    return Cell(str(len(subjects)), tuple(one.book.link() for one in subjects))


def _rate(one: Landmark) -> str:
    if one.surv is None:
        return "–"
    if not one.n_risk and one.surv > 0:
        return NOT_ESTIMABLE
    return f"{_percent(one.surv)} ({_limits(one)})"


def _percent(value: float | None) -> str:
    return fixed(None if value is None else 100 * value)


def _limits(one: Landmark) -> str:
    return f"{_percent(one.lower)}–{_percent(one.upper)}"


def _landmark_numbers(one: Landmark) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("n_risk", "surv", "std_err", "lower", "upper")}


def _contribution(time: TimeToEvent) -> str:
    reasons = {
        Reason.DEATH: _("death"),
        Reason.ALIVE: _("alive"),
        Reason.PROGRESSION: _("progression"),
        Reason.ONGOING: _("no event at the last scan"),
        Reason.NO_BASELINE: _("no baseline"),
        Reason.NO_POST_BASELINE: _("no scan after baseline"),
        Reason.NEW_THERAPY: _("new therapy"),
        Reason.MISSED_ASSESSMENTS: _("scans missed"),
    }
    about = {"n": fixed(months(time.days_plus_1), 2), "day": text(time.end_on), "why": reasons[time.reason]}
    if time.event:
        return _("%(n)s months, event on %(day)s: %(why)s") % about
    return _("%(n)s months, censored on %(day)s: %(why)s") % about


def _in_words_of_study(sentences: str, plan: AnalysisPlan) -> str:
    """The science calls day 0 the infusion; a study may count from something else."""
    return sentences if plan.treated == "infused" else sentences.replace("infusion", plan.origin_name)


def _axis(last: float) -> tuple[int, ...]:
    """Months of the numbers at risk: at most nine, from 0 to past the last time."""
    step = next(size for size in (1, 2, 3, 6, 12, 24, 60) if last / size <= 8 or size == 60)
    return tuple(range(0, int(last // step + 2) * step, step))


def _x_label(code: str, study: StudyData) -> str:
    if code == "dor":
        return _("Months from the first response")
    return _("Months from the %(origin)s") % {"origin": _(study.plan.origin_name)}
