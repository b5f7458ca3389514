"""The safety board as a page, and the list behind each of its numbers."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from adverse_events.crfs.ae import CAUSALITY
from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.selectors.sections import visit_title

from . import board, stopping
from .clocks import STOPPED, Clock
from .selectors import sae_clocks
from .work import event_url

MOST_LINES = 500
GRADES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class ListLine:
    """A line of a list: whose it is, what it says, where it is read."""

    subject: str
    text: str
    detail: str
    url: str


@dataclass(frozen=True)
class ListPage:
    title: str
    lines: tuple[ListLine, ...]
    n: int
    back_url: str


@dataclass(frozen=True)
class Number:
    """A number that opens its list; 0 opens nothing."""

    n: int
    url: str


@dataclass(frozen=True)
class RuleLine:
    title: str
    cohort: str
    with_event: Number
    limit: int
    at_risk: Number
    state: str
    state_label: str


@dataclass(frozen=True)
class TermLine:
    """A term of the table: numbers of events by grade for each dose level, and in all."""

    term: str
    cells: tuple[Number, ...]
    total: Number


@dataclass(frozen=True)
class SevereLine:
    subject: str
    what: str
    grade: int
    on: str
    url: str


class Data:
    """What the board reads, each part once: at most eight statements."""

    def __init__(self, access: Access) -> None:
        self.sites = {site.pk: site for site in access.sites(Permission.READ_LIVE_DATA)}
        self.is_whole = len(self.sites) == len(access.all_sites)

    @cached_property
    def clocks(self) -> list[Clock]:
        return sae_clocks(list(self.sites))

    @cached_property
    def events(self) -> list[board.EventFact]:
        return board.event_facts(self.subjects)

    @cached_property
    def severe(self) -> list[board.SevereDay]:
        return board.severe_days(list(self.sites))

    @cached_property
    def subjects(self) -> list[board.SubjectFact]:
        return board.subject_facts(list(self.sites))

    @cached_property
    def judgements(self) -> list[board.Judgement]:
        return board.judgements(list(self.sites))

    @cached_property
    def rules(self) -> tuple[stopping.Counter, ...]:
        """Counted over the whole study or not at all: a part of it would reassure wrongly."""
        return stopping.counters(self.subjects, self.events, self.severe) if self.is_whole else ()


@dataclass(frozen=True)
class BoardPage:
    """The board: `cohorts` are the dose levels of the table, each with five grades; `is_whole` = of all sites."""

    clocks: tuple[tuple[Clock, str], ...]
    n_stopped: Number
    severe: tuple[SevereLine, ...]
    n_severe: Number
    rules: tuple[RuleLine, ...]
    doses: tuple[tuple[stopping.DoseLine, str, str], ...]
    cohorts: tuple[str, ...]
    grades: tuple[int, ...]
    terms: tuple[TermLine, ...]
    differences: tuple[tuple[board.Judgement, str, str], ...]
    n_judged: Number
    n_serious: Number
    is_whole: bool


def board_page(access: Access) -> BoardPage:
    """The safety board of the sites this person reads."""
    data = Data(access)
    running = [one for one in data.clocks if one.state != STOPPED]
    cohorts = tuple(sorted({event.cohort for event in data.events}))
    return BoardPage(
        clocks=tuple((one, event_url(one)) for one in running),
        n_stopped=_number(len(data.clocks) - len(running), what="reported"),
        severe=tuple(_severe_line(one) for one in data.severe[:20]),
        n_severe=_number(len(data.severe), what="severe"),
        rules=tuple(_rule_line(one) for one in data.rules),
        doses=tuple((line, _decision(line.decision.decision), " ".join(line.decision.why)) for line in _doses(data)),
        cohorts=cohorts,
        grades=GRADES,
        terms=_terms(data.events, cohorts),
        differences=tuple(_difference(one) for one in data.judgements if one.differs),
        n_judged=_number(len(data.judgements), what="judged"),
        n_serious=_number(sum(event.serious == "Y" for event in data.events), what="events", serious="Y"),
        is_whole=data.is_whole,
    )


def list_page(access: Access, asked: Mapping[str, str]) -> ListPage | None:
    """The list behind a number; None for one the board does not have."""
    data = Data(access)
    found = _LISTS.get(asked.get("what", ""))
    if found is None:
        return None
    title, lines = found(data, asked)
    return ListPage(title, tuple(lines[:MOST_LINES]), len(lines), reverse("safety"))


def _number(n: int, **asked: str) -> Number:
    return Number(n, f"{reverse('safety-list')}?{urlencode(asked)}" if n else "")


def _severe_line(one: board.SevereDay) -> SevereLine:
    what = {"crs": "CRS", "icn": "ICANS"}[one.form]
    return SevereLine(one.subject, what, one.grade, f"{one.at:%d-%b-%Y}" if one.at else visit_title(one.visit), one.url)


def _rule_line(one: stopping.Counter) -> RuleLine:
    state = "reached" if one.is_reached else "near" if one.is_near else "open"
    labels = {"reached": _("limit reached"), "near": _("one more reaches it"), "open": _("below the limit")}
    place = {"rule": one.rule.code, "cohort": one.cohort}
    return RuleLine(
        title=_(one.rule.title),
        cohort=one.cohort,
        with_event=_number(one.n, what="rule", **place),
        limit=one.limit,
        at_risk=_number(one.n_at_risk, what="risk", **place),
        state=state,
        state_label=labels[state],
    )


def _doses(data: Data) -> tuple[stopping.DoseLine, ...]:
    return stopping.dose_lines(data.subjects, data.events) if data.is_whole else ()


def _decision(code: str) -> str:
    return {
        "escalate": _("escalate"),
        "stay": _("stay"),
        "expand": _("expand the cohort"),
        "de-escalate": _("de-escalate"),
        "eliminate": _("close this dose"),
        "mtd": _("maximum tolerated dose"),
    }[code]


def _terms(events: Collection[board.EventFact], cohorts: tuple[str, ...]) -> tuple[TermLine, ...]:
    """Terms with most events first."""
    tally = Tally((event.term, event.cohort, event.grade) for event in events)
    totals = Tally(event.term for event in events)
    return tuple(
        TermLine(
            term,
            tuple(
                _number(tally[term, cohort, grade], what="events", term=term, cohort=cohort, grade=str(grade))
                for cohort in cohorts
                for grade in GRADES
            ),
            _number(n, what="events", term=term),
        )
        for term, n in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    )


def _difference(one: board.Judgement) -> tuple[board.Judgement, str, str]:
    """The two judgements of an event in words."""
    words = dict(CAUSALITY)
    return one, str(words.get(one.site, one.site)), str(words.get(one.sponsor, one.sponsor))


# lists


def _list_events(data: Data, asked: Mapping[str, str]) -> tuple[str, list[ListLine]]:
    wanted = {name: asked[name] for name in ("term", "cohort", "grade", "serious") if asked.get(name)}
    found = [one for one in data.events if all(str(getattr(one, name)) == text for name, text in wanted.items())]
    named = [wanted.get("term", ""), wanted.get("cohort", "")]
    named += [_("grade %(grade)s") % wanted] if "grade" in wanted else []
    named += [_("serious")] if wanted.get("serious") == "Y" else []
    title = ", ".join(filter(None, (_("Adverse events"), *named)))
    return title, [_event_line(one) for one in found]


def _event_line(one: board.EventFact) -> ListLine:
    parts = [_("grade %(grade)s") % {"grade": one.grade or "–"}, _("serious") if one.serious == "Y" else "", one.cohort]
    return ListLine(one.subject, one.label, ", ".join(filter(None, parts)), one.url)


def _list_severe(data: Data, asked: Mapping[str, str]) -> tuple[str, list[ListLine]]:
    lines = [_severe_line(one) for one in data.severe]
    title = _("CRS and ICANS of grade 3 or more")
    return title, [ListLine(one.subject, f"{one.what} {one.grade}", one.on, one.url) for one in lines]


def _list_reported(data: Data, asked: Mapping[str, str]) -> tuple[str, list[ListLine]]:
    found = [one for one in data.clocks if one.state == STOPPED]
    return _("Serious events reported"), [ListLine(one.subject, one.label, one.text, event_url(one)) for one in found]


def _list_judged(data: Data, asked: Mapping[str, str]) -> tuple[str, list[ListLine]]:
    lines = []
    for one in data.judgements:
        _one, site, sponsor = _difference(one)
        told = _("investigator: %(site)s; sponsor: %(sponsor)s") % {"site": site or "–", "sponsor": sponsor or "–"}
        lines.append(
            ListLine(one.subject, f"AE-{one.seq:03d}", told, reverse("log-entry", args=[one.subject, "ae", one.seq]))
        )
    return _("Serious events assessed by the sponsor"), lines


def _list_rule(data: Data, asked: Mapping[str, str]) -> tuple[str, list[ListLine]]:
    """Subjects with the event of a rule, or those at risk."""
    one = next((c for c in data.rules if (c.rule.code, c.cohort) == (asked.get("rule"), asked.get("cohort", ""))), None)
    if one is None:
        return _("Subjects"), []
    is_risk = asked["what"] == "risk"
    keys = set(one.at_risk if is_risk else one.with_event)
    title = " ".join(filter(None, (_(one.rule.title), one.cohort)))
    title = _("%(rule)s: subjects at risk") % {"rule": title} if is_risk else title
    return title, [_subject_line(fact) for fact in data.subjects if fact.subject_id in keys]


def _subject_line(fact: board.SubjectFact) -> ListLine:
    told = _("infused %(day)s") % {"day": f"{fact.infused_on:%d-%b-%Y}"} if fact.infused_on else _("not infused")
    return ListLine(fact.subject, fact.cohort, told, reverse("subject", args=[fact.subject]))


_LISTS = {
    "events": _list_events,
    "severe": _list_severe,
    "reported": _list_reported,
    "judged": _list_judged,
    "rule": _list_rule,
    "risk": _list_rule,
}
