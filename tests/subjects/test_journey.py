"""The axis of the journey and what is laid out on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subjects.journey import KNOTS, WIDTH, Stop, Stretch, Track, journey, place


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


def test_stretches_that_overlap_take_a_line_each():
    events = Track(
        "Events", (Stretch(-4, 9, "Anaemia", 2), Stretch(2, 9, "Neutrophils", 4), Stretch(10, 12, "Fever", 1))
    )

    shown = journey([], today=9, tracks=[Track("CRS", (Stretch(3, 4, "2", 2),)), events])
    crs, lane = shown.lanes

    assert [mark.y for mark in crs.marks] == [84]
    assert [mark.y for mark in lane.marks] == [104, 120, 104]
    assert [mark.label for mark in lane.marks][:2] == ["Anaemia · G2", "Neutrophils · G4"]
    assert shown.height == 84 + (16 + 4) + (2 * 16 + 4)


def test_a_text_that_does_not_fit_is_cut():
    lane = journey([], today=9, tracks=[Track("E", (Stretch(3, 7, "Neutrophil count decreased", 4),))]).lanes[0]

    assert lane.marks[0].label.endswith("…")
    assert len(lane.marks[0].label) * 5.6 <= lane.marks[0].width


def test_a_visit_of_no_phase_breaks_none():
    stops = [
        Stop("Day 4", "due", "Due now", "Safety", 4, 4, 4),
        Stop("Unscheduled 1", "due", "Due now", "", 8, 8, 8),
        Stop("Day 10", "due", "Due now", "Safety", 10, 9, 11),
    ]

    assert len(journey(stops, today=9).phases) == 1
