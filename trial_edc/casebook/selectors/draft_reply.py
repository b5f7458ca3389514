"""What the page says about fields that were just kept: message and echo for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trial_edc.accounts.access import Access
from trial_edc.crf.entry import bind
from trial_edc.crf.parse import echo
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import FormRecord, completeness

from ..context import entry_context
from ..dates import date_forms
from ..reader import read
from ..slots import Slot


def draft_reply(access: Access, subject, slot: Slot, typed: Mapping[str, str]) -> dict[str, Any]:
    """Messages and echoes of the kept fields, by input name. Two statements, a third for checks across
    forms.
    """
    casebook = read(subject, {slot.form_code} | date_forms())
    record = casebook.record(slot.visit_code, slot.form_code, slot.seq)
    version = record.protocol_version if record else subject.protocol_version
    spec = form_spec(slot.form_code, version, visit_code=slot.visit_code)
    context = entry_context(casebook, spec, subject.site, access)
    blank = FormRecord(None, slot.form_code, slot.visit_code, slot.seq, protocol_version=version)
    entry = bind(spec, typed, record=record or blank, context=context, casebook=casebook)
    findings = {finding.item: finding.text for finding in reversed(entry.findings)}
    fields = {}
    for address, parsed in entry.parsed.items():
        error = entry.errors.get(address, "")
        message = error or findings.get(address, "")
        fields[entry.spec[address].name] = {
            "message": message,
            "level": "error" if error else "finding" if message else "",
            "echo": echo(parsed, context),
        }
    answered, expected = completeness(entry.spec, entry.record, held=entry.errors)
    return {"fields": fields, "answered": answered, "expected": expected}
