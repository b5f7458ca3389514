"""Sections of reports about adverse events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from adverse_events.events import reported_event, serious_events
from trial_edc.casebook.dates import day_of
from trial_edc.casebook.reader import Casebook
from trial_edc.crf.anchors import infusion_at
from trial_edc.crf.partial import is_complete, text
from trial_edc.crf.spec import form_spec, protocol
from trial_edc.crf.values import FormRecord, display
from trial_edc.reports.sections import Section, SubjectBook, reads

# Choice of the request: items and codes; one that holds is enough.
WORST = {
    "serious": (("aeser", ("Y",)),),
    "grade3": (("aetoxgr", ("3", "4", "5")), ("aesev", ("SEVERE",))),
}
CAUSES = ("aerelu87", "aerelld", "aerelaph", "aereldis", "aereloth", "aerel")
WIDTHS = (8, 14, 6, 6, 13, 6, 17, 8, 8, 14)
NOT_IN_EVERY_STUDY = {3: "aeastgr", 7: "aeacn"}  # columns of one item


@dataclass(frozen=True)
class Event:
    """An adverse event with what the listing says of its subject."""

    code: str
    record: FormRecord
    infused_on: date | None
    zone: ZoneInfo
    signature: str


@reads("ae", "inf", "ex")
def ae_listing(books: Sequence[SubjectBook], parameters: Mapping[str, str]) -> Section:
    """Adverse events by subject and start, at their present state.

    Args:
        parameters: "events" is "all", "serious" or "grade3".
    """
    events = [event for book in books for event in _events(book) if _is_wanted(event.record, parameters)]
    is_graded = protocol().has_item("ae", "aetoxgr")
    kept = [n for n in range(len(WIDTHS)) if protocol().has_item("ae", NOT_IN_EVERY_STUDY.get(n, "aeterm"))]
    columns = _columns(is_graded)
    return Section(
        title=_("Adverse events"),
        columns=tuple(columns[n] for n in kept),
        rows=tuple(tuple(cells[n] for n in kept) for cells in map(_row, events)),
        note=_("Records marked as entered in error are left out. Study day 0 is the day of the infusion.")
        if is_graded
        else _("Records marked as entered in error are left out. Study day 0 is the day of the first dose."),
        empty=_("No adverse event matches."),
        widths=tuple(WIDTHS[n] for n in kept),
    )


def _columns(is_graded: bool) -> tuple[str, ...]:
    return (
        _("Subject, no."),
        _("Reported term, CTCAE term") if is_graded else _("Reported term, coded term"),
        _("CTCAE grade") if is_graded else _("Severity"),
        _("ASTCT grade"),
        _("Start – end (study day)"),
        _("Serious"),
        _("Related to"),
        _("Action"),
        _("Outcome"),
        _("Signature"),
    )


def forms_of_event(casebook: Casebook, number: str) -> list[FormRecord]:
    """The forms of a serious event: its log entry, its reports, the sponsor's assessments; `number` may be "all"."""
    events = [one for one in serious_events(casebook) if number in ("all", str(one.seq))]
    reports = [one for one in casebook["sae"] if reported_event(casebook, one.saenum) in events]
    named = {str(one.seq) for one in reports}
    return [*events, *reports, *(one for one in casebook["spa"] if one.spasae in named)]


def _events(book: SubjectBook) -> list[Event]:
    zone = ZoneInfo(book.subject.site.time_zone)
    infused_on = day_of(infusion_at(book.casebook), zone)
    records = sorted(book.casebook["ae"], key=lambda record: (record.aestdtc or "9999", record.seq))
    return [
        Event(book.subject.code, record, infused_on, zone, book.signed.get(record.instance_id, ""))
        for record in records
    ]


def _is_wanted(record: FormRecord, parameters: Mapping[str, str]) -> bool:
    rules = WORST.get(parameters.get("events", "all"))
    return rules is None or any(record[item] in codes for item, codes in rules)


def _row(event: Event) -> tuple[str, ...]:
    record = event.record

    def said(name: str) -> str:
        return _said(record, name)

    terms = [said("aeterm"), said("aectcae"), said("aedecod")]
    return (
        f"{event.code}, {record.seq}",
        " / ".join(dict.fromkeys(term for term in terms if term)),
        said("aetoxgr") or said("aesev"),
        said("aeastgr"),
        _course(event),
        said("aeser"),
        "; ".join(f"{_label(record, name)}: {said(name)}" for name in CAUSES if said(name)),
        said("aeacn"),
        said("aeout"),
        event.signature,
    )


def _said(record: FormRecord, name: str) -> str:
    """The answer in words, or why it is missing; "" for an item this study does not have."""
    spec = _spec(record)
    return display(spec[name], record[name], record.meta.get(name)) if name in spec else ""


def _label(record: FormRecord, name: str) -> str:
    return str(_spec(record)[name].label).removeprefix("Related to ")


def _spec(record: FormRecord):
    return form_spec("ae", record.protocol_version)


def _course(event: Event) -> str:
    start, end = event.record.aestdtc, event.record.aeendtc
    shown = [_on_day(start, event), _on_day(end, event) if end else _("ongoing or not known")]
    return " – ".join(shown)


def _on_day(value: str | None, event: Event) -> str:
    if not value:
        return _("not entered")
    if event.infused_on is None or not is_complete(value):
        return text(value)
    return f"{text(value)} ({(date.fromisoformat(value[:10]) - event.infused_on).days})"
