"""What the tumour worksheet says beside the numbers: why, what later changes, what to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from assessments.crfs.nt import RESPONSES as NON_TARGET_RESPONSES
from assessments.recist import Criteria, NewLesion, Response, ResponseRules, TimePoint
from assessments.recist.best import is_responder
from assessments.tumour import RESPONSE_CODES, Slot, Tumour, read_tumour, row_numbers
from assessments.worksheets.scans import Scans, baseline_entry, scan_visits, title
from assessments.worksheets.words import millimetres, percent, signed_mm
from trial_edc.accounts.access import Access
from trial_edc.casebook.study import study
from trial_edc.crf.partial import text as date_text
from trial_edc.protocol.windows import sample_window


@dataclass(frozen=True)
class Why:
    """One deciding fact; `decides` when it alone makes the response."""

    text: str
    decides: bool = False


@dataclass(frozen=True)
class Later:
    """What changes at a later time point once this one is saved; `signed_by` loses the signature."""

    title: str
    changes: tuple[tuple[str, str, str], ...]
    signed_by: str = ""
    is_locked: bool = False


def why_lines(scans: Scans) -> tuple[Why, ...]:
    """The facts behind the overall response of the current scan; () while it cannot be derived."""
    point = scans.after.points.get(scans.current)
    here = scans.after.assessment(scans.current)
    if point is None or here is None:
        return ()
    lines = [_target_line(scans, point)] if scans.after.baseline.targets else []
    if scans.after.baseline.non_targets:
        label = dict(NON_TARGET_RESPONSES)[RESPONSE_CODES[point.non_target]]
        words = _("Non-target lesions: %(response)s.") % {"response": label}
        lines.append(Why(words, point.non_target is Response.PD))
    lines.append(_new_lesion_line(scans, here.scan.new_lesion))
    if not here.is_complete:
        lines.append(Why(_("Not all lesions are answered yet, so there is no overall response.")))
    return tuple(lines)


def _target_line(scans: Scans, point: TimePoint) -> Why:
    if point.sum_mm is None:
        words = _("Target %(response)s. A target lesion was not evaluated, so there is no sum.")
        return Why(words % {"response": point.target.value}, point.target is Response.PD)
    limits = Criteria()
    about = {
        "response": point.target.value,
        "base": percent(point.pct_change_from_baseline),
        "nadir": percent(point.pct_change_from_nadir),
        "mm": signed_mm(point.change_from_nadir_mm),
        "lowest": millimetres(point.nadir_before_mm),
        "at": _nadir_at(scans, point),
        "limit": f"{(limits.progression_factor - 1) * 100:f}".rstrip("0").rstrip("."),
        "least": millimetres(limits.progression_min_mm),
    }
    if point.target is Response.PD:
        words = _(
            "Target %(response)s. %(base)s from baseline; %(nadir)s (%(mm)s) from the smallest sum, %(lowest)s mm at"
            " %(at)s, reaches +%(limit)s %% and %(least)s mm."
        )
    else:
        words = _(
            "Target %(response)s. %(base)s from baseline; %(nadir)s (%(mm)s) from the smallest sum, %(lowest)s mm at"
            " %(at)s, is below +%(limit)s %% and %(least)s mm."
        )
    return Why(words % about, point.target is Response.PD)


def _nadir_at(scans: Scans, point: TimePoint) -> str:
    """The time point of the smallest sum before this one, the baseline when none is smaller."""
    found = _("Baseline")
    lowest = point.baseline_mm
    for one in scans.after.assessments:
        total = scans.after.points[one.slot].sum_mm
        if one.on < point.on and total is not None and lowest is not None and total < lowest:
            found, lowest = title(one.slot), total
    return found


def _new_lesion_line(scans: Scans, new: NewLesion) -> Why:
    if new is NewLesion.UNEQUIVOCAL:
        record = scans.book.record(scans.current[0], "nt", scans.current[1])
        names = ", ".join(record[f"nlid.{n}"] for n in row_numbers(record, "nlid"))
        words = _("New lesion %(names)s is unequivocal, so the overall response is PD.")
        return Why(words % {"names": names}, decides=True)
    if new is NewLesion.EQUIVOCAL:
        return Why(
            _("A new lesion is equivocal: no progression yet. If it is confirmed later, PD dates from this scan.")
        )
    return Why(_("No new lesion."))


def later_changes(scans: Scans) -> tuple[Later, ...]:
    """Results of later time points that change when the current one is saved as typed."""
    found = []
    for slot in scans.later:
        changes = _changes(scans.before, scans.after, slot) + _best_change(scans, slot)
        if changes:
            signers, locked = _signed(scans, slot)
            found.append(Later(title(slot), changes, signers, locked))
    return tuple(found)


def _changes(before: Tumour, after: Tumour, slot: Slot) -> tuple[tuple[str, str, str], ...]:
    old, new = before.points.get(slot), after.points.get(slot)
    if old is None or new is None:
        return ()
    pairs = (
        (_("Change from nadir"), percent(old.pct_change_from_nadir), percent(new.pct_change_from_nadir)),
        (_("Change from baseline"), percent(old.pct_change_from_baseline), percent(new.pct_change_from_baseline)),
        (_("Target response"), old.target.value, new.target.value),
        (_("Overall response"), old.overall.value, new.overall.value),
    )
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _best_change(scans: Scans, slot: Slot) -> tuple[tuple[str, str, str], ...]:
    until = scans.on(slot)
    sides = [read_tumour(book, until=until).history for book in (scans.facts.casebook, scans.book)]
    if any(side is None for side in sides):
        return ()
    old, new = (side.best.confirmed.value for side in sides if side)
    return ((_("Best response"), old, new),) if old != new else ()


def _signed(scans: Scans, slot: Slot) -> tuple[str, bool]:
    """Who signed forms of a time point, and whether a lock keeps them as they are."""
    names, is_locked = [], False
    for form in ("tr", "rs"):
        instance = scans.facts.instance(slot[0], form, slot[1])
        if instance:
            names += [one.printed_name for one in scans.facts.signatures.get(instance.id, ()) if one.voided_at is None]
            is_locked = is_locked or scans.facts.lock_over(slot[0], instance) is not None
    return ", ".join(sorted(set(names))), is_locked


def scan_notes(scans: Scans, access: Access) -> tuple[str, ...]:
    """What to look at: the baseline as its checks say, and when a scan would confirm the response."""
    entry = baseline_entry(scans, access)
    notes = [] if entry is None else [one.text for one in entry.findings if not one.kept]
    sentence = confirmation_note(scans.after, upto=scans.on(scans.current))
    return tuple(dict.fromkeys([*notes, *([sentence] if sentence else [])]))


def first_response(tumour: Tumour, *, upto: date | None = None) -> date | None:
    """The day of the response that waits to be confirmed; None when none waits."""
    points = [tumour.points[one.slot] for one in tumour.assessments if one.slot in tumour.points]
    waiting = None
    for point in points:
        if upto is not None and point.on > upto:
            break
        waiting = (waiting or point.on) if is_responder(point.overall) else None
    history = tumour.history
    return None if history is None or is_responder(history.best.confirmed) else waiting


def confirmation_note(tumour: Tumour, *, upto: date | None = None) -> str:
    on = first_response(tumour, upto=upto)
    if on is None:
        return ""
    earliest = on + timedelta(days=ResponseRules().confirmation_min_days)
    return _("The response of %(first)s is not confirmed; a scan confirms it from %(from)s on.") % {
        "first": date_text(on),
        "from": date_text(earliest),
    }


def booking_answer(scans: Scans, on: date) -> str:
    """What a scan on this day would be good for: window, and whether it could confirm a response."""
    sentences = []
    visit = next((code for code, span in _windows(scans) if span.days_off(on) == 0), "")
    if visit:
        sentences.append(
            _("%(date)s lies in the window of %(visit)s.") % {"date": date_text(on), "visit": title((visit, 1))}
        )
    else:
        sentences.append(
            _("%(date)s lies in no scan window; it would be an unscheduled scan.") % {"date": date_text(on)}
        )
    first = first_response(scans.after)
    if first is not None and on > first:
        least = ResponseRules().confirmation_min_days
        days = (on - first).days
        words = (
            _("It is %(days)d days after the response of %(first)s and can confirm it.")
            if days >= least
            else _("It is %(days)d days after the response of %(first)s; a scan confirms it from %(from)s on.")
        )
        about = {"days": days, "first": date_text(first), "from": date_text(first + timedelta(days=least))}
        sentences.append(words % about)
    return " ".join(sentences)


def _windows(scans: Scans) -> list[tuple[str, Any]]:
    anchors, found = scans.facts.dates.anchors, []
    for code in scan_visits():
        cell, visit = study().cell(code, "tr"), study().visit(code)
        span = sample_window(cell, visit, anchors) if cell and visit.target_day is not None else None
        if span is not None:
            found.append((code, span))
    return found
