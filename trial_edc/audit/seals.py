"""Seals over the trail, and the file outside the database that keeps their heads."""

import fcntl
import json
import os
from pathlib import Path

from django.conf import settings
from django.db import connection

from trial_edc.audit.models import AuditSeal


class HeadFileBroken(Exception):
    """A line of the head file cannot be read; nothing was appended."""


def seal() -> AuditSeal | None:
    """Cover every finished event no seal covers yet, and append the new head to the head file.

    Returns None when there was nothing to cover. Heads a crash kept from the file are appended first, so the
    file ends with the newest head. Raises HeadFileBroken when the file of earlier seals is gone or cannot be
    read, OSError when it cannot be written.
    """
    path = head_file()
    if not path.exists() and AuditSeal.objects.exists():
        raise HeadFileBroken(f"{path} is gone although seals were made. Put the file back from its copy.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM public.audit_make_seal()")
        made = cursor.fetchone()
    _append_missing_heads(path)
    return AuditSeal.objects.get(pk=made[0]) if made else None


def head_file() -> Path:
    """Where the heads are kept: the setting `EDC_SEAL_FILE`."""
    return Path(settings.EDC_SEAL_FILE)


def read_heads(path: Path) -> list[tuple[int, str]]:
    """(seal, head) of each line, in the order written; empty when there is no file. Raises HeadFileBroken."""
    if not path.exists():
        return []
    heads = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            record = json.loads(line)
            heads.append((int(record["seal"]), str(record["head"])))
        except (ValueError, KeyError, TypeError) as problem:
            raise HeadFileBroken(f"line {number} of {path} is not a head") from problem
    return heads


def _append_missing_heads(path: Path) -> None:
    with open(path, "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = max((number for number, _head in read_heads(path)), default=0)
        for made in AuditSeal.objects.filter(pk__gt=last):
            line = {"seal": made.pk, "head": made.head, "rows": made.n_rows, "at": made.sealed_at.isoformat()}
            file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
