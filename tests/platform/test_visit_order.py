"""Visits in the order of time: unscheduled ones stand where their date lies."""

from datetime import date, timedelta

import pytest

from subjects.actions.subjects import open_unscheduled_visit
from tests import scenarios
from trial_edc.casebook.dates import SubjectDates, visits_in_time
from trial_edc.casebook.selectors.visit_sheet import visit_sheet
from trial_edc.protocol.windows import Anchors

INFUSED = date(2026, 3, 1)
TOOK_PLACE = {"d0": INFUSED, "d4": date(2026, 3, 5)}


def between(codes, code):
    at = codes.index(code)
    return codes[at - 1], codes[at + 1]


@pytest.mark.parametrize(
    ("on", "neighbours"),
    [
        (date(2026, 3, 9), ("d7", "d10")),  # Day 7 has not taken place and stands by its planned 08-Mar
        (date(2026, 3, 7), ("d4", "d7")),
        (date(2026, 3, 5), ("d4", "d7")),
    ],
)
def test_an_unscheduled_visit_stands_by_its_date(on, neighbours):
    dates = SubjectDates({**TOOK_PLACE, "uns1": on}, Anchors(infusion=INFUSED))

    assert between(visits_in_time(dates, ["d0", "d4", "uns1"]), "uns1") == neighbours


def test_an_actual_date_rules_over_the_planned_one():
    late = {**TOOK_PLACE, "d7": date(2026, 3, 10), "uns1": date(2026, 3, 9)}
    dates = SubjectDates(late, Anchors(infusion=INFUSED))

    assert between(visits_in_time(dates, late), "uns1") == ("d4", "d7")


def test_unscheduled_visits_of_one_day_keep_their_numbers():
    on = date(2026, 3, 9)
    numbered = {f"uns{n}": on for n in (10, 2, 1)}
    dates = SubjectDates({**TOOK_PLACE, **numbered}, Anchors(infusion=INFUSED))

    codes = visits_in_time(dates, numbered)

    assert codes[codes.index("uns1") :][:3] == ["uns1", "uns2", "uns10"]


def test_one_without_a_date_comes_last():
    dates = SubjectDates(TOOK_PLACE, Anchors(infusion=INFUSED))

    assert visits_in_time(dates, ["uns1"])[-1] == "uns1"


def test_the_previous_visit_is_an_earlier_one(fresh_database):
    study = scenarios.study()
    subject = scenarios.infused_subject(study, day=9)
    first = scenarios.today(subject.site) - timedelta(days=9)
    visit = open_unscheduled_visit(by=study["crc1"], subject=subject)
    for code, day, pulse in (("d4", 4, "91"), (visit.code, 8, "98")):
        on = first + timedelta(days=day)
        scenarios.save(study, subject, f"{code}/sv", {"sv.svstdtc": on.isoformat()})
        scenarios.save(study, subject, f"{code}/vs", {"vs.vsdtc": f"{on.isoformat()} 08:00", "vs.pulse": pulse})

    day_7 = visit_sheet(study.access("crc1"), subject, "d7")

    section = next(one for one in day_7.sections if one.code == "vs")
    pulse = next(one for group in section.groups for one in group.fields if one.address == "pulse")
    assert (section.prev_label, pulse.prev) == ("Day 4", "91\N{NO-BREAK SPACE}beats/min")
    assert day_7.next_visit.label == "Unscheduled 1"


def test_a_further_assessment_of_a_visit_is_named_by_its_day(fresh_database):
    study = scenarios.study()
    subject = scenarios.infused_subject(study, day=9)
    first = scenarios.today(subject.site) - timedelta(days=9)
    for seq, day in ((2, 5), (3, 7)):
        on = first + timedelta(days=day)
        scenarios.save(study, subject, f"d7/crs/{seq}", {"crs.crsdtc": f"{on.isoformat()} 09:00"})

    titles = [one.title for one in visit_sheet(study.access("crc1"), subject, "d7").sections if one.code == "crs"]

    assert titles == ["CRS", "CRS · day 5", "CRS 3"]


def test_a_visit_record_names_its_visit_as_people_do(fresh_database):
    study = scenarios.study()
    subject = scenarios.infused_subject(study, day=9)
    on = scenarios.today(subject.site) - timedelta(days=2)
    scenarios.save(study, subject, "d7/sv", {"sv.svstdtc": on.isoformat()})

    section = visit_sheet(study.access("crc1"), subject, "d7").sections[0]

    assert next(one.value for group in section.groups for one in group.fields if one.address == "svvisit") == "Day 7"
