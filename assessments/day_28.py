"""The area under a product's curve to day 28 as this study reads it: by the calendar day of the sample.

The calculator asks for a sample 28 x 24 h after the infusion or later. A sample of study day 28 that was taken some
minutes earlier is the sample the protocol planned, so the area may end there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from assessments.kinetics import Kinetics

METHOD = "linup_logdown"
DAY_28 = 28


class Ends(Enum):
    """Where the area ends."""

    DAY_28 = "day 28"
    SAMPLE = "the sample of day 28, taken before 28.0 d"
    TLAST = "the last quantifiable sample, those of day 28 and after being below the limit"


@dataclass(frozen=True)
class Area:
    """The area (concentration x day), None when it is not estimable, and where it ends."""

    value: float | None
    ends: Ends = Ends.DAY_28


def area_to_day_28(found: Kinetics, samples: Iterable[tuple[Decimal, int]], *, by_calendar: bool) -> Area:
    """The area to day 28, linear up, logarithmic down.

    Args:
        found: parameters of the profile in days, of kind "cart".
        samples: (days since the infusion, study day at the site) of the samples `found` was made from, any order.
        by_calendar: whether the area may end at the last sample of study day 28 when that lies before 28.0 d.
    """
    area = _float(found, f"auc_0_28d_{METHOD}")
    if area is not None:
        return Area(area)
    last = max((days for days, study_day in samples if study_day == DAY_28), default=None)
    is_early = by_calendar and last is not None and last < DAY_28
    tlast, to_tlast = _float(found, "tlast"), _float(found, f"auclast_{METHOD}")
    if is_early and to_tlast is not None and last is not None:
        if tlast == float(last):
            return Area(to_tlast, Ends.SAMPLE)
        if tlast is None or tlast < float(last):
            return Area(to_tlast, Ends.TLAST)
    in_place = _float(found, f"auc_0_28d_as_auclast_{METHOD}")
    return Area(in_place, Ends.DAY_28 if in_place is None else Ends.TLAST)


def _float(found: Kinetics, name: str) -> float | None:
    value = found.values.get(name)
    return None if value is None else float(value)
