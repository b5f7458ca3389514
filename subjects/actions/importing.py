"""Load subjects from the files of another system: one subject is one transaction, a row read before is left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import Error
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from subjects.models import Subject
from trial_edc.accounts.actions import save_site
from trial_edc.accounts.models import Site, User
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.audit.errors import Refusal, refusal
from trial_edc.casebook.actions.import_rows import ask, withdraw_empty, write_forms, write_rows
from trial_edc.casebook.imports.files import Rejected, Tables
from trial_edc.casebook.imports.subject import fill, moved
from trial_edc.casebook.models import Import
from trial_edc.casebook.reader import Casebook, read
from trial_edc.casebook.selectors.imports import StoredRow, stored_rows
from trial_edc.casebook.study import study
from trial_edc.crf.parse import EntryContext
from trial_edc.protocol.imports import ImportPlan, Key, Row

LOADED, SAME = "loaded", "same"


class CannotLoad(Exception):
    """The database refuses the rows of one subject; nothing of it was written. The text is the sentence shown."""


@dataclass(frozen=True)
class Read:
    """The rows of one subject: by file, with the digest of each and what the mapping leaves."""

    rows: dict[str, list[tuple[int, Row]]]
    digests: dict[Key, str]
    kept: dict[Key, dict[str, str]]


def import_plan() -> ImportPlan | None:
    """The mapping of this study, None when it takes no files."""
    return import_string(study().imports) if study().imports else None


def begin_import(*, by: User, name: str, tables: Tables) -> Import:
    """Write down that an import begins, with the files it reads."""
    with audited(by=by, source="import", role="SYS", reason=name):
        return Import.objects.create(
            name=name,
            files={file: table.name for file, table in tables.by_file.items()},
            started_at=clock.now(),
            started_by=by,
        )


def end_import(*, by: User, run: Import, rejected: list[Rejected]) -> None:
    """Write down that an import has read everything, and what it rejected."""
    with audited(by=by, source="import", role="SYS", reason=run.name):
        run.finished_at, run.rejected = clock.now(), [vars(one) for one in rejected]
        run.save(update_fields=["finished_at", "rejected"])


def ensure_site(*, by: User, code: str, plan: ImportPlan) -> Site:
    """The site of this code, added when unknown."""
    found = Site.objects.filter(code=code).first()
    name = _("Site %(code)s") % {"code": code}
    site = Site(code=code, name=name, time_zone=plan.time_zone, country=plan.country, date_order=plan.date_order)
    return found or save_site(by=by, site=site, reason="Import")


def load_subject(*, by: User, run: Import, usubjid: str, tables: Tables, plan: ImportPlan) -> Mapping[str, Counter]:
    """Load what is new or changed of one subject, in one transaction.

    Returns:
        File to its counts of loaded and same rows.
    Raises:
        CannotLoad: a lock covers what would change, or the subject's number cannot be one.
    """
    found = _rows(usubjid, tables)
    known = Subject.objects.filter(code=plan.subject_of(usubjid)).first()
    stored = stored_rows(known.pk) if known else {}
    changed = {key for key, digest in found.digests.items() if key not in stored or stored[key].digest != digest}
    counts = {file: Counter() for file in found.rows}
    for key in found.digests:
        counts[key[0]][LOADED if key in changed else SAME] += 1
    if changed:
        try:
            with audited(by=by, source="import", role="SYS", reason=run.name):
                _load(by, run, found, changed, stored, plan)
        except Error as problem:
            if refusal(problem) != Refusal.LOCKED:
                raise
            raise CannotLoad(_("The form is locked. Ask data management to unlock it.")) from problem
    return counts


def _rows(usubjid: str, tables: Tables) -> Read:
    found = Read({}, {}, {})
    for file, table in tables.by_file.items():
        lines = table.by_subject.get(usubjid, {})
        rows = [(seq, table.row(line)) for seq, line in sorted(lines.items())]
        if rows:
            found.rows[file] = rows
        for seq, row in rows:
            found.digests[file, seq] = table.digest(row)
            found.kept[file, seq] = table.kept(row)
    return found


def _load(
    by: User, run: Import, found: Read, changed: set[Key], stored: Mapping[Key, StoredRow], plan: ImportPlan
) -> None:
    wanted, now = plan.plan(found.rows), clock.now()
    site = ensure_site(by=by, code=wanted.site, plan=plan)
    subject = _subject(wanted.code, site, wanted.cohort)
    casebook = read(subject) if stored else Casebook(subject, (), _read={"*"})
    casebook._read.add("*")
    places = {key: (row.instance_id, row.address) for key, row in stored.items()}
    cleared, empty = moved(casebook, wanted.forms, places=places)
    filled = fill(
        casebook,
        wanted.forms,
        places={key: form for key, (form, _address) in places.items()},
        changed=changed,
        cleared=cleared,
        context=_context(site),
        version=subject.protocol_version,
    )
    keys = write_forms(by=by, run=run, casebook=casebook, filled=filled, at=now)
    withdraw_empty(by=by, instances=empty, reason=run.name, at=now)
    write_rows(
        run=run,
        subject_id=subject.pk,
        filled=filled,
        keys=keys,
        versions={key: row.version for key, row in stored.items()},
        digests={key: found.digests[key] for key in changed},
        kept=found.kept,
    )
    first = next((one.instance_id for key, one in stored.items() if key == ("dm", 0)), None)
    demography = first or next(keys[one.instance_id] for one in filled if one.planned.form == "dm")
    ask(by=by, instance_id=demography, filled=filled, at=now, reason=run.name)


def _subject(code: str, site: Site, cohort: str) -> Subject:
    """The subject under lock, registered when unknown, in the cohort of the file."""
    found = Subject.objects.select_for_update(no_key=True).filter(code=code).first()
    if found is None:
        found = Subject(code=code, site=site, cohort=cohort, registered_at=clock.now())
        found.protocol_version = study().versions[-1]
        found.save(force_insert=True)
    elif (found.cohort, found.site_id) != (cohort, site.pk):
        found.cohort, found.site = cohort, site
        found.save(update_fields=["cohort", "site"])
    found.site = site
    return found


def _context(site: Site) -> EntryContext:
    zone = ZoneInfo(site.time_zone)
    return EntryContext(today=clock.now().astimezone(zone).date(), site_date_order=site.date_order, time_zone=zone)
