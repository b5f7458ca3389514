"""The casebook as a PDF: whole, of one subject alone, and inert whatever people typed."""

import re
import subprocess
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import scenarios
from tests.platform.reports_tools import made, pages_of, squeezed, text_of
from trial_edc.audit.models import AuditValue
from trial_edc.casebook.actions.queries import answer_query, raise_query
from trial_edc.casebook.actions.withdraw import withdraw_form
from trial_edc.casebook.models import FormInstance, Signature
from trial_edc.casebook.reader import read
from trial_edc.crf.dictionary import dictionary
from trial_edc.reports import pdf, storage
from trial_edc.reports.contents.facts import gather
from trial_edc.reports.contents.form_page import form_page, spec_of
from trial_edc.reports.contents.trail import Teller

CHINESE = "受试者自述发热两天，已口服布洛芬"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=file:///etc/passwd>",
    "<link rel=attachment href=file:///etc/passwd>",
    "{{ settings.SECRET_KEY }} {% debug %}",
]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.EDC_REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study)


@pytest.fixture
def signs(study, subject):
    """Vital signs of Day 3 with a corrected temperature, an answered query and an unanswered one."""
    form = scenarios.day_3(study, subject)
    scenarios.save(study, subject, "d3/vs", {"vs.temp": "39.4", "vs.temp.reason": "entry_error", "_revision": "1"})
    query = raise_query(by=study["cra1"], instance=form, item="pulse", text="The chart shows 98. Which is right?")
    answer_query(by=study["crc1"], query=query, text="Checked against the chart, 96.")
    return form


@pytest.fixture
def event(study, subject):
    """An adverse event signed, changed and signed again, with Chinese text."""
    form = scenarios.adverse_event(study, subject, aeterm=CHINESE)
    scenarios.signed(study, form)
    raised = {"ae.aetoxgr": "3", "ae.aetoxgr.reason": "source_corrected", "_revision": "1"}
    scenarios.save(study, subject, "ae/1", raised, by="pi1")
    scenarios.signed(study, form, by="pi2")
    return form


@pytest.mark.requirement("XFER-05")
def test_every_value_of_every_form_is_in_the_casebook(study, subject, signs, event):
    printed = squeezed(text_of(made(study, subject=subject)))

    values = [
        (record.form_code, line.label, line.value)
        for record in read(subject).all()
        for group in form_page(gather(subject), record, ()).groups
        for line in group.lines
    ]
    assert len(values) > 40
    assert [about for about in values if squeezed(about[1]) not in printed] == []
    assert [about for about in values if squeezed(about[2]) not in printed] == []
    assert {form for form, _label, _value in values} == set(
        FormInstance.objects.filter(subject=subject).values_list("form_code", flat=True)
    )
    for typed in ("39.4°C", "118mmHg", "61.4kg", CHINESE):
        assert typed in printed


@pytest.mark.requirement("XFER-05")
def test_a_correction_is_marked_on_the_form_with_who_when_why_and_both_values(study, subject, signs):
    run = made(study, subject=subject)

    form_page_text = next(page for page in pages_of(run) if "Corrections" in page)
    line = form_page_text[form_page_text.index("Corrections") :]
    assert "Temperature: 38.4 °C → 39.4 °C · Mei Lin, Clinical research coordinator" in line.replace("\u00a0", " ")
    assert "UTC+08:00" in line
    assert "Entry error" in line
    number = line.split("Corrections T")[1].split()[0]
    assert f"39.4 °C T{number}" in form_page_text.replace("\u00a0", " ")
    assert text_of(run).count(f"T{number} Temperature") >= 2


def test_every_item_changed_of_the_trail_is_in_the_casebook(study, subject, signs, event):
    run = made(study, subject=subject)
    facts = gather(subject)
    numbers = iter(range(1, 100_000))
    told = [
        change
        for record in facts.records
        for change in Teller(spec_of(record), facts.site, facts.people, numbers).changes(
            facts.trail[record.instance_id]
        )
    ]

    printed = squeezed(text_of(run))
    assert [c for c in told if squeezed(f"T{c.number}{c.label}") not in printed] == []
    assert [c for c in told if squeezed(c.new) not in printed] == []
    items = AuditValue.objects.filter(instance_id=signs.pk, table_name="assessments_vitalsign", item="vsorres")
    shown = [c for c in told if c.address in ("temp", "sysbp", "diabp", "pulse", "resp", "spo2", "weight")]
    values = {str(line.new) for line in items if line.new and not isinstance(line.new, dict)}
    assert values <= {c.new.split("\u00a0")[0] for c in shown}


