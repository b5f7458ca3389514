"""The reference study in tests: its settings in this process, its mark on a database, its sample files."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from trial_edc.casebook.selectors import subject_history
from trial_edc.crf import registry, spec, values
from trial_edc.reports import kinds

SAMPLE = Path(__file__).parent / "data" / "sdtm"
STUDY = "cdiscpilot"
N_ROWS = 75
_CACHES = (subject_history._form_tables, kinds.sections_of, registry._forms, registry._rows)
_CACHES += (spec.form_spec, values.known_names)


@contextlib.contextmanager
def pilot_settings() -> Iterator[None]:
    """This process runs the reference study; what was derived from the other one is forgotten."""
    with override_settings(EDC_PROTOCOL=STUDY):
        _forget()
        try:
            yield
        finally:
            _forget()


def _forget() -> None:
    for cached in _CACHES:
        cached.cache_clear()


def mark(database) -> None:
    """The database belongs to the reference study."""
    with contextlib.closing(database.connect("edc_owner")) as owner:
        owner.cursor().execute("UPDATE casebook_studymark SET study = %s", [STUDY])


def load(folder: Path, *options: str) -> dict:
    """The report of `load_sdtm`."""
    said = io.StringIO()
    call_command("load_sdtm", str(folder), "--json", *options, stdout=said, stderr=io.StringIO())
    return json.loads(said.getvalue())


def sample(folder: Path) -> Path:
    """A copy of the sample files that a test may change."""
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    return folder


def edit(path: Path, change: Callable[[dict], dict | None]) -> None:
    """Change the rows of a file; a row that becomes None is left out."""
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or ())
    kept = [found for row in rows if (found := change(row)) is not None]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


def totals(report: dict, name: str) -> int:
    return sum(counts[name] for counts in report["files"].values())


@contextlib.contextmanager
def product() -> Iterator[None]:
    """The product's own study again, inside a test of the reference study."""
    with override_settings(EDC_PROTOCOL="u87"):
        yield
