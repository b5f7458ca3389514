"""Data as CSV: every value of the database, read back and compared."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import models
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests import scenarios
from tests.platform.exports_tools import parts_of, table
from tests.platform.reports_tools import made
from trial_edc.casebook.actions.withdraw import withdraw_form
from trial_edc.casebook.models import FormInstance
from trial_edc.crf.dictionary import dictionary
from trial_edc.crf.registry import all_crfs, row_models
from trial_edc.crf.spec import item_fields
from trial_edc.exports.csv_cells import CsvWriter, bare, inert
from trial_edc.exports.csv_forms import form_tables

HOSTILE = ['=HYPERLINK("http://x","y")', "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "'=1", 'a\n=b;"c",d', "发热两天"]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.EDC_REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    """Day 3 with a missing value, seven events with hostile terms, one of them entered in error."""
    subject = scenarios.infused_subject(study)
    scenarios.day_3(study, subject)
    changed = {"vs.spo2": "ND", "vs.spo2.reason": "entry_error", "_revision": "1"}
    scenarios.save(study, subject, "d3/vs", changed)
    for seq, term in enumerate(HOSTILE, start=1):
        form = scenarios.adverse_event(study, subject, seq=seq, aeterm=term)
    withdraw_form(by=study["pi1"], instance=form, revision=1, reason="entered twice")
    return subject


def export(study, *sites):
    return parts_of(made(study, by="dm1", kind="data-csv", sites=[study.sites[code] for code in sites]))


def as_python(field, text):
    """A cell as the value Django gives for the column."""
    if text == "":
        return None
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(text)
    if isinstance(field, models.DateField):
        return date.fromisoformat(text)
    if isinstance(field, models.DecimalField):
        return Decimal(text)
    if isinstance(field, models.IntegerField | models.ForeignKey):
        return int(text)
    if isinstance(field, models.JSONField):
        return json.loads(text, parse_float=Decimal)
    if hasattr(field, "base_field"):
        return text.split(";")
    return text


@pytest.mark.requirement("XFER-04")
def test_every_value_of_the_database_reads_back_equal(study, subject):
    parts = export(study, "101")

    n_values = 0
    for form in all_crfs():
        for model in (form, *row_models(form.Crf.code)):
            path = next(one.path for one in form_tables() if one.model is model)
            stored = model.objects.filter(instance__subject=subject)
            stored = stored.order_by("instance_id") if model is form else stored.order_by("instance_id", "row_no", "pk")
            lines = table(parts[path])
            assert len(lines) == len(stored), path
            for line, row in zip(lines, stored, strict=True):
                assert int(line["form_id"]) == row.instance_id
                assert json.loads(line["meta"] or "{}") == row.meta
                for field in item_fields(model):
                    value = getattr(row, field.attname)
                    wanted = None if value in ("", []) else value
                    assert as_python(field, line[field.name]) == wanted, (path, field.name)
                    n_values += value is not None
    assert n_values > 120


def test_codes_stand_with_their_labels_and_missing_values_with_their_reason(study, subject):
    parts = export(study, "101")

    event = table(parts["forms/ae.csv"])[0]
    assert (event["aeout"], event["aeout_label"]) == ("RECOVERING", "Recovering")
    oxygen = next(line for line in table(parts["rows/vs_vitalsignrow.csv"]) if line["vstestcd"] == "spo2")
    assert (oxygen["row_label"], oxygen["vsorres"], oxygen["vsorres_missing"]) == ("Oxygen saturation", "", "ND")
    codes = {(line["form"], line["item"], line["code"]): line["label"] for line in table(parts["codelists.csv"])}
    assert codes["", "missing", "ND"] == "Not done"
    assert codes["ae", "aeout", "RECOVERING"] == event["aeout_label"]


def test_forms_entered_in_error_are_there_and_say_so(study, subject):
    events = table(export(study, "101")["forms/ae.csv"])

    assert [line["status"] for line in events] == ["complete"] * 6 + ["withdrawn"]
    assert events[-1]["status_reason"] == "entered twice"
    assert [line["aeterm"] for line in events] == HOSTILE


@pytest.mark.requirement("XFER-06")
def test_no_cell_begins_a_formula(study, subject):
    import csv
    import io

    parts = export(study, "101")

    cells = [
        cell
        for name, content in parts.items()
        if name.endswith(".csv")
        for line in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        for cell in line
    ]
    assert '\'=HYPERLINK("http://x","y")' in cells
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r\n") and not cell[1:].replace(".", "").isdigit()] == []


@given(st.text(max_size=30))
def test_every_text_reads_back_as_it_was(text):
    assert bare(inert(text)) == text


@pytest.mark.parametrize(("text", "cell"), [("-2", "-2"), ("+0.5", "+0.5"), ("-2.5.1", "'-2.5.1"), ("'Tis", "''Tis")])
def test_plain_numbers_keep_their_sign(text, cell):
    assert inert(text) == cell


def test_a_table_begins_with_one_byte_order_mark(study, subject):
    content = export(study, "101")["forms/ae.csv"]

    assert content.startswith(b"\xef\xbb\xbfsite,subject,visit,")
    assert content.count(b"\xef\xbb\xbf") == 1
    assert content.count("发热两天".encode()) == 1


def test_dictionary_and_columns_name_everything(study, subject):
    parts = export(study, "101")

    items = {(line.form, line.item) for line in dictionary()}
    assert {(line["form"], line["item"]) for line in table(parts["dictionary.csv"])} == items
    columns = {}
    for line in table(parts["columns.csv"]):
        assert line["label"]
        columns.setdefault(line["file"], []).append(line["column"])
    assert {path: next(iter(table_lines(parts[path]))) for path in columns} == columns
    assert set(columns) == {path for path in parts if path.startswith(("forms/", "rows/"))}


def table_lines(content):
    import csv
    import io

    return csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))


def test_the_manifest_is_that_of_the_parts(study, subject):
    import hashlib

    parts = export(study, "101")

    manifest = json.loads(parts["manifest.json"])
    assert {one["path"] for one in manifest["files"]} == set(parts) - {"manifest.json", "manifest.csv"}
    for one in manifest["files"]:
        assert one["sha256"] == hashlib.sha256(parts[one["path"]]).hexdigest()
        assert one["rows"] is None or one["rows"] == len(table(parts[one["path"]]))
    assert manifest["n_forms"] == FormInstance.objects.count()
    assert datetime.fromisoformat(manifest["data_at"]).tzinfo == UTC


def test_only_the_sites_asked_for_are_in_it(study, subject):
    other = scenarios.registered_subject(study, by="crc4", site="103")

    one, both = export(study, "101"), export(study, "101", "103")

    assert [line["subject"] for line in table(one["subjects.csv"])] == [subject.code]
    assert not [name for name, content in one.items() if other.code.encode() in content]
    assert [line["subject"] for line in table(both["subjects.csv"])] == [subject.code, other.code]
    assert {line["subject"] for line in table(both["forms/dm.csv"])} == {subject.code, other.code}


@pytest.mark.requirement("XFER-06")
def test_who_may_take_data_away(study, subject):
    asked = {}
    for name in ("crc1", "si1", "pi1", "dm1", "aud1", "cra1", "mm1", "stat1", "admin1"):
        browser = Client()
        browser.force_login(study[name])
        asked[name] = browser.post("/reports/", {"kind": "data-csv", "site": "101"}).status_code

    assert {name for name, status in asked.items() if status == 302} == {"crc1", "si1", "pi1", "dm1", "aud1"}
    assert {name for name, status in asked.items() if status == 403} == {"cra1", "mm1", "stat1", "admin1"}


def test_a_table_is_written_row_by_row():
    class Sink:
        pieces = 0
        largest = 0

        def write(self, content):
            self.pieces += 1
            self.largest = max(self.largest, len(content))

    sink = Sink()
    writer = CsvWriter(sink, ("a", "b"))
    for n in range(5_000):
        writer.row([n, "x" * 100])

    assert (writer.n_rows, sink.pieces) == (5_000, 5_001)
    assert sink.largest < 200
