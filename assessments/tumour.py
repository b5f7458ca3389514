"""The tumour assessments of a casebook as RECIST reads them: forms `tu`, `nt`, `tr` and `rs`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from assessments.locations import NON_TARGET_LOCATIONS
from assessments.recist import (
    Baseline,
    Finding,
    History,
    HistoryError,
    MergedInto,
    NewLesion,
    NonTargetLesion,
    NonTargetStatus,
    Response,
    Scan,
    TargetLesion,
    TimePoint,
    read_history,
)
from trial_edc.crf.anchors import infusion_at, site_zone

RESPONSE_CODES = {
    Response.CR: "CR",
    Response.PR: "PR",
    Response.SD: "SD",
    Response.NON_CR_NON_PD: "NCNP",
    Response.PD: "PD",
    Response.NE: "NEV",
    Response.NA: "NAP",
}
TARGET_FINDINGS = {
    "TSTM": Finding.TOO_SMALL,
    "ABSENT": Finding.ABSENT,
    "NOTEVAL": Finding.NOT_EVALUABLE,
}
NON_TARGET_STATUSES = {
    "PRESENT": NonTargetStatus.PRESENT,
    "ABSENT": NonTargetStatus.ABSENT,
    "UPD": NonTargetStatus.PROGRESSION,
    "NOTEV": NonTargetStatus.NOT_EVALUATED,
}
NEW_LESIONS = {
    "NONE": NewLesion.NONE,
    "EQUIVOCAL": NewLesion.EQUIVOCAL,
    "UNEQUIVOCAL": NewLesion.UNEQUIVOCAL,
}
BASE = "base"
Slot = tuple[str, int]


@dataclass(frozen=True)
class Assessment:
    """One scan: its forms at (visit, seq), its date, and whether all that RECIST needs has been entered."""

    slot: Slot
    on: date
    scan: Scan
    is_complete: bool


@dataclass(frozen=True)
class Tumour:
    """All scans of a subject as read.

    Attributes:
        baseline: lesions before treatment. assessments: by date, oldest first.
        points: (visit, seq) -> the scan as read; empty when the scans do not fit together.
        history: best response and first progression over all scans; None then.
        problem: why the scans do not fit together, "" when they do.
    """

    baseline: Baseline
    assessments: tuple[Assessment, ...] = ()
    points: dict[Slot, TimePoint] = field(default_factory=dict)
    history: History | None = None
    problem: str = ""

    def assessment(self, slot: Slot) -> Assessment | None:
        return next((one for one in self.assessments if one.slot == slot), None)


def row_numbers(record: Any, *columns: str) -> list[int]:
    """Numbers of the rows in which one of the columns is answered, ascending; [] without a record."""
    if record is None:
        return []
    numbers = {
        int(number)
        for column, dot, number in (address.partition(".") for address in (*record.values, *record.meta))
        if dot and column in columns and record.is_answered(f"{column}.{number}")
    }
    return sorted(numbers)


def target_lesions(casebook: Any) -> dict[int, TargetLesion]:
    """Target lesions by their row of `tu` at baseline; those without a diameter are left out."""
    record = casebook.record(BASE, "tu") if casebook else None
    labels = dict(NON_TARGET_LOCATIONS)
    return {
        number: TargetLesion(
            id=f"T{number:02d}",
            site=str(labels.get(record[f"tuloc.{number}"], "")),
            nodal=record[f"tunode.{number}"] == "Y",
            diameter_mm=record[f"tubase.{number}"],
        )
        for number in row_numbers(record, "tubase")
        if record[f"tubase.{number}"] is not None
    }


def non_target_lesions(casebook: Any) -> dict[int, NonTargetLesion]:
    """Non-target lesions by their row of `nt` at baseline."""
    record = casebook.record(BASE, "nt") if casebook else None
    labels = dict(NON_TARGET_LOCATIONS)
    return {
        number: NonTargetLesion(f"N{number:02d}", str(labels.get(record[f"ntloc.{number}"], "")))
        for number in row_numbers(record, "ntloc", "ntstat")
    }


def read_tumour(casebook: Any, *, until: date | None = None) -> Tumour:
    """Read every scan of a subject.

    Args:
        casebook: of the subject, with the form being edited in place (`casebook.with_record`).
        until: scans after this day are left out.
    """
    targets, others = target_lesions(casebook), non_target_lesions(casebook)
    baseline = Baseline(tuple(targets.values()), tuple(others.values()))
    found = [one for one in _assessments(casebook, targets, others) if until is None or one.on <= until]
    found.sort(key=lambda one: one.on)
    infusion = infusion_at(casebook)
    if infusion is None:
        return Tumour(baseline, tuple(found), problem="No infusion is recorded.")
    try:
        history = read_history(
            baseline,
            [one.scan for one in found],
            reference_on=infusion.astimezone(site_zone(casebook)).date(),
            new_therapy_on=new_therapy_on(casebook),
        )
    except HistoryError as problem:
        return Tumour(baseline, tuple(found), problem=str(problem))
    points = {one.slot: point for one, point in zip(found, history.time_points, strict=True)}
    return Tumour(baseline, tuple(found), points, history)


def new_therapy_on(casebook: Any) -> date | None:
    """First day of new anticancer therapy whose day is known; None when there is none."""
    starts = [str(one["sbstdt"]) for one in casebook["subs"] if one["sbstdt"]]
    return min((date.fromisoformat(start[:10]) for start in starts if len(start) >= 10), default=None)


def reading_of_cell(text: str) -> dict[str, str]:
    """What a worksheet cell says, as items of `tr`: a diameter, "TS" (too small), "0" (gone), "NE"; {} = empty.

    Anything else comes back as a diameter, so that the form says what is wrong with it.
    """
    cell = text.strip().upper()
    words = {"": {}, "TS": {"trstat": "TSTM"}, "NE": {"trstat": "NOTEVAL"}}
    if cell in words:
        return words[cell]
    try:
        is_gone = Decimal(cell) == 0
    except InvalidOperation:
        is_gone = False
    return {"trstat": "ABSENT"} if is_gone else {"trstat": "MEASURED", "trdiam": text.strip()}


def scan_date(casebook: Any, slot: Slot) -> date | None:
    """The day of a scan: the latest of its lesions, else the day of assessment; None while neither is known."""
    dates = [
        record[f"{column}.{number}"]
        for form, column in (("tr", "trdtc"), ("nt", "ntdtc"))
        for record in [casebook.record(slot[0], form, slot[1])]
        for number in row_numbers(record, column)
    ]
    known = [one for one in dates if one]
    response = casebook.record(slot[0], "rs", slot[1])
    return max(known) if known else response.rsdtc if response else None


def _assessments(
    casebook: Any, targets: dict[int, TargetLesion], others: dict[int, NonTargetLesion]
) -> list[Assessment]:
    slots = {(one.visit_code, one.seq) for form in ("tr", "nt") for one in casebook[form] if one.visit_code != BASE}
    found = []
    for slot in slots:
        on = scan_date(casebook, slot)
        if on is not None:
            found.append(_assessment(casebook, slot, on, targets, others))
    return found


def _assessment(
    casebook: Any,
    slot: Slot,
    on: date,
    targets: dict[int, TargetLesion],
    others: dict[int, NonTargetLesion],
) -> Assessment:
    tr, nt = (casebook.record(slot[0], form, slot[1]) for form in ("tr", "nt"))
    values = {lesion.id: _target_value(tr, number) for number, lesion in targets.items()} if tr else {}
    statuses = {lesion.id: nt[f"ntstat.{number}"] for number, lesion in others.items()} if nt else {}
    scan = Scan(
        on=on,
        targets={lesion: value for lesion, value in values.items() if value is not None},
        non_targets={lesion: NON_TARGET_STATUSES[status] for lesion, status in statuses.items() if status},
        new_lesion=NEW_LESIONS[nt.nlyn] if nt and nt.nlyn else NewLesion.NONE,
    )
    is_complete = (
        nt is not None
        and bool(nt.nlyn)
        and all(values.get(lesion.id) is not None for lesion in targets.values())
        and all(statuses.get(lesion.id) for lesion in others.values())
    )
    return Assessment(slot, on, scan, is_complete)


def _target_value(tr: Any, number: int) -> Any:
    """What is recorded for a target: the sum of the fragments where it split; None while it is open."""
    status, diameter = tr[f"trstat.{number}"], tr[f"trdiam.{number}"]
    if status in TARGET_FINDINGS:
        return TARGET_FINDINGS[status]
    if status == "MERGED":
        carrier = tr[f"trmerge.{number}"]
        return MergedInto(carrier) if carrier else None
    is_not_evaluable = "NE" in (tr.missing(f"trstat.{number}"), tr.missing(f"trdiam.{number}"))
    return Finding.NOT_EVALUABLE if is_not_evaluable else diameter
