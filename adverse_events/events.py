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


def reported_event(casebook, number):
    """The adverse event a serious adverse event number ends with: entry 4 for "AE-004"; None for no such entry."""
    found = re.search(r"(\d+)\s*$", number or "")
    if not found or casebook is None:
        return None
    return next((one for one in casebook["ae"] if one.seq == int(found[1])), None)


def serious_events(casebook):
    """The subject's serious adverse events."""
    return [one for one in casebook["ae"] if one.aeser == "Y"] if casebook else []
