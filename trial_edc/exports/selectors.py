"""The endpoints page: a cut, a population and a source of response, with what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission
from trial_edc.reports.contents.common import stamp
from trial_edc.reports.models import ReportRun

from . import changes
from .actions import LIVE
from .models import CutContent, DataCut
from .results import Results, Runs, results_of, runs_of
from .study import plan
from .tables import Cell, Figure, Link, Part, Table

SOURCES = ("investigator", "derived")


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Asked:
    """What the address asks for: `cut` None is the live data."""

    cut: DataCut | None
    population: str
    source: str

    @property
    def query(self) -> str:
        cut = self.cut.pk if self.cut else LIVE
        return urlencode({"cut": cut, "set": self.population, "source": self.source})


@dataclass(frozen=True)
class CellView:
    text: str
    url: str = ""


@dataclass(frozen=True)
class TableView:
    """A table as shown; `csv_url` gives the same as a file."""

    code: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[CellView, ...], ...]
    notes: tuple[str, ...]
    empty: str
    csv_url: str


@dataclass(frozen=True)
class FigureView:
    code: str
    title: str
    alt: str
    svg_url: str
    png_url: str
    twin: TableView


@dataclass(frozen=True)
class PartView:
    code: str
    title: str
    tables: tuple[TableView, ...]
    figures: tuple[FigureView, ...]


@dataclass(frozen=True)
class JobView:
    """A run that is under way or was the last to fail."""

    is_active: bool
    label: str
    step: str
    done: int
    total: int
    failure: str


@dataclass(frozen=True)
class Page:
    """All that `endpoints/page.html` shows. Without a cut there is nothing but the way to make one."""

    asked: Asked | None
    cuts: tuple[Choice, ...] = ()
    populations: tuple[Choice, ...] = ()
    sources: tuple[Choice, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    changed: str = ""
    older: str = ""
    job: JobView | None = None
    parts: tuple[PartView, ...] = ()
    digest: str = ""
    can_cut: bool = False
    can_compute: bool = False
    results_url: str = ""

    @property
    def is_live(self) -> bool:
        return self.asked is not None and self.asked.cut is None


def may_see(access: Access) -> bool:
    """Results are about all sites: whoever lacks the right at one does not see them."""
    return len(access.sites(Permission.VIEW_ENDPOINTS)) == len(access.all_sites)


def may_see_live(access: Access) -> bool:
    return len(access.sites(Permission.READ_LIVE_DATA)) == len(access.all_sites)


def cuts() -> tuple[DataCut, ...]:
    """Every cut, the newest first, with its maker and content. One statement."""
    return tuple(DataCut.objects.select_related("made_by", "content").order_by("-made_at", "-pk"))


def asked_for(access: Access, given: Mapping[str, str], known: tuple[DataCut, ...]) -> Asked | None:
    """What an address asks for; the newest cut when it names none. Raises Http404 for a cut there is not."""
    key = given.get("cut", "")
    if key == LIVE:
        if not may_see_live(access):
            raise Http404
        cut = None
    elif key:
        cut = next((one for one in known if str(one.pk) == key), None)
        if cut is None:
            raise Http404
    elif known:
        cut = known[0]
    else:
        return None
    populations, sources = plan().populations, SOURCES
    population, source = given.get("set", ""), given.get("source", "")
    return Asked(
        cut,
        population if population in populations else populations[0],
        source if source in sources else sources[0],
    )


def page(access: Access, given: Mapping[str, str]) -> Page:
    """The page for an address. Four statements, five when the results were not read before."""
    known = cuts()
    asked = asked_for(access, given, known)
    can_cut = access.can(Permission.CREATE_CUTS)
    if asked is None:
        live = (Choice(LIVE, live_label(), False),) if may_see_live(access) else ()
        return Page(None, cuts=live, can_cut=can_cut)
    runs = runs_of(asked.cut)
    content = getattr(asked.cut, "content", None) if asked.cut else None
    results = results_of(runs.done) if runs.done else None
    shown = Page(
        asked=asked,
        cuts=_cut_choices(access, known, asked),
        populations=_choices(_labels(), plan().populations, asked.population),
        sources=_choices(_source_labels(), SOURCES, asked.source),
        facts=_facts(asked, content, runs),
        changed=_changed(content),
        job=_job(runs.latest),
        can_cut=can_cut,
        can_compute=_can_compute(asked, runs),
        results_url=f"{reverse('endpoints')}?{asked.query}",
    )
    if results is None:
        return shown
    parts = tuple(_part(part, asked) for part in results.chosen(asked.population, asked.source))
    return replace(shown, parts=parts, digest=results.digest, older=_older(runs))


def chosen_part(access: Access, given: Mapping[str, str]) -> tuple[Asked, Results, Part]:
    """The part an address names by `part`. Raises Http404."""
    asked = asked_for(access, given, cuts())
    done = runs_of(asked.cut).done if asked else None
    if asked is None or done is None:
        raise Http404
    results = results_of(done)
    part = results.part(given.get("part", ""), asked.population, asked.source)
    if part is None:
        raise Http404
    return asked, results, part


def chosen_cell(part: Part, given: Mapping[str, str]) -> tuple[Table, Cell, str]:
    """The cell an address names, with what its row and column say. Raises Http404."""
    table = part.table(given.get("table", ""))
    try:
        row, column = int(given.get("row", "")), int(given.get("column", ""))
        cells = table.rows[row] if table and row >= 0 else ()
        cell = cells[column] if column >= 0 else Cell("")
    except (ValueError, IndexError):
        raise Http404 from None
    if table is None or not cell.links:
        raise Http404
    heads = [cells[0].text.strip() if column else "", table.columns[column]]
    return table, cell, " · ".join(head for head in heads if head)


def link_url(asked: Asked, link: Link) -> str:
    """Where a record behind a number is read: as it was at the cut, or as it is."""
    if asked.cut is not None:
        if not link.path:
            return reverse("cut-subject", args=[asked.cut.pk, link.subject])
        return reverse("cut-form", args=[asked.cut.pk, link.subject, link.path])
    return live_url(link)


def live_url(link: Link) -> str:
    """The live page of a record."""
    if not link.path:
        return reverse("subject", args=[link.subject])
    first, *rest = link.path.split("/")
    if len(rest) == 1 and rest[0].isdigit():
        return reverse("log-entry", args=[link.subject, first, int(rest[0])])
    if len(rest) == 2:
        return reverse("form", args=[link.subject, first, rest[0], int(rest[1])])
    return reverse("form", args=[link.subject, first, rest[0]])


def footer(asked: Asked) -> str:
    """What is printed inside every figure: the data it shows."""
    population, source = _labels().get(asked.population, asked.population), _source_labels()[asked.source]
    if asked.cut is None:
        return " · ".join((live_label(), str(population), str(source)))
    about = _("%(name)s, cut-off %(day)s") % {"name": asked.cut.name, "day": f"{asked.cut.cutoff_on:%d-%b-%Y}"}
    return " · ".join((about, str(population), str(source)))


def live_label() -> str:
    return _("Live, not for analysis")


def _labels() -> dict[str, str]:
    return {name: _(label) for name, label in plan().set_labels}


def _source_labels() -> dict[str, str]:
    return {"investigator": _("Investigator"), "derived": _("Derived (sensitivity)")}


def _choices(labels: Mapping[str, str], values: tuple[str, ...], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, labels.get(value, value), value == chosen) for value in values)


def _cut_choices(access: Access, known: tuple[DataCut, ...], asked: Asked) -> tuple[Choice, ...]:
    found = [
        Choice(str(cut.pk), f"{cut.name} ({cut.cutoff_on:%d-%b-%Y})", asked.cut is not None and cut.pk == asked.cut.pk)
        for cut in known
    ]
    if may_see_live(access):
        found.append(Choice(LIVE, live_label(), asked.cut is None))
    return tuple(found)


def _facts(asked: Asked, content: CutContent | None, runs: Runs) -> tuple[tuple[str, str], ...]:
    facts: list[tuple[str, str]] = []
    if asked.cut is not None:
        facts.append((_("Cut-off"), f"{asked.cut.cutoff_on:%d-%b-%Y}"))
        facts.append((_("Made by"), asked.cut.made_by.full_name))
    if content is not None:
        facts.append((_("Frozen"), stamp(content.frozen_at, "UTC")))
        n = {"n": content.n_subjects, "forms": content.n_rows}
        facts.append((_("Holds"), _("%(n)d subjects, %(forms)d forms") % n))
        facts.append((_("SHA-256 of the data"), content.sha256))
    if runs.done is not None:
        if asked.cut is None:
            facts.append((_("Data as of"), stamp(runs.done.data_at, "UTC")))
        facts.append((_("Computed"), f"{stamp(runs.done.ended_at, 'UTC')} · {runs.done.code_version}"))
    return tuple(facts)


def _changed(content: CutContent | None) -> str:
    if content is None:
        return ""
    found = changes.since(content)
    if found.is_more:
        return _("More than %(n)d values were changed or entered since this cut.") % {"n": changes.MOST}
    parts = []
    if found.n_changed:
        text = ngettext(
            "%(n)d value changed since this cut.", "%(n)d values changed since this cut.", found.n_changed
        )  # fmt: skip
        parts.append(text % {"n": found.n_changed})
    if found.n_entered:
        text = ngettext("%(n)d value entered since.", "%(n)d values entered since.", found.n_entered)
        parts.append(text % {"n": found.n_entered})
    return " ".join(parts) or _("Nothing changed since this cut.")


def _can_compute(asked: Asked, runs: Runs) -> bool:
    """Results of a cut by this version stay what they are; live ones may be computed at any time."""
    if runs.latest is not None and runs.latest.is_active:
        return False
    return asked.cut is None or not runs.is_of_this_version


def _older(runs: Runs) -> str:
    if runs.done is None or runs.is_of_this_version:
        return ""
    return _("Computed by version %(version)s of the application. Compute again to see what this version finds.") % {
        "version": runs.done.code_version
    }


def _job(run: ReportRun | None) -> JobView | None:
    if run is None:
        return None
    waits = _("It waits for a worker and begins by itself when one is free.")
    step = run.step or (waits if run.state == ReportRun.State.REQUESTED else "")
    return JobView(run.is_active, str(run.get_state_display()), step, run.n_done, run.n_total, run.failure)


def _part(part: Part, asked: Asked) -> PartView:
    tables = tuple(_table(part, table, asked) for table in part.tables)
    return PartView(part.code, part.title, tables, tuple(_figure(part, figure, asked) for figure in part.figures))


def _table(part: Part, table: Table, asked: Asked) -> TableView:
    about = f"{asked.query}&{urlencode({'part': part.code, 'table': table.code})}"
    behind = f"{reverse('endpoint-records')}?{about}"
    rows = tuple(
        tuple(CellView(cell.text, f"{behind}&row={n}&column={m}" if cell.links else "") for m, cell in enumerate(cells))
        for n, cells in enumerate(table.rows)
    )
    return TableView(
        code=table.code,
        title=table.title,
        columns=table.columns,
        rows=rows,
        notes=table.notes,
        empty=table.empty,
        csv_url=f"{reverse('endpoint-table')}?{about}",
    )


def _figure(part: Part, figure: Figure, asked: Asked) -> FigureView:
    about = f"{asked.query}&{urlencode({'part': part.code, 'figure': figure.code})}"
    return FigureView(
        code=figure.code,
        title=figure.title,
        alt=figure.alt,
        svg_url=f"{reverse('endpoint-svg')}?{about}",
        png_url=f"{reverse('endpoint-png')}?{about}",
        twin=_table(part, figure.twin, asked),
    )
