"""Read the files of an import, whole and checked, before anything is written."""

from __future__ import annotations

import csv
import gzip
import hashlib
import lzma
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern

from django.utils.translation import gettext as _

from trial_edc.protocol.imports import ImportPlan, Row, SourceFile, is_iso, number

ENDINGS = (".csv", ".csv.gz")
NOT_DONE = "NOT DONE"
SUBJECT = "USUBJID"


class CannotRead(Exception):
    """A file cannot be read as a whole; the text is the sentence shown. Nothing was loaded."""


@dataclass(frozen=True)
class Rejected:
    """A row that is not loaded; `row` is its line in the file, the header is line 1."""

    file: str
    row: int
    reason: str


@dataclass(frozen=True)
class Line:
    """A row as read: its place in the file and its cells in the order of the header."""

    number: int
    cells: tuple[str, ...]


@dataclass
class Table:
    """A file: its columns, its good rows by subject with their numbers, and those rejected."""

    source: SourceFile
    name: str
    columns: tuple[str, ...]
    n_rows: int = 0
    by_subject: dict[str, dict[int, Line]] = field(default_factory=lambda: defaultdict(dict))
    rejected: list[Rejected] = field(default_factory=list)

    def row(self, line: Line) -> Row:
        return dict(zip(self.columns, line.cells, strict=True))

    def digest(self, row: Row) -> str:
        """Changes when anything the mapping uses does."""
        used = "\x1f".join(row.get(name, "") for name in self.source.used)
        return hashlib.blake2b(used.encode(), digest_size=16).hexdigest()

    def kept(self, row: Row) -> dict[str, str]:
        """What the mapping does not use, as read; empty cells are left out."""
        return {name: text for name, text in row.items() if text and name not in self.source.used}


@dataclass(frozen=True)
class Tables:
    """All files of an import. `subjects` are those of the first file, in its order."""

    by_file: Mapping[str, Table]
    subjects: tuple[str, ...]
    not_read: tuple[str, ...]

    @property
    def rejected(self) -> list[Rejected]:
        return [one for table in self.by_file.values() for one in table.rejected]


def read_files(folder: Path, plan: ImportPlan) -> Tables:
    """Read every file of the plan. Raises CannotRead with what is wrong and in which file."""
    if not folder.is_dir():
        raise CannotRead(_("There is no directory %(path)s.") % {"path": folder})
    found = {source.name: _path(folder, source.name) for source in plan.files}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise CannotRead(
            _("%(folder)s has no %(files)s.") % {"folder": folder, "files": ", ".join(f"{n}.csv" for n in missing)}
        )
    tables: dict[str, Table] = {}
    for source in plan.files:
        tables[source.name] = _read(found[source.name] or folder, source)  # never None here
    people = tables[plan.files[0].name]
    for table in tables.values():
        _refuse_strangers(table, people)
    others = tuple(name for name in plan.not_read if _path(folder, name))
    return Tables(tables, tuple(people.by_subject), others)


def _path(folder: Path, name: str) -> Path | None:
    return next((folder / f"{name}{ending}" for ending in ENDINGS if (folder / f"{name}{ending}").is_file()), None)


def _read(path: Path, source: SourceFile) -> Table:
    words = {"file": path.name}
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig", newline="")
            if path.suffix == ".gz"
            else open(path, encoding="utf-8-sig", newline="") as text
        ):
            return _table(csv.reader(text, strict=True), path, source)
    except UnicodeDecodeError:
        raise CannotRead(_("%(file)s is not UTF-8 text. Save it as CSV in UTF-8.") % words) from None
    except (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError):
        raise CannotRead(_("%(file)s is cut short or damaged. Copy it again.") % words) from None
    except csv.Error as problem:
        raise CannotRead(_("%(file)s is not CSV: %(why)s.") % {**words, "why": problem}) from None
    except OSError as problem:
        raise CannotRead(_("%(file)s cannot be read: %(why)s.") % {**words, "why": problem.strerror}) from None


def _table(lines: Iterator[Sequence[str]], path: Path, source: SourceFile) -> Table:
    columns = tuple(next(lines, ()))
    absent = [name for name in (SUBJECT, source.seq, *source.used) if name and name not in columns]
    if absent:
        words = {"file": path.name, "column": ", ".join(absent)}
        raise CannotRead(_("Column %(column)s is missing in %(file)s.") % words)
    if len(set(columns)) != len(columns):
        raise CannotRead(_("%(file)s has a column twice.") % {"file": path.name})
    table = Table(source, path.name, columns)
    for n, cells in enumerate(lines, 2):
        if not cells:
            continue
        if len(cells) != len(columns):
            words = {"file": path.name, "row": n, "n": len(cells), "all": len(columns)}
            raise CannotRead(
                _("Line %(row)d of %(file)s has %(n)d cells, the header %(all)d. The file may be cut short.") % words
            )
        table.n_rows += 1
        _keep(table, Line(n, tuple(intern(cell.strip()) for cell in cells)))
    return table


def _keep(table: Table, line: Line) -> None:
    """Put a row under its subject, or among the rejected with the reason."""
    row = table.row(line)
    seq = _number(row, table.source)
    reason = _why_not(row, table.source, seq, table.by_subject.get(row[SUBJECT], {}))
    if reason or seq is None:
        table.rejected.append(Rejected(table.source.name, line.number, reason))
    else:
        table.by_subject[row[SUBJECT]][seq] = line


def _number(row: Row, source: SourceFile) -> int | None:
    if not source.seq:
        return 0
    found = number(row[source.seq])
    return int(found) if found is not None and found == found.to_integral_value() and abs(found) < 10**9 else None


def _why_not(row: Row, source: SourceFile, seq: int | None, taken: Mapping[int, Line]) -> str:
    if not row[SUBJECT]:
        return _("USUBJID is empty.")
    if seq is None or seq in taken:
        return _("SEQ is empty, or twice for this subject.")
    for name in source.dates:
        if row[name] and not is_iso(row[name]):
            return _("%(column)s '%(text)s' is not an ISO date.") % {"column": name, "text": row[name][:40]}
    if source.test and not row.get(source.test):
        return _("TESTCD is empty.")
    if source.result and not row[source.result] and row.get(source.status) != NOT_DONE:
        return _("%(result)s is empty and %(status)s is not NOT DONE.") % {
            "result": source.result,
            "status": source.status,
        }
    return ""


def _refuse_strangers(table: Table, people: Table) -> None:
    """Reject the rows of subjects the first file does not have."""
    for stranger in [name for name in table.by_subject if name not in people.by_subject]:
        reason = _("USUBJID %(subject)s is not in %(file)s.") % {"subject": stranger, "file": people.source.name}
        lines = table.by_subject.pop(stranger).values()
        table.rejected += [Rejected(table.source.name, line.number, reason) for line in lines]
