"""`manage.py load_sdtm DIR`: load SDTM files into a study that takes them."""

import json
import resource
from collections import Counter
from pathlib import Path
from time import monotonic

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from subjects.actions.importing import CannotLoad, begin_import, end_import, import_plan, load_subject
from trial_edc.audit.system import ensure_system_user
from trial_edc.casebook.imports.files import CannotRead, Rejected, read_files
from trial_edc.casebook.mark import WrongStudy, require_own_study
from trial_edc.casebook.study import study

LOCK = 7_302_601  # one load at a time in a database


class Command(BaseCommand):
    """The report goes to standard output, progress to standard error."""

    help = "Load SDTM files (.csv, .csv.gz). Rows that were loaded before and have not changed are left alone."

    def add_arguments(self, parser):
        parser.add_argument("directory", type=Path, help="directory of the files")
        parser.add_argument("--name", default="", help="name of the import; the directory's when left out")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *, directory, name, **options):
        began = monotonic()
        plan = import_plan()
        if plan is None:
            raise CommandError(f"Study {study().code} takes no SDTM files. Set EDC_PROTOCOL=cdiscpilot.")
        try:
            require_own_study()
            tables = read_files(directory, plan)
        except (CannotRead, WrongStudy) as problem:
            raise CommandError(f"{problem} Nothing was loaded.") from problem
        counts = self._load(name or directory.resolve().name, tables, plan, verbosity=options["verbosity"])
        report = self._report(tables, counts, monotonic() - began)
        self._print(report, tables.not_read, as_json=options["json"])

    def _load(self, name, tables, plan, *, verbosity):
        counts = {file: Counter() for file in tables.by_file}
        done = 0
        try:
            self._take_turn()
            call_command("load_laboratories", stdout=self.stderr)
            by = ensure_system_user()
            run = begin_import(by=by, name=name, tables=tables)
            for usubjid in tables.subjects:
                try:
                    found = load_subject(by=by, run=run, usubjid=usubjid, tables=tables, plan=plan)
                except CannotLoad as problem:
                    self._reject(tables, usubjid, str(problem))
                    found = {}
                for file, of_subject in found.items():
                    counts[file] += of_subject
                done += 1
                if self.stderr.isatty() or verbosity > 1 or done % 50 == 0 or done == len(tables.subjects):
                    self.stderr.write(f"{done} of {len(tables.subjects)} subjects")
                    self.stderr.flush()
            end_import(by=by, run=run, rejected=tables.rejected)
        except DatabaseError as problem:
            raise CommandError(
                f"The database stopped writing: {str(problem).strip().splitlines()[0]}. {done} of"
                f" {len(tables.subjects)} subjects are in it whole, the others as before. Run the command again to go"
                " on."
            ) from problem
        return counts

    def _take_turn(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                raise CommandError("Another load is running in this database. Wait until it has ended.")

    def _reject(self, tables, usubjid, reason):
        for file, table in tables.by_file.items():
            table.rejected += [
                Rejected(file, line.number, reason) for line in table.by_subject.get(usubjid, {}).values()
            ]

    def _report(self, tables, counts, seconds):
        files = {
            file: {
                "rows": table.n_rows,
                "loaded": counts[file]["loaded"],
                "same": counts[file]["same"],
                "rejected": len(table.rejected),
            }
            for file, table in tables.by_file.items()
        }
        return {
            "files": files,
            "rejected": [{"file": one.file, "row": one.row, "reason": one.reason} for one in tables.rejected],
            "seconds": round(seconds, 1),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }

    def _print(self, report, not_read, *, as_json):
        if not_read:
            self.stderr.write(f"Not read: {', '.join(not_read)}.")
        if as_json:
            self.stdout.write(json.dumps(report))
            return
        for file, found in report["files"].items():
            counted = ", ".join(f"{found[name]} {name}" for name in ("loaded", "same", "rejected"))
            self.stdout.write(f"{file}: {found['rows']} rows, {counted}")
        for one in report["rejected"]:
            self.stdout.write(f"{one['file']} line {one['row']}: {one['reason']}")
        self.stdout.write(f"{report['seconds']} s, {report['peak_mb']} MB")
