"""A part of a casebook: one visit, or the forms that belong to a serious event."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trial_edc.casebook.reader import Casebook, read
from trial_edc.casebook.selectors.sections import visit_title
from trial_edc.casebook.study import study, subject_model
from trial_edc.crf.values import FormRecord

from ..kinds import Made, sections_of
from ..models import ReportRun
from ..problems import CannotReport
from ..progress import Progress
from .casebook import document
from .facts import Facts, gather

Chosen = Callable[[Casebook], Collection[FormRecord]]


def visits() -> tuple[tuple[str, Any, tuple[tuple[str, Any], ...]], ...]:
    """The visits a part may be of: those of the schedule, then unscheduled ones."""
    planned = tuple((visit.code, visit_title(visit.code)) for visit in study().visits)
    unplanned = tuple((f"uns{n}", visit_title(f"uns{n}")) for n in range(1, 10))
    return (("visit", gettext_lazy("Visit"), (*planned, *unplanned)),)


def visit(run: ReportRun, progress: Progress) -> Made:
    """The casebook of one visit. Raises CannotReport: nothing was saved at it."""
    code = run.parameters.get("visit", "")
    title, part = _("Visit casebook"), visit_title(code)
    return _made(run, progress, lambda book: book.all().at(code), title=title, part=part)


def serious(run: ReportRun, progress: Progress) -> Made:
    """The forms of a serious event, as the trial's function chooses them. Raises CannotReport: there is none."""
    (choose,) = sections_of(run.kind)
    number = run.parameters.get("event", "all")
    part = _("All serious events") if number == "all" else f"AE-{int(number):03d}"
    return _made(run, progress, lambda book: choose(book, number), title=_("Serious adverse event"), part=part)


def _made(run: ReportRun, progress: Progress, choose: Chosen, *, title: str, part: str) -> Made:
    subject = subject_model().objects.select_related("site").filter(pk=run.subject_id).first()
    if subject is None:
        raise CannotReport(_("There is no such subject. Request the report from the subject's page."))
    facts = gather(subject)
    kept = {record.instance_id for record in choose(Casebook(subject, _instances(subject), _by_key(facts), {"*"}))}
    facts = narrowed(facts, kept)
    if not facts.records:
        raise CannotReport(_("%(subject)s has no form of this: %(part)s.") % {"subject": subject.code, "part": part})
    progress.expect(len(facts.records) + 2)
    written = document(run, facts, with_trail=True, step=progress.step, title=title, part=part)
    progress.step(_("Laying out"))
    return Made(written, facts.data_at)


def _instances(subject):
    return read(subject, ()).instances


def _by_key(facts: Facts) -> dict[int, FormRecord]:
    return {record.instance_id: record for record in facts.records if record.instance_id is not None}


def narrowed(facts: Facts, kept: Collection[int | None]) -> Facts:
    """The facts of some forms alone: their digests, signatures, queries and trail."""
    return replace(
        facts,
        records=tuple(record for record in facts.records if record.instance_id in kept),
        forms={pk: form for pk, form in facts.forms.items() if pk in kept},
        digests={pk: digest for pk, digest in facts.digests.items() if pk in kept},
        queries=tuple(query for query in facts.queries if query.instance_id in kept),
        trail={pk: lines for pk, lines in facts.trail.items() if pk in kept},
    )
