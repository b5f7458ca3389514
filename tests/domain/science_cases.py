"""Worked cases in `cases/*.json`: a list of {name, given, expect}; what is expected must be in the result."""

import json
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from trial_edc.protocol.u87.calculators import CALCULATORS

CASES = Path(__file__).parent / "cases"
RELATIVE_TOLERANCE = Decimal("1e-6")


def worked_cases(*names: str) -> list[tuple[str, dict[str, Any]]]:
    """(calculator, case) for each worked case of these calculators, numbers as exact decimals."""
    return [
        (name, case)
        for name in names
        for case in json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)
    ]


def calculate(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """The answer of a calculator; floats of a test become the decimals that were typed."""
    exact = json.loads(json.dumps(given, default=float), parse_float=Decimal)
    return import_module(CALCULATORS[name]).calculate(exact)


def differences(expected: Any, found: Any, path: str = "") -> list[str]:
    """Where a result lacks what is expected, one sentence each."""
    if isinstance(expected, dict) and isinstance(found, dict):
        lacking = [f"{path}{key} is missing" for key in expected if key not in found]
        both = [key for key in expected if key in found]
        return lacking + [text for key in both for text in differences(expected[key], found[key], f"{path}{key}.")]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [text for i, (one, other) in pairs for text in differences(one, other, f"{path}{i}.")]
    if _is_number(expected) and _is_number(found):
        gap = abs(Decimal(found) - Decimal(expected))
        close = gap <= RELATIVE_TOLERANCE * abs(Decimal(expected))
        return [] if close else [f"{path} is {found}, expected {expected}"]
    return [] if type(expected) is type(found) and expected == found else [f"{path} is {found}, expected {expected}"]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