def test_queries_stand_with_every_turn(study, subject, signs):
    printed = text_of(made(study, subject=subject))

    assert "The chart shows 98. Which is right?" in printed
    assert "Checked against the chart, 96." in printed
    assert "S. Ortiz · asked:" in printed
    assert "Mei Lin · answered:" in printed


@pytest.mark.requirement("ESIG-02")
def test_signatures_stand_in_full_valid_void_and_missing(study, subject, signs, event):
    printed = text_of(made(study, subject=subject))

    for one in Signature.objects.all():
        assert f"signature id {one.pk}" in printed
        assert one.content_digest in squeezed(printed)
        assert one.statement in printed
    assert "SIGNED Dr Chen Rui (pi1@demo.example), Principal investigator, site 101" in printed
    assert "SIGNED Dr Zhou Lan (pi2@demo.example)" in printed
    assert printed.count("· VALID") == 1
    assert printed.count("· VOID VOID ") == 1
    assert "To be signed again." in printed
    assert "Not signed." in printed


def test_a_signature_somebody_copied_does_not_verify(study, subject, event, superuser_free_signature):
    printed = text_of(made(study, subject=subject))

    assert "DOES NOT VERIFY" in printed


@pytest.fixture
def superuser_free_signature(study, subject, event):
    """A signature row whose digest is of another act: what a copied row looks like."""
    from trial_edc.audit.context import audited

    standing = Signature.objects.get(voided_at=None)
    with audited(by=study["pi1"], reason="copied row"):
        Signature.objects.create(
            **{
                field.attname: getattr(standing, field.attname)
                for field in Signature._meta.concrete_fields
                if field.attname not in ("id", "meaning")
            },
            meaning="responsibility",
        )


def test_nothing_of_another_subject_is_in_it(study, subject, signs):
    other = scenarios.infused_subject(study, day=20)
    scenarios.adverse_event(study, other, aeterm="Zebra stripes on both hands")
    far = scenarios.registered_subject(study, by="crc3", site="102")

    printed = text_of(made(study, subject=subject))

    assert other.code not in printed
    assert far.code not in printed
    assert "Zebra" not in printed


@pytest.mark.requirement("SEC-04")
@pytest.mark.requirement("SEC-03")
def test_hostile_text_is_printed_as_text_and_fetches_nothing(study, subject, caplog):
    for seq, text in enumerate(HOSTILE, start=1):
        scenarios.adverse_event(study, subject, seq=seq, aeterm=text)

    run = made(study, subject=subject)

    printed = squeezed(text_of(run))
    assert all(squeezed(text) in printed for text in HOSTILE)
    assert "root:x:0" not in printed
    assert not [record for record in caplog.records if "asked for an address" in record.message]
    assert b"/EmbeddedFile" not in storage.load(run.file_name, run.sha256)
    assert b"/JavaScript" not in storage.load(run.file_name, run.sha256)


@pytest.mark.requirement("SEC-04")
@pytest.mark.parametrize(
    "reference", ["file:///etc/passwd", "http://169.254.169.254/", "data:text/plain,x", "//host/x", "/etc/passwd"]
)
def test_the_renderer_fetches_nothing_even_when_the_document_asks(reference, caplog):
    document = (
        f"<html lang=en><title>t</title><link rel=attachment href='{reference}'>"
        f"<link rel=stylesheet href='{reference}'><img alt=i src='{reference}'><p>text"
        f"<style>@import '{reference}'; p {{ background: url({reference}) }}</style>"
    )

    content, n_pages = pdf.render(document)

    assert n_pages == 1
    assert b"/EmbeddedFile" not in content


def test_withdrawn_forms_stay_in_their_place(study, subject):
    form = scenarios.adverse_event(study, subject, aeterm="entered for the wrong person")
    withdraw_form(by=study["crc1"], instance=form, revision=1, reason="wrong subject")

    printed = text_of(made(study, subject=subject))

    assert "Entered in error" in printed
    assert "entered for the wrong person" in printed


