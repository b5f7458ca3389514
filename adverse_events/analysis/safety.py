"""The primary endpoint: adverse events that start or worsen in the window after the origin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from adverse_events.analysis.astct import beside_table
from adverse_events.analysis.by_term import term_table, worst_label
from adverse_events.analysis.window import Counted, counted_events
from trial_edc.casebook.study import study as protocol
from trial_edc.crf.spec import form_spec
from trial_edc.exports.numbers import share
from trial_edc.exports.study import Book, StudyData, reads
from trial_edc.exports.tables import Cell, Part, Table, row
from trial_edc.protocol.analysis import EventRules

Wanted = Callable[[Counted], bool]


@dataclass(frozen=True)
class Line:
    """A line of the overview: its code in the numbers, its label, and which events it counts."""

    code: str
    label: str
    wanted: Wanted


@reads("ae")
def section(study: StudyData) -> tuple[Part, ...]:
    """Overview, organ classes and terms, the scales beside, special interest: all subjects with a day 0."""
    rules, books = study.plan.events, study.members("infused")
    version = protocol().settings.ctcae_version
    events = [
        event for book in books for event in counted_events(book, rules, cutoff_on=study.cutoff_on, version=version)
    ]
    confirmed = _confirmed(books, study)
    tables = [_overview(study, books, events, confirmed), term_table(rules, books, events)]
    if rules.special:
        tables.append(_special(rules, books, events))
    numbers = _numbers(study, books, events, confirmed)
    if rules.beside:
        table, found = beside_table(study, books, events)
        tables.append(table)
        numbers["beside"] = found
    title = _("Adverse events, day %(first)d to %(last)d (primary)") % _days(rules)
    return (Part("safety", title, tuple(tables), (), numbers, population=""),)


def lines(rules: EventRules) -> tuple[Line, ...]:
    """What the overview counts, in its order."""
    found = [Line("any", _("Any adverse event"), lambda event: True)]
    found += [Line(f"grade_{rank}", worst_label(rules, label), _of_rank(rank)) for _s, rank, label in rules.grades]

    def is_severe(event: Counted) -> bool:
        return (event.rank or 0) >= rules.severe_from

    found.append(Line("severe", severe_label(rules), is_severe))
    for label, item, codes in rules.related:
        found.append(Line(f"related_{item}", _(label), _saying((item, codes))))
    _label, treatment, codes = rules.related[0]
    related = _saying((treatment, codes))
    both = _("%(related)s and %(severe)s") % {"related": _(_label), "severe": _(rules.severe)}
    found.append(Line("related_severe", both, lambda event: related(event) and is_severe(event)))
    serious = _saying(rules.serious)
    found.append(Line("serious", _("Serious"), serious))
    text = _("Serious and %(related)s") % {"related": _(_label)[:1].lower() + _(_label)[1:]}
    found.append(Line("serious_related", text, lambda event: serious(event) and related(event)))
    if rules.special:
        found.append(Line("special", _("Of special interest"), lambda event: _is_special(event, rules)))
    if rules.limiting:
        found.append(Line("limiting", _("Dose-limiting"), _saying(rules.limiting)))
    found.append(Line("fatal", _("Leading to death"), _saying(rules.fatal)))
    return tuple(found)


def subjects_cell(events: Sequence[Counted], n: int) -> Cell:
    """Subjects with such an event among n, and the number of events; the events stand behind it."""
    n_subjects = len({event.book.code for event in events})
    text = f"{share(n_subjects, n)} [{len(events)}]" if events else share(0, n)
    return Cell(text, tuple(event.book.link(event.record) for event in events))


def worst_of(events: Sequence[Counted]) -> dict[str, int | None]:
    """The worst grade of each subject over its events."""
    found: dict[str, int | None] = {}
    for event in events:
        held = found.get(event.book.code)
        found[event.book.code] = event.rank if held is None else max(held, event.rank or 0)
    return found


def _days(rules: EventRules) -> dict[str, int]:
    return {"first": rules.window[0], "last": rules.window[1]}


def severe_label(rules: EventRules) -> str:
    """As it begins a line: "Grade 3 or higher"."""
    return _(rules.severe)[:1].upper() + _(rules.severe)[1:]


def _of_rank(rank: int) -> Wanted:
    return lambda event: event.rank == rank


def _saying(answer: tuple[str, tuple[str, ...]]) -> Wanted:
    return lambda event: event.says(answer)


def _is_special(event: Counted, rules: EventRules) -> bool:
    return event.record[rules.special] not in (None, "", rules.not_special)


def _matching(line: Line, events: Sequence[Counted]) -> list[Counted]:
    """The events of a line; for a worst grade only those of subjects whose worst it is."""
    found = [event for event in events if line.wanted(event)]
    if not line.code.startswith("grade_"):
        return found
    worst = worst_of(events)
    return [event for event in found if event.rank == worst[event.book.code]]


def _overview(study: StudyData, books: Sequence[Book], events: Sequence[Counted], confirmed: dict[str, Any]) -> Table:
    rules, cohorts = study.plan.events, study.cohorts
    groups = [(name, [book for book in books if book.cohort == name]) for name in cohorts]
    if len(cohorts) != 1 or any(not book.cohort for book in books):
        groups.append((_("Total"), list(books)))
    starting = [event for event in events if event.starts]
    rows = []
    for line in lines(rules):
        matching = _matching(line, events)
        cells = []
        for _name, group in groups:
            mine = {book.code for book in group}
            cells.append(subjects_cell([event for event in matching if event.book.code in mine], len(group)))
        rows.append(row(line.label, *cells, subjects_cell(_matching(line, starting), len(books))))
    columns = [_("%(group)s (N = %(n)d)") % {"group": name, "n": len(group)} for name, group in groups]
    notes = [
        _("Subjects (%%) [events]. An event counts if it starts or worsens on day %(first)d to %(last)d after the"
          " %(origin)s; its %(measure)s is the worst held in that window (%(scale)s).")
        % {**_days(rules), "origin": _(study.plan.origin_name), "scale": _(rules.scale), "measure": _(rules.measure)},
        _("Onset only counts the events that start in the window (sensitivity)."),
        *_missing_notes(events, rules),
    ]  # fmt: skip
    if confirmed:
        n = len(confirmed["links"])
        about = {"last": rules.window[1], "n": n, "all": len(books)}
        notes.insert(0, _("AE status confirmed to day %(last)d: %(n)d/%(all)d.") % about)
        rows.append(
            row(
                _("AE status confirmed to day %(last)d") % about,
                *(_confirmed_cell(confirmed["links"], group) for _name, group in groups),
                "",
            )
        )
    title = _("Adverse events by worst %(measure)s and kind") % {"measure": _(rules.measure)}
    return Table("overview", title, ("", *columns, _("Onset only")), tuple(rows), tuple(notes))


def _confirmed_cell(links: dict[str, Any], group: Sequence[Book]) -> Cell:
    mine = [links[book.code] for book in group if book.code in links]
    return Cell(share(len(mine), len(group)), tuple(mine))


def _missing_notes(events: Sequence[Counted], rules: EventRules) -> list[str]:
    ungraded = sum(event.rank is None for event in events)
    undated = sum(not event.record[rules.start] for event in events)
    about = {"n": ungraded, "measure": _(rules.measure)}
    notes = [_("%(n)d events without a %(measure)s are in no %(measure)s.") % about] if ungraded else []
    return [*notes, *([_("%(n)d events without a start date count from day 0.") % {"n": undated}] if undated else [])]


def _confirmed(books: Sequence[Book], study: StudyData) -> dict[str, Any]:
    """The visit that confirms a subject's status: planned for the window's last day or later, or held then."""
    asked = study.plan.events.confirmed_by
    if asked is None:
        return {}
    form, item = asked
    last, links = study.plan.events.window[1], {}
    for book in books:
        for record in book.casebook[form]:
            on = book.day_of(record["svstdtc"])
            if record[item] not in ("Y", "N") or on is None or on > study.cutoff_on:
                continue
            planned = protocol().visit(record.visit_code).target_day or 0
            after_origin = protocol().visit(record.visit_code).anchor == "infusion"
            if book.study_day(on) >= last or (after_origin and planned >= last):
                links.setdefault(book.code, book.link(record))
    return {"links": links}


def _special(rules: EventRules, books: Sequence[Book], events: Sequence[Counted]) -> Table:
    """Events of special interest by their kind."""
    mine = [event for event in events if _is_special(event, rules)]
    labels = dict(form_spec(rules.form)[rules.special].choices)
    rows = []
    for kind in dict.fromkeys(sorted(event.record[rules.special] for event in mine)):
        of_kind = [event for event in mine if event.record[rules.special] == kind]
        severe = [event for event in of_kind if (event.rank or 0) >= rules.severe_from]
        serious = [event for event in of_kind if event.says(rules.serious)]
        label = str(labels.get(kind, kind))
        rows.append(row(label, *(subjects_cell(found, len(books)) for found in (of_kind, severe, serious))))
    columns = (_("Kind"), _("Any"), severe_label(rules), _("Serious"))
    empty = _("No event of special interest in the window.")
    return Table("special", _("Events of special interest"), columns, tuple(rows), empty=empty)


def _numbers(
    study: StudyData, books: Sequence[Book], events: Sequence[Counted], confirmed: dict[str, Any]
) -> dict[str, Any]:
    rules = study.plan.events
    starting = [event for event in events if event.starts]

    def counts(of: Sequence[Counted]) -> dict[str, Any]:
        found = {}
        for line in lines(rules):
            matching = _matching(line, of)
            subjects = sorted({event.book.code for event in matching})
            found[line.code] = {"n_subjects": len(subjects), "n_events": len(matching), "subjects": subjects}
        return found

    by_cohort = {}
    for cohort in study.cohorts:
        by_cohort[cohort] = counts([event for event in events if event.book.cohort == cohort])
        by_cohort[cohort]["n"] = sum(book.cohort == cohort for book in books)
    return {
        "n": len(books),
        "window": list(rules.window),
        "counts": counts(events),
        "onset_only": counts(starting),
        "by_cohort": by_cohort,
        "confirmed": sorted(confirmed.get("links", {})),
        "events": [
            {"subject": event.book.code, "seq": event.record.seq, "term": event.term, "class": event.organ_class,
             "starts": event.starts, "rank": event.rank}
            for event in events
        ],
    }  # fmt: skip
