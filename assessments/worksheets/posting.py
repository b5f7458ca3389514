"""What a person posted on the tumour worksheet, read as boxes of the forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from assessments.tumour import BASE, non_target_lesions, target_lesions
from assessments.worksheets.scans import FORMS, READ, read_scans
from assessments.worksheets.typed import boxes_of, with_reasons
from trial_edc.accounts.access import Access
from trial_edc.casebook.pages import posted
from trial_edc.casebook.reader import Casebook, read
from trial_edc.crf.entry import flatten

LARGEST_CODE = 40


@dataclass(frozen=True)
class Posted:
    """Boxes by form, the revisions the person has open, and one reason for all changes."""

    boxes: dict[str, dict[str, str]]
    revisions: dict[str, int]
    reason: str
    reason_text: str


def posted_scan(request: HttpRequest, subject, visit: str, *, with_reasons_for: Access | None = None) -> Posted:
    """Read a post of the worksheet.

    Args:
        with_reasons_for: who saves; the reason is then put at every value that changes.
    """
    values = {
        name: text[: posted.LONGEST_BOX]
        for name, text in flatten(request.POST).items()
        if len(name) < LARGEST_CODE and "\x00" not in name
    }
    casebook = read(subject, READ)
    boxes = boxes_of(values, methods=_methods(casebook), dates=_dates(casebook, visit))
    reason, text = values.get("reason", ""), values.get("reason_text", "")
    if with_reasons_for is not None and reason:
        forms = read_scans(with_reasons_for, subject, visit=visit, typed=boxes).forms
        names = [f"{code}.{address}" for code, form in forms.items() for address in form.entry.corrections]
        boxes = with_reasons(boxes, names, reason=reason, text=text)
    return Posted(boxes, _revisions(values), reason, text)


def _methods(casebook: Casebook) -> dict[int, str]:
    record = casebook.record(BASE, "tu")
    return {number: record[f"tumeth.{number}"] or "" for number in target_lesions(casebook)}


def _dates(casebook: Casebook, visit: str) -> list[str]:
    """Inputs that take the date of the scan: the first row of each form, and every other with the same date.

    The date of assessment follows as long as it is that of the scan.
    """
    names, scan = [], None
    for form, column, rows in (
        ("tr", "trdtc", list(target_lesions(casebook))),
        ("nt", "ntdtc", list(non_target_lesions(casebook))),
    ):
        record = casebook.record(visit, form)
        saved = {number: record[f"{column}.{number}"] if record else None for number in rows}
        first = next(iter(saved.values()), None)
        scan = scan or first
        names += [f"{form}.{column}.{n}" for n, on in saved.items() if n == rows[0] or (on and on == first)]
    response = casebook.record(visit, "rs")
    if response is None or response.rsdtc is None or response.rsdtc == scan:
        names.append("rs.rsdtc")
    return names


def _revisions(values: Mapping[str, str]) -> dict[str, int]:
    """Revisions of the forms as posted: "2.2.1" for tr, nt and rs."""
    parts = values.get("_revision", "").split(".")
    numbers = [posted.number({"n": part}, "n") for part in parts] if len(parts) == len(FORMS) else [0] * len(FORMS)
    return dict(zip(FORMS, numbers, strict=True))
