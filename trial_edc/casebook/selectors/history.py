"""Everything about one field: values, queries, verification, signatures."""

from __future__ import annotations

from django.urls import reverse

from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission
from trial_edc.crf.entry import with_rows
from trial_edc.crf.spec import form_spec

from ..models import FormInstance
from ..reader import read_forms
from ..slots import Slot
from .places import reads_casebook
from .query_list import query_row
from .sections import visit_title
from .trail import FieldHistory, Thread, item_threads, item_turns, item_verification, signature_lines


def instance_at(subject, slot: Slot) -> FormInstance | None:
    """The form instance in a slot. One statement."""
    found = FormInstance.objects.select_related("visit").filter(subject=subject, form_code=slot.form_code, seq=slot.seq)
    found = found.filter(visit__code=slot.visit_code) if slot.visit_code else found.filter(visit=None)
    instance = found.first()
    if instance is not None:
        instance.subject = subject
    return instance


def field_history(access: Access, subject, slot: Slot, address: str) -> FieldHistory | None:
    """What the drawer shows of one item; None when the form has no such item. At most nine statements."""
    instance = instance_at(subject, slot)
    version = instance.protocol_version if instance else subject.protocol_version
    spec = form_spec(slot.form_code, version, visit_code=slot.visit_code)
    if instance is not None:
        spec = with_rows(spec, {}, read_forms([instance.pk])[instance.pk])
    if address not in spec:
        return None
    one, site = spec[address], subject.site
    place = f"{spec.title} · {visit_title(slot.visit_code)}" if slot.visit_code else f"{spec.title} {slot.seq}"
    url = _form_url(subject, slot)
    may_ask = instance is not None and access.can(Permission.RAISE_QUERIES, site)
    return FieldHistory(
        label=str(one.label),
        name=one.name,
        subtitle=place,
        place=place,
        form_url=url,
        turns=item_turns(instance, one, site) if instance else (),
        threads=_threads(access, instance, address, site) if instance else (),
        verified=item_verification(instance, address, site) if instance else "",
        signatures=signature_lines(instance, site) if instance else (),
        raise_url=f"{url}queries/?item={address}" if may_ask else "",
        subject_url=_subject_history(subject, slot, address) if reads_casebook(access, subject) else "",
    )


def _subject_history(subject, slot: Slot, address: str) -> str:
    return reverse("subject-history", args=[subject.code]) + f"?form={slot.form_code}&item={address}"


def _threads(access: Access, instance: FormInstance, address: str, site) -> tuple[Thread, ...]:
    threads = []
    for query in item_threads(instance, address):
        query.instance = instance
        row = query_row(access, query, site)
        threads.append(
            Thread(
                id=row.id,
                state=row.state,
                state_label=row.state_label,
                item=address,
                messages=row.messages,
                can_answer=row.can_answer,
                can_close=row.can_close,
                answer_url=row.act_url,
            )
        )
    return tuple(threads)


def _form_url(subject, slot: Slot) -> str:
    if not slot.visit_code:
        return reverse("log-entry", args=[subject.code, slot.form_code, slot.seq])
    if slot.seq == 1:
        return reverse("form", args=[subject.code, slot.visit_code, slot.form_code])
    return reverse("form", args=[subject.code, slot.visit_code, slot.form_code, slot.seq])
