"""Adverse events as other forms name them: by the number of their log entry."""

from __future__ import annotations

import re


def event_label(record) -> str:
    """ "AE-004 Neutrophil count decreased, grade 4"."""
    grade = f", {record.aetoxgr}" if record.aetoxgr else ""
    return f"AE-{record.seq:03d} {record.aectcae or record.aeterm or ''}{grade}".strip()


def adverse_events(casebook):
    """((number, label), ...) of the subject's adverse events: choices of a form that names one."""
    return tuple((str(one.seq), event_label(one)) for one in casebook["ae"]) if casebook else ()


def event_number(number: str | None) -> int | None:
    """The log entry a serious adverse event number ends with: 4 for "AE-004"; None when it ends with none."""
    found = re.search(r"(\d+)\s*$", number or "")
    return int(found[1]) if found else None


def reported_event(casebook, number):
    """The adverse event a serious adverse event number ends with; None for no such entry."""
    entry = event_number(number)
    if entry is None or casebook is None:
        return None
    return next((one for one in casebook["ae"] if one.seq == entry), None)


def serious_events(casebook):
    """The subject's serious adverse events."""
    return [one for one in casebook["ae"] if one.aeser == "Y"] if casebook else []
