"""What stands above the forms of adverse events, and which forms come with them on one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from adverse_events.crfs.ae import CAUSALITY, CRITERIA, GRADES
from adverse_events.ctcae import UnknownTerm, grades
from adverse_events.ctcae_text import criteria_of
from adverse_events.events import event_label, event_number
from trial_edc.audit import clock
from trial_edc.casebook.panels import Panel, reads
from trial_edc.casebook.rights import may_enter
from trial_edc.casebook.slots import Slot
from trial_edc.casebook.study import study
from trial_edc.crf.partial import interval, text
from trial_edc.crf.registry import has_crf
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import display

from .clocks import Clock
from .selectors import sae_clocks

LABS = ("lbh", "lbc", "lbi")
TOLD = ("aectcae", "aetoxgr", "aeastgr", "aestdtc", "aeout", "aeser", *CRITERIA, "aerelu87", "aerelld", "aerelaph")


@dataclass(frozen=True)
class ReportLine:
    """A report of the event: its type, times and page."""

    title: str
    aware: str
    sent: str
    url: str


@dataclass(frozen=True)
class SponsorLine:
    """What the sponsor holds of a report, beside what the investigator holds."""

    report: str
    expected: str
    sponsor: str
    investigator: str
    differs: bool
    susar: str
    due: str
    is_late: bool
    url: str


@dataclass(frozen=True)
class LabLine:
    """A laboratory value that reaches a grade of the event's term."""

    told: str
    on: str
    grade: int


@dataclass(frozen=True)
class EventPanel:
    """Above an adverse event: its clocks, what it waits for, criteria, laboratory values, reports."""

    clocks: tuple[Clock, ...]
    waits: tuple[str, ...]
    criteria: tuple[tuple[int, str], ...]
    labs: tuple[LabLine, ...]
    reports: tuple[ReportLine, ...]
    sponsor: tuple[SponsorLine, ...]
    follow_up_url: str
    assess_url: str
    course: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FactsPanel:
    """Above a report or an assessment: the event as the investigator has it, never to be changed from there."""

    clocks: tuple[Clock, ...]
    title: str
    facts: tuple[tuple[str, str], ...]
    url: str


@reads("ae", "sae", "spa", *LABS)
def event_panel(access, facts, slot: Slot, about: str = "") -> Panel:
    """The panel of an adverse event; a serious one has its first report as a form of the same page."""
    book = facts.casebook
    record = book.record("", "ae", slot.seq)
    draft = facts.drafts.get(("", "ae", slot.seq))
    typed = draft.values if draft else {}
    saved = {f"ae.{name}": record[name] or "" for name in ("aeser", "aectcae")} if record else {}
    now = saved | {name: value for name, value in typed.items() if name in ("ae.aeser", "ae.aectcae")}
    reports = [one for one in book["sae"] if event_number(one.saenum) == slot.seq]
    prefilled = {slot: from_laboratory(facts, about)} if about else {}
    further: tuple[Slot, ...] = ()
    first = _first_report(access, facts, slot.seq, reports)
    if first is not None and (now.get("ae.aeser") == "Y" or reports):
        further = (first,)
        prefilled[first] = {"sae.saenum": f"AE-{slot.seq:03d}", "sae.saetype": "INITIAL"}
    content = EventPanel(
        clocks=tuple(one for one in _clocks(facts) if one.event == slot.seq),
        waits=_waits(record),
        criteria=_criteria(now.get("ae.aectcae") or prefilled.get(slot, {}).get("ae.aectcae", "")),
        labs=_labs(facts, record),
        reports=tuple(_report_line(facts, one) for one in reports),
        sponsor=_sponsor_lines(facts, record, reports),
        follow_up_url=_new_url(facts, "sae", f"ae-{slot.seq}")
        if reports and may_enter(access, facts.site, "sae")
        else "",
        assess_url=_assess_url(access, facts, reports),
        course=_course(facts, record),
    )
    return Panel("adverse_events/_event_panel.html", content, further, {k: v for k, v in prefilled.items() if v})


