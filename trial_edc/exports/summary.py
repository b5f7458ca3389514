"""The trial summary: the chapters the trial names, over a data cut or the live data, as one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trial_edc.audit import clock
from trial_edc.reports import pdf
from trial_edc.reports.contents.common import cover, one_view, stamp
from trial_edc.reports.kinds import Made, sections_of
from trial_edc.reports.models import ReportRun
from trial_edc.reports.problems import CannotReport
from trial_edc.reports.progress import Progress

from . import figures
from .actions import LIVE
from .compute import content_of
from .models import CutContent, DataCut
from .study import StudyData, frozen_study, live_study, plan
from .tables import Part, Table

LONGEST_TWIN = 30  # rows
WIDE_FROM = 8  # columns of a table that takes a page across


@dataclass(frozen=True)
class Chapter:
    """A chapter as printed: tables, and figures as SVG with their twins."""

    title: str
    note: str
    tables: tuple[Table, ...]
    figures: tuple[tuple[str, Table], ...]

    @property
    def is_wide(self) -> bool:
        return any(len(table.columns) >= WIDE_FROM for table in (*self.tables, *(twin for _svg, twin in self.figures)))


def choices() -> tuple[tuple[str, Any, tuple[tuple[str, Any], ...]], ...]:
    """The cuts a summary may be made of: the newest first, the live data last. One statement."""
    cuts = tuple((str(cut.pk), cut.name) for cut in DataCut.objects.all()[:50])
    return (("cut", gettext_lazy("Data cut"), (*cuts, (LIVE, gettext_lazy("Live, not for analysis")))),)


def build(run: ReportRun, progress: Progress) -> Made:
    """The summary of the run's cut. Raises CannotReport: there is no such cut, or its rows were changed."""
    sections = sections_of(run.kind)
    progress.expect(len(sections) + 2)
    progress.step(_("Reading the data"))
    content = None
    if run.parameters.get("cut", LIVE) == LIVE:
        with one_view():
            study, data_at = live_study(sections), clock.now()
    else:
        content = content_of(run.parameters["cut"])
        study, data_at = frozen_study(content.cut, sections), content.frozen_at
    if not study.books:
        raise CannotReport(_("There is no subject yet, so there is nothing to sum up."))
    name = content.cut.name if content else _("Live, not for analysis")
    chapters: list[Chapter] = []
    for n, section in enumerate(sections, start=1):
        progress.step(_("Section %(n)d of %(total)d") % {"n": n, "total": len(sections)})
        chapters += [chapter(part, study, name) for part in shown(section(study))]
    progress.step(_("Laying out"))
    cut = _("%(name)s, cut-off %(day)s") % {"name": name, "day": f"{study.cutoff_on:%d-%b-%Y}"}
    context = {"cover": _cover(run, study, content, name, data_at), "chapters": chapters, "cut": cut}
    return Made(pdf.html("summary.html", context), data_at)


def shown(parts: Sequence[Part]) -> list[Part]:
    """The parts of the primary population; of those made for several sources, the first (the headline) is followed
    by the others as sensitivity."""
    primary = plan().populations[0]
    return [part for part in parts if part.population in ("", primary)]


def chapter(part: Part, study: StudyData, name: str) -> Chapter:
    """A part as printed. The cut is named inside each figure."""
    labels = dict(study.plan.set_labels)
    about = [_("Population: %(name)s") % {"name": _(labels.get(part.population, part.population))}]
    about = about if part.population else []
    if part.source:
        about.append(_("Source: %(name)s") % {"name": _sources()[part.source]})
    note = " · ".join(about)
    footer = " · ".join(filter(None, (name, _("cut-off %(day)s") % {"day": f"{study.cutoff_on:%d-%b-%Y}"}, note)))
    drawn = tuple((_inline(figures.svg(figure, footer=footer)), _short(figure.twin)) for figure in part.figures)
    return Chapter(part.title, note, part.tables, drawn)


def _short(twin: Table) -> Table:
    """The numbers of a figure, unless they would fill pages."""
    if len(twin.rows) <= LONGEST_TWIN:
        return twin
    empty = _("%(n)d values; they are on the endpoints page and in its CSV.") % {"n": len(twin.rows)}
    return replace(twin, rows=(), notes=(), empty=empty)


def _sources() -> dict[str, str]:
    return {"investigator": _("investigator"), "derived": _("derived by RECIST 1.1 (sensitivity)")}


def _inline(svg: str) -> str:
    """The element alone: a document type has no place inside another document."""
    return svg[svg.index("<svg") :]


def _offsets(study: StudyData) -> list[str]:
    """The offset of each site's clock when the day of the cut-off ends: "101 UTC+08:00"."""
    found = {}
    for book in study.books:
        offset = datetime.combine(study.cutoff_on, time.max, tzinfo=book.zone).strftime("%z")
        found[book.subject.site.code] = f"{book.subject.site.code} UTC{offset[:3]}:{offset[3:]}"
    return [found[code] for code in sorted(found)]


def _cover(run: ReportRun, study: StudyData, content: CutContent | None, name: str, data_at):
    cutoff = _("%(day)s, end of the day at each site (%(zones)s)") % {
        "day": f"{study.cutoff_on:%d-%b-%Y}",
        "zones": ", ".join(_offsets(study)),
    }
    about = [
        (_("Data cut"), name),
        (_("Cut-off"), cutoff),
        (_("Subjects"), str(len(study.books))),
        (_("Day 0"), _(study.plan.origin_name)),
    ]
    if content is not None:
        about += [
            (_("Frozen"), f"{stamp(content.frozen_at, 'UTC')}, {content.cut.made_by.full_name}"),
            (_("Frozen rows (SHA-256)"), content.sha256),
        ]
    title = _("Trial summary")
    about.append((_("Version of the analysis"), settings.APP_VERSION))
    return cover(run, title, data_at=data_at, is_draft=True, facts=tuple(about))
