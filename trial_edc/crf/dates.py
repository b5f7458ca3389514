"""The date grammar of the one date box: reads what people type, never guesses between two meanings."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.utils.translation import gettext as _

from trial_edc.crf.partial import MONTHS, is_complete

_UNKNOWN = r"(?:un|unk|uk|xx|\?\??)"
_MONTH = "|".join(f"{name.lower()}[a-z]*" for name in MONTHS)
_SEP = r"[\s\-/.,]*"
_SHORTCUT = re.compile(r"^([tyv]?)(?:([+-])(\d{1,4})([dwm]?))?$")
_RELATIVE_WORDS = {"today": "t", "yesterday": "y", "今天": "t", "昨天": "y"}
_NAMED = (
    re.compile(rf"^(?P<d>\d{{1,2}}|{_UNKNOWN}){_SEP}(?P<m>{_MONTH}|{_UNKNOWN}){_SEP}(?P<y>\d{{4}}|\d\d)$"),
    re.compile(rf"^(?P<m>{_MONTH}){_SEP}(?P<d>\d{{1,2}}|{_UNKNOWN})[\s,]+(?P<y>\d{{4}})$"),
    re.compile(rf"^(?P<m>{_MONTH}){_SEP}(?P<y>\d{{4}})$"),
    re.compile(rf"^(?P<y>\d{{4}}){_SEP}(?P<m>{_MONTH}){_SEP}(?P<d>\d{{1,2}}|{_UNKNOWN})?$"),
)
_ISO = re.compile(rf"^(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}}|{_UNKNOWN})(?:[-/.](?P<d>\d{{1,2}}|{_UNKNOWN}))?$")
_COMPACT = re.compile(r"^(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)$")
_CHINESE = re.compile(r"^(?P<y>\d{4})年(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号])?)?$")
_YEAR = re.compile(r"^(?P<y>\d{4})$")
_MONTH_YEAR = re.compile(rf"^(?P<m>\d{{1,2}}|{_UNKNOWN})[-/.](?P<y>\d{{4}})$")
_PARTS = re.compile(rf"^(\d{{1,4}}|{_UNKNOWN})[-/. ](\d{{1,2}}|{_UNKNOWN})[-/. ](\d{{1,4}})$")
_MONTH_AND_TWO_DIGITS = re.compile(rf"^(?:{_MONTH}){_SEP}\d{{1,2}}$")
_CLOCK = re.compile(r"^(?P<day>.+?)(?:\s+|t(?=\d))(?P<h>\d{1,2})\s*[:：.h时点]?\s*(?P<min>\d\d)分?(?::\d\d)?$")


class NotADate(ValueError):
    """What was typed is no date; the text is the sentence shown."""


def read_date(typed: str, *, today: date, order: str = "dmy", visit_on: date | None = None) -> str:
    """A date as precise as typed: "2026", "2026-03" or "2026-03-05".

    Args:
        typed: text of the box, full-width digits already folded.
        order: of a date in numbers at this site, "dmy", "mdy" or "ymd".
        visit_on: what `v` stands for.
    Raises:
        NotADate: impossible, ambiguous or not understood, with the sentence for the person.
    """
    text = re.sub(r"\s+", " ", typed.strip().lower())
    text = _RELATIVE_WORDS.get(text, text)
    if match := _SHORTCUT.match(text):
        return _shortcut(match, typed, today, visit_on)
    for pattern in (*_NAMED, _ISO, _COMPACT, _CHINESE, _YEAR, _MONTH_YEAR):
        if match := pattern.match(text):
            found = match.groupdict()
            return _assemble(found["y"], found.get("m"), found.get("d"), typed)
    if match := _PARTS.match(text):
        named = dict(zip(order, match.groups(), strict=True))
        if len(named["y"]) in (2, 4) and len(named["d"]) <= 3:
            return _assemble(named["y"], named["m"], named["d"], typed)
    if _MONTH_AND_TWO_DIGITS.match(text):
        raise NotADate(
            _("“%(typed)s” can be a day or a year. Write 05-Mar-2026, or Mar-2026 without the day.") % {"typed": typed}
        )
    raise _not_understood(typed)


def read_moment(typed: str, **context: object) -> tuple[str, str]:
    """A date with its clock time: (partial date, "08:40"); "" when no time was typed.

    Raises:
        NotADate: as `read_date`, or the time does not exist.
    """
    text = re.sub(r"\s+", " ", typed.strip().lower())
    try:
        return read_date(text, **context), ""  # type: ignore[arg-type]
    except NotADate as problem:
        if not (match := _CLOCK.match(text)):
            raise _with_typed(problem, text, typed) from None
    hour, minute = int(match["h"]), int(match["min"])
    try:
        day = read_date(match["day"].rstrip(" ,"), **context)  # type: ignore[arg-type]
    except NotADate as problem:
        raise _with_typed(problem, match["day"], typed) from None
    if not is_complete(day):
        raise _not_understood(typed)
    if hour > 23 or minute > 59:
        raise NotADate(_("There is no time %(time)s; write 00:00 to 23:59.") % {"time": f"{match['h']}:{match['min']}"})
    return day, f"{hour:02}:{minute:02}"


def _with_typed(problem: NotADate, text: str, typed: str) -> NotADate:
    return NotADate(str(problem).replace(f"“{text}”", f"“{typed}”"))


def _not_understood(typed: str) -> NotADate:
    return NotADate(_("“%(typed)s” is not understood as a date. Write it as 05-Mar-2026.") % {"typed": typed[:40]})


def _shortcut(match: re.Match[str], typed: str, today: date, visit_on: date | None) -> str:
    base, sign, count, unit = match.groups()
    if not base and not sign:
        raise _not_understood(typed)
    if base == "v" and visit_on is None:
        raise NotADate(_("The visit has no date yet. Enter the visit date first, or write the date in full."))
    start = {"": today, "t": today, "y": today - timedelta(days=1), "v": visit_on}[base]
    assert start is not None
    if not sign:
        return start.isoformat()
    step = int(count) if sign == "+" else -int(count)
    try:
        if unit == "m":
            return _add_months(start, step).isoformat()
        return (start + timedelta(days=step * (7 if unit == "w" else 1))).isoformat()
    except (OverflowError, ValueError):
        raise _not_understood(typed) from None


def _add_months(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day in range(start.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, start.day)


def _assemble(year: str, month: str | None, day: str | None, typed: str) -> str:
    """Build the partial date; an unknown month makes the day unknown too."""
    full_year = int(year) + 2000 if len(year) == 2 else int(year)
    if not 1900 <= full_year <= 2100:
        raise NotADate(_("The year %(year)s cannot be right. Write it with four digits.") % {"year": year})
    number = _month_number(month)
    if number is None:
        if day and day.isdigit():
            raise _not_understood(typed)
        return f"{full_year:04}"
    if not 1 <= number <= 12:
        raise NotADate(_("There is no month %(month)s; months are 1 to 12.") % {"month": number})
    if not day or not day.isdigit():
        return f"{full_year:04}-{number:02}"
    try:
        return date(full_year, number, int(day)).isoformat()
    except ValueError:
        raise NotADate(
            _("There is no %(day)s-%(month)s-%(year)s.")
            % {"day": day.zfill(2), "month": MONTHS[number - 1], "year": full_year}
        ) from None


def _month_number(month: str | None) -> int | None:
    if not month:
        return None
    if month.isdigit():
        return int(month)
    names = [name.lower() for name in MONTHS]
    return names.index(month[:3]) + 1 if month[:3] in names else None
