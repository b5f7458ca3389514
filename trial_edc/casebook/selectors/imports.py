"""What imports have read: the rows of a subject as they stand."""

from __future__ import annotations

from dataclasses import dataclass

from trial_edc.protocol.imports import Key

from ..models import ImportRow


@dataclass(frozen=True)
class StoredRow:
    """The latest version of a row: its digest and the place it became."""

    version: int
    digest: str
    instance_id: int
    address: str


def stored_rows(subject_id: int) -> dict[Key, StoredRow]:
    """The latest version of every row read of a subject. One statement."""
    found = ImportRow.objects.filter(subject_id=subject_id).order_by("file", "seq", "version")
    columns = found.values_list("file", "seq", "version", "digest", "instance_id", "address")
    return {(file, seq): StoredRow(*rest) for file, seq, *rest in columns}
