"""The investigator's certified copy of a site: all there is of its subjects, with a check anybody can run.

Everything is read at one instant: tables go into the zip, casebooks as HTML beside it. They are laid out afterwards,
outside the transaction, one at a time, so that memory holds one subject and the row of the run can be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from trial_edc.accounts.models import Site
from trial_edc.audit import clock
from trial_edc.audit.models import AuditSeal
from trial_edc.casebook.study import subject_model
from trial_edc.reports import pdf, storage
from trial_edc.reports.contents import casebook
from trial_edc.reports.contents.common import one_view
from trial_edc.reports.contents.facts import gather
from trial_edc.reports.kinds import MadeFile
from trial_edc.reports.models import ReportRun
from trial_edc.reports.progress import Progress

from .archive import Archive, archive
from .archive_data import about, finished, growing, parts_text, sites_of, write_readme, write_tables
from .csv_facts import RECORDS, record_lines

CHECK = Path(__file__).parent / "shipped" / "check.py"


def build(run: ReportRun, progress: Progress) -> MadeFile:
    """The copy of the run's sites."""
    sites = sites_of(run)
    progress.expect(subject_model().objects.filter(site__in=sites).count() + 2)
    progress.step(_("Reading data, trail, queries and signatures"))
    with growing(run) as path, storage.work_directory(f"{run.pk}-{run.attempt}") as parts:
        data_at = _write(path, run, sites, parts, progress)
    return finished(path, data_at)


def _write(path: Path, run: ReportRun, sites: Sequence[Site], parts: Path, progress: Progress) -> datetime:
    with ExitStack() as until_written:
        with one_view():
            data_at = clock.now()
            written = until_written.enter_context(archive(path, data_at))
            counts = _records(written, run, sites, data_at)
            hashes = _casebooks_as_html(run, sites, data_at, parts)
            seal = AuditSeal.objects.order_by("-id").values("id", "head", "last_id").first()
        for n, code in enumerate(hashes, start=1):
            progress.step(_("Casebook %(n)d of %(total)d") % {"n": n, "total": len(hashes)})
            _lay_out(written, parts / code, code, progress)
        progress.step(_("Writing the manifest"))
        written.manifest({**about(run, sites, data_at), **counts, "record_hashes": hashes, "last_seal": seal})
    return data_at


def _records(written: Archive, run: ReportRun, sites: Sequence[Site], data_at: datetime) -> dict[str, int]:
    """All parts but the casebooks. Returns counts for the manifest."""
    site_ids = [site.pk for site in sites]
    counts = {"n_forms": write_tables(written, sites)}
    for path, heading, rows in RECORDS:
        counts[f"n_{Path(path).stem}"] = written.table(path, heading, rows(site_ids))
    written.lines("records.jsonl", (content for _form, content, _digest in record_lines(site_ids)))
    title = _("Certified copy of the investigator's records")
    write_readme(written, run, sites, data_at, title, [*_own_parts(), *parts_text()], is_copy=True)
    written.data("check.py", CHECK.read_bytes())
    return counts


def _casebooks_as_html(run: ReportRun, sites: Sequence[Site], data_at: datetime, parts: Path) -> dict[str, str]:
    """Write each subject's casebook to the directory of parts. Returns record hashes by subject number."""
    hashes = {}
    for subject in subject_model().objects.filter(site__in=sites).select_related("site").order_by("code"):
        facts = replace(gather(subject), data_at=data_at)
        hashes[subject.code] = facts.record_hash
        text = casebook.document(run, facts, with_trail=True, step=lambda _label: None)
        (parts / subject.code).write_text(text, encoding="utf-8")
    return hashes


def _lay_out(written: Archive, page: Path, code: str, progress: Progress) -> None:
    def tell(n: int) -> None:
        progress.beat(_("%(subject)s: laying out page %(n)d") % {"subject": code, "n": n})

    content, _n_pages = pdf.render(page.read_text(encoding="utf-8"), on_page=tell)
    page.unlink()
    written.data(f"casebooks/{code}.pdf", content)


def _own_parts() -> list[tuple[str, str]]:
    """What the README says of the parts only this copy has."""
    return [
        ("casebooks/", _("the casebook of each subject as PDF: forms, corrections, signatures, trail, queries")),
        ("trail.csv", _("the audit trail: every value entered or changed, by whom, when, why; old and new, as stored")),
        ("queries.csv, query_messages.csv", _("every query with every turn of its thread")),
        ("signatures.csv", _("every signature, void ones too, with its digests and the text the digest covers")),
        ("verification.csv", _("what was compared with its source")),
        ("locks.csv, unlocks.csv", _("what was locked and opened again")),
        ("people.csv", _("who has had a role at the site")),
        ("records.jsonl", _("what each form says, as the bytes its digest covers, a line for each")),
        ("check.py", _("the check described above")),
    ]
