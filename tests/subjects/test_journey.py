"""The axis of the journey and what is laid out on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subjects.journey import KNOTS, WIDTH, Stop, journey, place


@pytest.mark.parametrize(("day", "x"), [(-60, 41), (0, 262), (7, 374), (14, 486), (28, 710), (730, 878)])
def test_days_lie_where_the_axis_puts_them(day, x):
    assert place(day) == x


@given(st.integers(-500, 8000), st.integers(-500, 8000))
def test_a_later_day_never_lies_further_left(one, other):
    first, second = sorted([one, other])

    assert 0 <= place(first) <= place(second) <= WIDTH


def test_phases_follow_each_other_and_today_marks_its_own():
    stops = [
        Stop("Infusion", "complete", "Complete", "Treatment", 0, 0, 0),
        Stop("Day 7", "due", "Due now", "Safety", 7, 6, 8),
        Stop("Month 3", "not-due", "Not due", "Efficacy", 90, 83, 97),
    ]

    shown = journey(stops, today=9)

    assert [bar.is_now for bar in shown.phases] == [False, True, False]
    assert shown.today_x == place(9)
    assert len(shown.windows) == 2
    assert KNOTS[0][1] == 0
