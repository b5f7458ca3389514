"""Save what an import makes of one subject: every form of a kind in one statement, each row with its origin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from trial_edc.accounts.models import User
from trial_edc.audit.context import audited
from trial_edc.crf.values import to_columns
from trial_edc.protocol.imports import Key

from ..imports.subject import Filled
from ..models import FormInstance, Import, ImportRow, Query, QueryMessage
from ..reader import Casebook
from ..study import visit_model
from .signatures import unsettle
from .writes import differs, write_content

RULE = "import"
LONGEST_QUERY, LINES = 2_000, 15


def write_forms(*, by: User, run: Import, casebook: Casebook, filled: list[Filled], at: datetime) -> dict[int, int]:
    """Create the new forms and change the stored ones that differ; the file stands in the trail as the reason.

    Returns:
        Stand-in of each form to its key, stored forms included.
    """
    keys = {one.instance_id: one.instance_id for one in filled if one.before is not None}
    visits = _visits(casebook, filled)
    by_files = sorted(filled, key=_files)
    for files, group in groupby(by_files, key=_files):
        forms = list(group)
        with audited(by=by, source="import", role="SYS", reason=_reason(run, files)):
            keys |= _create([one for one in forms if one.before is None], casebook, visits, by=by, at=at)
            for one in forms:
                if one.before is not None and differs(one.spec, one.before, one.record):
                    _change(one, by=by, at=at, cause=_reason(run, files))
    return keys


def _files(one: Filled) -> tuple[str, ...]:
    return tuple(sorted({file for file, _seq in one.planned.sources}))


def _reason(run: Import, files: Iterable[str]) -> str:
    named = ", ".join(run.files.get(file, file) for file in files)
    return f"{run.name}: {named}" if named else run.name


def _visits(casebook: Casebook, filled: list[Filled]) -> dict[str, int]:
    """Keys of the visits by code, those that begin now created."""
    known = {one.visit_code: one.visit_id for one in casebook.instances if one.visit_id}
    wanted = {one.planned.visit for one in filled if one.planned.visit} - known.keys()
    if not wanted:
        return known
    Visit = visit_model()
    subject = casebook.subject.pk
    known |= dict(Visit.objects.filter(subject_id=subject, code__in=wanted).values_list("code", "pk"))
    new = [Visit(subject_id=subject, code=code) for code in sorted(wanted - known.keys())]
    return known | {visit.code: visit.pk for visit in Visit.objects.bulk_create(new)}


def _create(
    forms: list[Filled], casebook: Casebook, visits: Mapping[str, int], *, by: User, at: datetime
) -> dict[int, int]:
    """New forms: instances, heads and rows, one statement for each table."""
    instances = FormInstance.objects.bulk_create(
        FormInstance(
            subject_id=casebook.subject.pk,
            visit_id=visits.get(one.planned.visit),
            form_code=one.planned.form,
            seq=one.seq,
            protocol_version=one.record.protocol_version,
            status=_status(one),
            saved_at=at,
            saved_by=by,
        )
        for one in forms
    )
    heads: dict[Any, list] = defaultdict(list)
    rows: dict[Any, list] = defaultdict(list)
    for one, instance in zip(forms, instances, strict=True):
        columns = to_columns(one.spec, one.record)
        model: Any = one.spec.model
        heads[model].append(model(instance_id=instance.pk, **columns.head))
        for row in columns.rows:
            rows[row.model].append(row.model(instance_id=instance.pk, row_no=row.row_no, **row.columns))
    for tables in (heads, rows):
        for table, objects in tables.items():
            table.objects.bulk_create(objects)
    return {one.instance_id: instance.pk for one, instance in zip(forms, instances, strict=True)}


def _status(one: Filled) -> str:
    return FormInstance.Status.COMPLETE if one.is_complete else FormInstance.Status.PARTIAL


def _change(one: Filled, *, by: User, at: datetime, cause: str) -> None:
    """A new version of a stored form: what was verified needs it again, what was signed is void."""
    assert one.before is not None
    stored = FormInstance.objects.select_for_update().get(pk=one.instance_id)
    stored.status, stored.revision, stored.saved_at, stored.saved_by = _status(one), stored.revision + 1, at, by
    stored.save(update_fields=["status", "revision", "saved_at", "saved_by"])
    write_content(one.spec, instance_id=stored.pk, before=one.before, after=one.record)
    changed = [spec.address for spec in one.spec if one.before[spec.address] != one.record[spec.address]]
    unsettle(stored, items=changed, cause=cause)


def write_rows(
    *,
    run: Import,
    subject_id: int,
    filled: list[Filled],
    keys: Mapping[int, int],
    versions: Mapping[Key, int],
    digests: Mapping[Key, str],
    kept: Mapping[Key, dict[str, str]],
) -> None:
    """Where each row of the files went, with what the mapping left and what the checks said. One statement."""
    said: dict[Key | None, list[str]] = defaultdict(list)
    for one in filled:
        for key, text in one.findings:
            said[key].append(text)
    found = []
    for one in filled:
        for key, address in one.planned.sources.items():
            if key not in digests:
                continue
            found.append(
                ImportRow(
                    run=run,
                    subject_id=subject_id,
                    file=key[0],
                    seq=key[1],
                    version=versions.get(key, 0) + 1,
                    digest=digests[key],
                    instance_id=keys[one.instance_id],
                    address=address,
                    kept=kept[key],
                    findings=said[key],
                )
            )
    ImportRow.objects.bulk_create(found)


def ask(*, by: User, instance_id: int, filled: list[Filled], at: datetime, reason: str) -> None:
    """One query for all that is odd in what was loaded of a subject; a live one gets another turn."""
    told = [f"{_name(key, one)}: {text}" for one in filled for key, text in one.findings]
    if not told:
        return
    with audited(by=by, source="import", role="SYS", reason=reason):
        query = Query.objects.filter(instance_id=instance_id, rule=RULE, state__in=("open", "answered")).first()
        action = "reopened" if query else "opened"
        if query is None:
            query = Query.objects.create(instance_id=instance_id, item="", rule=RULE, opened_at=at, opened_by=by)
        elif query.state != Query.State.OPEN:
            query.state = Query.State.OPEN
            query.save(update_fields=["state"])
        QueryMessage.objects.create(query=query, action=action, text=_text(told), by=by, at=at)


def _name(key: Key | None, one: Filled) -> str:
    if key is None:
        return f"{one.planned.visit or one.planned.form} {one.planned.form}".strip()
    return f"{key[0]} {key[1]}" if key[1] else key[0]


def _text(told: list[str]) -> str:
    lines = [_("The import found %(n)d things to look at.") % {"n": len(told)}, *told[:LINES]]
    if len(told) > LINES:
        lines.append(_("%(n)d more stand with their rows in the import.") % {"n": len(told) - LINES})
    return "\n".join(lines)[:LONGEST_QUERY]


def withdraw_empty(*, by: User, instances: Iterable[int], reason: str, at: datetime) -> None:
    """Strike forms through whose rows all belong elsewhere now; nothing is deleted."""
    for instance in FormInstance.objects.select_for_update().filter(pk__in=list(instances)):
        with audited(by=by, source="import", role="SYS", reason=reason):
            instance.status, instance.status_reason = FormInstance.Status.WITHDRAWN, reason[:200]
            instance.revision, instance.saved_at, instance.saved_by = instance.revision + 1, at, by
            instance.save(update_fields=["status", "status_reason", "revision", "saved_at", "saved_by"])
            unsettle(instance, items=[], cause=reason)
