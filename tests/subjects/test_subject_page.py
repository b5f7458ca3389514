"""The page of a subject: facts, matrix in groups with far visits folded, next act, latest values, lanes."""

from datetime import timedelta

import pytest

from tests import scenarios
from trial_edc.casebook.selectors.log_page import log_page
from trial_edc.casebook.selectors.subject_page import subject_page
from trial_edc.casebook.selectors.visit_sheet import form_page


@pytest.fixture
def study(fresh_database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    """Day 9: Day 4 took place, an unscheduled blood count on Day 8, CRS of days 5 and 6."""
    subject = scenarios.infused_subject(study, day=9)
    infused = scenarios.today(subject.site) - timedelta(days=9)

    def on(day):
        return (infused + timedelta(days=day)).isoformat()

    scenarios.save(study, subject, "d4/sv", {"sv.svstdtc": on(4)})
    scenarios.save(study, subject, "d4/lbh", {"lbh.lbdtc": f"{on(4)} 07:30", "lbh.anc": "1.48"})
    for seq, day, grade in ((2, 5, "2"), (3, 6, "1")):
        typed = {"crs.crsdtc": f"{on(day)} 09:00", "crs.crsgri": grade}
        scenarios.save(study, subject, f"d7/crs/{seq}", typed)
    scenarios.adverse_event(study, subject)
    return subject


def shown(study, subject, **asked):
    return subject_page(study.access("crc1"), subject, **asked)


def test_the_head_shows_the_facts_the_protocol_names(study, subject):
    facts = dict(shown(study, subject).facts)

    assert facts["Sex"] == "F"
    assert facts["Infused"].endswith("10:42")
    assert "Target IHC" not in facts  # nothing was measured


def test_rows_stand_in_the_groups_of_the_protocol(study, subject):
    rows = shown(study, subject).matrix.rows

    assert [(row.group, row.form) for row in rows if row.group][:2] == [("Clinical", "sv"), ("Laboratory", "lbh")]
    assert rows[-1].form == "inf" or rows[-1].group == ""


def test_far_visits_are_folded_until_asked_for(study, subject):
    folded, unfolded = shown(study, subject).matrix, shown(study, subject, unfold="m9-m24,nothing").matrix

    assert [one.short for one in folded.columns][-3:-1] == ["M9–24", "Y3–15"]
    assert "m12" not in [one.visit for one in folded.columns]
    assert [one.visit for one in unfolded.columns if one.visit.startswith("m")][-1] == "m24"
    assert len(folded.visits) == len(unfolded.visits) == 41
    assert all(len(row.cells) == len(folded.columns) for row in folded.rows)


def test_a_far_visit_that_has_begun_is_not_folded(study, subject):
    scenarios.save(study, subject, "m12/sv", {"sv.svocc": "N"})

    assert "m12" in [one.visit for one in shown(study, subject).matrix.columns]


def test_the_next_act_is_the_open_visit_not_the_oldest_gap(study, subject):
    page = shown(study, subject)

    assert page.primary.title == "Enter Day 4"  # begun, not finished
    assert page.to_do[0].url == page.primary.url
    assert "Tissue pre-screening (IHC)" in [one.title for one in page.to_do[1:]]


def test_a_begun_visit_without_a_planned_day_goes_before_older_gaps(study):
    subject = scenarios.registered_subject(study, days_ago=30)
    on = scenarios.today(subject.site) - timedelta(days=3)
    scenarios.save(study, subject, "scr/sv", {"sv.svstdtc": on.isoformat()})

    page = shown(study, subject)

    assert page.primary.title == "Enter Screening"
    assert page.to_do[0].title == "Tissue pre-screening (IHC)"


def test_latest_values_are_the_last_by_their_day(study, subject):
    latest = {one.label: one for one in shown(study, subject).latest}

    assert (latest["CRS grade"].value, latest["CRS grade"].peak, latest["CRS grade"].day) == ("1", "2", "D6")
    assert latest["Neutrophils"].value.startswith("1.48")
    assert "Platelets" not in latest


def test_lanes_show_grades_by_day_and_events_to_today(study, subject):
    page = shown(study, subject)
    crs, events = page.lanes

    assert (crs.title, [(span.text, (span.last - span.first).days) for span in crs.spans]) == (
        "CRS grade",
        [("2", 0), ("1", 0)],
    )
    assert (events.spans[0].text, events.spans[0].grade, events.spans[0].last) == ("Fatigue", 2, page.today_on)
    assert "" in {line.column.phase for line in page.matrix.visits if line.column.visit == "eos"}


def test_an_entry_never_saved_is_new(study, subject):
    page = form_page(study.access("crc1"), subject, scenarios.slot(subject, "ae/2"))

    assert page.sections[0].status_label == "New"


def test_a_log_says_whether_an_entry_is_signed(study, subject):
    row = log_page(study.access("crc1"), subject, "ae").rows[0]

    assert (row.signature, row.signature_label) == ("to-sign", "To sign")
