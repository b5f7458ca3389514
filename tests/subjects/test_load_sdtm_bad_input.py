"""Wrong rows are rejected with a sentence, wrong files refused whole; what was there stays as it was."""

import gzip

import pytest
from django.core.management import CommandError
from django.db import connection

from subjects.models import Subject
from tests import pilot
from trial_edc.casebook.models import Import, ImportRow


@pytest.fixture
def study(pilot_study):
    return pilot_study


# what is wrong in a row: the row is rejected, the others are loaded


WRONG_ROWS = {
    "subject": ("ae", {"USUBJID": "01-999-9999"}, "USUBJID 01-999-9999 is not in dm."),
    "no-subject": ("ae", {"USUBJID": ""}, "USUBJID is empty."),
    "seq": ("ae", {"AESEQ": ""}, "SEQ is empty, or twice for this subject."),
    "seq-word": ("ae", {"AESEQ": "one"}, "SEQ is empty, or twice for this subject."),
    "date": ("ae", {"AESTDTC": "03/06/2013"}, "AESTDTC '03/06/2013' is not an ISO date."),
    "day": ("ae", {"AESTDTC": "2013-02-30"}, "AESTDTC '2013-02-30' is not an ISO date."),
    "test": ("vs", {"VSTESTCD": ""}, "TESTCD is empty."),
    "result": ("vs", {"VSORRES": "", "VSSTAT": ""}, "VSORRES is empty and VSSTAT is not NOT DONE."),
}


@pytest.mark.parametrize(("file", "wrong", "sentence"), WRONG_ROWS.values(), ids=WRONG_ROWS)
def test_a_wrong_row_is_rejected_with_a_sentence(study, tmp_path, file, wrong, sentence):
    folder, prefix = pilot.sample(tmp_path / "sdtm"), file.upper()
    first = {f"{prefix}SEQ": "1.0", "USUBJID": "01-801-1001"}
    pilot.edit(folder / f"{file}.csv", lambda row: row | wrong if first.items() <= row.items() else row)

    report = pilot.load(folder)

    counts = report["files"][file]
    assert report["rejected"] == [{"file": file, "row": 2, "reason": sentence}]
    assert counts["rows"] == counts["loaded"] + counts["rejected"]
    assert counts["rejected"] == 1
    assert Import.objects.get().rejected[0]["reason"] == sentence


def test_a_number_given_twice_keeps_the_first_row(study, tmp_path):
    folder = pilot.sample(tmp_path / "sdtm")
    pilot.edit(folder / "ae.csv", lambda row: row | {"AESEQ": "1.0"})

    report = pilot.load(folder)

    assert report["rejected"] == [{"file": "ae", "row": 3, "reason": "SEQ is empty, or twice for this subject."}]


# what is wrong with a file: a sentence, and the database as before


def cut(path):
    """A compressed file whose end is missing."""
    packed = gzip.compress(path.read_bytes())
    path.with_suffix(".csv.gz").write_bytes(packed[: len(packed) // 2])
    path.unlink()


def ragged(path):
    path.write_text(path.read_text()[:-40])


def other_encoding(path):
    path.write_bytes(path.read_text().replace("PRURITUS", "ÉRYTHÈME").encode("latin-1"))


def without_column(path):
    path.write_text(path.read_text().replace("AESEV", "SEVERITY"))


def double_column(path):
    path.write_text(path.read_text().replace("AELLT", "AETERM"))


def empty(path):
    path.write_text("")


def absent(path):
    path.unlink()


WRONG_FILES = {
    "cut": (cut, r"ae\.csv\.gz is cut short or damaged"),
    "ragged": (ragged, r"Line 4 of ae\.csv has \d+ cells, the header 28\. The file may be cut short"),
    "encoding": (other_encoding, r"ae\.csv is not UTF-8 text"),
    "column": (without_column, r"Column AESEV is missing in ae\.csv"),
    "twice": (double_column, r"ae\.csv has a column twice"),
    "empty": (empty, r"is missing in ae\.csv"),
    "absent": (absent, r"has no ae\.csv"),
}


@pytest.mark.parametrize(("spoil", "sentence"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_file_is_refused_before_anything_is_written(study, tmp_path, spoil, sentence):
    folder = pilot.sample(tmp_path / "sdtm")
    spoil(folder / "ae.csv")

    with pytest.raises(CommandError, match=sentence):
        pilot.load(folder)

    assert not Subject.objects.exists()
    assert not Import.objects.exists()


def test_further_columns_are_kept_and_compressed_files_are_read(study, tmp_path):
    folder = pilot.sample(tmp_path / "sdtm")
    lines = (folder / "ae.csv").read_text().splitlines()
    wider = "\n".join([f"{lines[0]},AEXTRA", *(f"{line},more" for line in lines[1:])])
    (folder / "ae.csv.gz").write_bytes(gzip.compress(wider.encode()))
    (folder / "ae.csv").unlink()

    report = pilot.load(folder)

    assert report["files"]["ae"]["loaded"] == 3
    assert ImportRow.objects.filter(file="ae").first().kept["AEXTRA"] == "more"


def test_a_missing_directory_is_told(study, tmp_path):
    with pytest.raises(CommandError, match="There is no directory"):
        pilot.load(tmp_path / "nowhere")


def test_a_database_that_stops_writing_leaves_whole_subjects(study, tmp_path):
    """The disk of the server is full from the second subject on: a size limit of the role stands in for it."""
    with study.connect("postgres") as superuser:
        superuser.cursor().execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.code = '802-1003' THEN"
            " RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END IF;"
            " RETURN NEW; END $$"
        )
        superuser.cursor().execute(
            "CREATE TRIGGER zz_full BEFORE INSERT ON subjects_subject FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )

    with pytest.raises(CommandError, match=r"No space left on device.* 2 of 3 subjects are in it whole"):
        pilot.load(pilot.SAMPLE)

    with study.connect("postgres") as superuser:
        superuser.cursor().execute("DROP TRIGGER zz_full ON subjects_subject")
    connection.close()
    report = pilot.load(pilot.SAMPLE)
    assert (pilot.totals(report, "same"), pilot.totals(report, "loaded")) == (68, 7)
    assert ImportRow.objects.count() == pilot.N_ROWS
