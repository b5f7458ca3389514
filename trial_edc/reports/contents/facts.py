"""Everything the casebook of one subject is made of, read at one instant."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trial_edc.accounts.models import User
from trial_edc.audit import clock
from trial_edc.audit.selectors import TrailFilter, TrailLine, stream
from trial_edc.casebook.actions.sign import unverified
from trial_edc.casebook.digests import content_digest, sha256
from trial_edc.casebook.locks import Bolts, bolts
from trial_edc.casebook.models import FormInstance, Query, Signature, SourceVerification
from trial_edc.casebook.reader import Casebook, contents, read, read_forms
from trial_edc.crf.values import FormRecord

from .common import one_view

OWN_TABLES = ("reports_reportrun", "reports_reportdownload")


@dataclass(frozen=True)
class Facts:
    """Read once, then only looked at. Keys are those of form instances unless said otherwise.

    `records` are in the order of the visit schedule, logs last, withdrawn forms included. `broken` are the keys
    of signatures that do not verify. `trail` is oldest first; under None stand the lines of no form.
    """

    subject: Any
    data_at: datetime
    records: tuple[FormRecord, ...]
    forms: dict[int, FormInstance]
    digests: dict[int, str]
    signatures: dict[int, list[Signature]]
    broken: frozenset[int]
    verified: dict[tuple[int, str], SourceVerification]
    queries: tuple[Query, ...]
    locks: Bolts
    trail: dict[int | None, list[TrailLine]]
    people: dict[int, User] = field(default_factory=dict)

    @property
    def site(self):
        return self.subject.site

    @property
    def record_hash(self) -> str:
        """SHA-256 over what every form says, by its place in the casebook."""
        return sha256({str(pk): digest for pk, digest in sorted(self.digests.items())})

    def is_locked(self, form: FormInstance) -> bool:
        keys = {"site_id": self.site.pk, "subject_id": self.subject.pk}
        return self.locks.over(**keys, visit_id=form.visit_id, instance_id=form.pk) is not None


def gather(subject) -> Facts:
    """Read all of it. The number of statements does not depend on how much there is."""
    with one_view():
        data_at = clock.now()
        records = _records(subject)
        forms = _forms(subject)
        stored = contents(forms.values())
        signatures = list(
            Signature.objects.filter(instance__subject=subject).select_related("instance", "signer").order_by("pk")
        )
        marks = SourceVerification.objects.filter(instance__subject=subject).select_related("verified_by")
        return Facts(
            subject=subject,
            data_at=data_at,
            records=records,
            forms=forms,
            digests={pk: content_digest(form, stored[pk]) for pk, form in forms.items()},
            signatures=_by_form(signatures),
            broken=frozenset(one.pk for one in unverified(signatures)),
            verified={(mark.instance_id, mark.item): mark for mark in marks},
            queries=_queries(subject),
            locks=bolts(site_id=subject.site_id, subject_id=subject.pk),
            trail=_trail(subject),
            people={person.pk: person for person in User.objects.all()},
        )


def _records(subject) -> tuple[FormRecord, ...]:
    """All records in the order of the schedule; withdrawn ones, which a casebook leaves out, in their places."""
    book = read(subject)
    found = {record.instance_id: record for record in book.all()}
    withdrawn = [one.id for one in book.instances if one.status == FormInstance.Status.WITHDRAWN]
    if withdrawn:
        found |= read_forms(withdrawn)
    return tuple(Casebook(subject, book.instances, found, {"*"}).all())


def _forms(subject) -> dict[int, FormInstance]:
    forms = FormInstance.objects.filter(subject=subject).select_related("visit", "saved_by").order_by("pk")
    return {form.pk: form for form in forms}


def _by_form(signatures: list[Signature]) -> dict[int, list[Signature]]:
    found: dict[int, list[Signature]] = defaultdict(list)
    for one in signatures:
        found[one.instance_id].append(one)
    return found


def _queries(subject) -> tuple[Query, ...]:
    found = Query.objects.filter(instance__subject=subject).select_related("opened_by")
    return tuple(found.prefetch_related("messages__by").order_by("pk"))


def _trail(subject) -> dict[int | None, list[TrailLine]]:
    lines: dict[int | None, list[TrailLine]] = defaultdict(list)
    for line in stream(TrailFilter(site_ids=[subject.site_id], subject=subject.code)):
        if line.subject_id == subject.pk and line.table_name not in OWN_TABLES:
            lines[line.instance_id].append(line)
    return lines
