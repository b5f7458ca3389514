"""Files of reports in the data directory: written whole or not at all, read back with their digest."""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

STRAY_SECONDS = 24 * 3600


class FileLost(Exception):
    """The file of a finished report is gone or is not the one that was made."""


@dataclass(frozen=True)
class Stored:
    """What was written: bytes and their SHA-256."""

    size: int
    sha256: str


def directory() -> Path:
    """Where report files lie; made when missing, closed to other users of the machine."""
    path: Path = settings.EDC_REPORTS_DIR
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def store(name: str, content: bytes) -> Stored:
    """Write a file so that a reader sees all of it or nothing. Raises OSError."""
    return store_written(name, lambda path: path.write_bytes(content))


def store_written(name: str, write: Callable[[Path], object]) -> Stored:
    """The same for a file that `write` writes to the path it is given. Raises OSError and what `write` raises."""
    target = directory() / name
    unfinished = target.with_name(f"{name}.{os.getpid()}.tmp")
    try:
        open(unfinished, "xb", opener=_private).close()
        write(unfinished)
        with open(unfinished, "rb") as file:
            os.fsync(file.fileno())
            stored = Stored(os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return stored


def opened(name: str, sha256: str) -> BinaryIO:
    """The file as it was made, open at its start; read once before, in pieces, to compare it.

    Raises FileLost when it is gone or its digest is another one.
    """
    try:
        file = open(directory() / name, "rb")  # noqa: SIM115 - the caller closes it
    except FileNotFoundError:
        raise FileLost(name) from None
    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
        file.close()
        raise FileLost(name)
    file.seek(0)
    return file


def load(name: str, sha256: str) -> bytes:
    """The whole file as it was made. Raises FileLost as `opened` does."""
    with opened(name, sha256) as file:
        return file.read()


@contextmanager
def work_directory(name: str) -> Iterator[Path]:
    """A private directory for the parts of a file, on the same disk; gone afterwards. Raises OSError."""
    path = directory() / f"{name}.{os.getpid()}.parts"
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def remove(name: str) -> None:
    """Remove a file; one that is gone already is no error."""
    (directory() / name).unlink(missing_ok=True)


def remove_strays(known: Collection[str]) -> int:
    """Remove files of no report that are older than a day: what a killed worker left. Returns their number."""
    oldest = time.time() - STRAY_SECONDS
    strays = [path for path in directory().iterdir() if path.name not in known and path.stat().st_mtime < oldest]
    for path in strays:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(strays)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
