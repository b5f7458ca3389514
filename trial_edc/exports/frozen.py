"""Reading a data cut: casebooks as they were, with the interface of the live ones."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from trial_edc.casebook.reader import Casebook, InstanceRow
from trial_edc.crf.values import FormRecord, from_stored

from .models import CutContent, DataCut
from .problems import CutChanged

_DIGEST = """
SELECT encode(sha256(coalesce(string_agg(sha256(convert_to(concat_ws('|', subject_id, instance_id, visit_code,
    form_code, seq, status, status_reason, revision, protocol_version, extract(epoch FROM saved_at), content::text),
    'UTF8')), ''::bytea ORDER BY subject_id, instance_id), ''::bytea)), 'hex')
FROM exports_frozenrow WHERE cut_id = %s
"""
_SUBJECTS = """
SELECT subject_id, content::text FROM exports_frozenrow
WHERE cut_id = %s AND form_code = '' ORDER BY content -> 'head' ->> 'code'
"""
_FORMS = """
SELECT instance_id, subject_id, visit_code, form_code, seq, status, status_reason, revision, protocol_version, saved_at,
    content::text
FROM exports_frozenrow WHERE cut_id = %s AND form_code = ANY(%s) AND subject_id = ANY(%s) ORDER BY instance_id
"""


@dataclass(frozen=True)
class FrozenSite:
    pk: int
    code: str
    name: str
    time_zone: str


@dataclass(frozen=True)
class FrozenSubject:
    """A subject as it was, with what casebooks ask of one."""

    pk: int
    code: str
    cohort: str
    protocol_version: str
    site: FrozenSite
    planned_leukapheresis_on: date | None
    planned_infusion_on: date | None

    @property
    def site_id(self) -> int:
        return self.site.pk

    def __str__(self) -> str:
        return self.code


def digest_of(cut: DataCut) -> str:
    """SHA-256 over the rows of a cut. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [cut.pk])
        (found,) = cursor.fetchone()
    return str(found)


def verify(content: CutContent) -> None:
    """Raises CutChanged when the rows are not the ones that were frozen. One statement."""
    if digest_of(content.cut) != content.sha256:
        raise CutChanged(content.cut.name)


def subjects(cut: DataCut) -> tuple[FrozenSubject, ...]:
    """The subjects of a cut, by number. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SUBJECTS, [cut.pk])
        return tuple(_subject(pk, json.loads(content)) for pk, content in cursor.fetchall())


def casebooks(cut: DataCut, of: Collection[FrozenSubject], forms: Collection[str]) -> dict[int, Casebook]:
    """Some forms of these subjects, by subject key; another form reads as empty. One statement."""
    rows: dict[int, list[InstanceRow]] = defaultdict(list)
    records: dict[int, dict[int, FormRecord]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_FORMS, [cut.pk, sorted(forms), [subject.pk for subject in of]])
        for *columns, content in cursor.fetchall():
            row = InstanceRow(*columns, visit_id=None)
            rows[row.subject_id].append(row)
            if row.status != "withdrawn":
                records[row.subject_id][row.id] = _record(row, json.loads(content, parse_float=Decimal))
    return {one.pk: Casebook(one, tuple(rows[one.pk]), records[one.pk], {"*"}) for one in of}


def _record(row: InstanceRow, content: Mapping[str, Any]) -> FormRecord:
    return from_stored(
        row.form_code, vars(row), content["head"], [(table, stored) for table, stored in content["rows"]]
    )


def _subject(pk: int, content: Mapping[str, Any]) -> FrozenSubject:
    head, site = content["head"], content["site"]
    return FrozenSubject(
        pk=pk,
        code=head["code"],
        cohort=head["cohort"],
        protocol_version=head["protocol_version"],
        site=FrozenSite(site["id"], site["code"], site["name"], site["time_zone"]),
        planned_leukapheresis_on=_day(head["planned_leukapheresis_on"]),
        planned_infusion_on=_day(head["planned_infusion_on"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
