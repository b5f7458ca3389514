"""Documents: results kept as rows. The same results give the same bytes, so their digest says whether they differ."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from .models import ReportDocument, ReportRun


class DocumentChanged(Exception):
    """The stored document is not the one that was made."""


def plain(value: Any) -> Any:
    """The value as JSON holds it without loss: numbers that are not whole become their text, dates ISO text.

    Args:
        value: nested mappings with text keys and sequences of None, booleans, whole numbers, text, Decimal, float
            and dates (a datetime must be aware).
    Raises:
        ValueError: a number that is none (NaN, infinite), a naive datetime, a key that is not text, another type.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Decimal | float):
        if not math.isfinite(value):
            raise ValueError(f"a document holds no {value}; say None where a number is missing")
        return str(value) if isinstance(value, Decimal) else repr(float(value))
    if isinstance(value, date):
        if getattr(value, "tzinfo", True) is None:
            raise ValueError(f"a document holds no time without its offset: {value}")
        return value.isoformat()
    if isinstance(value, Mapping):
        if wrong := [key for key in value if not isinstance(key, str)]:
            raise ValueError(f"keys of a document are text, not {wrong[0]!r}")
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [plain(one) for one in value]
    raise ValueError(f"a document holds no {type(value).__name__}")


def canonical(document: Any) -> bytes:
    """The one way a document is written: keys sorted, no spaces, UTF-8. Raises ValueError, see `plain`."""
    return json.dumps(plain(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(document: Any) -> str:
    """SHA-256 of the canonical bytes."""
    return hashlib.sha256(canonical(document)).hexdigest()


def content(run: ReportRun) -> bytes:
    """The canonical bytes of a run's document. Raises DocumentChanged when there is none or it is another one."""
    stored = ReportDocument.objects.filter(run=run).first()
    if stored is None:
        raise DocumentChanged(run.pk)
    written = canonical(stored.document)
    found = hashlib.sha256(written).hexdigest()
    if not found == stored.sha256 == run.sha256:
        raise DocumentChanged(run.pk)
    return written


def document_of(run: ReportRun) -> dict[str, Any]:
    """A run's document, its digest checked. Raises DocumentChanged."""
    found: dict[str, Any] = json.loads(content(run))
    return found
