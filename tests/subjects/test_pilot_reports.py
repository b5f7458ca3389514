"""Reports and analyses of the reference study, made of the same parts as the product's."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command

from subjects.analysis import medicine
from subjects.models import Subject
from tests.platform.reports_tools import text_of
from trial_edc.accounts.access import people_with_access
from trial_edc.accounts.demo import create_demo_users
from trial_edc.accounts.models import Site
from trial_edc.exports.study import live_study
from trial_edc.reports import runner
from trial_edc.reports.actions import request_report


@pytest.fixture
def manager(pilot_loaded):
    people = create_demo_users(since=date(2020, 1, 1), fixed_secret=True)
    return people_with_access().get(pk=people["dm1"].pk)


def made(manager, kind, parameters, *, subject=None):
    sites = [Site.objects.get(code="801")] if kind != "blank-crf" else []
    run = request_report(by=manager, kind=kind, parameters=parameters, sites=sites, subject=subject)
    runner.build(run.pk)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(("kind", "parameters"), [("blank-crf", {}), ("ae-listing", {"events": "grade3"})])
def test_a_report_of_the_study_is_made(manager, kind, parameters):
    run = made(manager, kind, parameters)

    assert (run.state, run.failure) == ("done", "")


def test_the_casebook_of_a_loaded_subject_is_made(manager):
    subject = Subject.objects.select_related("site").get(code="801-1001")

    run = made(manager, "casebook", {"trail": "without", "subject": subject.code}, subject=subject)

    assert (run.state, run.failure) == ("done", "")


def test_endpoints_are_computed_with_severity_and_arms(pilot_loaded):
    said = io.StringIO()

    call_command("compute_endpoints", "--cut-off", "2014-01-01", stdout=said)

    shown = said.getvalue()
    assert "Worst severity: Severe" in shown
    assert "Xanomeline Low Dose (N = 1)" in shown
    # The low dose has an event on day 2, placebo its only one on day 48.
    cells = next(line for line in shown.splitlines() if line.startswith("Any adverse event |")).split(" | ")
    assert cells[1].startswith("0 (0.0 %)")
    assert cells[2].startswith("1 (100.0 %)")


def test_endpoints_as_json_name_the_study(pilot_loaded):
    said = io.StringIO()

    call_command("compute_endpoints", "--cut-off", "2014-01-01", "--json", stdout=said)

    assert json.loads(said.getvalue())["study"] == "cdiscpilot"


def test_the_trial_summary_tells_of_arms_and_first_doses(manager):
    run = request_report(by=manager, kind="trial-summary", parameters={"cut": "live"})
    runner.build(run.pk)
    run.refresh_from_db()

    assert (run.state, run.failure) == ("done", "")
    printed = text_of(run)
    assert "Disposition by arm" in printed
    assert "Xanomeline Low Dose (n = 1)" in printed
    assert "Exposure of treated subjects" in printed
    assert "Died after the first dose" in printed
    assert "Not treated by the cut-off." in printed
    assert "infus" not in printed.lower()


def test_subjects_end_by_the_list_of_the_study_and_arms_are_those_given(pilot_loaded):
    (part,) = medicine.disposition(live_study((medicine.disposition,)))

    table = part.table("flow")
    found = {texts[0]: list(texts[1:]) for texts in table.texts}
    assert table.columns[1:] == ("Placebo (n = 1)", "Xanomeline Low Dose (n = 1)", "Total (n = 3)")
    assert found["Treated"] == ["1 (100.0 %)", "1 (100.0 %)", "2 (66.7 %)"]
    assert found["Ended: Completed"] == ["0 (0.0 %)", "1 (100.0 %)", "1 (33.3 %)"]
    assert found["Ended: Screen failure"] == ["0 (0.0 %)", "0 (0.0 %)", "1 (33.3 %)"]
    assert found["Ended: Death"] == ["1 (100.0 %)", "0 (0.0 %)", "1 (33.3 %)"]
    assert found["No end by the cut-off"] == ["0 (0.0 %)", "0 (0.0 %)", "0 (0.0 %)"]


def test_exposure_counts_both_days_and_the_highest_dose(pilot_loaded):
    (part,) = medicine.exposure(live_study((medicine.exposure,)))

    # 04-Mar to 10-Jun-2013 is 99 days; the other subject's last dose has no date.
    found = {texts[0]: list(texts[1:]) for texts in part.table("exposure").texts}
    assert found["Days from first to last dose"] == ["–", "99 (99–99), n = 1", "99 (99–99), n = 1"]
    assert found["Periods of one dose"] == ["1 (1–1), n = 1", "2 (2–2), n = 1", "2 (1–2), n = 2"]
    assert found["Highest dose of a day: 81 mg"] == ["0 (0.0 %)", "1 (100.0 %)", "1 (50.0 %)"]
    assert found["Highest dose of a day: 0 mg"] == ["1 (100.0 %)", "0 (0.0 %)", "1 (50.0 %)"]
    assert found["Last dose not dated"] == ["1 (100.0 %)", "0 (0.0 %)", "1 (50.0 %)"]
