"""The 24-hour clock of a serious event: from awareness, for drafts too, stopped by the recorded report. Pure."""

from datetime import UTC, datetime, timedelta

import pytest

from adverse_events.safety.clocks import SafetyRow, clocks, span

NOW = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai
ZONE = "Asia/Shanghai"
AWARE = "2026-03-05T08:05:00+08:00"
MARKED = "2026-03-05T13:10:00+08:00"


def row(kind, seq=4, **facts):
    return SafetyRow(kind, 1, "101-0007", 1, ZONE, seq, None if kind.startswith("draft") else 10 + seq, facts)


def event(**facts):
    return row("ae", **{"title": "Sepsis", "marked": MARKED, **facts})


def report(seq=1, **facts):
    return row("sae", seq, **{"number": "AE-004", "type": "INITIAL", "aware": AWARE, "reported": None, **facts})


def run(*rows, now=NOW):
    return clocks(rows, now=now, hours=24)


def only(*rows, now=NOW):
    (found,) = run(*rows, now=now)
    return found


@pytest.mark.requirement("SAF-02")
def test_the_report_is_due_24_hours_after_awareness_in_site_time_and_utc():
    clock = only(event(), report())

    assert clock.due == datetime(2026, 3, 6, 0, 5, tzinfo=UTC)
    assert clock.due_text == "06-Mar-2026 08:05 UTC+08:00 (06-Mar 00:05 UTC)"
    assert clock.due_iso == "2026-03-06T08:05+08:00"
    assert (clock.state, clock.text) == ("running", "18 h 05 min left")
    assert clock.since_text == "aware 05-Mar-2026 08:05"


@pytest.mark.requirement("SAF-02")
@pytest.mark.parametrize(
    ("now", "state", "text"),
    [
        ("2026-03-05T18:04", "running", "6 h 01 min left"),
        ("2026-03-05T18:05", "soon", "6 h 00 min left"),
        ("2026-03-06T00:05", "soon", "0 h 00 min left"),
        ("2026-03-06T00:06", "overdue", "late by 0 h 01 min"),
        ("2026-03-06T02:10", "overdue", "late by 2 h 05 min"),
    ],
)
def test_it_turns_with_six_hours_left_and_when_it_is_over(now, state, text):
    clock = only(event(), report(), now=datetime.fromisoformat(f"{now}+00:00"))

    assert (clock.state, clock.text) == (state, text)


@pytest.mark.parametrize(
    ("reported", "text"),
    [("2026-03-06T08:05:00+08:00", "reported in time"), ("2026-03-06T10:10:00+08:00", "reported, late by 2 h 05 min")],
)
def test_the_recorded_submission_stops_it(reported, text):
    clock = only(event(), report(reported=reported), now=NOW + timedelta(days=9))

    assert (clock.state, clock.text) == ("stopped", text)


@pytest.mark.requirement("SAF-02")
def test_a_new_awareness_time_moves_it_and_the_time_of_saving_does_not():
    later = only(event(), report(aware="2026-03-05T09:05:00+08:00"))
    saved_again = only(event(marked="2026-03-05T13:59:00+08:00"), report())

    assert later.due - saved_again.due == timedelta(hours=1)
    assert saved_again.due == only(event(), report()).due


def test_an_event_without_awareness_time_counts_from_when_it_was_marked():
    clock = only(event())

    assert clock.is_estimated
    assert clock.due == datetime.fromisoformat(MARKED) + timedelta(hours=24)
    assert clock.since_text.startswith("no awareness time")


# a draft at night


@pytest.mark.requirement("SAF-02")
def test_a_draft_marked_serious_has_its_clock_before_anything_is_saved():
    clock = only(row("draft-ae", title="Sepsis", by="Mei Lin", marked=MARKED))

    assert (clock.is_draft, clock.drafted_by, clock.event) == (True, "Mei Lin", 4)
    assert clock.due == datetime.fromisoformat(MARKED) + timedelta(hours=24)


@pytest.mark.parametrize("typed", ["05-Mar-2026 08:05", "5mar26 8:05", "2026-03-05 08:05"])
def test_the_awareness_time_of_a_draft_counts_as_typed(typed):
    draft = row("draft-ae", title="Sepsis", by="Mei Lin", marked=MARKED)

    clock = only(draft, row("draft-sae", 1, number="AE-004", type="INITIAL", aware=typed, by="Mei Lin"))

    assert clock.due == datetime(2026, 3, 6, 0, 5, tzinfo=UTC)
    assert clock.is_draft
    assert not clock.is_estimated


@pytest.mark.parametrize("typed", ["", "yesterday night", "05-Mar-2026", "05-Mar-2026 25:00", "06-Mar-2026 08:05"])
def test_an_awareness_time_that_cannot_be_read_or_lies_ahead_leaves_the_mark(typed):
    draft = row("draft-ae", title="Sepsis", by="Mei Lin", marked=MARKED)

    clock = only(draft, row("draft-sae", 1, number="AE-004", aware=typed, by="Mei Lin"))

    assert clock.is_estimated
    assert clock.due == datetime.fromisoformat(MARKED) + timedelta(hours=24)


def test_a_draft_report_that_names_no_event_belongs_to_the_only_one_unreported():
    found = run(event(), row("draft-sae", 1, number=None, aware="05-Mar-2026 08:05", by="Mei Lin"))

    assert [(clock.event, clock.is_estimated) for clock in found] == [(4, False)]


def test_a_report_of_an_unknown_event_has_a_clock_of_its_own():
    found = run(row("draft-sae", 2, number=None, aware="05-Mar-2026 08:05", by="Mei Lin"))

    assert [(clock.event, clock.report, clock.label) for clock in found] == [(None, 2, "SAE report 2")]


def test_a_draft_of_a_saved_event_or_report_changes_nothing():
    plain = only(event(), report())

    assert only(event(), report(), row("draft-ae", marked="2026-03-01T00:00:00+00:00", by="Li Wei")) == plain
    assert (
        only(event(), report(), row("draft-sae", 1, number="AE-004", aware="01-Mar-2026 01:00", by="Li Wei")) == plain
    )


def test_a_follow_up_neither_starts_nor_stops_the_clock():
    later = report(2, type="FOLLOWUP", aware="2026-03-04T08:00:00+08:00", reported="2026-03-04T09:00:00+08:00")

    assert only(event(), report(), later).due == only(event(), report()).due
    assert only(event(), report(), later).state == "running"


def test_each_event_has_its_own_clock_the_earliest_due_first_and_stopped_ones_last():
    second = row("ae", 9, title="Hypoxia", marked="2026-03-05T01:00:00+08:00")
    done = row("ae", 2, title="Fever", marked=MARKED)
    sent = report(3, number="AE-002", aware="2026-03-01T08:00:00+08:00", reported="2026-03-01T09:00:00+08:00")

    found = run(event(), report(), second, done, sent)

    assert [clock.event for clock in found] == [9, 4, 2]


def test_a_span_is_said_in_hours_and_minutes():
    assert span(timedelta(hours=30, minutes=7, seconds=59)) == "30 h 07 min"
