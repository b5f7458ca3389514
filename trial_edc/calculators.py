"""Strict reading of one calculator case: every key is known and has its type, or a sentence says why not.

The command `calculate` parses JSON with `parse_float=Decimal`, so numbers arrive as `int` or `Decimal`.
Null means the same as a missing key everywhere. Nothing here knows a calculator; each one reads its own
input with a `Reader`.
"""

import datetime
import re
from collections.abc import Collection, Mapping
from decimal import ROUND_05UP, ROUND_HALF_EVEN, Context, Decimal
from typing import Final, TypeVar, overload

T = TypeVar("T")

MAX_DIGITS: Final = 50
"""Longest number read, in significant digits and in powers of ten: exact sums need a bound."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STICKY = Context(prec=4 * MAX_DIGITS, rounding=ROUND_05UP)
_FOUR_DECIMALS = Decimal("0.0001")


class CaseError(ValueError):
    """One case cannot be answered. The sentence names the field and the rule; other cases go on."""


class _Required:
    """The type of `REQUIRED`, so that None stays usable as a default."""


REQUIRED: Final = _Required()


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` / `whole` in percent, rounded half-even to 4 decimals; None when `whole` is zero.

    The quotient is first rounded to odd (ROUND_05UP), so rounding it again never moves a value onto a tie.
    For showing only: thresholds are compared on the sums themselves.
    """
    if whole == 0:
        return None
    quotient = _STICKY.divide(_STICKY.multiply(part, Decimal(100)), whole)
    return quotient.quantize(_FOUR_DECIMALS, ROUND_HALF_EVEN, _STICKY)


def parse_date(value: object, where: str) -> datetime.date:
    """A complete calendar date written `YYYY-MM-DD`. Raises CaseError naming `where`."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            raise CaseError(f"{where} is {value}, which is not a day of the calendar.") from None
    raise CaseError(f"{where} must be a date written YYYY-MM-DD, got {shown(value)}.")


def parse_number(
    value: object, where: str, *, minimum: Decimal | int | None = None, maximum: Decimal | int | None = None
) -> Decimal:
    """A finite decimal number within the bounds, both inclusive. Raises CaseError naming `where`."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise CaseError(f"{where} must be a number, got {shown(value)}.")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise CaseError(f"{where} must be a finite number, got {number}.")
    if len(number.as_tuple().digits) > MAX_DIGITS or (number and abs(number.adjusted()) > MAX_DIGITS):
        raise CaseError(f"{where} must have at most {MAX_DIGITS} digits before and after the decimal point.")
    if minimum is not None and number < minimum:
        raise CaseError(f"{where} must be {minimum} or more, got {number}.")
    if maximum is not None and number > maximum:
        raise CaseError(f"{where} must be {maximum} or less, got {number}.")
    return number


