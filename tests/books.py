"""Casebooks in memory for tests of forms: records come from typed text, as a person would enter them."""

from datetime import date
from zoneinfo import ZoneInfo

from subjects.models import Subject
from trial_edc.accounts.models import Site
from trial_edc.casebook.reader import Casebook, InstanceRow
from trial_edc.crf.entry import Entry, bind
from trial_edc.crf.parse import EntryContext
from trial_edc.crf.registry import crf
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import FormRecord

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 5)
CONTEXT = EntryContext(
    today=TODAY,
    time_zone=ZONE,
    visit_on=date(2026, 3, 3),
    infusion_on=date(2026, 2, 24),
    users={7: "Mei Lin"},
)


def subject(**more) -> Subject:
    """A subject of site 101 (Shanghai), not stored."""
    facts = {"code": "101-0007", "cohort": "DL1", "protocol_version": "1.0", **more}
    return Subject(pk=1, site=Site(pk=1, code="101", time_zone="Asia/Shanghai"), **facts)


def book(*entries: Entry, **about) -> Casebook:
    """The casebook of these filled forms."""
    rows, records = [], {}
    for number, entry in enumerate(entries, start=1):
        record = entry.record
        rows.append(
            InstanceRow(
                id=number,
                subject_id=1,
                visit_code=record.visit_code,
                form_code=record.form_code,
                seq=record.seq,
                status="complete",
                status_reason="",
                revision=1,
                protocol_version="1.0",
                saved_at=None,
                visit_id=None,
            )
        )
        records[number] = record
    return Casebook(subject(**about), tuple(rows), records, {"*"})


def fill(path: str, *, casebook: Casebook | None = None, context=CONTEXT, record=None, **typed: str) -> Entry:
    """Type into the boxes of a form: `fill("d7/vs", temp="38.4", sysbp__keep="source")`.

    `path` is "d7/vs", "d7/vs/2" for the second one of the visit, "ae" for a log.
    """
    visit, form, seq = [*path.split("/"), "1"][:3] if "/" in path else ("", path, "1")
    spec = form_spec(form, visit_code=visit)
    record = record or FormRecord(None, form, visit, int(seq))
    raw = {f"{form}.{name.replace('__', '.')}": text for name, text in typed.items()}
    watched = Watched(casebook) if casebook is not None else None
    entry = bind(spec, raw, record=record, context=context, casebook=watched)
    undeclared = watched.forms - set(getattr(crf(form).Crf, "reads", ())) if watched else ()
    assert not undeclared, f"{form} reads {', '.join(sorted(undeclared))} and does not declare it (Crf.reads)"
    return entry


class Watched:
    """A casebook that remembers which forms were asked for: what a form reads, it declares."""

    def __init__(self, casebook: Casebook) -> None:
        self._casebook, self.forms = casebook, set()

    def __getitem__(self, form_code: str):
        self.forms.add(form_code)
        return self._casebook[form_code]

    def record(self, visit_code: str, form_code: str, seq: int = 1):
        self.forms.add(form_code)
        return self._casebook.record(visit_code, form_code, seq)

    def __getattr__(self, name: str):
        return getattr(self._casebook, name)


def said(entry: Entry, address: str) -> list[str]:
    """What the page says at an address: why it cannot be right, else what the checks ask."""
    if address in entry.errors:
        return [entry.errors[address]]
    return [finding.text.replace("\u00a0", " ") for finding in entry.findings if finding.item == address]


def rules(entry: Entry) -> set[tuple[str, str]]:
    """(address, rule) of every finding."""
    return {(finding.item, finding.rule) for finding in entry.findings}