@reads("ae", "sae")
def report_panel(access, facts, slot: Slot, about: str = "") -> Panel | None:
    """The event a report is about; a new one opened from an event names it."""
    record = facts.casebook.record("", "sae", slot.seq)
    number = event_number(record.saenum if record else about)
    event = facts.casebook.record("", "ae", number) if number else None
    has_first = any(event_number(one.saenum) == number for one in facts.casebook["sae"])
    kind = "FOLLOWUP" if has_first else "INITIAL"
    prefilled = {slot: {"sae.saenum": f"AE-{number:03d}", "sae.saetype": kind}} if event and about else {}
    return _facts_panel(facts, event, prefilled)


@reads("ae", "sae", "spa")
def assessment_panel(access, facts, slot: Slot, about: str = "") -> Panel | None:
    """The event an assessment of the sponsor is about, with the investigator's judgement."""
    record = facts.casebook.record("", "spa", slot.seq)
    chosen = record.spasae if record else about.removeprefix("sae-")
    report = next((one for one in facts.casebook["sae"] if str(one.seq) == chosen), None)
    number = event_number(report.saenum) if report else None
    event = facts.casebook.record("", "ae", number) if number else None
    return _facts_panel(facts, event, {slot: {"spa.spasae": chosen}} if report and about else {})


def from_laboratory(facts, about: str) -> dict[str, str]:
    """An adverse event as a laboratory value tells it ("uns1-lbh-anc"): term, grade, words and day."""
    parts = about.split("-")
    if len(parts) not in (3, 4) or not has_crf(parts[1]) or parts[1] not in LABS:
        return {}
    visit, form, key = parts[0], parts[1], parts[-1]
    seq = int(parts[2]) if len(parts) == 4 and parts[2].isdigit() else 1
    record = facts.casebook.record(visit, form, seq)
    found = _graded(record, key) if record else None
    if found is None:
        return {}
    term, grade, told = found
    zone = ZoneInfo(facts.site.time_zone)
    day = text(record.lbdtc.astimezone(zone).date()) if record.lbdtc else ""
    return {"ae.aeterm": told, "ae.aectcae": term, "ae.aetoxgr": str(grade), "ae.aestdtc": day}


def _graded(record, key: str) -> tuple[str, int, str] | None:
    return import_string(study().measured_term)(record, key) if study().measured_term else None


def _clocks(facts) -> list[Clock]:
    return sae_clocks([facts.site.pk], subject_id=facts.casebook.subject.pk)


def _waits(record) -> tuple[str, ...]:
    """What only an investigator can give and nobody has given yet."""
    if record is None:
        return ()
    items = ("aetoxgr", "aerelu87", "aerelld", "aerelaph")
    spec = form_spec("ae", record.protocol_version)
    return tuple(str(spec[name].label) for name in items if not record.is_answered(name))


def _criteria(term: str) -> tuple[tuple[int, str], ...]:
    """(grade, text) of the grades the term has; "" where the published text is not loaded."""
    try:
        known = grades(term, study().settings.ctcae_version) if term else ()
    except UnknownTerm:
        return ()
    loaded = criteria_of([term], study().settings.ctcae_version).get(term, {}) if known else {}
    return tuple((grade, loaded.get(grade, "")) for grade in known)


def _labs(facts, event) -> tuple[LabLine, ...]:
    """Laboratory values within the event that reach a grade of its term, the worst first."""
    if event is None or not event.aectcae or not event.aestdtc:
        return ()
    zone = ZoneInfo(facts.site.time_zone)
    first = interval(event.aestdtc)[0].date()
    last = interval(event.aeendtc)[1].date() if event.aeendtc else clock.now().astimezone(zone).date()
    found = []
    for form in LABS:
        for record in facts.casebook[form]:
            on = record.lbdtc.astimezone(zone).date() if record.lbdtc else None
            if on is None or not first <= on <= last:
                continue
            graded = [_graded(record, key) for key in record.row_keys()]
            found += [
                LabLine(told, text(on), grade) for term, grade, told in filter(None, graded) if term == event.aectcae
            ]
    return tuple(sorted(found, key=lambda line: -line.grade)[:3])


