"""Which reference limits belong to a value."""

from datetime import date
from decimal import Decimal

import pytest

from assessments.laboratories import Limits, LabRange, limits_for

HGB = [
    LabRange(analyte="hgb", unit="g/L", sex="M", lln=Decimal(130), uln=Decimal(175), effective_from=date(2024, 1, 1)),
    LabRange(analyte="hgb", unit="g/L", sex="F", lln=Decimal(115), uln=Decimal(150), effective_from=date(2024, 1, 1)),
]


@pytest.mark.parametrize(
    ("sex", "expected"),
    [
        ("M", Limits("g/L", Decimal(130), Decimal(175))),
        ("F", Limits("g/L", Decimal(115), Decimal(150))),
        ("U", Limits("g/L", Decimal(115), Decimal(175), is_widened=True)),
        (None, Limits("g/L", Decimal(115), Decimal(175), is_widened=True)),
    ],
)
def test_limits_follow_the_sex(sex, expected):
    assert limits_for(HGB, "hgb", sex=sex, age=55) == expected


def test_the_newest_range_counts():
    newer = LabRange(
        analyte="hgb", unit="g/L", sex="M", lln=Decimal(135), uln=Decimal(170), effective_from=date(2025, 6, 1)
    )

    assert limits_for([*HGB, newer], "hgb", sex="M", age=55).lln == 135


def test_an_age_outside_every_range_has_no_limits():
    assert limits_for(HGB, "hgb", sex="M", age=17) is None
    assert limits_for(HGB, "hgb", sex="M", age=18) is not None
    assert limits_for(HGB, "wbc", sex="M", age=55) is None
