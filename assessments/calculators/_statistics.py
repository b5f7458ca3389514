"""Reading pieces that the statistical calculators share."""

from decimal import Decimal

from trial_edc.calculators import CaseError, Reader, parse_number


def conf_level(reader: Reader) -> float:
    """`conf_level`, two-sided, strictly between 0 and 1; 0.95 unless given."""
    level = float(reader.number("conf_level", Decimal("0.95")))
    if not 0 < level < 1:
        raise CaseError(f"conf_level must lie between 0 and 1, got {level:g}.")
    return level


def numbers(reader: Reader, key: str, *, minimum: int | None = None) -> list[Decimal]:
    """A required list of numbers."""
    values = reader.items(key) or []
    return [parse_number(value, f"{reader.where(key)}[{i}]", minimum=minimum) for i, value in enumerate(values)]
