"""The kinetics page: one analyte over study days with CRS, tocilizumab and steroids, and its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.day_28 import METHOD, Area, Ends
from assessments.kinetics import Kinetics
from assessments.worksheets.charts import LogChart, log_chart
from assessments.worksheets.profiles import CURVES, Curve, Point, area_of, parameters, points_of
from trial_edc.casebook.dates import date_forms, subject_dates
from trial_edc.casebook.reader import Casebook, read
from trial_edc.casebook.selectors.sections import visit_title
from trial_edc.crf.anchors import infusion_at
from trial_edc.crf.parse import unit_label
from trial_edc.crf.partial import interval
from trial_edc.crf.partial import text as date_text
from trial_edc.crf.spec import protocol
from trial_edc.crf.values import FormRecord

SECOND = timedelta(seconds=1)
PRODUCT = "pkcopy"
MEDICATIONS = {"TOCI": "toci", "STEROID": "steroid"}


@dataclass(frozen=True)
class Parameter:
    """A parameter in words; `note` says why it is missing or what stands in for it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class SampleRow:
    """A sample as a line of the table twin."""

    visit: str
    url: str
    time_point: str
    planned: str
    taken: str
    day: str
    value: str
    is_below: bool
    off: str


@dataclass(frozen=True)
class Event:
    """What was going on: a CRS grade over days, or a dose at a moment, in study days."""

    kind: str
    text: str
    first: Decimal
    last: Decimal
    grade: int | None = None


@dataclass(frozen=True)
class KineticsSheet:
    """What `assessments/kinetics.html` shows."""

    subject: Any
    analyte: str
    label: str
    unit: str
    analytes: tuple[tuple[str, str, str, bool], ...]
    chart: LogChart | None
    rows: tuple[SampleRow, ...]
    parameters: tuple[Parameter, ...]
    events: tuple[tuple[str, str], ...]
    note: str


def kinetics_sheet(subject: Any, *, analyte: str = "") -> KineticsSheet:
    """The kinetics of one analyte ("" = the product). Two statements."""
    casebook = read(subject, {"pk", "cyt", "crs", "cm"} | date_forms())
    dates = subject_dates(casebook, subject.site, with_tracks=False)
    chosen = next((one for one in CURVES if one.key == analyte), CURVES[0])
    points = points_of(chosen, casebook, dates.anchors)
    events = _events(casebook, subject)
    known = protocol().analytes[chosen.key]
    unit = unit_label(known.units[0].code)
    return KineticsSheet(
        subject=subject,
        analyte=chosen.key,
        label=_(known.label),
        unit=unit,
        analytes=tuple(_link(subject, one, chosen) for one in CURVES),
        chart=log_chart(points, events) if points else None,
        rows=tuple(_row(one, subject) for one in points),
        parameters=_parameters(points, chosen, unit, dates.anchors.infusion),
        events=tuple((one.text, _days(one)) for one in events),
        note="" if dates.anchors.infusion else _("No infusion is recorded, so there is no day 0 to count from."),
    )


def is_followed(analyte: str) -> bool:
    return any(one.key == analyte and analyte in protocol().analytes for one in CURVES)


def _link(subject: Any, one: Curve, chosen: Curve) -> tuple[str, str, str, bool]:
    url = f"{reverse('kinetics', args=[subject.code])}?analyte={one.key}"
    return one.key, _(protocol().analytes[one.key].label), url, one == chosen


def _row(one: Point, subject: Any) -> SampleRow:
    zone = ZoneInfo(subject.site.time_zone)
    off = (one.on - one.planned_on).days if one.planned_on else 0
    return SampleRow(
        visit=visit_title(one.record.visit_code),
        url=reverse("visit", args=[subject.code, one.record.visit_code]) + f"#form-{one.record.form_code}",
        time_point=one.time_point,
        planned=date_text(one.planned_on) if one.planned_on else "",
        taken=date_text(one.taken, zone),
        day=f"{one.days.quantize(Decimal('0.01'))}".replace("-", "\u2212"),
        value=one.shown,
        is_below=one.is_below,
        off=_off(off),
    )


def _off(days: int) -> str:
    if days > 0:
        return _("%(n)d d late") % {"n": days}
    return _("%(n)d d early") % {"n": -days} if days < 0 else ""


