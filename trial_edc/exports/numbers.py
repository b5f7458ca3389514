"""Numbers of analyses: as people read them, and as the digest does."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

NOT_ESTIMABLE = "NE"
WORDS = ("cohort", "level", "term", "class", "subject", "subjects")  # may look like numbers and are none
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")
DIGITS = 12  # the last digits of a float differ between machines


def fixed(value: float | Decimal | None, decimals: int = 1) -> str:
    """With so many decimals, half away from zero; "NE" for None."""
    if value is None:
        return NOT_ESTIMABLE
    quantum = Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(value) if isinstance(value, float) else value).quantize(quantum, rounding="ROUND_HALF_UP")
    return f"{rounded or abs(rounded):f}"


def significant(value: float | Decimal | None, digits: int = 3) -> str:
    """With so many significant digits and no exponent; "NE" for None."""
    if value is None:
        return NOT_ESTIMABLE
    if not value:
        return "0"
    exponent = math.floor(math.log10(abs(float(value))))
    return fixed(value, max(0, digits - 1 - exponent))


def share(x: int, n: int) -> str:
    """ "3 (12.5 %)"; only the count where nobody could be counted."""
    return f"{x} ({fixed(Decimal(100) * x / n)} %)" if n else str(x)


def span(lower: Any, upper: Any, decimals: int = 1) -> str:
    """ "1.2–3.4", "NE" for a limit that is not reached."""
    return f"{fixed(lower, decimals)}–{fixed(upper, decimals)}"


def canonical(value: float | Decimal | int | None) -> str | int | None:
    """A number as the digest reads it: 12 significant digits, no trailing zeros."""
    if value is None or isinstance(value, int):
        return value
    if not math.isfinite(value):
        raise ValueError(f"{value} is no result")
    return f"{float(value):.{DIGITS}g}"


def plain(value: Any) -> Any:
    """Results with every number canonical, in mappings and sequences of any depth."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return canonical(value) if isinstance(value, float | Decimal) else value


def read(value: Any, name: str = "") -> Any:
    """Stored results with their numbers as numbers again; what is named in `WORDS` stays text."""
    if isinstance(value, dict):
        return {key: read(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [read(one, name) for one in value]
    is_number = isinstance(value, str) and name not in WORDS and _NUMBER.fullmatch(value)
    return float(value) if is_number else value


@dataclass(frozen=True)
class Summary:
    """A sample in short; None where the number of values does not allow it."""

    n: int
    mean: float | None = None
    sd: float | None = None
    median: float | None = None
    minimum: float | None = None
    maximum: float | None = None

    def as_numbers(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def summary(values: Sequence[float | Decimal]) -> Summary:
    """Number, mean, standard deviation (n - 1), median and range. Decimals are added without rounding."""
    if not values:
        return Summary(0)
    return Summary(
        n=len(values),
        mean=float(statistics.mean(values)),
        sd=float(statistics.stdev(values)) if len(values) > 1 else None,
        median=float(statistics.median(values)),
        minimum=float(min(values)),
        maximum=float(max(values)),
    )
