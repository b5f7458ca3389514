"""Comparisons of dates over every day they can mean."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import ZONE
from trial_edc.crf import partial

DATES = st.one_of(
    st.dates(date(1990, 1, 1), date(2060, 1, 1)).map(str),
    st.dates(date(1990, 1, 1), date(2060, 1, 1)).map(lambda day: str(day)[:7]),
    st.integers(1990, 2060).map(str),
)


@pytest.mark.parametrize(
    ("earlier", "later", "verdict"),
    [
        ("2026-03-04", "2026-03-05", True),
        ("2026-03-05", "2026-03-05", False),
        ("2026-03", "2026-04-01", True),
        ("2026-03", "2026-03-10", None),
        ("2026-03", "2026-03-01", False),
        ("2026", "2026-03", None),
        ("2025", "2026-01-01", True),
        ("2026-03-05", "2026-03-05T08:40", False),
        ("2026-03-04", "2026-03-05T08:40", True),
        ("2026-03-05T08:39", "2026-03-05T08:40", True),
    ],
)
def test_before_is_certain_impossible_or_possible(earlier, later, verdict):
    assert partial.before(earlier, later) is verdict


def test_a_moment_is_compared_on_the_clock_of_the_site():
    late_evening_utc = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)

    assert partial.before("2026-03-04", late_evening_utc, ZONE) is True
    assert partial.before("2026-03-04", late_evening_utc, UTC) is False


@given(DATES, DATES)
def test_two_dates_are_never_both_before_each_other(one, other):
    assert not (partial.before(one, other) and partial.before(other, one))


@given(DATES)
def test_the_interval_holds_the_date(value):
    first, last = partial.interval(value)

    assert first <= last
    assert first.isoformat().startswith(value)
    assert last.isoformat().startswith(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026", "2026"),
        ("2026-03", "Mar-2026"),
        ("2026-03-05", "05-Mar-2026"),
        ("2026-03-05T08:40", "05-Mar-2026 08:40"),
        (date(2026, 3, 5), "05-Mar-2026"),
    ],
)
def test_a_date_is_shown_without_doubt(value, shown):
    assert partial.text(value) == shown
