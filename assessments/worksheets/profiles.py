"""Samples of one analyte over time: what the chart, its table and the parameters of kinetics start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from assessments.crfs.cyt import time_points as cytokine_points
from assessments.crfs.pk import time_points as kinetic_points
from assessments.day_28 import Area, area_to_day_28
from assessments.kinetics import Kinetics, Sample, Settings, analyse
from assessments.samples import day_of_sample
from trial_edc.casebook.reader import Casebook
from trial_edc.crf.anchors import infusion_at
from trial_edc.crf.spec import form_spec, protocol
from trial_edc.crf.values import FormRecord, display
from trial_edc.protocol.windows import planned_date

SECONDS = timedelta(seconds=1)


@dataclass(frozen=True)
class Curve:
    """An analyte that is followed over time."""

    key: str
    form: str
    dated_by: str
    prefix: str


CURVES = (
    Curve("pkcopy", "pk", "pkdtc", "pk"),
    Curve("pkflow", "pk", "pkdtc", "pk"),
    *(Curve(key, "cyt", "cytdtc", "cyt") for key in ("il6", "ifng", "ferr", "crp", "il10", "tnfa", "il2r")),
)


@dataclass(frozen=True)
class Point:
    """One sample: days since the start of the infusion (negative before it), value in the standard unit.

    `limit` is the lower limit of quantification in the standard unit; a value `is_below` it is drawn there.
    `planned_on` is the day the schedule gave it.
    """

    record: FormRecord
    taken: datetime
    on: date
    days: Decimal
    value: Decimal
    is_below: bool
    limit: Decimal | None
    shown: str
    time_point: str
    planned_on: date | None


def points_of(curve: Curve, casebook: Casebook, anchors: Any) -> tuple[Point, ...]:
    """Samples with a result, by time; blood alone where the form names the specimen."""
    start = infusion_at(casebook)
    if start is None:
        return ()
    found = []
    for record in casebook[curve.form]:
        taken, value = record[curve.dated_by], record[curve.key]
        if (
            taken is None
            or not isinstance(value, Decimal)
            or (curve.form == "pk" and record.pkmat not in (None, "BLOOD"))
        ):
            continue
        found.append(_point(curve, record, taken, value, casebook, start, anchors))
    return tuple(sorted(found, key=lambda one: one.days))


def _point(
    curve: Curve, record: FormRecord, taken: datetime, value: Decimal, casebook: Casebook, start: datetime, anchors: Any
) -> Point:
    about = record.meta.get(curve.key, {})
    form = form_spec(curve.form, record.protocol_version, visit_code=record.visit_code, analytes=(curve.key,))
    typed = Decimal(about["typed"]) if about.get("typed") else value
    limit = record[f"{curve.prefix}lloq.{curve.key}"]
    is_below = str(about.get("qualifier", "")).startswith("<") or (limit is not None and typed < limit)
    ratio = value / typed if typed else Decimal(1)
    visit = protocol().visit(record.visit_code)
    labels = dict((kinetic_points if curve.form == "pk" else cytokine_points)(casebook))
    code = record[f"{curve.prefix}tpt"]
    return Point(
        record,
        taken,
        day_of_sample(record, casebook, curve.dated_by),
        round(Decimal((taken - start) // SECONDS) / 86_400, 4),
        value,
        is_below,
        None if limit is None else limit * ratio,
        display(form[curve.key], value, about),
        str(labels.get(code, code or "")),
        planned_date(visit, anchors) if visit.target_day is not None else None,
    )


def parameters(points: tuple[Point, ...], *, is_product: bool) -> Kinetics | None:
    """Cmax, Tmax, Tlast and areas; None without a sample at or after the infusion. Of two at one time the first."""
    samples: dict[Decimal, Sample] = {}
    for one in points:
        if one.days >= 0:
            samples.setdefault(one.days, Sample(one.days, Decimal(0) if one.is_below else one.value))
    if not samples:
        return None
    return analyse(list(samples.values()), Settings(time_unit="day", kind="cart" if is_product else "plasma"))


def area_of(points: tuple[Point, ...], found: Kinetics, infusion: date) -> Area:
    """AUC to day 28 of the product, with the study's rule for the sample of that day."""
    samples = [(one.days, (one.on - infusion).days) for one in points if one.days >= 0]
    return area_to_day_28(found, samples, by_calendar=protocol().settings.area_ends_on_calendar_day)
