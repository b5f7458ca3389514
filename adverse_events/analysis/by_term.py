"""Adverse events by organ class, term and worst grade: a subject counts once per term, at its worst grade."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from adverse_events.analysis.window import Counted
from trial_edc.exports.numbers import share
from trial_edc.exports.study import Book
from trial_edc.exports.tables import Cell, Table, row
from trial_edc.protocol.analysis import EventRules

INDENT = "\u2003"


def term_table(rules: EventRules, books: Sequence[Book], events: Sequence[Counted]) -> Table:
    """Classes and their terms, the most frequent first."""
    rows = []
    for organ_class in _by_frequency(events, lambda event: event.organ_class):
        of_class = [event for event in events if event.organ_class == organ_class]
        rows.append(_line(rules, books, organ_class or _("No organ class"), of_class))
        for name in _by_frequency(of_class, lambda event: event.term):
            of_term = [event for event in of_class if event.term == name]
            rows.append(_line(rules, books, INDENT + (name or _("No term")), of_term))
    columns = (
        _("Organ class, term"),
        _("Any %(measure)s") % {"measure": _(rules.measure)},
        *(worst_label(rules, label) for _stored, _rank, label in rules.grades),
        _(rules.related[0][0]),
        _("Serious"),
    )
    return Table(
        "terms",
        _("By organ class, term and worst %(measure)s") % {"measure": _(rules.measure)},
        columns,
        tuple(rows),
        notes=(_("Subjects (%%) of N = %(n)d. A subject counts once per line, at its worst.") % {"n": len(books)},),
        empty=_("No adverse event in the window."),
    )


def worst_label(rules: EventRules, label: str) -> str:
    """ "Worst grade 3", "Worst severity: severe" where the label is a word."""
    words = {"measure": _(rules.measure), "label": _(label)}
    return _("Worst %(measure)s %(label)s") % words if label.isdigit() else _("Worst %(measure)s: %(label)s") % words


def _by_frequency(events: Sequence[Counted], key) -> list[str]:
    """Names by number of subjects, then by name."""
    subjects: dict[str, set[str]] = {}
    for event in events:
        subjects.setdefault(key(event), set()).add(event.book.code)
    return sorted(subjects, key=lambda name: (-len(subjects[name]), name))


def _line(rules: EventRules, books: Sequence[Book], label: str, events: Sequence[Counted]):
    worst: dict[str, int] = {}
    for event in events:
        worst[event.book.code] = max(worst.get(event.book.code, 0), event.rank or 0)

    def cell(found: Sequence[Counted]) -> Cell:
        n = len({event.book.code for event in found})
        return Cell(share(n, len(books)) if n else "", tuple(event.book.link(event.record) for event in found))

    by_grade = [
        cell([event for event in events if event.rank == rank and worst[event.book.code] == rank])
        for _stored, rank, _label in rules.grades
    ]
    _label, item, codes = rules.related[0]
    related = [event for event in events if event.says((item, codes))]
    return row(label, cell(events), *by_grade, cell(related), cell([e for e in events if e.says(rules.serious)]))
