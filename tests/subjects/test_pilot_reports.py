"""Reports and analyses of the reference study, made of the same parts as the product's."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command

from subjects.models import Subject
from trial_edc.accounts.access import people_with_access
from trial_edc.accounts.demo import create_demo_users
from trial_edc.accounts.models import Site
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
    assert "Worst grade Severe" in shown
    assert "Xanomeline High Dose (N = 1)" in shown
    # The high dose has an event on day 2, placebo its only one on day 48.
    cells = next(line for line in shown.splitlines() if line.startswith("Any adverse event |")).split(" | ")
    assert cells[1].startswith("0 (0.0 %)")
    assert cells[2].startswith("1 (100.0 %)")


def test_endpoints_as_json_name_the_study(pilot_loaded):
    said = io.StringIO()

    call_command("compute_endpoints", "--cut-off", "2014-01-01", "--json", stdout=said)

    assert json.loads(said.getvalue())["study"] == "cdiscpilot"
