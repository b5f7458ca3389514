"""Short ways to write lesions and scans in tests: days from infusion and millimetres."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from assessments.recist import (
    Baseline,
    DatedResponse,
    NewLesion,
    NonTargetLesion,
    NonTargetStatus,
    Response,
    Scan,
    TargetLesion,
    TargetValue,
)

INFUSION = datetime.date(2026, 2, 2)


def on(day: int) -> datetime.date:
    """The date of a day counted from the infusion."""
    return INFUSION + datetime.timedelta(days=day)


def mm(value: float | int | str) -> Decimal:
    """A length as typed."""
    return Decimal(str(value))


def baseline(targets: Mapping[str, object] | None = None, *, nodes: tuple[str, ...] = (), others: str = "") -> Baseline:
    """Targets by id in mm, those that are nodes, and ids of non-targets separated by spaces."""
    return Baseline(
        tuple(TargetLesion(key, key, key in nodes, mm(str(value))) for key, value in (targets or {}).items()),
        tuple(NonTargetLesion(key, key) for key in others.split()),
    )


def scan(
    day: int,
    targets: Mapping[str, object] | None = None,
    others: str = "",
    *,
    new: str = "none",
    performed: bool = True,
) -> Scan:
    """Numbers become mm, other values stay; `others` like "N1=present N2=absent"."""
    values: dict[str, TargetValue] = {
        key: mm(value) if isinstance(value, int | float) else value  # type: ignore[misc]
        for key, value in (targets or {}).items()
    }
    statuses = dict(pair.split("=") for pair in others.split())
    return Scan(
        on=on(day),
        performed=performed,
        targets=values,
        non_targets={key: NonTargetStatus(status) for key, status in statuses.items()},
        new_lesion=NewLesion(new),
    )


def responses(*dated: tuple[int, str]) -> tuple[DatedResponse, ...]:
    """Pairs of day and overall response."""
    return tuple(DatedResponse(on(day), Response(overall)) for day, overall in dated)
