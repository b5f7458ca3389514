"""The report centre: who gets what, what it says, and that it works by plain form posts."""

import re

import pytest
from django.test import Client

from tests import scenarios
from tests.platform.reports_tools import content_of, made
from trial_edc.reports import actions
from trial_edc.reports.models import ReportDownload, ReportRun

MAY = {"crc1", "si1", "pi1", "cra1", "dm1", "mm1", "aud1"}
MAY_NOT = {"stat1", "lab1", "admin1", "mfr1", "nurse1"}
OTHER_SITE = {"crc3", "pi3", "crc4"}


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.EDC_REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.registered_subject(study)


@pytest.fixture
def browsers(study):
    found = {}
    for name in MAY | MAY_NOT | OTHER_SITE:
        found[name] = Client()
        found[name].force_login(study[name])
    return found


def statuses(browsers, path, *, method="get", data=None):
    return {name: getattr(browser, method)(path, data or {}).status_code for name, browser in browsers.items()}


def who(answers, status):
    return {name for name, got in answers.items() if got == status}


@pytest.mark.requirement("ACC-02")
def test_every_role_on_the_centre(browsers, study):
    answers = statuses(browsers, "/reports/")

    assert who(answers, 200) == MAY | OTHER_SITE
    assert who(answers, 403) == MAY_NOT


@pytest.mark.requirement("ACC-02")
@pytest.mark.parametrize("end", ["", "download/"])
def test_every_role_on_a_report_of_site_101(browsers, study, subject, end):
    run = made(study, subject=subject)

    answers = statuses(browsers, f"/reports/{run.pk}/{end}")

    assert who(answers, 200) == MAY
    assert who(answers, 403) == MAY_NOT
    assert who(answers, 404) == OTHER_SITE
    assert ReportDownload.objects.count() == (len(MAY) if end else 0)


@pytest.mark.requirement("ACC-02")
@pytest.mark.parametrize("step", ["cancel", "retry", "again"])
def test_every_role_on_every_step(browsers, study, subject, step):
    run = made(study, subject=subject)

    answers = statuses(browsers, f"/reports/{run.pk}/{step}/", method="post")

    assert who(answers, 302) == MAY
    assert who(answers, 403) == MAY_NOT
    assert who(answers, 404) == OTHER_SITE
    assert {client.get(f"/reports/{run.pk}/{step}/").status_code for client in browsers.values()} == {405}


@pytest.mark.requirement("ACC-02")
def test_every_role_asking_for_a_casebook_of_site_101(browsers, study, subject):
    answers = statuses(browsers, "/reports/", method="post", data={"kind": "casebook", "subject": subject.code})

    assert who(answers, 302) == MAY
    assert who(answers, 403) == MAY_NOT
    assert who(answers, 404) == OTHER_SITE
    assert set(ReportRun.objects.values_list("requested_by__email", flat=True)) == {
        f"{name}@demo.example" for name in MAY
    }


@pytest.mark.parametrize("path", ["/reports/99999/", "/reports/99999/download/", "/reports/?subject=999-0001"])
def test_what_does_not_exist_is_like_what_one_may_not_see(browsers, path):
    assert {browsers[name].get(path).status_code for name in MAY} == {404}
    assert browsers["admin1"].get(path).status_code == 403


def test_a_listing_of_all_sites_is_not_for_site_staff(browsers, study, subject):
    run = made(study, by="dm1", kind="ae-listing", sites=list(study.sites.values()), events="all")

    assert browsers["dm1"].get(f"/reports/{run.pk}/download/").status_code == 200
    assert browsers["crc1"].get(f"/reports/{run.pk}/download/").status_code == 404
    assert f"job-{run.pk}" not in browsers["crc1"].get("/reports/").content.decode()


def test_a_listing_asked_by_site_staff_covers_their_site_alone(browsers, study, subject):
    browsers["crc1"].post("/reports/", {"kind": "ae-listing"})

    assert ReportRun.objects.get().site_ids == [study.sites["101"].pk]
    assert browsers["crc1"].post("/reports/", {"kind": "ae-listing", "site": "102"}).status_code == 404


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"kind": "casebook"}, "Choose the subject of the casebook."),
        ({"kind": "ae-listing", "events": "mine"}, "Choose one of the offered values."),
    ],
)
def test_a_request_with_something_missing_says_what(browsers, subject, posted, said):
    response = browsers["cra1"].post("/reports/", posted)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not ReportRun.objects.exists()


