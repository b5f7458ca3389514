"""Kinetics of the product and markers of inflammation: parameters, curves and summaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from assessments.analysis.markers import marker_parts
from assessments.analysis.profiles import Measured, samples_after_origin
from assessments.day_28 import METHOD, Area, Ends, area_to_day_28
from assessments.kinetics import DoseValue, Kinetics, Settings, analyse, by_dose_level
from trial_edc.crf.spec import protocol
from trial_edc.exports.numbers import NOT_ESTIMABLE, plain, significant, summary
from trial_edc.exports.study import Book, StudyData, days_label, reads
from trial_edc.exports.tables import Cell, Figure, Part, Table, row
from trial_edc.protocol.analysis import Profile

MARKS = {Ends.TLAST: " *", Ends.SAMPLE: " †"}


@dataclass(frozen=True)
class Subject:
    """A subject's profile with its parameters."""

    book: Book
    samples: tuple[Measured, ...]
    found: Kinetics

    @property
    def cohort(self) -> str:
        return self.book.cohort or _("not known")

    def value(self, name: str) -> float | None:
        value = self.found.values.get(name)
        return None if value is None else float(value)

    @cached_property
    def area(self) -> Area:
        """AUC to day 28 and where it ends."""
        samples = [(sample.days, sample.study_day) for sample in self.samples]
        by_calendar = protocol().settings.area_ends_on_calendar_day
        return area_to_day_28(self.found, samples, by_calendar=by_calendar)

    @property
    def auc_28(self) -> float | None:
        return self.area.value


@reads("pk", "cyt")
def section(study: StudyData) -> tuple[Part, ...]:
    """Kinetics of each profile the plan names, then the markers."""
    parts = tuple(_part(study, profile) for profile in study.plan.profiles)
    return (*parts, *marker_parts(study))


def _part(study: StudyData, profile: Profile) -> Part:
    subjects = _subjects(study, profile)
    return Part(
        code=f"kinetics-{profile.code}",
        title=_("Kinetics: %(what)s") % {"what": _(profile.label)},
        tables=(_by_level(subjects, profile, study), _by_subject(subjects, profile, study)),
        figures=(_figure(subjects, profile, study),) if subjects else (),
        numbers=_numbers(subjects),
    )


def _subjects(study: StudyData, profile: Profile) -> tuple[Subject, ...]:
    """Subjects with at least one sample, by cohort and number."""
    settings = Settings(time_unit="day", kind="cart" if profile.kind == "cart" else "plasma")
    found = []
    for book in study.members("infused"):
        samples = samples_after_origin(book, profile, study.cutoff_on)
        if samples:
            found.append(Subject(book, samples, analyse([one.sample for one in samples], settings)))
    order = {cohort: n for n, cohort in enumerate(study.cohorts)}
    return tuple(sorted(found, key=lambda one: (order.get(one.book.cohort, len(order)), one.book.code)))


def _columns(profile: Profile) -> tuple[tuple[str, str], ...]:
    """(name of the value, column): the partial area only where the analysis has one."""
    unit = profile.unit
    areas = [("auc_28", _("AUC0–28d (%(unit)s × day)") % {"unit": unit})] if profile.kind == "cart" else []
    return (
        ("cmax", _("Cmax (%(unit)s)") % {"unit": unit}),
        ("tmax", _("Tmax (day)")),
        ("tlast", _("Tlast (day)")),
        *areas,
        (f"auclast_{METHOD}", _("AUClast (%(unit)s × day)") % {"unit": unit}),
        ("half_life", _("Half-life (day)")),
    )


def _value(one: Subject, name: str) -> float | None:
    return one.auc_28 if name == "auc_28" else one.value(name)


def _by_subject(subjects: Sequence[Subject], profile: Profile, study: StudyData) -> Table:
    rows = []
    for one in subjects:
        n_below = sum(sample.is_below for sample in one.samples)
        samples = Cell(f"{len(one.samples)} ({n_below})", tuple(one.book.link(sample.record) for sample in one.samples))
        cells = []
        for name, _title in _columns(profile):
            mark = MARKS.get(one.area.ends, "") if name == "auc_28" else ""
            cells.append(Cell(significant(_value(one, name)) + mark))
        rows.append(row(Cell(one.book.code, (one.book.link(),)), one.cohort, samples, *cells))
    return Table(
        f"{profile.code}-subjects",
        _("%(what)s: parameters by subject") % {"what": _(profile.label)},
        (
            _("Subject"),
            _(study.plan.cohort_label),
            _("Samples (below the limit)"),
            *(title for _n, title in _columns(profile)),
        ),
        tuple(rows),
        notes=_notes(subjects, profile),
        empty=_("No sample with a result after day 0."),
    )


