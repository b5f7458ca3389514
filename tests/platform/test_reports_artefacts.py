"""What a report may be besides a PDF: a file it writes itself, or a document kept as a row."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import gettext_lazy

from tests import scenarios
from tests.platform.reports_tools import made
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.reports import documents, kinds, runner, storage
from trial_edc.reports.models import ReportDocument, ReportDownload, ReportRun

LINES = b"subject;arm\r\n101-0001;1\r\n"
RESULT = {"orr": {"n": 3, "of": 7, "share": Decimal("0.428"), "p": 0.1}, "on": date(2026, 3, 5), "who": ["Å", None]}


def write_a_file(run, progress):
    return kinds.MadeFile(lambda path: path.write_bytes(LINES), ".zip", "application/zip", clock.now())


def break_while_writing(run, progress):
    def write(path):
        path.write_bytes(b"half")
        raise RuntimeError

    return kinds.MadeFile(write, ".zip", "application/zip", clock.now())


def compute(run, progress):
    return kinds.MadeDocument(RESULT, clock.now())


@pytest.fixture(autouse=True)
def own_files_and_kinds(settings, tmp_path, monkeypatch):
    settings.EDC_REPORTS_DIR = tmp_path / "reports"
    path, title = f"{__name__}.", gettext_lazy("Reports")
    further = (
        kinds.Kind("file", title, title, "study", path + "write_a_file"),
        kinds.Kind("broken", title, title, "study", path + "break_while_writing"),
        kinds.Kind("result", title, title, "study", path + "compute", on_card=False),
        kinds.Kind("copy", title, title, "study", path + "write_a_file", right=Permission.CERTIFY_SITE_COPY),
    )
    monkeypatch.setattr(kinds, "_KINDS", kinds._KINDS + further)


@pytest.fixture
def study(database):
    return scenarios.study()


def browser_of(study, name):
    browser = Client()
    browser.force_login(study[name])
    return browser


def test_a_file_a_report_writes_itself_is_stored_and_sent_with_its_type(study):
    run = made(study, kind="file", sites=[study.sites["101"]])

    answer = browser_of(study, "cra1").get(f"/reports/{run.pk}/download/")

    assert (run.size, run.sha256, run.n_pages) == (len(LINES), hashlib.sha256(LINES).hexdigest(), None)
    assert answer.getvalue() == LINES
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="file-{run.pk}.zip"'
    assert run.expires_at - run.ended_at == runner.KEPT
    assert [path.name for path in storage.directory().iterdir()] == [f"{run.pk}-1.zip"]
    assert (storage.directory() / run.file_name).stat().st_mode & 0o077 == 0
    page = browser_of(study, "cra1").get("/reports/").content.decode()
    assert "Download file" in page
    assert "0 pages" not in page


def test_a_file_that_breaks_while_it_is_written_leaves_nothing(study):
    from trial_edc.reports import actions

    run = actions.request_report(by=study["cra1"], kind="broken", parameters={})

    runner.build(run.pk)

    assert ReportRun.objects.get(pk=run.pk).state == ReportRun.State.FAILED
    assert list(storage.directory().iterdir()) == []


def test_parts_of_a_file_go_with_their_directory(study, monkeypatch):
    with storage.work_directory("7-1") as parts:
        (parts / "a.csv").write_text("a")
        assert parts.stat().st_mode & 0o077 == 0
    assert not parts.exists()

    parts.mkdir()
    (parts / "left by a killed worker").write_text("a")
    monkeypatch.setattr(storage, "STRAY_SECONDS", -10)
    assert storage.remove_strays([]) == 1
    assert not parts.exists()


def test_a_document_is_a_row_and_downloads_as_its_canonical_text(study):
    run = made(study, kind="result")

    answer = browser_of(study, "cra1").get(f"/reports/{run.pk}/download/")

    written = answer.getvalue()
    assert hashlib.sha256(written).hexdigest() == run.sha256 == ReportDocument.objects.get(run=run).sha256
    assert written.startswith(b'{"on":"2026-03-05","orr":{"n":3,"of":7,"p":"0.1","share":"0.428"}')
    assert json.loads(written) == documents.document_of(run)
    assert (answer["Content-Type"], run.size, run.file_name) == ("application/json", len(written), "")
    assert answer["Content-Disposition"] == f'attachment; filename="result-{run.pk}.json"'
    assert ReportDownload.objects.get().sha256 == run.sha256


def test_the_same_results_have_the_same_digest(study):
    other = json.loads(json.dumps(documents.plain(RESULT)))
    turned = dict(reversed(other.items()))

    assert made(study, kind="result").sha256 == made(study, kind="result", n="2").sha256 == documents.digest(turned)


def test_documents_stay_when_files_go(study):
    run = made(study, kind="result")

    runner.sweep()

    assert run.expires_at is None
    assert documents.document_of(run)["orr"]["n"] == 3


def test_a_changed_document_is_not_given_out(study):
    run = made(study, kind="result")
    with audited(by=study["dm1"], reason="somebody tries"):
        ReportDocument.objects.filter(run=run).update(document={"orr": {"n": 7}})

    with pytest.raises(documents.DocumentChanged):
        documents.document_of(run)
    answer = browser_of(study, "cra1").get(f"/reports/{run.pk}/download/", follow=True)
    assert "no longer the one that was made" in answer.content.decode()
    assert not ReportDownload.objects.exists()


@pytest.mark.parametrize(
    "wrong", [float("nan"), Decimal("Infinity"), datetime(2026, 3, 5), {1: 2}, object(), b"bytes", {"a"}]
)
def test_a_document_holds_nothing_that_reads_back_as_something_else(wrong):
    with pytest.raises(ValueError, match="document"):
        documents.plain({"value": [wrong]})


def test_numbers_of_a_document_are_text_unless_they_are_whole():
    aware = datetime(2026, 3, 5, 12, tzinfo=UTC) + timedelta(0)

    assert documents.plain([1, 0.1, 1e22, Decimal("7.0"), True, aware]) == [
        *(1, "0.1", "1e+22", "7.0", True),
        "2026-03-05T12:00:00+00:00",
    ]


def test_a_report_with_a_page_of_its_own_is_not_in_the_centre(study):
    run = made(study, kind="result")

    page = browser_of(study, "cra1").get("/reports/").content.decode()

    assert 'data-testid="report-result"' not in page
    assert f"job-{run.pk}" not in page
    answer = browser_of(study, "cra1").post("/reports/", {"kind": "result"}, follow=True)
    assert "Choose one of the reports below." in answer.content.decode()


@pytest.mark.requirement("ACC-02")
def test_a_report_with_a_right_of_its_own_is_for_those_who_hold_it(study):
    run = made(study, by="pi1", kind="copy", sites=[study.sites["101"]])

    investigator, coordinator, monitor = (browser_of(study, name) for name in ("pi1", "crc1", "cra1"))

    assert investigator.get(f"/reports/{run.pk}/download/").status_code == 200
    assert {one.get(f"/reports/{run.pk}/download/").status_code for one in (coordinator, monitor)} == {403}
    assert 'data-testid="report-copy"' in investigator.get("/reports/").content.decode()
    assert 'data-testid="report-copy"' not in coordinator.get("/reports/").content.decode()
    assert coordinator.post("/reports/", {"kind": "copy"}).status_code == 403
    assert browser_of(study, "pi3").get(f"/reports/{run.pk}/download/").status_code == 404