def shown(value: object) -> str:
    """The value as a short piece of a sentence: text in quotes, JSON words for the rest, long values cut."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


class Reader:
    """One JSON object of a case. Each method takes one key; `close()` refuses the keys that nobody took."""

    def __init__(self, data: object, path: str = "") -> None:
        """`path` is where the object stands, such as `visits[2]`. Raises CaseError unless it is an object."""
        if not isinstance(data, Mapping):
            raise CaseError(f"{path or 'input'} must be an object, got {shown(data)}.")
        self._data = data
        self._taken: set[str] = set()
        self.path = path

    def where(self, key: str) -> str:
        """The key with its path, as sentences name it."""
        return f"{self.path}.{key}" if self.path else key

    def raw(self, key: str) -> object:
        """The value untouched; None when missing or null."""
        self._taken.add(key)
        return self._data.get(key)

    def keys(self) -> list[str]:
        """Every key present, for objects whose keys are ids. Taking them stays with the caller."""
        return [str(key) for key in self._data]

    def _given(self, key: str, default: object) -> object:
        value = self.raw(key)
        if value is None and default is REQUIRED:
            raise CaseError(f"{self.where(key)} is required.")
        return value

    @overload
    def text(self, key: str) -> str: ...
    @overload
    def text(self, key: str, default: T) -> str | T: ...
    def text(self, key: str, default: object = REQUIRED) -> object:
        """Text that is not blank."""
        value = self._given(key, default)
        if value is None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise CaseError(f"{self.where(key)} must be text, got {shown(value)}.")
        return value

    @overload
    def token(self, key: str, allowed: Collection[str]) -> str: ...
    @overload
    def token(self, key: str, allowed: Collection[str], default: T) -> str | T: ...
    def token(self, key: str, allowed: Collection[str], default: object = REQUIRED) -> object:
        """One of the allowed words, case-sensitive."""
        value = self._given(key, default)
        if value is None:
            return default
        if not isinstance(value, str) or value not in allowed:
            raise CaseError(f"{self.where(key)} must be one of {', '.join(allowed)}; got {shown(value)}.")
        return value

    @overload
    def number(
        self, key: str, *, minimum: Decimal | int | None = None, maximum: Decimal | int | None = None
    ) -> Decimal: ...
    @overload
    def number(
        self, key: str, default: T, minimum: Decimal | int | None = None, maximum: Decimal | int | None = None
    ) -> Decimal | T: ...
    def number(
        self,
        key: str,
        default: object = REQUIRED,
        minimum: Decimal | int | None = None,
        maximum: Decimal | int | None = None,
    ) -> object:
        """A finite decimal number; the bounds are inclusive. True and false are not numbers."""
        value = self._given(key, default)
        if value is None:
            return default
        return parse_number(value, self.where(key), minimum=minimum, maximum=maximum)

    @overload
    def integer(self, key: str, *, minimum: int | None = None, maximum: int | None = None) -> int: ...
    @overload
    def integer(self, key: str, default: T, minimum: int | None = None, maximum: int | None = None) -> int | T: ...
    def integer(
        self, key: str, default: object = REQUIRED, minimum: int | None = None, maximum: int | None = None
    ) -> object:
        """A whole number; 28.0 is whole."""
        value = self._given(key, default)
        if value is None:
            return default
        return self._whole(parse_number(value, self.where(key), minimum=minimum, maximum=maximum), key)

    def _whole(self, number: Decimal, key: str) -> int:
        if number != number.to_integral_value():
            raise CaseError(f"{self.where(key)} must be a whole number, got {number}.")
        return int(number)

    @overload
    def flag(self, key: str) -> bool: ...
    @overload
    def flag(self, key: str, default: T) -> bool | T: ...
    def flag(self, key: str, default: object = REQUIRED) -> object:
        """True or false; 0, 1 and texts are refused."""
        value = self._given(key, default)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise CaseError(f"{self.where(key)} must be true or false, got {shown(value)}.")
        return value

    @overload
    def date(self, key: str) -> datetime.date: ...
    @overload
    def date(self, key: str, default: T) -> datetime.date | T: ...
    def date(self, key: str, default: object = REQUIRED) -> object:
        """A calendar date `YYYY-MM-DD`."""
        value = self._given(key, default)
        if value is None:
            return default
        return parse_date(value, self.where(key))

    def items(self, key: str, default: object = REQUIRED) -> list[object] | None:
        """A list, its elements untouched; None when missing and not required."""
        value = self._given(key, default)
        if value is None:
            return None
        if not isinstance(value, list | tuple):
            raise CaseError(f"{self.where(key)} must be a list, got {shown(value)}.")
        return list(value)

    def objects(self, key: str) -> "list[Reader]":
        """A required list of objects, one reader each, with paths such as `visits[2]`."""
        elements = self.items(key) or []
        return [Reader(element, f"{self.where(key)}[{i}]") for i, element in enumerate(elements)]

    def object(self, key: str) -> "Reader | None":
        """The reader of an object; None when missing or null."""
        value = self.raw(key)
        return None if value is None else Reader(value, self.where(key))

    def close(self) -> None:
        """Raise CaseError for the first key that nobody took: a typo must not be silently ignored."""
        for key in self._data:
            if key not in self._taken:
                raise CaseError(f"{self.where(str(key))} is not a known key.")
