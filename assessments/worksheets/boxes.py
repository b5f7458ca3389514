"""The boxes of the time point that is entered on the tumour worksheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assessments.crfs.nt import NEW
from assessments.crfs.rs import RESPONSES
from assessments.crfs.tu import METHODS
from assessments.tumour import BASE, non_target_lesions, row_numbers, target_lesions
from assessments.worksheets.scans import FormNow, Scans

SHOWN_APART = "later_results_change"  # the worksheet lists them beside the table


@dataclass(frozen=True)
class Box:
    """The box of the current column: a text box when `options` is empty, else a select."""

    name: str
    value: str
    label: str
    options: tuple[tuple[str, str, bool], ...] = ()
    message: str = ""
    level: str = ""
    kept: str = ""
    field: str = ""
    copy: str = ""


@dataclass(frozen=True)
class NewRow:
    """The boxes that describe a new lesion."""

    tag: str
    boxes: tuple[Box, ...]


def sheet_boxes(scans: Scans) -> dict[str, Any]:
    tr, nt, rs = (scans.forms[code] for code in ("tr", "nt", "rs"))
    return {
        "scan_on": _scan_box(scans),
        "method": Box("method", "", _("Method"), _method_options(tr, scans)),
        "new_lesion": box_of(nt, "nlyn", _("New lesion"), NEW),
        "new_rows": _new_rows(nt, scans),
        "investigator": box_of(rs, "rsinv", _("Investigator"), RESPONSES),
        "reason": box_of(rs, "rsinvrs", _("Reason for a response that differs")),
        "clinical": box_of(rs, "rsclin", str(rs.entry.spec["rsclin"].label), (("Y", _("Yes")), ("N", _("No")))),
        "rest": _rest(scans),
    }


def _scan_box(scans: Scans) -> Box:
    tr, nt, rs = (scans.forms[code] for code in ("tr", "nt", "rs"))
    places = [(tr, f"trdtc.{n}") for n in target_lesions(scans.book)] + [
        (nt, f"ntdtc.{n}") for n in non_target_lesions(scans.book)
    ]
    places.append((rs, "rsdtc"))
    value = next((text for form, address in places if (text := form.text(address))), "")
    said = next((one for form, address in places if (one := said_at(form, address))[0]), ("", "", "", ""))
    return Box("scan_on", value, _("Date of the scan"), (), *said[:2], said[3], said[2])


def _method_options(tr: FormNow, scans: Scans) -> tuple[tuple[str, str, bool], ...]:
    used = {tr.text(f"trmeth.{n}") for n in target_lesions(scans.book)} - {""}
    baseline = scans.book.record(BASE, "tu")
    first = {baseline[f"tumeth.{n}"] for n in target_lesions(scans.book)} if baseline else set()
    chosen = next(iter(used)) if len(used) == 1 and used != first else ""
    return (
        ("", _("As at baseline"), not chosen),
        *((code, str(label), code == chosen) for code, label in METHODS),
    )


def _new_rows(nt: FormNow, scans: Scans) -> tuple[NewRow, ...]:
    """The new lesions of this scan, those of earlier ones, and one more."""
    used = set(row_numbers(nt.entry.record, "nlid", "nldt", "nlloc", "nlsize"))
    used |= {
        int(name.split(".")[2]) for name, text in nt.raw.items() if name.startswith("nt.nl") and name.count(".") == 2
    }
    rows = []
    for number in [*sorted(used), max([0, *used]) + 1]:
        tag = nt.text(f"nlid.{number}") or f"NL{number:02d}"
        rows.append(
            NewRow(
                tag,
                (
                    box_of(nt, f"nlloc.{number}", _("%(tag)s: site and method") % {"tag": tag}),
                    box_of(nt, f"nldt.{number}", _("%(tag)s: first seen on") % {"tag": tag}),
                    box_of(nt, f"nlsize.{number}", _("%(tag)s: size, mm") % {"tag": tag}),
                    box_of(
                        nt,
                        f"nlaxis.{number}",
                        _("%(tag)s: axis measured") % {"tag": tag},
                        (("LONGEST", _("Longest")), ("SHORT", _("Short axis"))),
                    ),
                ),
            )
        )
    return tuple(rows)


def _rest(scans: Scans) -> tuple[Box, ...]:
    """Messages of the three forms at addresses that have no box of their own here."""
    own = {"rsinv", "rsinvrs", "rsclin", "rsdtc", "nlyn"}
    found = []
    for code, form in scans.forms.items():
        said = {**{f.item: f.text for f in form.entry.findings if not f.kept}, **form.messages, **form.entry.errors}
        for address, text in said.items():
            column = address.partition(".")[0]
            if column not in (*own, "trdiam", "trstat", "trmeth", "trdtc", "ntstat", "ntdtc", "trnereas") and not (
                column.startswith("nl")
            ):
                found.append(Box(f"{code}.{address}", "", "", (), text))
    return tuple(found)


def box_of(form: FormNow, address: str, label: str, choices: Any = ()) -> Box:
    value = form.text(address)
    options = (("", "", not value), *((code, str(text), code == value) for code, text in choices)) if choices else ()
    message, level, field, kept = said_at(form, address)
    return Box(f"{form.entry.spec.code}.{address}", value, label, options, message, level, kept, field)


def said_at(form: FormNow, *addresses: str) -> tuple[str, str, str, str]:
    """The first message at these addresses: text, level, name of its input, why the value is kept."""
    for address in addresses:
        name = f"{form.entry.spec.code}.{address}"
        if error := form.entry.errors.get(address) or (
            form.messages.get(address, "") if address not in form.entry.parsed else ""
        ):
            return error, "error", name, ""
        for finding in form.entry.findings:
            if finding.item == address and not finding.hard and finding.rule != SHOWN_APART:
                kept = form.raw.get(f"{name}.keep", finding.kept)
                return finding.text, "warning" if finding.warns else "finding", name, kept
    return "", "", "", ""
