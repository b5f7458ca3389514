"""Waterfall, spider and swimmer: the sums of diameters and the course of each subject, as numbers to draw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.analysis.timelines import Subject
from assessments.recist import Response
from trial_edc.exports.numbers import fixed, plain
from trial_edc.exports.study import StudyData
from trial_edc.exports.tables import Cell, Figure, Table, row, with_notes


def best_change(subject: Subject) -> Decimal | None:
    """The lowest change of the sum from baseline, percent, up to the first progression (that scan included) and before
    new therapy; None without a complete sum."""
    changes = []
    for one in subject.scans:
        if one.point.on > _last_counted(subject):
            break
        if (change := one.point.pct_change_from_baseline) is not None:
            changes.append(change)
    return min(changes, default=None)


def waterfall(subjects: Sequence[Subject]) -> Figure:
    """Best change of the sum of diameters, worst first, coloured by confirmed best response."""
    known = [(subject, change) for subject in subjects if (change := best_change(subject)) is not None]
    known.sort(key=lambda pair: (-pair[1], pair[0].code))
    without = [subject for subject in subjects if best_change(subject) is None]
    data = plain(
        {
            "bars": [[one.code, change, one.best.confirmed.value] for one, change in known],
            "y_label": _("Best change of the sum of diameters, %"),
        }
    )
    title = _("Best change of the sum of diameters")
    rows = [
        row(Cell(one.code, one.scan_links), fixed(change), one.best.confirmed.value, one.book.cohort)
        for one, change in known
    ]
    columns = (_("Subject"), _("Best change, %"), _("Best response, confirmed"), _("Dose level"))
    notes = [_("Up to the first progression, that scan included, and before new therapy.")]
    if without:
        notes.append(_("Without a sum after baseline: %(who)s.") % {"who": ", ".join(one.code for one in without)})
    alt = _("%(n)d bars from the worst to the best change, lines at +20 and −30 percent.") % {"n": len(known)}
    twin = with_notes(Table("waterfall", title, columns, tuple(rows)), *notes)
    return Figure("waterfall", title, "assessments.figures.waterfall.draw", data, twin, alt)


def spider(subjects: Sequence[Subject]) -> Figure:
    """Change of the sum of diameters over time, one line for each subject."""
    lines, rows = [], []
    for subject in subjects:
        points: list[list[Any]] = [[0, 0, ""]]
        progressed = _progressed_on(subject)
        for one in subject.scans:
            change = one.point.pct_change_from_baseline
            if change is None:
                continue
            mark = "new" if one.is_new else "pd" if one.point.on == progressed else ""
            day = subject.book.study_day(one.point.on)
            points.append([day, change, mark])
            link = subject.links.get(one.point.on, subject.book.link())
            told = {"new": _("new lesion"), "pd": _("progression"), "": ""}[mark]
            rows.append(row(Cell(subject.code, (link,)), str(day), fixed(one.point.sum_mm), fixed(change), told))
        if len(points) > 1:
            lines.append([subject.code, subject.best.confirmed.value, points])
    title = _("Change of the sum of diameters over time")
    columns = (_("Subject"), _("Day"), _("Sum, mm"), _("Change, %"), _("Marked"))
    data = plain(
        {
            "lines": lines,
            "x_label": _("Days from infusion"),
            "y_label": _("Change of the sum of diameters, %"),
            "labels": {"new": _("new lesion"), "pd": _("first progression")},
        }
    )
    alt = _("%(n)d lines from the baseline at 0 percent.") % {"n": len(lines)}
    twin = Table("spider", title, columns, tuple(rows))
    return Figure("spider", title, "assessments.figures.spider.draw", data, twin, alt)


def swimmer(subjects: Sequence[Subject], study: StudyData) -> Figure:
    """One bar for each subject from the infusion to death or last contact, with what happened on the way."""
    words = {
        "response": _("CR or PR begins"),
        "pd": _("progression"),
        "therapy": _("new therapy"),
        "death": _("death"),
        "ongoing": _("in follow-up"),
    }
    found = [_course(subject, study.cutoff_on) for subject in subjects]
    found.sort(key=lambda one: (-one["last"], one["subject"]))
    by_code = {subject.code: subject for subject in subjects}
    rows = []
    for one in found:
        subject = by_code[one["subject"]]
        told = "; ".join(f"{words[kind]} {day}" for kind, day in one["marks"])
        end = words["ongoing"] if one["is_ongoing"] else words["death"]
        rows.append(row(Cell(subject.code, (subject.book.link(),)), str(one["last"]), told, end))
    title = _("Course of each subject")
    columns = (_("Subject"), _("Last day"), _("Marked, with the day"), _("Ends with"))
    data = plain({"bars": found, "labels": words, "x_label": _("Days from infusion")})
    alt = _("%(n)d bars from the infusion to death or the last contact.") % {"n": len(found)}
    twin = Table("swimmer", title, columns, tuple(rows))
    return Figure("swimmer", title, "assessments.figures.swimmer.draw", data, twin, alt)


def _course(subject: Subject, cutoff_on: date) -> dict[str, Any]:
    """Days of a subject's bar and marks."""
    os = subject.survival()
    marks = []
    response = next((one.on for one in subject.best.used if one.overall in (Response.CR, Response.PR)), None)
    for kind, on in (
        ("response", response),
        ("pd", _progressed_on(subject)),
        ("therapy", subject.timeline.new_therapy_on),
        ("death", os.end_on if os.event else None),
    ):
        if on is not None and subject.timeline.infusion_on <= on <= cutoff_on:
            marks.append([kind, subject.book.study_day(on)])
    return {
        "subject": subject.code,
        "cohort": subject.book.cohort,
        "best": subject.best.confirmed.value,
        "last": subject.book.study_day(os.end_on),
        "marks": marks,
        "is_ongoing": not os.event,
    }


def _progressed_on(subject: Subject) -> date | None:
    return next((one.on for one in subject.used if one.overall is Response.PD), None)


def _last_counted(subject: Subject) -> date:
    """The last day whose sum counts."""
    ends = [subject.timeline.cutoff_on or date.max]
    progressed, therapy = _progressed_on(subject), subject.timeline.new_therapy_on
    if progressed is not None:
        ends.append(progressed)
    if therapy is not None:
        ends.append(therapy)
    return min(ends)
