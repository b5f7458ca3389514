"""What a signature covers, as bytes: SHA-256 over canonical JSON.

Canonical: keys sorted, no spaces, UTF-8, no nulls (so that a column added later changes no digest),
numbers as
PostgreSQL prints them with their scale, times in UTC.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from .models import FormInstance, Signature


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value. Raises TypeError for what JSON does not have."""
    return json.dumps(
        _without_nulls(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    ).encode()


def sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def content_digest(instance: FormInstance, content: Mapping[str, Any]) -> str:
    """Digest of what a form says, see `content_facts`."""
    return sha256(content_facts(instance, content))


def content_facts(instance: FormInstance, content: Mapping[str, Any]) -> dict[str, Any]:
    """What the digest of a form covers.

    Args:
        instance: the form, with its subject and visit keys.
        content: `{"head": {...}, "rows": {table: [{...}]}}` as `reader.contents` gives it.
    """
    return {
        "instance": instance.pk,
        "subject": instance.subject_id,
        "visit": instance.visit_id,
        "form": instance.form_code,
        "seq": instance.seq,
        "protocol_version": instance.protocol_version,
        "status": instance.status,
        "status_reason": instance.status_reason,
        **content,
    }


def signature_digest(signature: Signature) -> str:
    """Digest of the act of signing: binds content, version, signer, meaning and time to this very form."""
    return sha256(signed_facts(signature))


def signed_facts(signature: Signature) -> dict[str, Any]:
    """What the digest of a signature covers."""
    return {
        "instance": signature.instance_id,
        "revision": signature.revision,
        "content": signature.content_digest,
        "meaning": signature.meaning,
        "statement": signature.statement,
        "signer": signature.signer_id,
        "printed_name": signature.printed_name,
        "role": signature.role,
        "signed_at": signature.signed_at.timestamp(),
        "utc_offset_minutes": signature.utc_offset_minutes,
    }


def is_as_given(signature: Signature) -> bool:
    """Whether the row is the signature somebody gave, and to this form: a copied or edited row is not."""
    return signature.digest == signature_digest(signature)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    if isinstance(value, (list, tuple)):
        return [_without_nulls(part) for part in value]
    return value
