"""What hangs on the forms as tables: subjects, visits, queries, verification, signatures, locks, the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, transaction

from trial_edc.audit.labels import item_label, record_label, value_label
from trial_edc.audit.selectors import TrailFilter, stream
from trial_edc.casebook.actions.sign import unverified
from trial_edc.casebook.digests import canonical, content_digest, content_facts, signed_facts
from trial_edc.casebook.models import FormInstance, Signature
from trial_edc.casebook.reader import contents

from .csv_cells import json_text

AT_ONCE = 200
Rows = Iterator[Sequence[Any]]


_PLACE = """
    FROM casebook_forminstance f
    JOIN subjects_subject s ON s.id = f.subject_id
    LEFT JOIN subjects_visit v ON v.id = f.visit_id
"""
_SUBJECTS = """
    SELECT si.code, s.code, s.id, s.protocol_version, s.registered_at, s.cohort, s.planned_leukapheresis_on,
        s.planned_infusion_on
    FROM subjects_subject s JOIN accounts_site si ON si.id = s.site_id WHERE s.site_id = ANY(%s) ORDER BY s.code
"""
_VISITS = """
    SELECT s.code, v.id, v.code FROM subjects_visit v JOIN subjects_subject s ON s.id = v.subject_id
    WHERE s.site_id = ANY(%s) ORDER BY s.code, v.id
"""
_QUERIES = f"""
    SELECT s.code, v.code, f.form_code, f.seq, f.id, q.id, q.item, q.rule, q.state, q.opened_at, u.full_name
    {_PLACE} JOIN casebook_query q ON q.instance_id = f.id JOIN accounts_user u ON u.id = q.opened_by_id
    WHERE s.site_id = ANY(%s) ORDER BY s.code, q.id
"""
_TURNS = f"""
    SELECT s.code, q.id, m.id, m.action, m.text, u.full_name, m.at
    {_PLACE} JOIN casebook_query q ON q.instance_id = f.id JOIN casebook_querymessage m ON m.query_id = q.id
    JOIN accounts_user u ON u.id = m.by_id
    WHERE s.site_id = ANY(%s) ORDER BY s.code, q.id, m.id
"""
_VERIFIED = f"""
    SELECT s.code, v.code, f.form_code, f.seq, f.id, c.item, u.full_name, c.verified_at, c.needs_again
    {_PLACE} JOIN casebook_sourceverification c ON c.instance_id = f.id
    JOIN accounts_user u ON u.id = c.verified_by_id
    WHERE s.site_id = ANY(%s) ORDER BY s.code, f.id, c.item
"""
_LOCKS = """
    SELECT l.scope, s.code, v.code, l.instance_id, l.reason, u.full_name, l.locked_at, c.full_name, l.confirmed_at,
        l.released_at
    FROM casebook_lock l JOIN accounts_user u ON u.id = l.locked_by_id
    LEFT JOIN accounts_user c ON c.id = l.confirmed_by_id
    LEFT JOIN subjects_subject s ON s.id = l.subject_id LEFT JOIN subjects_visit v ON v.id = l.visit_id
    WHERE l.site_id = ANY(%s) ORDER BY l.id
"""
_UNLOCKS = """
    SELECT n.scope, s.code, v.code, n.instance_id, n.reason, n.hours, u.full_name, n.asked_at, c.full_name,
        n.confirmed_at, n.until
    FROM casebook_unlock n JOIN accounts_user u ON u.id = n.asked_by_id
    LEFT JOIN accounts_user c ON c.id = n.confirmed_by_id
    LEFT JOIN subjects_subject s ON s.id = n.subject_id LEFT JOIN subjects_visit v ON v.id = n.visit_id
    WHERE n.site_id = ANY(%s) ORDER BY n.id
"""
_PEOPLE = """
    SELECT u.full_name, u.organisation, a.role, si.code, a.starts_on, a.ends_on
    FROM accounts_roleassignment a JOIN accounts_user u ON u.id = a.user_id
    LEFT JOIN accounts_site si ON si.id = a.site_id
    WHERE a.site_id = ANY(%s) OR a.site_id IS NULL ORDER BY u.full_name, a.id
