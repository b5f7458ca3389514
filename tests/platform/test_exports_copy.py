"""The investigator's certified copy: whole, of the own site alone, and checked by its own script."""

import json
import re
import subprocess
import sys
import zipfile

import pytest
from django.test import Client

from tests import scenarios
from tests.platform.exports_tools import parts_of, table
from tests.platform.reports_tools import made, squeezed
from trial_edc.audit.models import AuditValue
from trial_edc.audit.system import system_user
from trial_edc.casebook.actions.lock import lock_form
from trial_edc.casebook.actions.queries import answer_query, raise_query
from trial_edc.casebook.models import FormInstance, Query, QueryMessage, Signature
from trial_edc.casebook.reader import read
from trial_edc.reports import storage
from trial_edc.reports.contents.facts import gather
from trial_edc.reports.contents.form_page import form_page
from trial_edc.reports.models import ReportDownload, ReportRun

_KEPT: list[bytes] = []


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.EDC_REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    """One with a correction, a query with its answer, a signature that stands and one that is void."""
    subject = scenarios.infused_subject(study)
    form = scenarios.day_3(study, subject)
    scenarios.save(study, subject, "d3/vs", {"vs.temp": "39.4", "vs.temp.reason": "entry_error", "_revision": "1"})
    query = raise_query(by=study["cra1"], instance=form, item="pulse", text="The chart shows 98. Which is right?")
    answer_query(by=study["crc1"], query=query, text="Checked against the chart, 96.")
    events = [scenarios.adverse_event(study, subject, seq=seq, aeterm=f"tired {seq}") for seq in (1, 2)]
    scenarios.signed(study, *events)
    raised = {"ae.aetoxgr": "3", "ae.aetoxgr.reason": "source_corrected", "_revision": "1"}
    scenarios.save(study, subject, "ae/1", raised, by="pi1")
    return subject


@pytest.fixture
def others(study):
    """Another subject of the site, and one of another site."""
    return scenarios.registered_subject(study, by="crc2"), scenarios.registered_subject(study, by="crc4", site="103")


@pytest.fixture
def run(study, subject, others):
    return made(study, by="pi1", kind="site-copy", sites=[study.sites["101"]], site="101")


def checked(path):
    """What the script of a copy says of it, run without anything of ours."""
    found = subprocess.run(
        [sys.executable, "-I", "-S", str(path)], capture_output=True, text=True, cwd=path.parent, check=False, env={}
    )
    return found.returncode, found.stdout.strip().splitlines()


@pytest.fixture
def folder(request, tmp_path):
    """A copy on disk. It is made once for all tests that only read it: they need no database."""
    if not _KEPT:
        run = request.getfixturevalue("run")
        _KEPT.append((storage.directory() / run.file_name).read_bytes())
    (tmp_path / "copy.zip").write_bytes(_KEPT[0])
    with zipfile.ZipFile(tmp_path / "copy.zip") as opened:
        opened.extractall(tmp_path / "copy")
    return tmp_path / "copy"


def text_of(content):
    found = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return re.sub(r"\s+", " ", found.stdout.decode())


@pytest.mark.requirement("INV-03")
def test_the_copy_holds_everything_of_the_site_and_nothing_of_another(study, subject, others, run):
    parts = parts_of(run)

    second, elsewhere = others
    own = FormInstance.objects.filter(subject__site__code="101")
    assert {name for name in parts if name.startswith("casebooks/")} == {
        f"casebooks/{one.code}.pdf" for one in (subject, second)
    }
    assert len(parts["records.jsonl"].splitlines()) == own.count()
    assert len(table(parts["queries.csv"])) == Query.objects.filter(instance__in=own).count() > 0
    assert len(table(parts["query_messages.csv"])) == QueryMessage.objects.filter(query__instance__in=own).count()
    assert [line["verdict"] for line in table(parts["signatures.csv"])] == ["void", "valid"]
    trail = table(parts["trail.csv"])
    values = AuditValue.objects.filter(subject_id__in=[subject.pk, second.pk])
    # The run is read while it runs: what it says of itself comes later.
    assert len(trail) == values.exclude(table_name="reports_reportrun").count() + sum(
        line["table"] == "reports_reportrun" for line in trail
    )
    assert [name for name, content in parts.items() if elsewhere.code.encode() in content] == []
    assert "Mei Lin" in {line["full_name"] for line in table(parts["people.csv"])}
    casebook = text_of(parts[f"casebooks/{subject.code}.pdf"])
    assert second.code not in casebook
    assert elsewhere.code not in casebook
    assert has_everything_of(subject, casebook, json.loads(parts["manifest.json"])["record_hashes"][subject.code])
    assert [path.name for path in storage.directory().iterdir()] == [run.file_name]


