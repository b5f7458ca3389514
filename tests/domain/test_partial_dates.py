"""Completion of partial dates: each kind, its bounds and its contradictions."""

import datetime

import pytest

from assessments.partial_dates import DateKind, Neighbours, complete_date, parse_partial


def day(text):
    return None if text is None else datetime.date.fromisoformat(text)


def completed(kind, text, **around):
    dates = {key: value if isinstance(value, bool) else day(value) for key, value in around.items()}
    return complete_date(parse_partial(text), DateKind(kind), Neighbours(**dates))


CASES = [
    # kind, as collected, what is around it, date, flag
    ("start", "2026-02", {}, "2026-02-01", "D"),
    ("start", "2026", {}, "2026-01-01", "M"),
    ("end", "2026-02", {}, "2026-02-28", "D"),
    ("end", "2028-02", {}, "2028-02-29", "D"),
    ("end", "2026", {}, "2026-12-31", "M"),
    ("ae_start", "2026-03", {}, "2026-03-01", "D"),
    ("ae_start", "2026-03", {"infusion_on": "2026-02-27"}, "2026-03-01", "D"),
    ("ae_start", "2026-03", {"infusion_on": "2026-03-18"}, "2026-03-18", "D"),
    ("ae_start", "2026", {"infusion_on": "2026-03-18"}, "2026-03-18", "M"),
    ("ae_start", "2026-03", {"infusion_on": "2026-03-18", "before_infusion": True}, "2026-03-01", "D"),
    ("ae_start", "2026-03", {"infusion_on": "2026-03-18", "end_on": "2026-03-17"}, "2026-03-01", "D"),
    ("ae_start", "2026-03", {"infusion_on": "2026-03-18", "end_on": "2026-03-18"}, "2026-03-18", "D"),
    ("ae_start", "2026-03", {"infusion_on": "2026-03-18", "end_on": "2026-03-01"}, "2026-03-01", "D"),
    ("ae_start", "2026-03", {"end_on": "2026-02-27"}, None, None),
    ("ae_end", "2026-06", {}, "2026-06-30", "D"),
    ("ae_end", "2026-06", {"death_on": "2026-06-19", "cutoff_on": "2026-06-25"}, "2026-06-19", "D"),
    ("ae_end", "2026-06", {"death_on": "2026-06-25", "cutoff_on": "2026-06-19"}, "2026-06-19", "D"),
    ("ae_end", "2026", {"death_on": "2027-06-25"}, "2026-12-31", "M"),
    ("ae_end", "2026-06", {"death_on": "2026-05-31"}, None, None),
    ("ae_end", "2026-06", {"death_on": "2026-06-01"}, "2026-06-01", "D"),
    ("death", "2026-10", {}, "2026-10-01", "D"),
    ("death", "2026-10", {"last_known_alive_on": "2026-09-15"}, "2026-10-01", "D"),
    ("death", "2026-10", {"last_known_alive_on": "2026-10-15"}, "2026-10-16", "D"),
    ("death", "2026-10", {"last_known_alive_on": "2026-10-31"}, None, None),
    ("death", "2026-10", {"last_known_alive_on": "9999-12-31"}, None, None),
    ("new_therapy", "2026-05", {}, "2026-05-01", "D"),
    ("new_therapy", "2026-05", {"last_study_treatment_on": "2026-05-12"}, "2026-05-12", "D"),
    ("new_therapy", "2026-05", {"last_study_treatment_on": "2026-04-12"}, "2026-05-01", "D"),
    ("new_therapy", "2026-05", {"last_study_treatment_on": "2026-06-01"}, None, None),
    ("progression", "2026-05", {}, None, None),
    ("scan", "2026", {}, None, None),
    ("end", "9999", {}, "9999-12-31", "M"),
]


@pytest.mark.parametrize(("kind", "text", "around", "date", "flag"), CASES)
def test_each_kind_has_its_rule(kind, text, around, date, flag):
    found = completed(kind, text, **around)

    assert (found.on, found.flag) == (day(date), flag)
    assert (found.reason is None) == (date is not None)
    assert found.why


@pytest.mark.parametrize("kind", list(DateKind))
def test_a_complete_date_comes_back_as_it_is(kind):
    found = completed(kind, "2026-03-14", death_on="2026-01-01", end_on="2026-01-01")

    assert (found.on, found.flag, found.first, found.last) == (day("2026-03-14"), None, found.on, found.on)


@pytest.mark.parametrize(
    ("text", "first", "last"), [("2026", "2026-01-01", "2026-12-31"), ("2028-02", "2028-02-01", "2028-02-29")]
)
def test_the_days_that_an_entry_allows(text, first, last):
    found = completed("scan", text)

    assert (found.first, found.last) == (day(first), day(last))


def test_a_contradiction_says_where_the_rule_led():
    found = completed("death", "2026-10", last_known_alive_on="2026-11-05")

    assert "contradict" in found.reason
    assert "2026-11-06" in found.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26",
        "2026-1",
        "2026-01-1",
        "2026/01",
        "2026-00",
        "2026-13",
        "2026-02-29",
        "0000-01",
        "2026-01-01T10:00",
        "２０２６",
    ],
)
def test_what_is_no_partial_date_is_refused(text):
    with pytest.raises(ValueError, match=r"must be written|not in the calendar"):
        parse_partial(text)
