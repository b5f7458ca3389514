"""The trial summary as a job: of a cut or of the live data, for those who see the whole study."""

import pytest
from django.test import Client

from tests import scenarios
from tests.platform.reports_tools import made, text_of
from trial_edc.exports.actions import freeze, make_cut
from trial_edc.reports import actions, runner
from trial_edc.reports.models import ReportRun


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.EDC_REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def study(database):
    return scenarios.study()


def test_a_summary_of_a_cut_names_it_and_does_not_see_what_came_later(study):
    scenarios.infused_subject(study)
    cut = make_cut(by=study["stat1"], name="Interim 1", cutoff_on=scenarios.today(study.sites["102"]))
    freeze(cut=cut)
    scenarios.infused_subject(study, site="102", by="crc3")

    run = made(study, by="dm1", kind="trial-summary", sites=list(study.sites.values()), cut=str(cut.pk))

    printed = text_of(run)
    assert "Data cut Interim 1" in printed
    assert cut.content.sha256[:20] in printed.replace(" ", "")
    assert "UTC+08:00)" in printed
    assert f"Trial summary · Interim 1, cut-off {cut.cutoff_on:%d-%b-%Y}" in printed
    assert "Registered 1 (100.0 %)" in printed
    assert "102-0001" not in printed
    for said in ("Training", "Draft data", "Page 1 of", "Day 0 first U87 infusion", "protocol 1.0"):
        assert said in printed
    for chapter in ("Disposition", "Baseline", "Exposure", "Deaths", "Protocol deviations", "Response", "Kinetics"):
        assert chapter in printed
    assert run.data_at == cut.content.frozen_at


def test_a_summary_without_subjects_or_of_no_cut_fails_with_a_sentence(study):
    failures = []
    for cut in ("live", "99"):
        run = actions.request_report(by=study["dm1"], kind="trial-summary", parameters={"cut": cut})
        runner.build(run.pk)
        failures.append(ReportRun.objects.get(pk=run.pk).failure)

    assert failures == [
        "There is no subject yet, so there is nothing to sum up.",
        "There is no such data cut. Choose one of the list.",
    ]


@pytest.mark.requirement("ACC-02")
def test_the_summary_is_for_those_who_see_the_endpoints_of_all_sites(study):
    cut = make_cut(by=study["stat1"], name="Interim 1", cutoff_on=scenarios.today(study.sites["102"]))
    asked = {}
    for name in ("dm1", "mm1", "crc1", "pi1", "cra1", "aud1"):
        browser = Client()
        browser.force_login(study[name])
        asked[name] = browser.post("/reports/", {"kind": "trial-summary", "cut": str(cut.pk)}).status_code
        page = browser.get("/reports/").content.decode()
        assert ('data-testid="report-trial-summary"' in page) == (asked[name] == 302)
        assert ("Interim 1" in page) == (asked[name] == 302)

    assert {name for name, status in asked.items() if status == 302} >= {"dm1", "mm1"}
    assert {name for name, status in asked.items() if status == 403} >= {"crc1", "pi1", "cra1"}
    run = ReportRun.objects.filter(requested_by=study["dm1"]).get()
    assert set(run.site_ids) == {site.pk for site in study.sites.values()}
    assert run.parameters["cut"] == str(cut.pk)


def test_an_unknown_cut_is_refused_at_the_card(study):
    browser = Client()
    browser.force_login(study["dm1"])

    answer = browser.post("/reports/", {"kind": "trial-summary", "cut": "99"})

    assert answer.status_code == 422
    assert "Choose one of the offered values." in answer.content.decode()
