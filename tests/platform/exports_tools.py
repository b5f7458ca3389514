"""Reading an archive back, by other means than those that wrote it."""

import csv
import io
import zipfile

from trial_edc.reports import storage


def parts_of(run):
    """Every file of a run's zip: {name: bytes}."""
    with zipfile.ZipFile(io.BytesIO(storage.load(run.file_name, run.sha256))) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def table(content):
    """The lines of a CSV as dictionaries; the apostrophe before would-be formulas taken away."""
    lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [{key: text[1:] if text.startswith("'") else text for key, text in line.items()} for line in lines]