def test_an_unknown_report_is_refused_with_a_sentence(browsers):
    response = browsers["cra1"].post("/reports/", {"kind": "horoscope"}, follow=True)

    assert "Choose one of the reports below." in response.content.decode()


def test_the_download_is_the_file_of_the_row_and_each_one_counts(browsers, study, subject):
    run = made(study, subject=subject)

    answers = [browsers["cra1"].get(f"/reports/{run.pk}/download/") for _time in range(2)]
    browsers["cra1"].head(f"/reports/{run.pk}/download/")

    assert {answer.getvalue() for answer in answers} == {content_of(run)}
    assert answers[0]["Content-Disposition"] == f'attachment; filename="{subject.code}-casebook-{run.pk}.pdf"'
    assert "no-store" in answers[0]["Cache-Control"]
    downloads = ReportDownload.objects.filter(run=run)
    assert [(one.by.email, one.sha256) for one in downloads] == [("cra1@demo.example", run.sha256)] * 2
    page = browsers["cra1"].get("/reports/").content.decode()
    assert "2 downloads" in page
    assert run.sha256 in page


def test_a_damaged_file_is_not_sent(browsers, study, subject, tmp_path):
    run = made(study, subject=subject)
    (tmp_path / "reports" / run.file_name).write_bytes(b"%PDF-other")

    response = browsers["cra1"].get(f"/reports/{run.pk}/download/", follow=True)

    assert "no longer the one that was made" in response.content.decode()
    assert not ReportDownload.objects.exists()


def test_a_waiting_row_asks_for_itself_without_keeping_the_session_alive(browsers, study, subject):
    run = actions.request_report(
        by=study["cra1"], kind="casebook", parameters={"subject": subject.code}, sites=[subject.site], subject=subject
    )
    fragment = browsers["cra1"].get(f"/reports/{run.pk}/", headers={"HX-Request": "true"}).content.decode()

    (row,) = re.findall(r"<li[^>]*>", fragment)
    assert f'data-testid="job-{run.pk}"' in row
    assert 'data-state="requested" data-done="0" data-total="0"' in row
    assert "X-Background" in row
    assert "<html" not in fragment
    assert "Cancel report" in fragment
    assert "Cancel report" not in browsers["dm1"].get("/reports/").content.decode()


def test_a_finished_row_stops_asking(browsers, study, subject):
    run = made(study, subject=subject)

    fragment = browsers["cra1"].get(f"/reports/{run.pk}/", headers={"HX-Request": "true"}).content.decode()

    assert f'data-state="done" data-done="{run.n_total}" data-total="{run.n_total}"' in fragment
    assert "hx-trigger" not in fragment


def test_the_tray_tells_who_asked_until_they_have_looked(browsers, study, subject):
    made(study, subject=subject)

    assert 'data-testid="notice" data-state="done"' in browsers["cra1"].get("/reports/tray/").content.decode()
    assert "Nothing new." in browsers["dm1"].get("/reports/tray/").content.decode()
    browsers["cra1"].get("/reports/")
    assert "Nothing new." in browsers["cra1"].get("/reports/tray/").content.decode()


def test_a_finished_report_can_be_asked_for_again(browsers, study, subject):
    run = made(study, subject=subject, trail="without")

    browsers["dm1"].post(f"/reports/{run.pk}/again/")

    new = ReportRun.objects.get(state="requested")
    assert (new.kind, new.parameters, new.site_ids) == (run.kind, run.parameters, run.site_ids)
    assert (new.subject_id, new.requested_by) == (subject.pk, study["dm1"])


def test_the_centre_costs_the_same_whatever_the_number_of_rows(browsers, study, subject, django_assert_max_num_queries):
    for n in range(8):
        made(study, subject=subject, trail="without") if n == 0 else actions.request_report(
            by=study["cra1"], kind="casebook", parameters={"n": n}, sites=[subject.site], subject=subject
        )

    with django_assert_max_num_queries(8):
        browsers["cra1"].get("/reports/")


def test_the_bar_names_reports_to_those_who_may(browsers):
    assert 'href="/reports/"' in browsers["cra1"].get("/me/").content.decode()
    assert 'href="/reports/"' not in browsers["stat1"].get("/me/").content.decode()
    assert 'hx-get="/reports/tray/"' not in browsers["stat1"].get("/me/").content.decode()
