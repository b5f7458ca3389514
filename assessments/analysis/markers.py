"""Cytokines and other markers: each time point in short, change and fold change from baseline, peaks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.analysis.profiles import elapsed_days
from assessments.quantification import BEFORE, planned_time_points
from trial_edc.casebook.study import study as protocol
from trial_edc.crf.values import FormRecord
from trial_edc.exports.numbers import plain, significant, summary
from trial_edc.exports.study import Book, StudyData
from trial_edc.exports.tables import Cell, Part, Table, row
from trial_edc.protocol.analysis import Markers


@dataclass(frozen=True)
class Value:
    """A value of one subject; `point` is the code of its planned time point, "" for an unscheduled one."""

    book: Book
    days: Decimal
    point: str
    value: Decimal
    record: FormRecord


@dataclass(frozen=True)
class Series:
    """The values of one subject by time, those before the origin apart."""

    book: Book
    before: tuple[Value, ...]
    after: tuple[Value, ...]

    @property
    def baseline(self) -> Value | None:
        """The last value before the origin."""
        return self.before[-1] if self.before else None

    def at(self, point: str) -> Value | None:
        """The first value at a time point."""
        return next((one for one in (*self.before, *self.after) if one.point == point), None)

    @property
    def peak(self) -> Value | None:
        """The highest value after the origin, the first of equal ones."""
        return max(self.after, key=lambda one: (one.value, -one.days), default=None)


def marker_parts(study: StudyData) -> tuple[Part, ...]:
    """One part with a table for each marker; () for a study without markers."""
    markers = study.plan.markers
    if markers is None:
        return ()
    tables: list[Table] = []
    numbers: dict[str, Any] = {}
    peaks = []
    for analyte in markers.analytes:
        series = [one for book in study.members("infused") if (one := _series(book, markers, analyte, study))]
        if not series:
            continue
        table, found = _table(analyte, series, markers)
        tables.append(table)
        numbers[analyte] = found
        peaks += [_peak_row(analyte, one) for one in series if one.peak]
        numbers[analyte]["peaks"] = {one.book.code: _peak_numbers(one) for one in series if one.peak}
    tables.append(_peaks(peaks))
    return (Part("markers", _("Cytokines and markers of inflammation"), tuple(tables), (), numbers),)


def unit_of(analyte: str) -> str:
    known = protocol().analytes[analyte]
    return known.units[0].code if known.units else ""


def _series(book: Book, markers: Markers, analyte: str, study: StudyData) -> Series | None:
    values = []
    for record in book.casebook[markers.form]:
        value, taken = record[analyte], record[markers.dated_by]
        day = book.day_of(taken)
        if isinstance(value, Decimal) and day is not None and day <= study.cutoff_on:
            point = record[markers.time_point] or ""
            values.append(Value(book, elapsed_days(book, taken), str(point), value, record))
    if not values:
        return None
    values.sort(key=lambda one: one.days)
    before = tuple(one for one in values if one.days < 0 or one.point == BEFORE)
    return Series(book, before, tuple(one for one in values if not (one.days < 0 or one.point == BEFORE)))


def _table(analyte: str, series: Sequence[Series], markers: Markers) -> tuple[Table, dict[str, Any]]:
    rows, numbers = [], {}
    for code, label in planned_time_points(markers.form):
        taken = [value for one in series if (value := one.at(code))]
        if not taken:
            continue
        pairs = [
            (value, one.baseline) for one in series if one.baseline and (value := one.at(code)) and value in one.after
        ]
        shown, found = _line(str(label), taken, pairs)
        rows.append(shown)
        numbers[code] = found
    name = _(protocol().analytes[analyte].label)
    columns = (
        *(_("Time point"), _("n"), _("Mean"), _("SD"), _("Median"), _("Lowest–highest")),
        *(_("Change: n"), _("Change: mean (SD)"), _("Change: median"), _("Fold change: geometric mean")),
        _("Fold change: median (lowest–highest)"),
    )
    notes = (
        _("Baseline is the last value before the infusion; a value below the limit counts as the limit."),
        _("A fold change needs two values above 0."),
    )
    title = f"{name} ({unit_of(analyte)})"
    return Table(f"marker-{analyte}", title, columns, tuple(rows), notes), {"time_points": numbers}


def _line(label: str, taken: Sequence[Value], pairs: Sequence[tuple[Value, Value]]) -> tuple[Any, dict[str, Any]]:
    values = summary([one.value for one in taken])
    change = summary([now.value - then.value for now, then in pairs])
    folds = [float(now.value / then.value) for now, then in pairs if now.value > 0 and then.value > 0]
    fold = summary(folds)
    geometric = math.exp(math.fsum(math.log(one) for one in folds) / len(folds)) if folds else None
    spread = f"{significant(change.mean)} ({significant(change.sd)})" if change.n else ""
    folds_shown = f"{significant(fold.median)} ({significant(fold.minimum)}–{significant(fold.maximum)})"
    shown = row(
        label,
        Cell(str(values.n), tuple(one.book.link(one.record) for one in taken)),
        significant(values.mean),
        significant(values.sd),
        significant(values.median),
        f"{significant(values.minimum)}–{significant(values.maximum)}",
        Cell(str(change.n), tuple(now.book.link(now.record) for now, _then in pairs)),
        spread,
        significant(change.median) if change.n else "",
        significant(geometric) if folds else "",
        folds_shown if folds else "",
    )
    numbers = {
        "value": values.as_numbers(),
        "change": change.as_numbers(),
        "fold": {**fold.as_numbers(), "geometric_mean": geometric},
    }
    return shown, plain(numbers)


def _peak_row(analyte: str, one: Series) -> Any:
    peak = one.peak
    assert peak is not None
    base = one.baseline
    fold = significant(peak.value / base.value) if base and base.value > 0 and peak.value > 0 else ""
    return row(
        _(protocol().analytes[analyte].label),
        Cell(one.book.code, (one.book.link(),)),
        Cell(significant(base.value), (one.book.link(base.record),)) if base else "",
        Cell(f"{significant(peak.value)} {unit_of(analyte)}", (one.book.link(peak.record),)),
        significant(peak.days),
        fold,
    )


def _peak_numbers(one: Series) -> dict[str, Any]:
    peak = one.peak
    assert peak is not None
    base = one.baseline.value if one.baseline else None
    fold = float(peak.value / base) if base and peak.value > 0 else None
    found = {"peak": peak.value, "day": peak.days, "baseline": base, "fold": fold}
    return dict(plain(found))


def _peaks(rows: Sequence[Any]) -> Table:
    return Table(
        "marker-peaks",
        _("Peaks after the infusion"),
        (_("Marker"), _("Subject"), _("Baseline"), _("Peak"), _("Day of the peak"), _("Times baseline")),
        tuple(rows),
        empty=_("No value after the infusion."),
    )
