"""Windows and tracks for any dates: nothing overdue once its track is off, one visit for each due form, no crash."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from subjects.eligibility.verdicts import verdicts
from subjects.gates import STEPS, closed_gates
from subjects.proposals import proposals
from tests.books import book, fill
from trial_edc.casebook.dates import subject_dates, visits_in_time
from trial_edc.protocol import load
from trial_edc.protocol.windows import (
    DUE,
    NOT_EXPECTED,
    OVERDUE,
    Anchors,
    cell_status,
    planned_date,
    study_day,
    tracks_off,
    visit_status,
    window,
)

U87 = load("u87")
DAYS = st.dates(date(2024, 1, 1), date(2041, 12, 31))
NAMES = ("consent", "leukapheresis", "ld1", "infusion", "event", "planned_leukapheresis_on", "planned_infusion_on")
CAUSES = sorted(U87.tracks_off)
quick = settings(deadline=None, max_examples=40)


@st.composite
def any_anchors(draw):
    """Dates in any order, any of them missing, any tracks off."""
    named = {name: draw(st.none() | DAYS) for name in NAMES}
    events = draw(st.lists(st.tuples(st.sampled_from(CAUSES), st.none() | DAYS), max_size=3))
    return Anchors(**named, tracks_off=tracks_off(U87, events))


@quick
@given(any_anchors(), DAYS)
def test_nothing_is_due_or_overdue_once_its_track_is_off(anchors, today):
    for cell in U87.cells:
        visit = U87.visit(cell.visit)
        on = planned_date(visit, anchors)
        ended = [off.on for off in anchors.tracks_off if off.track == cell.track]
        is_over = any(day is None or (on is not None and on > day) for day in ended)
        if is_over:
            assert cell_status(cell, visit, anchors, today=today).status == NOT_EXPECTED


@quick
@given(any_anchors(), DAYS)
def test_what_is_overdue_was_planned_before_its_track_ended(anchors, today):
    for visit in U87.visits:
        found = visit_status(U87, visit.code, anchors, today=today)
        if found.status != OVERDUE:
            continue
        assert found.window is not None
        assert found.window.last < today
        tracks = {cell.track for cell in U87.forms_at(visit.code) if cell.required and cell.form != "sv"}
        for track in tracks - {""}:
            ended = [off.on for off in anchors.tracks_off if off.track == track and off.on is not None]
            if all(found.window.target > day for day in ended) and ended:
                assert len(tracks) > 1  # another track of the same visit still goes on


@quick
@given(DAYS, st.integers(0, 5600))
def test_a_due_form_belongs_to_exactly_one_visit(infusion, days):
    anchors = Anchors(infusion=infusion, planned_infusion_on=infusion)
    today = infusion + timedelta(days=days)
    due = [
        cell.form
        for cell in U87.cells
        if U87.visit(cell.visit).anchor == "infusion"
        and cell_status(cell, U87.visit(cell.visit), anchors, today=today).status == DUE
    ]

    assert len(due) == len(set(due))


@quick
@given(any_anchors(), DAYS)
def test_each_form_of_the_schedule_says_exactly_one_thing(anchors, today):
    found = {
        (cell.visit, cell.form): cell_status(cell, U87.visit(cell.visit), anchors, today=today) for cell in U87.cells
    }

    assert len(found) == len(U87.cells)
    assert {one.status for one in found.values()} <= {"due", "not-due", "overdue", "not-expected"}
    assert all(one.cause for one in found.values() if one.status == NOT_EXPECTED)


@quick
@given(any_anchors(), DAYS)
def test_a_window_holds_its_planned_day_and_counts_days_off_from_its_ends(anchors, on):
    for visit in U87.visits:
        span = window(visit, anchors)
        if span is None:
            continue
        assert span.first <= span.target <= span.last
        assert (span.days_off(on) == 0) == (span.first <= on <= span.last)


@quick
@given(st.lists(st.tuples(st.sampled_from([v.code for v in U87.visits if v.code != "uns"]), DAYS), max_size=12))
def test_visits_in_any_order_all_have_a_place(visits):
    days = dict(visits)
    casebook = book(
        *(fill(f"{code}/sv", svstdtc=on.isoformat()) for code, on in days.items() if on <= date(2026, 3, 5))
    )
    dates = subject_dates(casebook, casebook.subject.site)

    ordered = visits_in_time(dates, days)

    assert sorted(ordered) == sorted(v.code for v in U87.visits if v.code != "uns")


PAST = st.dates(date(2024, 1, 1), date(2026, 3, 4))


@quick
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("aph", "inf", "dd", "ds", "icf", "wd", "sv", "cm", "mh"), PAST)),
    st.sampled_from(["TREAT", "PROC", "ALL", "BIOBANK"]),
)
def test_whatever_the_order_of_the_dates_pages_and_gates_have_an_answer(days, scope):
    make = {
        "icf": lambda on: fill("icf", icftype="MAIN", icfdtc=f"{on} 09:00"),
        "wd": lambda on: fill("/icf/2", icftype="LTFU", icfdtc="2026-01-05 09:00", icfwddt=f"{on}", icfwdsc=scope),
        "aph": lambda on: fill("aph/aph", aphstdtc=f"{on} 09:00"),
        "inf": lambda on: fill("d0/inf", infdtc=f"{on} 10:00"),
        "sv": lambda on: fill("d7/sv", svstdtc=f"{on}", svocc="Y"),
        "dd": lambda on: fill("dd", dthdtc=f"{on}"[:7], dthcaus="CRS"),
        "ds": lambda on: fill("eos/ds", dsepoch="LTFU", dsdecod="LOST", dsstdtc=f"{on}"),
        "cm": lambda on: fill("cm", cmcat="STEROID", cmroute="IV", cmstdtc=f"{on}"[:7], cmongo="Y"),
        "mh": lambda on: fill("mh", mhcns="Y", mhongo="N", mhendtc=f"{on}"[:4]),
    }
    casebook = book(*(make[name](on) for name, on in days.items()))
    dates = subject_dates(casebook, casebook.subject.site)

    offered = proposals(casebook, dates)
    assert len({one.key for one in offered}) == len(offered)
    for step in STEPS:
        assert closed_gates(step, casebook, signed=set())
    for visit in ("scr", "base", "d0"):
        assert verdicts(casebook, visit)
    assert study_day(date(2026, 3, 5), dates.anchors.infusion) is None or "inf" in days