def _notes(subjects: Sequence[Subject], profile: Profile) -> tuple[str, ...]:
    notes = [
        _("Actual times from day 0. Values below the limit: 0 before the first quantifiable one,"
          " left out between, not used after the last. Areas linear up, logarithmic down."),
        _("NE: not estimable."),
    ]  # fmt: skip
    ends = {one.area.ends for one in subjects} if profile.kind == "cart" else set()
    if Ends.TLAST in ends:
        notes.append(_("* Below the limit at day 28 and after: AUClast stands in place of AUC0–28d."))
    if Ends.SAMPLE in ends:
        notes.append(_("† Ends at the sample of day 28, which was taken less than 28 × 24 h after the start."))
    reasons: dict[str, list[str]] = {}
    for one in subjects:
        if profile.kind == "cart" and one.auc_28 is None:
            why = one.found.not_estimable.get(f"auc_0_28d_{METHOD}", "")
            reasons.setdefault(why, []).append(one.book.code)
    notes += [f"AUC0–28d: {', '.join(codes)}: {why}" for why, codes in reasons.items() if why]
    return tuple(notes)


def _by_level(subjects: Sequence[Subject], profile: Profile, study: StudyData) -> Table:
    rows = []
    for level in dict.fromkeys(one.cohort for one in subjects):
        mine = [one for one in subjects if one.cohort == level]
        cells = [_level_cell(mine, level, name) for name, _title in _columns(profile)]
        rows.append(row(level, Cell(str(len(mine)), tuple(one.book.link() for one in mine)), *cells))
    return Table(
        f"{profile.code}-levels",
        _("%(what)s: summary") % {"what": _(profile.label)},
        (_(study.plan.cohort_label), _("Subjects"), *(title for _n, title in _columns(profile))),
        tuple(rows),
        notes=(_("Geometric mean (geometric CV) [n]; times as median (lowest–highest) [n]."),),
        empty=_("No sample with a result after day 0."),
    )


def _level_cell(mine: Sequence[Subject], level: str, name: str) -> Cell:
    known = [one for one in mine if _value(one, name) is not None]
    links = tuple(one.book.link() for one in known)
    if name in ("tmax", "tlast"):
        times = summary([_value(one, name) or 0.0 for one in known])
        if not times.n:
            return Cell(NOT_ESTIMABLE)
        spread = f"{significant(times.minimum)}–{significant(times.maximum)}"
        return Cell(f"{significant(times.median)} ({spread}) [{times.n}]", links)
    (found,) = by_dose_level([DoseValue(one.book.code, level, _value(one, name)) for one in mine])
    if found.geometric_mean is None:
        return Cell(NOT_ESTIMABLE)
    spread = "" if found.geometric_cv_percent is None else f" ({significant(found.geometric_cv_percent)} %)"
    left_out = {subject for subject, _why in found.left_out}
    return Cell(
        f"{significant(found.geometric_mean)}{spread} [{found.n}]",
        tuple(one.book.link() for one in known if one.book.code not in left_out),
    )


def _figure(subjects: Sequence[Subject], profile: Profile, study: StudyData) -> Figure:
    title = _("%(what)s over time") % {"what": _(profile.label)}
    points = [
        row(
            Cell(one.book.code, (one.book.link(),)),
            one.cohort,
            significant(sample.days, 4),
            Cell(_below() if sample.is_below else significant(sample.value), (one.book.link(sample.record),)),
        )
        for one in subjects
        for sample in one.samples
    ]  # fmt: skip
    data: dict[str, Any] = {
        "unit": profile.unit,
        "cohorts": list(dict.fromkeys(one.cohort for one in subjects)),
        "curves": [
            {
                "subject": one.book.code,
                "cohort": one.cohort,
                "points": [[str(s.days), None if s.is_below else str(s.value)] for s in one.samples],
            }
            for one in subjects
        ],
        "x_label": days_label(study),
    }
    columns = (_("Subject"), _(study.plan.cohort_label), _("Day"), _("Value (%(unit)s)") % {"unit": profile.unit})
    return Figure(
        code=f"{profile.code}-curves",
        title=title,
        draw="assessments.figures.curves.draw",
        data=data,
        twin=Table(f"{profile.code}-curves", title, columns, tuple(points)),
        alt=_("One line for each of %(n)d subjects, logarithmic scale, coloured by group.") % {"n": len(subjects)},
    )


def _below() -> str:
    return _("below the limit")


def _numbers(subjects: Sequence[Subject]) -> dict[str, Any]:
    return {
        "subjects": {
            one.book.code: {
                "cohort": one.book.cohort,
                "n_samples": len(one.samples),
                **plain({"auc_28": one.auc_28}),
                **plain(dict(one.found.values)),
                "not_estimable": dict(one.found.not_estimable),
            }
            for one in subjects
        },
        "levels": {
            name: [
                plain({"level": each.dose_level, "n": each.n, "geometric_mean": each.geometric_mean,
                       "geometric_cv_percent": each.geometric_cv_percent})
                for each in by_dose_level([DoseValue(s.book.code, s.book.cohort, _value(s, name)) for s in subjects])
            ]
            for name in ("cmax", "auc_28", f"auclast_{METHOD}")
        },
    }  # fmt: skip
