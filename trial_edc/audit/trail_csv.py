"""The trail as CSV: one line per item changed, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterator

from trial_edc.audit.labels import item_label, local_time, record_label, value_label
from trial_edc.audit.selectors import TrailLine

COLUMNS = (
    *("event", "at_utc", "at_site", "subject", "visit", "form", "record", "row", "item", "label", "action"),
    *(
        "old",
        "new",
        "old_detail",
        "new_detail",
        "person",
        "role",
        "organisation",
        "reason",
        "source",
        "request",
    ),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def trail_as_csv(lines: Iterator[TrailLine], zones: dict[int, str]) -> Iterator[str]:
    """CSV text, a line at a time, with a heading.

    Args:
        lines: in the order to be written.
        zones: time zone name of each site by key; UTC for lines without a site.
    """
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for line in lines:
        yield writer.writerow([_inert(value) for value in _row(line, zones)])


def _row(line: TrailLine, zones: dict[int, str]) -> list:
    at = line.at.isoformat().replace("+00:00", "Z")
    where = [line.subject, line.visit, line.form_code, record_label(line.table_name), line.row_pk]
    what = [line.item, item_label(line.table_name, line.item), line.get_action_display()]
    sides = [value_label(line.table_name, line.item, side) for side in (line.old, line.new)]
    details = [value_label(line.table_name, line.item, side) for side in (line.old_detail, line.new_detail)]
    who = [line.who, line.role, line.organisation, line.reason, line.source, line.request_id]
    here = local_time(line.at, zones.get(line.site_id, "UTC"))
    return [line.event_id, at, here, *where, *what, *sides, *details, *who]


def _inert(value) -> str:
    """Text a spreadsheet would run as a formula gets an apostrophe; a plain number keeps its sign."""
    text = str(value)
    if not text.startswith(_FORMULA):
        return text
    return text if _is_number(text) else f"'{text}"


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] in "+-" and digits.isascii() and digits.isdigit()


class _Echo:
    """A file for `csv` that hands each line back."""

    def write(self, text: str) -> str:
        return text
