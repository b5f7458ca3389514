"""The schedule as data: visits, windows, tracks, statuses."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial_edc.protocol import load
from trial_edc.protocol.model import in_version
from trial_edc.protocol.windows import (
    Anchors,
    TrackOff,
    Window,
    cell_status,
    planned_date,
    sample_window,
    study_day,
    tracks_off,
    visit_status,
    window,
)

U87 = load("u87")
INFUSION = date(2026, 2, 24)
DAYS = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.sampled_from([date.min, date.max]))
TRACKS = ("screening", "product", "safety", "efficacy", "follow-up")
ANCHORS = st.builds(
    Anchors,
    consent=DAYS,
    leukapheresis=DAYS,
    ld1=DAYS,
    infusion=DAYS,
    event=DAYS,
    planned_leukapheresis_on=DAYS,
    planned_infusion_on=DAYS,
    tracks_off=st.lists(st.builds(TrackOff, st.sampled_from(TRACKS), st.just("death"), DAYS)),
)


def span(first, target, last):
    return Window(date.fromisoformat(first), date.fromisoformat(target), date.fromisoformat(last))


def test_the_study_has_its_visits_and_criteria():
    assert len(U87.visits) == 42
    assert [visit.code for visit in U87.visits][:4] == ["prescr", "scr", "aph", "mfg"]
    assert [visit.code for visit in U87.visits][-3:] == ["y15", "eos", "uns"]
    assert [sum(one.kind == kind for one in U87.criteria) for kind in ("inclusion", "exclusion")] == [14, 14]


def test_an_unknown_study_or_visit_is_named():
    with pytest.raises(KeyError, match="There is no study 'x'; known are u87"):
        load("x")
    with pytest.raises(KeyError, match="There is no visit 'd5' in protocol u87"):
        U87.visit("d5")


def test_every_line_of_the_schedule_names_visits_and_tracks_that_exist():
    visits = {visit.code for visit in U87.visits}
    assert {cell.visit for cell in U87.cells} <= visits
    assert {cell.track for cell in U87.cells} <= {*TRACKS, ""}
    assert len({(cell.visit, cell.form) for cell in U87.cells}) == len(U87.cells)


def test_the_visit_record_opens_every_visit():
    assert all(U87.forms_at(visit.code)[0].form == "sv" for visit in U87.visits)


def test_unscheduled_visits_share_one_plan():
    assert U87.visit("uns12").code == "uns"
    unscheduled = "sv vs pe ecog ecg crs icn lbh lbc lbi cyt pk tr nt rs bio"
    assert [cell.form for cell in U87.forms_at("uns1")] == unscheduled.split()


def test_day_7_asks_these_forms():
    forms = [cell.form for cell in U87.forms_at("d7")]

    assert forms == ["sv", "vs", "pe", "ecog", "crs", "icn", "lbh", "lbc", "cyt", "pk"]
    assert U87.cell("d7", "crs").expected_instances == 3
    assert U87.cell("d0", "vs").expected_instances == 6
    assert U87.cell("d21", "crs").required is False


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        ("d7", span("2026-03-02", "2026-03-03", "2026-03-04")),
        ("d0", span("2026-02-24", "2026-02-24", "2026-02-24")),
        ("d28", span("2026-03-21", "2026-03-24", "2026-03-27")),
        ("base", span("2026-02-10", "2026-02-16", "2026-02-18")),
        ("y3", span("2029-01-25", "2029-02-24", "2029-03-26")),
    ],
)
def test_windows_count_from_the_infusion(visit, expected):
    assert window(U87.visit(visit), Anchors(infusion=INFUSION)) == expected


def test_a_planned_date_stands_in_until_the_actual_one_exists():
    visit = U87.visit("d7")

    planned = Anchors(planned_infusion_on=date(2026, 2, 20))
    actual = Anchors(planned_infusion_on=date(2026, 2, 20), infusion=INFUSION)

    assert planned_date(visit, planned) == date(2026, 2, 27)
    assert planned_date(visit, actual) == date(2026, 3, 3)
    assert planned_date(visit, Anchors()) is None


def test_lymphodepletion_is_planned_before_the_infusion_and_counts_from_its_first_day():
    anchors = Anchors(planned_infusion_on=date(2026, 2, 24))
    assert [planned_date(U87.visit(code), anchors).day for code in ("ld1", "ld2", "ld3")] == [19, 20, 21]

    begun = Anchors(planned_infusion_on=date(2026, 2, 24), ld1=date(2026, 2, 18))
    assert [planned_date(U87.visit(code), begun).day for code in ("ld1", "ld2", "ld3")] == [18, 19, 20]


def test_screening_runs_in_the_28_days_before_leukapheresis():
    anchors = Anchors(leukapheresis=date(2026, 1, 29))

    assert window(U87.visit("scr"), anchors) == span("2026-01-01", "2026-01-15", "2026-01-28")


def test_a_sample_may_have_a_window_of_its_own():
    anchors = Anchors(infusion=INFUSION, ld1=date(2026, 2, 19))
    cell = U87.cell("base", "lbh")

    assert sample_window(cell, U87.visit("base"), anchors) == span("2026-02-12", "2026-02-16", "2026-02-19")


@pytest.mark.parametrize(
    ("today", "status", "late"),
    [
        ("2026-03-01", "not-due", 0),
        ("2026-03-02", "due", 0),
        ("2026-03-04", "due", 0),
        ("2026-03-06", "overdue", 2),
    ],
)
def test_a_cell_is_due_in_its_window_and_overdue_after(today, status, late):
    found = cell_status(
        U87.cell("d7", "vs"), U87.visit("d7"), Anchors(infusion=INFUSION), today=date.fromisoformat(today)
    )

    assert (found.status, found.days_late) == (status, late)


def test_without_a_date_nothing_is_due():
    assert cell_status(U87.cell("d7", "vs"), U87.visit("d7"), Anchors(), today=date(2030, 1, 1)).status == "not-due"
    assert visit_status(U87, "uns1", Anchors(infusion=INFUSION), today=date(2030, 1, 1)).status == "not-due"


def test_death_on_day_40_leaves_what_came_before_it():
    died = INFUSION + timedelta(days=40)
    anchors = Anchors(infusion=INFUSION, tracks_off=tracks_off(U87, [("death", died)]))
    today = INFUSION + timedelta(days=100)

    found = {visit.code: visit_status(U87, visit.code, anchors, today=today) for visit in U87.visits}

    assert (found["d28"].status, found["d28"].cause) == ("overdue", "")
    assert {found[code].status for code in ("m2", "m3", "m24", "y15")} == {"not-expected"}
    assert found["m2"].cause == "death"


def test_progression_leaves_safety_and_follow_up():
    anchors = Anchors(infusion=INFUSION, tracks_off=tracks_off(U87, [("progression", INFUSION + timedelta(days=30))]))
    today = INFUSION + timedelta(days=60)

    def status(visit, form):
        return cell_status(U87.cell(visit, form), U87.visit(visit), anchors, today=today).status

    assert status("m2", "vs") == "due"
    assert status("m6", "vs") == "not-expected"
    assert status("m6", "sv") == "not-due"


def test_a_visit_is_not_expected_when_its_forms_are_not():
    dead = Anchors(infusion=INFUSION, tracks_off=tracks_off(U87, [("death", INFUSION)]))
    progressed = Anchors(infusion=INFUSION, tracks_off=tracks_off(U87, [("progression", INFUSION)]))

    assert visit_status(U87, "m6", dead, today=INFUSION).status == "not-expected"
    assert visit_status(U87, "m6", progressed, today=INFUSION).status == "not-due", "survival is still asked"


def test_after_a_death_the_end_of_study_asks_for_the_disposition_alone():
    anchors = Anchors(infusion=INFUSION, event=INFUSION, tracks_off=tracks_off(U87, [("death", INFUSION)]))

    found = {
        cell.form: cell_status(cell, U87.visit("eos"), anchors, today=INFUSION).status for cell in U87.forms_at("eos")
    }

    assert found.pop("ds") == "due"
    assert set(found.values()) == {"not-expected"}


@pytest.mark.parametrize(("on", "day"), [("2026-02-24", 0), ("2026-03-05", 9), ("2026-02-19", -5)])
def test_the_day_of_infusion_is_day_0(on, day):
    assert study_day(date.fromisoformat(on), INFUSION) == day


def test_without_an_infusion_there_is_no_study_day():
    assert study_day(INFUSION, None) is None


@pytest.mark.parametrize(
    ("version", "since", "until", "holds"),
    [
        ("1.0", "1.0", "", True),
        ("1.0", "1.1", "", False),
        ("1.10", "1.9", "", True),
        ("2.0", "1.0", "2.0", False),
    ],
)
def test_versions_are_compared_as_numbers(version, since, until, holds):
    assert in_version(version, since, until) is holds


@given(ANCHORS, st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_dates_in_any_order_never_break_the_schedule(anchors, today):
    for cell in U87.cells:
        found = cell_status(cell, U87.visit(cell.visit), anchors, today=today)
        assert found.status in ("not-due", "due", "overdue", "not-expected")
        assert (found.status == "not-expected") == bool(found.cause)
        assert (found.status == "overdue") == (found.days_late > 0)
        assert found.window is None or found.window.first <= found.window.target <= found.window.last


@given(ANCHORS, st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_nothing_planned_after_its_track_went_off_is_ever_overdue(anchors, today):
    for cell in U87.cells:
        found = cell_status(cell, U87.visit(cell.visit), anchors, today=today)
        off = [one for one in anchors.tracks_off if one.track == cell.track]
        if found.status == "overdue":
            assert all(one.on is not None and found.window.target <= one.on for one in off)


@given(ANCHORS, st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 4000))
def test_a_later_day_never_makes_a_cell_less_due(anchors, today, days):
    order = {"not-due": 0, "due": 1, "overdue": 2}
    for cell in U87.cells:
        now, then = (
            cell_status(cell, U87.visit(cell.visit), anchors, today=day).status
            for day in (today, today + timedelta(days=days))
        )
        assert now == then == "not-expected" or order[now] <= order[then]