"""


def _read(sql: str) -> Callable[[Sequence[int]], Rows]:
    def rows(site_ids: Sequence[int]) -> Rows:
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            cursor.execute(sql, [list(site_ids)])
            while found := cursor.fetchmany(1_000):
                yield from found

    return rows


def trail(site_ids: Sequence[int]) -> Rows:
    """One line for every item changed: as stored, and in words."""
    for line in stream(TrailFilter(site_ids=site_ids)):
        sides = (line.old, line.new, line.old_detail, line.new_detail)
        yield [
            *(line.event_id, line.at, line.subject, line.visit, line.form_code, line.instance_id),
            *(line.table_name, line.row_pk, line.action, line.item),
            *(None if side is None else json_text(side) for side in sides),
            *(record_label(line.table_name), item_label(line.table_name, line.item)),
            *(value_label(line.table_name, line.item, side) for side in (line.old, line.new)),
            *(line.who, line.role, line.organisation, line.reason, line.source, line.request_id),
        ]


def signatures(site_ids: Sequence[int]) -> Rows:
    """Every signature, void ones too. SHA-256 of `signed_text` is its digest."""
    found = Signature.objects.filter(instance__subject__site__in=site_ids).order_by("instance__subject__code", "pk")
    for these in _batches(found.select_related("instance__subject", "instance__visit", "signer")):
        broken = {one.pk for one in unverified(these)}
        for one in these:
            form = one.instance
            verdict = "does not verify" if one.pk in broken else "void" if one.voided_at else "valid"
            yield [
                *(form.subject.code, form.visit.code if form.visit else "", form.form_code, form.seq, form.pk),
                *(one.pk, one.revision, one.meaning, one.statement, one.printed_name, one.signer.email, one.role),
                *(one.signed_at, one.utc_offset_minutes, one.voided_at, one.void_cause, verdict),
                *(one.content_digest, one.digest, canonical(signed_facts(one)).decode()),
            ]


def record_lines(site_ids: Sequence[int]) -> Iterator[tuple[FormInstance, bytes, str]]:
    """What each form says, as the bytes its digest covers: (form, bytes, SHA-256), by subject."""
    found = FormInstance.objects.filter(subject__site__in=site_ids).order_by("subject__code", "pk")
    for these in _batches(found.select_related("subject")):
        stored = contents(these)
        for form in these:
            yield form, canonical(content_facts(form, stored[form.pk])), content_digest(form, stored[form.pk])


def _batches(found: Any) -> Iterator[list[Any]]:
    rows = found.iterator(chunk_size=AT_ONCE)
    while these := list(islice(rows, AT_ONCE)):
        yield these


_FORM = ("subject", "visit", "form", "seq", "form_id")
PLAIN: tuple[tuple[str, tuple[str, ...], Callable[[Sequence[int]], Rows]], ...] = (
    (
        "subjects.csv",
        (
            *("site", "subject", "subject_id", "protocol_version", "registered_at", "cohort"),
            *("planned_leukapheresis_on", "planned_infusion_on"),
        ),
        _read(_SUBJECTS),
    ),
    ("visits.csv", ("subject", "visit_id", "visit"), _read(_VISITS)),
)
"""(path, heading, rows of sites by key) of the tables every export has beside its forms."""
RECORDS: tuple[tuple[str, tuple[str, ...], Callable[[Sequence[int]], Rows]], ...] = (
    (
        "queries.csv",
        (*_FORM, "query", "item", "rule", "state", "opened_at", "opened_by"),
        _read(_QUERIES),
    ),
    ("query_messages.csv", ("subject", "query", "message", "action", "text", "by", "at"), _read(_TURNS)),
    (
        "verification.csv",
        (*_FORM, "item", "verified_by", "verified_at", "needs_again"),
        _read(_VERIFIED),
    ),
    (
        "signatures.csv",
        (
            *(*_FORM, "signature", "revision", "meaning", "statement", "printed_name", "signer", "role"),
            *("signed_at", "utc_offset_minutes", "voided_at", "void_cause", "verdict"),
            *("content_digest", "digest", "signed_text"),
        ),
        signatures,
    ),
    (
        "locks.csv",
        (
            *("scope", "subject", "visit", "form_id", "reason", "locked_by", "locked_at", "confirmed_by"),
            *("confirmed_at", "released_at"),
        ),
        _read(_LOCKS),
    ),
    (
        "unlocks.csv",
        (
            *("scope", "subject", "visit", "form_id", "reason", "hours", "asked_by", "asked_at", "confirmed_by"),
            *("confirmed_at", "until"),
        ),
        _read(_UNLOCKS),
    ),
    ("people.csv", ("full_name", "organisation", "role", "site", "starts_on", "ends_on"), _read(_PEOPLE)),
    (
        "trail.csv",
        (
            *("event", "at", "subject", "visit", "form", "form_id", "table", "row", "action", "item"),
            *("old", "new", "old_detail", "new_detail", "record", "label", "old_text", "new_text"),
            *("person", "role", "organisation", "reason", "source", "request"),
        ),
        trail,
    ),
)
"""The same for what only a copy of everything has: the work on the forms and the trail."""
