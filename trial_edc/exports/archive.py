"""A zip of named parts with a manifest: every part is hashed while it is written, nothing is held in memory."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from .csv_cells import CsvWriter

MANIFEST = ("manifest.json", "manifest.csv")


@dataclass(frozen=True)
class Part:
    """A file of the archive; `rows` is None for what has none."""

    path: str
    size: int
    sha256: str
    rows: int | None = None


@dataclass
class Archive:
    """An open zip. Parts bear the time `made_at`, so that the same data give the same bytes."""

    zip: zipfile.ZipFile
    made_at: datetime
    parts: list[Part] = field(default_factory=list)

    def text(self, path: str, text: str) -> None:
        """A part of UTF-8 text."""
        self.data(path, text.encode())

    def data(self, path: str, content: bytes) -> None:
        with self._part(path) as file:
            file.write(content)

    def table(self, path: str, heading: Sequence[str], rows: Iterable[Iterable[Any]]) -> int:
        """A CSV; rows are taken one by one. Returns their number."""
        with self._part(path) as file:
            writer = CsvWriter(file, heading)  # type: ignore[arg-type]
            for row in rows:
                writer.row(row)
            file.rows = writer.n_rows
        return writer.n_rows

    def lines(self, path: str, lines: Iterable[bytes]) -> int:
        """A part of lines, none of which holds an end of line. Returns their number."""
        with self._part(path) as file:
            file.rows = 0
            for line in lines:
                file.write(line + b"\n")
                file.rows += 1
        return file.rows

    def manifest(self, about: dict[str, Any]) -> None:
        """The last parts: `about`, and name, size, hash and rows of every part before them."""
        listed = {**about, "files": [asdict(part) for part in self.parts]}
        text = json.dumps(listed, indent=1, sort_keys=True, ensure_ascii=False)
        rows = [[part.path, part.size, part.sha256, part.rows] for part in self.parts]
        self.text(MANIFEST[0], text + "\n")
        self.table(MANIFEST[1], ("path", "size", "sha256", "rows"), rows)

    @contextmanager
    def _part(self, path: str) -> Iterator[_Hashed]:
        about = zipfile.ZipInfo(path, date_time=self.made_at.timetuple()[:6])
        about.compress_type = zipfile.ZIP_DEFLATED
        about.external_attr = 0o600 << 16
        with self.zip.open(about, "w", force_zip64=True) as inner:
            file = _Hashed(inner)
            yield file
        self.parts.append(Part(path, file.size, file.digest.hexdigest(), file.rows))


class _Hashed:
    """A file that hashes and counts what is written to it."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner
        self.digest = hashlib.sha256()
        self.size = 0
        self.rows: int | None = None

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        self.size += len(content)
        return self._inner.write(content)


@contextmanager
def archive(path: Path, made_at: datetime) -> Iterator[Archive]:
    """Write a zip at a path; `made_at` is the time its parts bear (aware, UTC)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        yield Archive(opened, made_at)
