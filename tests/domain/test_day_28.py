"""The area to day 28 by the calendar day of the sample. Profiles fall by halves, so areas are worked by hand."""

from decimal import Decimal

import pytest

from assessments.day_28 import Area, Ends, area_to_day_28
from assessments.kinetics import Sample, Settings, analyse

# Linear up from day 0 to 7: (0 + 100) / 2 x 7 = 350. Linear areas are those of constant stretches.
RISE = 350


def area(*samples, by_calendar=True):
    """`samples`: (days, study day, concentration)."""
    found = analyse(
        [Sample(Decimal(days), Decimal(value)) for days, _day, value in samples],
        Settings(time_unit="day", kind="cart"),
    )
    return area_to_day_28(found, [(Decimal(days), day) for days, day, _value in samples], by_calendar=by_calendar)


START = (("0", 0, 0), ("7", 7, 100))


def test_a_sample_of_day_28_minutes_early_ends_the_area():
    # 100 stays from day 7 to 27.98: 20.98 x 100 = 2098.
    assert area(*START, ("27.98", 28, 100)) == Area(pytest.approx(RISE + 2098), Ends.SAMPLE)


def test_without_the_rule_the_area_is_not_estimable():
    assert area(*START, ("27.98", 28, 100), by_calendar=False) == Area(None)


def test_a_sample_of_day_27_does_not_end_the_area():
    assert area(*START, ("27.4", 27, 100)) == Area(None)


def test_a_later_sample_leaves_the_area_at_day_28():
    # 100 stays to day 60; of it 21 days count.
    assert area(*START, ("27.98", 28, 100), ("60", 60, 100)) == Area(pytest.approx(RISE + 2100))


def test_a_sample_after_28_days_leaves_the_area_at_day_28():
    assert area(*START, ("28.02", 28, 100)) == Area(pytest.approx(RISE + 2100))


def test_the_last_sample_of_day_28_counts():
    assert area(*START, ("27.7", 28, 100), ("27.9", 28, 100)) == Area(pytest.approx(RISE + 2090), Ends.SAMPLE)


@pytest.mark.parametrize("later", [(), (("60", 60, 0),)])
def test_an_early_sample_below_the_limit_leaves_auclast_in_place(later):
    # 100 stays from day 7 to 14: 700.
    assert area(*START, ("14", 14, 100), ("27.98", 28, 0), *later) == Area(pytest.approx(RISE + 700), Ends.TLAST)


def test_below_the_limit_after_an_early_sample_ends_the_area_there():
    assert area(*START, ("27.98", 28, 100), ("60", 60, 0)) == Area(pytest.approx(RISE + 2098), Ends.SAMPLE)


def test_nothing_above_the_limit_is_no_area_but_zero():
    assert area(("0", 0, 0), ("27.98", 28, 0)) == Area(0.0, Ends.TLAST)


def test_one_sample_spans_no_time():
    assert area(("27.98", 28, 100)) == Area(None)
