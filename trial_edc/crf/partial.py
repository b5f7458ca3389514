"""Dates as precise as collected: "2026", "2026-03", "2026-03-05" or "2026-03-05T08:40"."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, tzinfo
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PATTERN = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9])?)?)?$"


def interval(value: Any, zone: tzinfo | None = None) -> tuple[datetime, datetime]:
    """First and last moment the value can mean, both without zone, to the minute.

    Args:
        value: partial date text, date or datetime; an aware datetime is read on the clock of `zone`.
    Raises:
        ValueError: not a partial date.
    """
    if isinstance(value, datetime):
        moment = (value.astimezone(zone) if value.tzinfo else value).replace(tzinfo=None, second=0, microsecond=0)
        return moment, moment
    if isinstance(value, date):
        return datetime.combine(value, time.min), datetime.combine(value, time(23, 59))
    if not re.match(PATTERN, value):
        raise ValueError(f"{value!r} is not a date, month or year")
    if "T" in value:
        moment = datetime.fromisoformat(value)
        return moment, moment
    year, month, day = (int(part) for part in [*value.split("-"), "0", "0"][:3])
    first = date(year, month or 1, day or 1)
    last_month = month or 12
    last = date(year, last_month, day or calendar.monthrange(year, last_month)[1])
    return datetime.combine(first, time.min), datetime.combine(last, time(23, 59))


def before(earlier: Any, later: Any, zone: tzinfo | None = None) -> bool | None:
    """Whether `earlier` lies before `later`: True for every possible date, False for none, None for some.

    Moments are compared by the minute, anything else by the day.
    """
    low, high = interval(earlier, zone)
    other_low, other_high = interval(later, zone)
    if low != high or other_low != other_high:
        low, high, other_low, other_high = (
            datetime.combine(end.date(), time.min) for end in (low, high, other_low, other_high)
        )
    if high < other_low:
        return True
    return None if low < other_high else False


def is_complete(value: str) -> bool:
    """Whether year, month and day are known."""
    return len(value) >= 10


def text(value: Any, zone: tzinfo | None = None) -> str:
    """The date in the reader's form: 05-Mar-2026, 05-Mar-2026 08:40, Mar-2026, 2026; in Chinese
    2026-03-05."""
    if isinstance(value, datetime):
        local = value.astimezone(zone) if zone and value.tzinfo else value
        value = local.strftime("%Y-%m-%dT%H:%M")
    elif isinstance(value, date):
        value = value.isoformat()
    day_part, _t, clock = value.partition("T")
    if not (get_language() or "en").startswith("zh"):
        year, *rest = day_part.split("-")
        month = [MONTHS[int(rest[0]) - 1]] if rest else []
        day_part = "-".join([*reversed(rest[1:]), *month, year])
    return f"{day_part} {clock}".strip()


def unknown_parts(value: str) -> str:
    """What is not known, for the echo under the box: "Mar-2026, day unknown"."""
    if len(value) == 4:
        return _("%(date)s, month and day unknown") % {"date": value}
    return _("%(date)s, day unknown") % {"date": text(value)}
