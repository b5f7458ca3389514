"""What the tumour worksheet posts, as boxes of the forms `tr`, `nt` and `rs`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assessments.crfs.tr import STATUSES
from assessments.tumour import reading_of_cell

CELL = re.compile(r"cell\.([1-9][0-9]?)")
OWN = re.compile(
    r"(nt\.(ntstat|nlid|nldt|nlloc|nlsize|nlaxis)\.[1-9][0-9]?|nt\.nlyn|tr\.trnereas\.[1-9][0-9]?"
    r"|rs\.(rsinv|rsinvrs|rsclin|rsirec)|(tr|nt|rs)\.[a-z.0-9]+\.keep)"
)
WORDS = {"TSTM": "TS", "ABSENT": "0", "NOTEVAL": "NE"}
OTHER = {"SPLIT", "MERGED"}


def boxes_of(
    posted: Mapping[str, str], *, methods: Mapping[int, str], dates: Iterable[str]
) -> dict[str, dict[str, str]]:
    """Input names to text, by form.

    Args:
        posted: `scan_on`, `method`, `cell.<n>` and inputs of the forms under their own names; a box that was
        not posted is left out.
        methods: method of each target at baseline, by its row. dates: inputs that hold the date of the scan.
    """
    found: dict[str, dict[str, str]] = {"tr": {}, "nt": {}, "rs": {}}
    for name, text in posted.items():
        if OWN.fullmatch(name):
            found[name[:2]][name] = text
        elif match := CELL.fullmatch(name):
            number = int(match[1])
            read = reading_of_cell(text)
            found["tr"][f"tr.trstat.{number}"] = read.get("trstat", "")
            found["tr"][f"tr.trdiam.{number}"] = read.get("trdiam", "")
            if text.strip() and methods.get(number):
                found["tr"].setdefault(f"tr.trmeth.{number}", methods[number])
    method = posted.get("method", "")
    if method:
        found["tr"] |= {f"tr.trmeth.{number}": method for number in methods if f"tr.trstat.{number}" in found["tr"]}
    if "scan_on" in posted:
        for name in dates:
            found[name[:2]][name] = posted["scan_on"]
    return found


def cell_text(status: str, diameter: str) -> str:
    """What stands in the cell of a target: the inverse of `reading_of_cell`; "" for what a cell cannot say."""
    return WORDS.get(status, "" if status in OTHER else diameter)


def status_label(status: str) -> str:
    return str(dict(STATUSES).get(status, ""))


def with_reasons(
    boxes: Mapping[str, Mapping[str, str]], names: Iterable[str], *, reason: str, text: str
) -> dict[str, dict[str, str]]:
    """The boxes with one reason for change at every name that needs one."""
    found = {form: dict(raw) for form, raw in boxes.items()}
    for name in names:
        found[name[:2]] |= {f"{name}.reason": reason, f"{name}.reason_text": text}
    return found
