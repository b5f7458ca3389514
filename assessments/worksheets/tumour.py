"""The tumour worksheet: lesions by time points, what follows from them, and the time point being entered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.crfs.nt import RESPONSES as NON_TARGET_RESPONSES
from assessments.crfs.rs import RESPONSES
from assessments.recist import Response, TimePoint
from assessments.recist.best import is_responder
from assessments.tumour import BASE, RESPONSE_CODES, Slot, non_target_lesions, read_tumour, row_numbers, target_lesions
from assessments.worksheets.boxes import Box, NewRow, sheet_boxes
from assessments.worksheets.lesions import Line, new_lines, other_lines, target_lines
from assessments.worksheets.notes import Later, Why, later_changes, scan_notes, why_lines
from assessments.worksheets.pictures import SumChart, sum_chart
from assessments.worksheets.scans import Scans, read_scans, title
from assessments.worksheets.words import millimetres, percent, signed_mm
from trial_edc.accounts.access import Access
from trial_edc.casebook.problems import Change
from trial_edc.casebook.selectors.sections import SummaryLine
from trial_edc.casebook.selectors.visit_sheet import Bar
from trial_edc.crf.partial import text as date_text
from trial_edc.protocol.windows import study_day


@dataclass(frozen=True)
class Column:
    """A time point as a column; `key` is part of test ids, `is_far` one that narrow screens leave out."""

    key: str
    title: str
    date: str
    day: str
    url: str = ""
    visit_url: str = ""
    is_current: bool = False
    is_far: bool = False


@dataclass(frozen=True)
class Derived:
    """What follows from the lesions at one time point."""

    column: Column
    sum: str
    from_baseline: str
    from_nadir: str
    nadir_mm: str
    target: str
    non_target: str
    overall: str
    confirmed: str
    investigator: str


@dataclass(frozen=True)
class Sheet:
    """What `assessments/tumour.html` shows."""

    subject: Any
    visit: str
    title: str
    columns: tuple[Column, ...]
    targets: tuple[Line, ...]
    others: tuple[Line, ...]
    news: tuple[Line, ...]
    derived: tuple[Derived, ...]
    now: Derived
    scan_on: Box
    method: Box
    new_lesion: Box
    new_rows: tuple[NewRow, ...]
    investigator: Box
    reason: Box
    clinical: Box
    rest: tuple[Box, ...]
    differs: str
    why: tuple[Why, ...]
    best: str
    problem: str
    notes: tuple[str, ...]
    later: tuple[Later, ...]
    changes: tuple[Change, ...]
    chart: SumChart | None
    revisions: str
    token: str
    bar: Bar
    draft_url: str
    can_enter: bool
    has_baseline: bool
    lock_text: str = ""
    summary: Any = None
    reason_for_change: str = ""
    reason_text: str = ""
    unanswered: tuple[SummaryLine, ...] = ()
    has_errors: bool = False
    booking: str = ""
    booked: str = ""


def tumour_sheet(
    access: Access,
    subject: Any,
    *,
    visit: str = "",
    typed: Mapping[str, Mapping[str, str]] | None = None,
    **about: Any,
) -> Sheet:
    """The worksheet with the time point at `visit` to enter; `about` are fields of `Sheet` known already."""
    scans = read_scans(access, subject, visit=visit, typed=typed)
    return sheet_of(access, scans, **about)


def sheet_of(access: Access, scans: Scans, **about: Any) -> Sheet:
    subject, current = scans.facts.casebook.subject, scans.current
    columns = tuple(_column(scans, slot) for slot in scans.slots)
    far = {slot for slot, column in zip(scans.slots, columns, strict=True) if column.is_far}
    derived = tuple(_derived(scans, slot, column) for slot, column in zip(scans.slots, columns, strict=True))
    locked = any(one.is_locked for one in scans.forms.values())
    url = reverse("tumour", args=[subject.code])
    return Sheet(
        subject=subject,
        visit=current[0],
        title=title(current),
        columns=(_baseline_column(scans), *columns),
        targets=target_lines(scans, far),
        others=other_lines(scans, far),
        news=new_lines(scans, far),
        derived=(_baseline_derived(scans), *derived),
        now=derived[scans.slots.index(current)],
        **sheet_boxes(scans),
        differs=_differs(scans),
        why=why_lines(scans),
        best=_best(scans),
        problem=_problem(scans),
        notes=scan_notes(scans, access),
        later=later_changes(scans),
        changes=_changes(scans),
        chart=sum_chart(scans),
        revisions=".".join(str(scans.forms[code].revision) for code in ("tr", "nt", "rs")),
        token=str(uuid.uuid4()),
        bar=_bar(scans, f"{url}discard/?visit={current[0]}"),
        draft_url=f"{url}draft/?visit={current[0]}",
        can_enter=scans.can_enter and not locked and current[1] == 1,
        unanswered=_unanswered(scans),
        has_baseline=bool(target_lesions(scans.book) or non_target_lesions(scans.book)),
        lock_text=_("This scan is locked or marked not done; open its visit.") if locked else "",
        **about,
    )


def _bar(scans: Scans, discard_url: str) -> Bar:
    if any(one.raw for one in scans.forms.values()):
        return Bar(_("Draft kept, not yet saved to the record."), "f-tumour", discard_url)
    return Bar(_("Nothing waits to be saved."), "f-tumour")


def _unanswered(scans: Scans) -> tuple[SummaryLine, ...]:
    """Answers the forms of this time point still need, with the box where they are given."""
    found: dict[str, str] = {}
    for code, form in scans.forms.items():
        for address in form.entry.unanswered:
            column, _dot, number = address.partition(".")
            name = f"cell.{number}" if code == "tr" and column != "trnereas" else f"{code}.{address}"
            if column in ("trdtc", "ntdtc", "rsdtc"):
                name = "scan_on"
            found.setdefault(name, str(form.entry.spec[address].label))
    return tuple(SummaryLine(name, label) for name, label in found.items())


# ---- columns ----


def _column(scans: Scans, slot: Slot) -> Column:
    code, on = scans.facts.casebook.subject.code, scans.on(slot)
    lowest = _nadir_slot(scans)
    return Column(
        key=slot[0] if slot[1] == 1 else f"{slot[0]}-{slot[1]}",
        title=title(slot),
        date=date_text(on) if on else "",
        day=_day(scans, on),
        url=f"{reverse('tumour', args=[code])}?visit={slot[0]}" if slot[1] == 1 else "",
        visit_url=reverse("visit", args=[code, slot[0]]) + "#form-tr",
        is_current=slot == scans.current,
        is_far=slot not in (scans.current, lowest),
    )


def _nadir_slot(scans: Scans) -> Slot | None:
    """The time point with the smallest sum before the current one."""
    earlier = scans.slots[: scans.slots.index(scans.current)]
    sums = {
        slot: point.sum_mm for slot in earlier if (point := scans.after.points.get(slot)) and point.sum_mm is not None
    }
    return min(sums, key=lambda slot: sums[slot]) if sums else None


def _day(scans: Scans, on: date | None) -> str:
    infusion = scans.facts.dates.anchors.infusion
    if on is None or infusion is None:
        return ""
    day = study_day(on, infusion)
    return f"D{day}" if day >= 0 else f"D−{-day}"


def _baseline_column(scans: Scans) -> Column:
    record, code = scans.book.record(BASE, "tu"), scans.facts.casebook.subject.code
    on = next((record[f"tudtc.{n}"] for n in row_numbers(record, "tudtc")), None)
    return Column(
        "base",
        _("Baseline"),
        date_text(on) if on else "",
        _day(scans, on),
        visit_url=reverse("visit", args=[code, BASE]) + "#form-tu",
    )


# ---- what follows ----


def _baseline_derived(scans: Scans) -> Derived:
    total = sum((lesion.diameter_mm for lesion in scans.after.baseline.targets), Decimal(0))
    shown = f"{millimetres(total)}\u00a0mm" if scans.after.baseline.targets else "–"
    return Derived(_baseline_column(scans), shown, "–", "–", "", "–", "–", "–", "", "–")


def _derived(scans: Scans, slot: Slot, column: Column) -> Derived:
    point = scans.after.points.get(slot)
    here = scans.after.assessment(slot)
    response = scans.book.record(slot[0], "rs", slot[1])
    investigator = str(dict(RESPONSES).get(response.rsinv, "–")) if response else "–"
    if point is None or here is None:
        return Derived(column, "–", "–", "–", "", "–", "–", "–", "", investigator)
    return Derived(
        column,
        f"{millimetres(point.sum_mm)}\u00a0mm" if point.sum_mm is not None else "–",
        percent(point.pct_change_from_baseline),
        percent(point.pct_change_from_nadir),
        signed_mm(point.change_from_nadir_mm),
        _label(point.target),
        str(dict(NON_TARGET_RESPONSES)[RESPONSE_CODES[point.non_target]]),
        _label(point.overall) if here.is_complete else "–",
        _confirmation(scans, slot, point) if here.is_complete else "",
        investigator,
    )


def _label(response: Response) -> str:
    return "–" if response is Response.NA else response.value


def _confirmation(scans: Scans, slot: Slot, point: TimePoint) -> str:
    """Whether a response at this scan is confirmed by an earlier one."""
    if not is_responder(point.overall):
        return ""
    until = read_tumour(scans.book, until=point.on)
    is_confirmed = until.history is not None and is_responder(until.history.best.confirmed)
    return _("confirmed") if is_confirmed else _("unconfirmed")


def _best(scans: Scans) -> str:
    history = scans.after.history
    if history is None or not scans.after.assessments:
        return ""
    best = history.best
    if best.confirmed == best.unconfirmed:
        words = _("%(best)s, confirmed") if is_responder(best.confirmed) else "%(best)s"
        return words % {"best": best.confirmed.value}
    return _("%(best)s; with a confirming scan %(hoped)s") % {
        "best": best.confirmed.value,
        "hoped": best.unconfirmed.value,
    }


def _problem(scans: Scans) -> str:
    """Why nothing can be derived, in words; "" when it can."""
    if not scans.after.problem:
        return ""
    if scans.facts.dates.anchors.infusion is None:
        return _("No infusion is recorded, so no response can be derived yet.")
    return _("The scans do not fit together: two have the same date, or one is before the infusion. Correct the dates.")


def _differs(scans: Scans) -> str:
    """Why the investigator's response needs a reason; "" when it agrees or the reason is given."""
    form = scans.forms["rs"]
    found = next((one.text for one in form.entry.findings if one.item == "rsinv" and one.hard), "")
    return form.entry.errors.get("rsinv") or found or form.messages.get("rsinv", "")


def _changes(scans: Scans) -> tuple[Change, ...]:
    """Saved values of this time point that are changed now."""
    return tuple(
        Change(f"{code}.{address}", str(form.entry.spec[address].label), *form.entry.changed[address])
        for code, form in scans.forms.items()
        for address in form.entry.spec.by_address
        if address in form.entry.corrections
    )
