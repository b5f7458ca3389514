"""Response and survival for each population and source of response, and the analysis sets."""

from __future__ import annotations

from django.utils.translation import gettext as _

from assessments.analysis.response import best_table, disagreement_part, rate_table, response_numbers
from assessments.analysis.survival import (
    contribution_table,
    curve_figure,
    estimate_table,
    main_endpoints,
    main_notes,
    sensitivity_endpoints,
    survival_numbers,
)
from assessments.analysis.timelines import DERIVED, INVESTIGATOR, SOURCES, Subject, subjects_of
from assessments.analysis.tumour_figures import spider, swimmer, waterfall
from trial_edc.exports.numbers import plain
from trial_edc.exports.study import StudyData, reads
from trial_edc.exports.tables import Cell, Link, Part, Table, row

FORMS = ("rs", "tr", "tu", "nt", "subs", "dd", "surv", "sv", "inf", "icf", "aph")


@reads(*FORMS)
def section(study: StudyData) -> tuple[Part, ...]:
    """Sets; response and survival for each population and source; where the two sources differ."""
    by_source = {source: subjects_of(study, source) for source in SOURCES}
    parts = [_sets(study)]
    for population in study.plan.populations:
        members = set(study.sets[population].members)
        for source in SOURCES:
            subjects = [one for one in by_source[source] if one.code in members]
            parts.append(_response(study, subjects, population, source))
            parts.append(_survival(study, subjects, population, source))
    parts.append(disagreement_part(study, by_source))
    return tuple(parts)


def _response(study: StudyData, subjects: list[Subject], population: str, source: str) -> Part:
    return Part(
        code="response",
        title=_("Response"),
        tables=(rate_table(subjects, study), best_table(subjects, study)),
        figures=(waterfall(subjects), spider(subjects)),
        numbers=plain(response_numbers(subjects, study)),
        population=population,
        source=source,
    )


def _survival(study: StudyData, subjects: list[Subject], population: str, source: str) -> Part:
    other = DERIVED if source == INVESTIGATOR else INVESTIGATOR
    main = main_endpoints(subjects, study.plan)
    further = sensitivity_endpoints(subjects, study.plan, other)
    tables = (
        estimate_table("times", _("Duration of response and survival"), main, study, main_notes(study)),
        estimate_table("sensitivity", _("Sensitivity"), further, study),
        contribution_table(main, subjects),
    )
    figures = tuple(curve_figure(one) for one in main if one.found)
    return Part(
        code="survival",
        title=_("Duration of response and survival"),
        tables=tables,
        figures=(*figures, swimmer(subjects, study)),
        numbers=survival_numbers((*main, *further), study.plan),
        population=population,
        source=source,
    )


def _sets(study: StudyData) -> Part:
    """Each set with its members, and why each other subject is not in it."""
    rows, numbers = [], {}
    for name, label in study.plan.set_labels:
        found = study.sets[name]
        members = Cell(str(len(found.members)), tuple(Link(code) for code in found.members))
        outside = Cell(str(len(found.excluded)), tuple(Link(one.subject) for one in found.excluded))
        reasons: dict[str, list[str]] = {}
        for one in found.excluded:
            reasons.setdefault(one.why, []).append(one.subject)
        why = " ".join(f"{', '.join(codes)}: {reason}" for reason, codes in reasons.items())
        rows.append(row(_(label), members, outside, why))
        numbers[name] = {
            "members": list(found.members),
            "excluded": {one.subject: one.why for one in found.excluded},
        }
    columns = (_("Set"), _("Subjects"), _("Not in it"), _("Why not"))
    table = Table("sets", _("Analysis sets"), columns, tuple(rows))
    return Part("sets", _("Analysis sets"), (table,), (), numbers)