@pytest.mark.requirement("TIME-04")
def test_every_page_says_study_site_subject_time_versions_and_page(study, subject, signs):
    run = made(study, subject=subject)
    pages = pages_of(run)

    assert len(pages) == run.n_pages > 5
    for number, page in enumerate(pages, start=1):
        head = page[:400]
        assert f"U87-01 · Site 101 · Subject {subject.code} · Subject casebook" in page
        assert "Training" in head or "Training" in page
        assert "Draft data" in page
        assert "UTC+08:00" in page
        assert "protocol 1.0 · Trial EDC 0.1.0 · record hash " in page
        assert f"Page {number} of {len(pages)}" in page


def test_the_pdf_is_tagged_titled_and_has_bookmarks(study, subject):
    run = made(study, subject=subject)

    about = asked_of("pdfinfo", run=run)
    assert "Tagged:          yes" in about
    assert f"Subject casebook {subject.code}" in about
    assert "pdfuaid:part" in asked_of("pdfinfo", "-meta", run=run)
    outline = asked_of("pdftohtml", "-xml", "-i", "-stdout", run=run)
    for part in ("Demography DM", "Audit trail", "Queries", "Dictionary of codes"):
        assert re.search(rf"<item page=\"\d+\">{part}</item>", outline), part


def asked_of(*command, run):
    path = storage.directory() / run.file_name
    return subprocess.run([*command, path], capture_output=True, check=True).stdout.decode()


def test_codes_are_explained_at_the_end(study, subject, event):
    last = " ".join(pages_of(made(study, subject=subject))[-3:])

    assert "POSSIBLE = Possible" in last
    assert "ND = Not done" in last


def test_without_the_trail_only_forms_and_codes_stand(study, subject, signs):
    printed = text_of(made(study, subject=subject, trail="without"))

    assert "The chart shows 98" not in printed
    assert "initial entry" not in printed
    assert "38.4 °C → 39.4 °C" in printed.replace("\u00a0", " ")


def test_the_number_of_statements_does_not_grow_with_the_casebook(study, subject):
    first = scenarios.adverse_event(study, subject, seq=9)
    raise_query(by=study["cra1"], instance=first, item="aeout", text="Has it ended?")
    scenarios.signed(study, first)
    with CaptureQueriesContext(connection) as small:
        gather(subject)
    scenarios.day_3(study, subject)
    for seq in range(1, 5):
        form = scenarios.adverse_event(study, subject, seq=seq)
        raise_query(by=study["cra1"], instance=form, item="aeout", text="Has it ended?")
        scenarios.signed(study, form)

    with CaptureQueriesContext(connection) as large:
        gather(subject)

    assert len(large) == len(small) <= 16


def test_the_blank_book_lists_every_item(study):
    printed = squeezed(text_of(made(study, kind="blank-crf")))

    labels = {(line.form, line.label) for line in dictionary() if line.part in ("head", "panel", "signature")}
    assert len(labels) > 100
    assert [about for about in sorted(labels) if squeezed(about[1]) not in printed] == []
    assert "Subject101" not in printed


@pytest.mark.requirement("ESIG-02")
def test_the_listing_has_a_line_for_each_event_with_its_signature(study, subject, event):
    scenarios.adverse_event(study, subject, seq=2, aeterm="night sweats")
    far = scenarios.registered_subject(study, by="crc3", site="102")
    start = scenarios.today(far.site) - timedelta(days=2)
    scenarios.adverse_event(study, far, by="crc3", aeterm="Boston itch", aestdtc=f"{start:%d-%b-%Y}")

    printed = text_of(made(study, kind="ae-listing", sites=[study.sites["101"]], events="all"))
    severe = text_of(made(study, kind="ae-listing", sites=[study.sites["101"]], events="grade3"))

    assert "night sweats" in printed
    assert squeezed(CHINESE) in squeezed(printed)
    assert squeezed("Dr Zhou Lan, Principal investigator: approval") in squeezed(printed)
    assert "Not signed." in printed
    assert "Boston itch" not in printed
    assert squeezed(CHINESE) in squeezed(severe)
    assert "night sweats" not in severe