def _first_report(access, facts, event: int, reports) -> Slot | None:
    """Where the first report of an event stands or would stand; None for who may not write one."""
    pk = facts.casebook.subject.pk
    if initial := [one.seq for one in reports if one.saetype not in ("FOLLOWUP", "FINAL")]:
        return Slot(pk, "", "sae", min(initial))
    if not may_enter(access, facts.site, "sae") or reports:
        return None
    taken = {one.seq for one in facts.casebook.instances if one.form_code == "sae"}
    for (visit, form, seq), draft in facts.drafts.items():
        if (visit, form) == ("", "sae") and seq not in taken and event_number(draft.values.get("sae.saenum")) == event:
            return Slot(pk, "", "sae", seq)
    return Slot(pk, "", "sae", max(taken, default=0) + 1)


def _report_line(facts, one) -> ReportLine:
    spec = form_spec("sae", one.protocol_version)
    shown = partial(_shown, spec, one, ZoneInfo(facts.site.time_zone))
    url = reverse("log-entry", args=[facts.casebook.subject.code, "sae", one.seq])
    return ReportLine(shown("saetype") or str(one.seq), shown("saeawdt"), shown("saerpdt"), url)


def _shown(spec, record, zone, name: str) -> str:
    return display(spec[name], record[name], record.meta.get(name), time_zone=zone)


def _sponsor_lines(facts, event, reports) -> tuple[SponsorLine, ...]:
    about = {str(one.seq): one for one in reports}
    return tuple(
        sponsor_line(facts, event, about[one.spasae], one) for one in facts.casebook["spa"] if one.spasae in about
    )


def sponsor_line(facts, event, report, one) -> SponsorLine:
    """The two judgements of one report side by side."""
    related, zone = study().settings.ae_related, ZoneInfo(facts.site.time_zone)
    shown = partial(_shown, form_spec("spa", one.protocol_version), one, zone)
    site, sponsor = (event.aerelu87 if event else None), one.sparel
    today: date = clock.now().astimezone(zone).date()
    return SponsorLine(
        report=_shown(form_spec("sae", report.protocol_version), report, zone, "saetype"),
        expected=shown("spaexp"),
        sponsor=shown("sparel"),
        investigator=str(dict(CAUSALITY).get(site, "")),
        differs=bool(site and sponsor) and (site in related) != (sponsor in related),
        susar=shown("spasusar"),
        due=shown("spadue"),
        is_late=one.spadue is not None and one.spadue < today and not one.is_answered("sparegdt"),
        url=reverse("log-entry", args=[facts.casebook.subject.code, "spa", one.seq]),
    )


def _new_url(facts, form: str, about: str) -> str:
    taken = [one.seq for one in facts.casebook.instances if one.form_code == form]
    url = reverse("log-entry", args=[facts.casebook.subject.code, form, max(taken, default=0) + 1])
    return f"{url}?about={about}"


def _assess_url(access, facts, reports) -> str:
    """Where the medical monitor assesses the first report nobody has assessed."""
    done = {one.spasae for one in facts.casebook["spa"]}
    waiting = [one for one in reports if str(one.seq) not in done]
    if not waiting or not may_enter(access, facts.site, "spa"):
        return ""
    return _new_url(facts, "spa", f"sae-{waiting[0].seq}")


def _course(facts, record) -> tuple[tuple[str, str], ...]:
    """(grade, from when) of the event, first to last."""
    if record is None or not record.aegrchg:
        return ()
    changes = sorted(record.aegrchg, key=lambda line: line["date"])
    return tuple((dict(GRADES).get(line["grade"], line["grade"]), text(line["date"])) for line in changes)


def _facts_panel(facts, event, prefilled) -> Panel | None:
    if event is None:
        return Panel("adverse_events/_facts_panel.html", None, (), prefilled) if prefilled else None
    spec, zone = form_spec("ae", event.protocol_version), ZoneInfo(facts.site.time_zone)
    told = [(str(spec[name].label), _shown(spec, event, zone, name)) for name in TOLD if event.is_answered(name)]
    content = FactsPanel(
        clocks=tuple(one for one in _clocks(facts) if one.event == event.seq),
        title=_("%(event)s, as the investigator has it") % {"event": event_label(event)},
        facts=tuple(told),
        url=reverse("log-entry", args=[facts.casebook.subject.code, "ae", event.seq]),
    )
    return Panel("adverse_events/_facts_panel.html", content, (), prefilled)
