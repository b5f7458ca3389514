"""Numbers of the worksheets in words: no trailing zeros, a real minus sign, a no-break space before the unit."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

MINUS = "\u2212"


def millimetres(value: Decimal | None) -> str:
    """A length without trailing zeros; "" for none."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Decimal | None) -> str:
    """ "−49.0 %", "+15.2 %"; an en dash for none."""
    if value is None:
        return "–"
    rounded = value.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
    return f"{_sign(rounded)}{abs(rounded)}\u00a0%"


def signed_mm(value: Decimal | None, *, unit: bool = True) -> str:
    """ "+7 mm", "−26 mm"; "" for none."""
    if value is None:
        return ""
    return f"{_sign(value)}{millimetres(abs(value))}" + ("\u00a0mm" if unit else "")


def _sign(value: Decimal) -> str:
    return MINUS if value < 0 else "+" if value > 0 else ""
