"""Files of reports in the data directory: written whole or not at all, read back with their digest."""

import hashlib
import os
import time
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

STRAY_SECONDS = 24 * 3600


class FileLost(Exception):
    """The file of a finished report is gone or is not the one that was made."""


def directory() -> Path:
    """Where report files lie; made when missing, closed to other users of the machine."""
    path: Path = settings.EDC_REPORTS_DIR
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def store(name: str, content: bytes) -> str:
    """Write a file so that a reader sees all of it or nothing. Returns its SHA-256. Raises OSError."""
    target = directory() / name
    unfinished = target.with_name(f"{name}.{os.getpid()}.tmp")
    try:
        with open(unfinished, "wb", opener=_private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return hashlib.sha256(content).hexdigest()


def load(name: str, sha256: str) -> bytes:
    """The file as it was made. Raises FileLost when it is gone or its digest is another one."""
    try:
        content = (directory() / name).read_bytes()
    except FileNotFoundError:
        raise FileLost(name) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileLost(name)
    return content


def remove(name: str) -> None:
    """Remove a file; one that is gone already is no error."""
    (directory() / name).unlink(missing_ok=True)


def remove_strays(known: Collection[str]) -> int:
    """Remove files of no report that are older than a day: what a killed worker left. Returns their number."""
    oldest = time.time() - STRAY_SECONDS
    strays = [path for path in directory().iterdir() if path.name not in known and path.stat().st_mtime < oldest]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
