"""What is overdue stays on the worklist until it is done or no longer expected."""

from datetime import timedelta

import pytest

from tests import scenarios
from trial_edc.casebook.selectors.worklist import worklist


@pytest.fixture
def study(database):
    return scenarios.study()


def overdue(study):
    groups = {group.code: group for group in worklist(study.access("crc1")).groups}
    return [row.title for row in groups["visits-overdue"].rows]


def test_a_visit_is_still_overdue_after_half_a_year(study):
    subject = scenarios.infused_subject(study, day=200)

    assert f"{subject.code} · Day 7" in overdue(study)


def test_visits_after_a_death_are_not_overdue_and_do_not_crowd_out_others(study):
    died = scenarios.infused_subject(study, day=800)
    on = scenarios.today(died.site) - timedelta(days=799)
    scenarios.save(study, died, "dd/1", {"dd.dthdtc": f"{on:%d-%b-%Y}"})
    late = scenarios.infused_subject(study, day=100)

    titles = overdue(study)

    assert f"{late.code} · Day 28" in titles
    assert f"{died.code} · Month 3" not in titles
