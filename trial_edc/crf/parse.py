"""From what was typed in a box to a value, or a sentence that says why not. Pure: no clock, no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trial_edc.crf import partial
from trial_edc.crf.dates import NotADate, read_date, read_moment
from trial_edc.crf.echo import echo, window_verdict
from trial_edc.crf.reading import (
    MISSING,
    CannotBe,
    EntryContext,
    Parsed,
    choices,
    unit_label,
    with_unit,
)
from trial_edc.crf.spec import ItemSpec

__all__ = [
    "MISSING",
    "CannotBe",
    "EntryContext",
    "Parsed",
    "choices",
    "echo",
    "parse",
    "unit_label",
    "window_verdict",
    "with_unit",
]

_YES_NO = {
    "1": "Y",
    "y": "Y",
    "yes": "Y",
    "s": "Y",
    "是": "Y",
    "2": "N",
    "n": "N",
    "no": "N",
    "f": "N",
    "否": "N",
}
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_QUALIFIED = re.compile(r"(<=|>=|=<|=>|<|>|≤|≥)?\s*(.*)", re.DOTALL)
_QUALIFIER = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}


def parse(spec: ItemSpec, raw: str, companions: Mapping[str, str], context: EntryContext) -> Parsed:
    """Read one box.

    Args:
        raw: the text of the box.
        companions: "unit" and "note" of the item, absent = standard unit, no note.
    """
    typed = fold(raw)
    unit = companions.get("unit") or (spec.units[0].code if spec.units else "")
    read = Parsed(typed=raw.strip(), unit=unit, note=companions.get("note", "").strip()[:500], kind=spec.kind)
    try:
        _refuse_unstorable(raw + read.note)
        if not typed:
            return replace(read, typed="")
        if spec.kind not in ("text", "longtext") and typed in [str(code) for code, _label in choices(spec, context)]:
            return replace(read, value=[typed] if spec.kind == "multi" else typed, typed="")
        if typed.upper() in MISSING:
            return replace(read, missing=typed.upper(), typed="", unit="")
        return _READERS[spec.kind](spec, read, typed, context)
    except (CannotBe, NotADate) as problem:
        return replace(read, error=str(problem))


def fold(raw: str) -> str:
    """Full-width digits, letters and signs as their plain forms, without space around."""
    return unicodedata.normalize("NFKC", raw).replace("−", "-").replace("–", "-").strip()


def label_in_sentence(spec: ItemSpec) -> str:
    """The label inside a sentence: first letter small unless it is an abbreviation."""
    label = str(spec.label)
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _refuse_unstorable(text: str) -> None:
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t":
            raise CannotBe(_("A character here cannot be stored. Delete the text and type it again."))


def _text(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    value = read.typed.replace("\r\n", "\n")
    longest = spec.field.max_length or 4000
    if len(value) > longest:
        raise CannotBe(
            _("%(label)s has %(n)d characters; at most %(max)d fit. Shorten it.")
            % {"label": spec.label, "n": len(value), "max": longest}
        )
    return replace(read, value=value, typed="")


def _number(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    match = _QUALIFIED.match(typed)
    assert match is not None
    sign, digits = match[1] or "", _decimal_point(match[2].replace(" ", ""))
    if sign and not spec.item.qualifiers:
        raise CannotBe(_("%(label)s takes no “%(sign)s”. Enter the number alone.") % _words(spec, sign=sign))
    if not _NUMBER.fullmatch(digits) or len(digits) > 24:
        raise CannotBe(
            _("“%(typed)s” is not a number. Enter %(label)s in digits, or mark it missing.")
            % {"typed": typed[:40], "label": label_in_sentence(spec)}
        )
    value = Decimal(digits)
    unit = _unit(spec, read.unit)
    _refuse_impossible(spec, value, unit)
    _refuse_too_long(spec, value)
    return replace(read, value=value, typed=digits, qualifier=_QUALIFIER.get(sign, sign))


def _words(spec: ItemSpec, **more: Any) -> dict[str, Any]:
    return {"label": spec.label, **more}


def _decimal_point(digits: str) -> str:
    """A decimal comma as a point where it can be nothing else ("12,5"; not "1,250")."""
    whole, comma, rest = digits.partition(",")
    if not comma:
        return digits
    is_plain = whole.lstrip("+-").isdigit() and rest.isdigit()
    if is_plain and (len(rest) != 3 or whole.lstrip("+-").lstrip("0") == ""):
        return f"{whole}.{rest}"
    if is_plain:
        raise CannotBe(
            _("“%(typed)s” can be read two ways. Write %(one)s or %(other)s.")
            % {"typed": digits, "one": whole + rest, "other": f"{whole}.{rest}"}
        )
    return digits


def _unit(spec: ItemSpec, code: str) -> Any:
    for unit in spec.units:
        if unit.code == code:
            return unit
    if spec.units:
        raise CannotBe(
            _("%(unit)s is no unit of %(label)s; choose %(units)s.")
            % {
                "unit": code[:20],
                "label": label_in_sentence(spec),
                "units": ", ".join(unit_label(unit.code) for unit in spec.units),
            }
        )
    return None


def _refuse_impossible(spec: ItemSpec, value: Decimal, unit: Any) -> None:
    standard = unit.to_standard(value) if unit else value
    if spec.limits is None or standard is None or spec.limits[0] <= standard <= spec.limits[1]:
        return
    low, high = (f"{bound:f}" for bound in spec.limits)
    raise CannotBe(
        _("%(label)s cannot be %(value)s; it lies between %(low)s and %(high)s.")
        % _words(
            spec,
            value=with_unit(f"{value:f}", unit.code if unit else ""),
            low=low,
            high=with_unit(high, spec.units[0].code if spec.units else ""),
        )
    )


def _refuse_too_long(spec: ItemSpec, value: Decimal) -> None:
    places = 6 if spec.is_measured else getattr(spec.field, "decimal_places", 0)
    whole = 8 if spec.is_measured else (getattr(spec.field, "max_digits", 0) or 9) - places
    if -value.normalize().as_tuple().exponent > places:  # type: ignore[operator]
        raise CannotBe(
            ngettext("%(label)s takes at most %(n)d decimal.", "%(label)s takes at most %(n)d decimals.", places)
            % _words(spec, n=places)
            if places
            else _("%(label)s is a whole number.") % _words(spec)
        )
    if abs(value) >= 10**whole:
        raise CannotBe(_("%(label)s has too many digits; at most %(n)d before the point.") % _words(spec, n=whole))


def _integer(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    number = _number(spec, read, typed, context)
    if number.value != number.value.to_integral_value():
        raise CannotBe(_("%(label)s is a whole number.") % _words(spec))
    return replace(number, value=int(number.value))


def _code(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    return replace(read, value=_one_code(spec, typed, context), typed="")


def _one_code(spec: ItemSpec, typed: str, context: EntryContext) -> str:
    """By code, by label, by place 1-9 in the list, and for yes-no by y, n, s, f."""
    offered = choices(spec, context)
    small = typed.lower()
    for code, label in offered:
        if small in (str(code).lower(), str(label).lower()):
            return str(code)
    codes = [code for code, _label in offered]
    if codes == ["Y", "N"] and small in _YES_NO:
        return _YES_NO[small]
    if small.isdecimal() and len(small) == 1 and 1 <= int(small) <= len(codes) <= 9:
        return str(codes[int(small) - 1])
    raise CannotBe(
        _("“%(typed)s” is not a choice of %(label)s. Choose one of the list, or mark it missing.")
        % {"typed": typed[:40], "label": label_in_sentence(spec)}
    )


def _multi(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    found = [_one_code(spec, part.strip(), context) for part in re.split(r"[,;、]", typed) if part.strip()]
    order = [code for code, _label in choices(spec, context)]
    value = sorted(set(found), key=order.index)
    alone = spec.item.exclusive
    if alone in value and len(value) > 1:
        raise CannotBe(
            _("“%(alone)s” cannot stand beside another choice of %(label)s. Choose one or the other.")
            % {"alone": dict(choices(spec, context))[alone], "label": label_in_sentence(spec)}
        )
    return replace(read, value=value, typed="")


def _date_context(context: EntryContext) -> dict[str, Any]:
    return {"today": context.today, "order": context.site_date_order, "visit_on": context.visit_on}


def _refuse_future(spec: ItemSpec, value: Any, context: EntryContext) -> None:
    latest = datetime.combine(context.today, datetime.max.time())
    if not spec.item.future and partial.interval(value, context.time_zone)[0] > latest:
        raise CannotBe(
            _("%(label)s %(date)s is in the future. Enter the date it happened.")
            % _words(spec, date=partial.text(value, context.time_zone))
        )


def _partial_date(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    if spec.field is not None and (spec.field.max_length or 16) < 16:
        value = read_date(typed, **_date_context(context))
    else:
        day, clock = read_moment(typed, **_date_context(context))
        value = f"{day}T{clock}" if clock else day
    _refuse_future(spec, value, context)
    return replace(read, value=value, typed="")


def _complete(spec: ItemSpec, day: str) -> date:
    if not partial.is_complete(day):
        raise CannotBe(
            _("%(label)s needs day, month and year, as in 05-Mar-2026; %(date)s lacks the day.")
            % _words(spec, date=partial.text(day))
        )
    return date.fromisoformat(day)


def _date(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    value = _complete(spec, read_date(typed, **_date_context(context)))
    _refuse_future(spec, value, context)
    return replace(read, value=value, typed="")


def _datetime(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    day, clock = read_moment(typed, **_date_context(context))
    on = _complete(spec, day)
    if not clock:
        raise CannotBe(_("%(label)s needs the time too, as in %(date)s 08:40.") % _words(spec, date=partial.text(on)))
    local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=context.time_zone)
    if local.astimezone(UTC).astimezone(context.time_zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise CannotBe(
            _("%(time)s did not exist on %(date)s: the clocks went forward. Enter the time the clock showed.")
            % {"time": clock, "date": partial.text(on)}
        )
    _refuse_future(spec, on, context)
    return replace(read, value=local.astimezone(UTC), typed="")


def _user(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    for key, name in context.users.items():
        if typed in (str(key), name):
            return replace(read, value=key, typed="")
    raise CannotBe(
        _("“%(typed)s” is not a person with this task at the site. Choose one of the list.") % {"typed": typed[:60]}
    )


def _repeat(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    """One line each; parts apart by `;` or a tab, or by the last spaces of the line."""
    value = [_line(spec, line.strip(), context) for line in typed.splitlines() if line.strip()]
    if len(value) > 50:
        raise CannotBe(_("%(label)s takes at most 50 lines.") % _words(spec))
    return replace(read, value=value, typed="")


def _line(spec: ItemSpec, line: str, context: EntryContext) -> dict[str, str]:
    parts = spec.item.parts
    cut = [part.strip() for part in re.split(r"[;\t]", line)]
    if len(cut) == 1 and len(parts) > 1:
        cut = line.rsplit(None, len(parts) - 1)
    if len(cut) != len(parts):
        raise CannotBe(
            _("“%(line)s” does not fit. Write one per line: %(parts)s.")
            % {"line": line[:60], "parts": "; ".join(name.replace("_", " ") for name, _kind in parts)}
        )
    return {name: _part(kind, text, context) for (name, kind), text in zip(parts, cut, strict=True)}


def _part(kind: str, text: str, context: EntryContext) -> str:
    if kind == "date":
        return read_date(text, **_date_context(context))
    if kind == "datetime":
        day, clock = read_moment(text, **_date_context(context))
        return f"{day}T{clock}" if clock else day
    if kind == "number" and not _NUMBER.fullmatch(text):
        raise CannotBe(_("“%(typed)s” is not a number.") % {"typed": text[:40]})
    if kind == "grade" and text not in ("1", "2", "3", "4", "5"):
        raise CannotBe(_("“%(typed)s” is not a grade; grades are 1 to 5.") % {"typed": text[:40]})
    return text[:200]


def _calc(spec: ItemSpec, read: Parsed, typed: str, context: EntryContext) -> Parsed:
    return Parsed(kind=spec.kind)


_READERS: dict[str, Callable[[ItemSpec, Parsed, str, EntryContext], Parsed]] = {
    "text": _text,
    "longtext": _text,
    "number": _number,
    "integer": _integer,
    "code": _code,
    "multi": _multi,
    "date": _date,
    "partial_date": _partial_date,
    "datetime": _datetime,
    "user": _user,
    "repeat": _repeat,
    "calc": _calc,
    "sign": _calc,
}
