"""The data of some sites as CSV in one zip: a table for each form, the dictionary, the codes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from trial_edc.accounts.models import Site
from trial_edc.accounts.training import is_training
from trial_edc.audit import clock
from trial_edc.casebook.study import study
from trial_edc.reports import storage
from trial_edc.reports.contents.common import one_view, stamp, versions
from trial_edc.reports.kinds import MadeFile
from trial_edc.reports.models import ReportRun
from trial_edc.reports.progress import Progress

from .archive import Archive, archive
from .csv_facts import PLAIN
from .csv_forms import form_tables, rows_of
from .dictionary_csv import CODES, COLUMNS, DICTIONARY, code_rows, column_rows, dictionary_rows


def build(run: ReportRun, progress: Progress) -> MadeFile:
    """The zip of the run's sites, read at one instant."""
    progress.expect(2)
    progress.step(_("Writing tables"))
    sites = sites_of(run)
    with growing(run) as path, one_view():
        data_at = clock.now()
        with archive(path, data_at) as written:
            n_forms = write_tables(written, sites)
            write_readme(written, run, sites, data_at, _("Data as CSV"), parts_text())
            written.manifest({**about(run, sites, data_at), "n_forms": n_forms})
    progress.step(_("Finishing"))
    return finished(path, data_at)


def sites_of(run: ReportRun) -> list[Site]:
    return list(Site.objects.filter(pk__in=run.site_ids).order_by("code"))


@contextmanager
def growing(run: ReportRun) -> Iterator[Path]:
    """Where the zip of this attempt grows; gone when it fails, a killed worker's is swept away after a day."""
    path = storage.directory() / f"{run.pk}-{run.attempt}.{os.getpid()}.made"
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def finished(path: Path, data_at: datetime) -> MadeFile:
    """The grown zip as the result of its run."""

    def write(target: Path) -> None:
        path.replace(target)
        target.chmod(0o600)

    return MadeFile(write, ".zip", "application/zip", data_at)


def write_tables(written: Archive, sites: Sequence[Site]) -> int:
    """Subjects, visits, every form, dictionary and codes. Returns the number of forms. Call inside `one_view`."""
    site_ids = [site.pk for site in sites]
    for path, heading, rows in PLAIN:
        written.table(path, heading, rows(site_ids))
    n_forms = 0
    for table in form_tables():
        n_rows = written.table(table.path, table.heading, rows_of(table, site_ids))
        n_forms += 0 if table.is_rows else n_rows
    written.table("dictionary.csv", DICTIONARY, dictionary_rows())
    written.table("columns.csv", COLUMNS, column_rows())
    written.table("codelists.csv", CODES, code_rows())
    return n_forms


def write_readme(
    written: Archive,
    run: ReportRun,
    sites: Sequence[Site],
    data_at: datetime,
    title: str,
    parts: Sequence[tuple[str, str]],
    **more: Any,
) -> None:
    zone = sites[0].time_zone if len(sites) == 1 else "UTC"
    context = {
        "title": title,
        "study": study().title,
        "sites": "; ".join(f"{site.code} · {site.name}" for site in sites),
        "data_at": stamp(data_at, zone),
        "made_by": run.requested_by.full_name,
        "versions": versions(),
        "number": run.pk,
        "training": is_training(),
        "parts": parts,
        **more,
    }
    written.text("README.txt", render_to_string("exports/readme.txt", context))


def about(run: ReportRun, sites: Sequence[Site], data_at: datetime) -> dict[str, Any]:
    """What the manifest says of the whole."""
    return {
        "study": study().title,
        "protocol_versions": list(study().versions),
        "sites": [site.code for site in sites],
        "data_at": data_at.isoformat(),
        "report": run.pk,
        "kind": run.kind,
        "requested_by": run.requested_by.full_name,
        "requested_at": run.requested_at.isoformat(),
        "code_version": run.code_version,
        "training": is_training(),
    }


def parts_text() -> list[tuple[str, str]]:
    """What the README says of the parts every export has."""
    return [
        ("subjects.csv, visits.csv", _("who takes part, and the visits that have begun")),
        ("forms/", _("a table for each form: a line for every form saved")),
        ("rows/", _("a table for the rows of a form (laboratory results, lesions), joined by form_id")),
        ("dictionary.csv", _("every item of every form: label, kind, unit, codes, condition, visits, version")),
        ("columns.csv", _("every column of every table, with the item it belongs to")),
        ("codelists.csv", _("every code with its text")),
        ("manifest.json, manifest.csv", _("every file with its size, SHA-256 and number of rows")),
    ]