def has_everything_of(subject, casebook, record_hash):
    """Whether the text of a casebook has every value, correction, query and signature of the subject."""
    flat = squeezed(casebook)
    pages = [form_page(gather(subject), record, ()) for record in read(subject).all()]
    lines = [line for page in pages for group in page.groups for line in group.lines]
    assert len(lines) > 40
    assert [line for line in lines if squeezed(line.value) not in flat] == []
    assert "Temperature:38.4°C→39.4°C" in flat
    for turn in QueryMessage.objects.filter(query__instance__subject=subject).exclude(by=system_user()):
        assert turn.text in casebook
    for one in Signature.objects.filter(instance__subject=subject):
        assert f"signature id {one.pk}" in casebook
        assert one.content_digest in flat
    return record_hash in flat


@pytest.mark.requirement("INV-03")
def test_the_check_says_ok_and_names_the_file_of_which_one_byte_was_changed(folder):
    assert checked(folder / "check.py")[0] == 0
    assert checked(folder / "check.py")[1][-1].startswith("OK: ")

    for name in ("trail.csv", "forms/vs.csv", "records.jsonl", next(iter((folder / "casebooks").iterdir())).name):
        path = next(folder.rglob(name.split("/")[-1]))
        whole = path.read_bytes()
        path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        code, lines = checked(folder / "check.py")
        assert code == 1
        assert [line.split(":")[0] for line in lines] == [path.relative_to(folder).as_posix(), "NOT OK"]
        path.write_bytes(whole)
    assert checked(folder / "check.py")[0] == 0


def test_the_check_names_what_is_missing_and_what_does_not_belong(folder):
    (folder / "queries.csv").unlink()
    (folder / "forms" / "more.csv").write_text("x")

    code, lines = checked(folder / "check.py")

    assert code == 1
    assert lines[:2] == ["forms/more.csv: is not in the manifest", "queries.csv: is missing"]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("signatures.csv", b"Dr Chen Rui", b"Dr Chen Rue", "signature"),
        ("records.jsonl", b'"aetoxgr":"2"', b'"aetoxgr":"1"', "record hash"),
    ],
)
def test_who_mends_the_manifest_too_is_found_by_the_digests(folder, name, old, new, said):
    import hashlib

    before = (folder / name).read_bytes()
    after = before.replace(old, new, 1)
    assert after != before
    (folder / name).write_bytes(after)
    for listed in ("manifest.json", "manifest.csv"):
        text = (folder / listed).read_text()
        old_digest, new_digest = (hashlib.sha256(content).hexdigest() for content in (before, after))
        (folder / listed).write_text(text.replace(old_digest, new_digest))

    code, lines = checked(folder / "check.py")

    assert code == 1
    assert said in lines[0]


def test_the_check_takes_the_zip_as_it_came(folder):

    found = subprocess.run(
        [sys.executable, "-I", str(folder / "check.py"), str(folder.with_suffix(".zip"))],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (found.returncode, found.stdout[:4]) == (0, "OK: ")


@pytest.mark.requirement("INV-01")
@pytest.mark.requirement("INV-02")
def test_only_the_investigator_of_the_site_asks_for_it_and_takes_it_after_a_lock_too(study):
    subject = scenarios.infused_subject(study)
    form = FormInstance.objects.get(pk=scenarios.day_3(study, subject).pk)
    lock_form(by=study["dm1"], form=form, reason="database lock")
    run = made(study, by="pi1", kind="site-copy", sites=[subject.site], site="101")
    (lock,) = table(parts_of(run)["locks.csv"])
    assert (lock["form_id"], lock["reason"]) == (str(form.pk), "database lock")
    asked, taken = {}, {}
    for name in ("pi1", "pi2", "si1", "crc1", "cra1", "dm1", "mm1", "aud1", "pi3"):
        browser = Client()
        browser.force_login(study[name])
        asked[name] = browser.post("/reports/", {"kind": "site-copy", "site": "101"}).status_code
        taken[name] = browser.get(f"/reports/{run.pk}/download/").status_code

    assert {name for name, status in asked.items() if status == 302} == {"pi1", "pi2"}
    assert asked["pi3"] == taken["pi3"] == 404
    assert {name for name, status in taken.items() if status == 200} == {"pi1", "pi2"}
    assert set(ReportDownload.objects.values_list("by__email", flat=True)) == {"pi1@demo.example", "pi2@demo.example"}
    assert set(ReportRun.objects.values_list("requested_by__email", flat=True)) == {
        "pi1@demo.example",
        "pi2@demo.example",
    }
