"""The lesions of the tumour worksheet, each with its cells by time point."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.crfs.nt import NEW
from assessments.crfs.nt import STATUSES as NON_TARGET_STATUSES
from assessments.crfs.tu import METHODS
from assessments.tumour import BASE, Slot, non_target_lesions, row_numbers, target_lesions
from assessments.worksheets.boxes import Box, box_of, said_at
from assessments.worksheets.pictures import trend
from assessments.worksheets.scans import FormNow, Scans
from assessments.worksheets.typed import OTHER, cell_text
from assessments.worksheets.words import millimetres, signed_mm
from trial_edc.crf.partial import text as date_text

TOO_SMALL_MM = "5"


@dataclass(frozen=True)
class Cell:
    """What a lesion was at a time point: `text`, a chip before it ("TS"), a note beside it ("+2")."""

    text: str
    chip: str = ""
    note: str = ""
    is_growing: bool = False
    is_current: bool = False
    is_far: bool = False


@dataclass(frozen=True)
class Line:
    """A lesion with its cells, oldest first; `box` stands in the current one, `why` asks for a reason there."""

    tag: str
    title: str
    detail: str
    cells: tuple[Cell, ...]
    box: Box | None = None
    why: Box | None = None
    trend: str = ""


def target_lines(scans: Scans, far: set[Slot]) -> tuple[Line, ...]:
    baseline = scans.book.record(BASE, "tu")
    methods, lines = dict(METHODS), []
    for number, lesion in target_lesions(scans.book).items():
        sizes: list[Decimal | None] = [lesion.diameter_mm]
        cells = [Cell(millimetres(lesion.diameter_mm))]
        for slot in scans.slots:
            cell, size = _target_cell(scans, slot, number, [one for one in sizes if one is not None], slot in far)
            sizes.append(size)
            cells.append(cell)
        method = methods.get(baseline[f"tumeth.{number}"], "")
        measure = _("short axis") if lesion.nodal else _("longest diameter")
        lines.append(
            Line(
                f"T{number}",
                lesion.site,
                " · ".join(str(part) for part in (method, measure) if part),
                tuple(cells),
                _cell_box(scans.forms["tr"], number, lesion.site, cells),
                _why_box(scans.forms["tr"], number, lesion.site),
                trend(sizes),
            )
        )
    return tuple(lines)


def _target_cell(
    scans: Scans, slot: Slot, number: int, earlier: list[Decimal], is_far: bool
) -> tuple[Cell, Decimal | None]:
    record = scans.book.record(slot[0], "tr", slot[1])
    status = record[f"trstat.{number}"] if record else None
    size = record[f"trdiam.{number}"] if record else None
    chip, shown = {"TSTM": "TS", "NOTEVAL": "NE"}.get(status or "", ""), "–"
    if status == "TSTM":
        shown, size = TOO_SMALL_MM, Decimal(TOO_SMALL_MM)
    elif status == "ABSENT":
        shown, size = "0", Decimal(0)
    elif status == "NOTEVAL":
        shown, chip, size = "NE", "", None
    elif status == "MERGED":
        shown, chip = record[f"trmerge.{number}"] or "", "="
    elif size is not None:
        shown, chip = millimetres(size), "+" if status == "SPLIT" else ""
    step = size - earlier[-1] if size is not None and earlier else None
    is_current = slot == scans.current
    note = _("= %(n)s mm") % {"n": TOO_SMALL_MM} if status == "TSTM" else signed_mm(step, unit=False) if step else ""
    return (
        Cell(shown, chip, note if is_current else "", bool(step and step > 0), is_current, is_far),
        size,
    )


def _cell_box(form: FormNow, number: int, place: str, cells: list[Cell]) -> Box | None:
    """The box of a target at the current scan; None for what only the form can say (split, merged)."""
    status = form.text(f"trstat.{number}")
    if status in OTHER:
        return None
    label = _("T%(n)d %(place)s, mm") % {"n": number, "place": place}
    message, level, field, kept = said_at(form, f"trdiam.{number}", f"trstat.{number}", f"trmeth.{number}")
    now = next((n for n, cell in enumerate(cells) if cell.is_current), 0)
    before = cells[now - 1] if now else None
    copy = (before.chip or before.text) if before and before.text != "–" else ""
    return Box(
        f"cell.{number}", cell_text(status, form.text(f"trdiam.{number}")), label, (), message, level, kept, field, copy
    )


def _why_box(form: FormNow, number: int, place: str) -> Box:
    label = _("Why T%(n)d %(place)s cannot be evaluated") % {"n": number, "place": place}
    return box_of(form, f"trnereas.{number}", label)


def other_lines(scans: Scans, far: set[Slot]) -> tuple[Line, ...]:
    labels, lines = dict(NON_TARGET_STATUSES), []
    base = scans.book.record(BASE, "nt")
    for number, lesion in non_target_lesions(scans.book).items():
        column = f"ntstat.{number}"
        cells = [Cell(str(labels.get(base[column], "–")))]
        for slot in scans.slots:
            record = scans.book.record(slot[0], "nt", slot[1])
            status = record[column] if record else None
            cells.append(Cell(str(labels.get(status, "–")), is_current=slot == scans.current, is_far=slot in far))
        box = box_of(scans.forms["nt"], column, f"N{number} {lesion.site}", NON_TARGET_STATUSES)
        lines.append(Line(f"N{number}", lesion.site, "", tuple(cells), box))
    return tuple(lines)


def new_lines(scans: Scans, far: set[Slot]) -> tuple[Line, ...]:
    """New lesions by their identifier, at the time points that name them."""
    seen: dict[str, dict[Slot, tuple[Any, int]]] = {}
    for slot in scans.slots:
        record = scans.book.record(slot[0], "nt", slot[1])
        for number in row_numbers(record, "nlid"):
            seen.setdefault(record[f"nlid.{number}"], {})[slot] = (record, number)
    lines, labels = [], dict(NEW)
    for name, found in sorted(seen.items()):
        record, number = found[next(iter(found))]
        size = record[f"nlsize.{number}"]
        first = record[f"nldt.{number}"]
        detail = [f"{millimetres(size)} mm"] if size is not None else []
        detail += [_("first seen %(date)s") % {"date": date_text(first)}] if first else []
        cells = [Cell("–")]
        for slot in scans.slots:
            at = found.get(slot)
            shown = str(labels.get(at[0].nlyn, "–")) if at else "–"
            cells.append(Cell(shown, is_current=slot == scans.current, is_far=slot in far))
        lines.append(Line(name, record[f"nlloc.{number}"] or "", " · ".join(detail), tuple(cells)))
    return tuple(lines)