def _parameters(points: tuple[Point, ...], curve: Curve, unit: str, infusion: date | None) -> tuple[Parameter, ...]:
    found = parameters(points, is_product=curve.key == PRODUCT)
    if found is None or infusion is None:
        return ()
    lines = [
        (_("Cmax"), "cmax", unit),
        (_("Tmax"), "tmax", _("days")),
        (_("Tlast"), "tlast", _("days")),
    ]
    listed = [_parameter(found, label, key, suffix, is_time=key != "cmax") for label, key, suffix in lines]
    area_unit = f"{unit} × {_('day')}"
    if curve.key == PRODUCT:
        area = area_of(points, found, infusion)
        shown = "–" if area.value is None else f"{_number(area.value)}\u00a0{area_unit}"
        listed.append(Parameter(_("AUC0–28d"), shown, _area_note(area)))
    listed.append(_parameter(found, _("AUClast"), f"auclast_{METHOD}", area_unit))
    return tuple(listed)


def _area_note(area: Area) -> str:
    if area.value is None:
        return _("No sample at day 28 or later, or none quantifiable, by the time of the sample.")
    if area.ends is Ends.SAMPLE:
        return _("Ends at the sample of day 28, which was taken less than 28 × 24 h after the start.")
    return _("AUClast in its place: the late samples are below the limit.") if area.ends is Ends.TLAST else ""


def _parameter(found: Kinetics, label: str, key: str, unit: str, *, is_time: bool = False) -> Parameter:
    value = found.values.get(key)
    if value is None:
        return Parameter(label, "–", _("No sample was quantifiable."))
    shown = f"{value:.2f}".rstrip("0").rstrip(".") if is_time else _number(float(value))
    return Parameter(label, f"{shown}\u00a0{unit}")


def _number(value: float) -> str:
    """Four significant digits, no exponent, no thousands separator."""
    rounded = Decimal(f"{value:.4g}")
    return f"{rounded.normalize():f}" if rounded else "0"


def _events(casebook: Casebook, subject: Any) -> tuple[Event, ...]:
    """CRS by day, then doses of tocilizumab and corticosteroids, in study days."""
    start = infusion_at(casebook)
    if start is None:
        return ()
    zone = ZoneInfo(subject.site.time_zone)
    day_0 = start.astimezone(zone).date()
    found: list[Event] = []
    for record in sorted((one for one in casebook["crs"] if one.crsdtc), key=lambda one: one.crsdtc):
        grade = int(record.crsgri) if record.crsgri not in (None, "") else record.crsgrd
        if grade:
            day = Decimal((record.crsdtc.astimezone(zone).date() - day_0).days)
            found.append(Event("crs", _("CRS grade %(grade)d") % {"grade": grade}, day, day + 1, grade))
        for kind, doses in (("toci", record.crstoci), ("steroid", record.crsster)):
            found += [_dose(kind, dose, start, zone) for dose in doses or []]
    found += [_medication(one, start, zone) for one in casebook["cm"] if one.cmcat in MEDICATIONS and one.cmstdtc]
    # A dose may stand on the CRS form and among the medication: it is drawn once.
    once = {(one.kind, one.first, one.grade): one for one in reversed(found)}
    return tuple(sorted(once.values(), key=lambda one: (one.kind != "crs", one.first)))


def _medication(record: FormRecord, start: datetime, zone: ZoneInfo) -> Event:
    given = interval(record.cmstdtc, zone)[0].replace(tzinfo=zone)
    day = round(Decimal((given - start) // SECOND) / 86_400, 2)
    return Event(MEDICATIONS[record.cmcat], record.cmtrt or "", day, day)


def _dose(kind: str, dose: dict[str, Any], start: datetime, zone: ZoneInfo) -> Event:
    given = interval(str(dose["given"]), zone)[0].replace(tzinfo=zone)
    day = round(Decimal((given - start) // SECOND) / 86_400, 2)
    name = _("Tocilizumab") if kind == "toci" else str(dose.get("drug") or _("Corticosteroid"))
    amount = f" {dose['mg']}\u00a0mg" if dose.get("mg") else ""
    return Event(kind, f"{name}{amount}", day, day)


def _days(one: Event) -> str:
    first = f"D{one.first.normalize():f}"
    return first.replace("-", "\u2212")
