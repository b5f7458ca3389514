"""Stored results: which run holds those of a cut, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from trial_edc.reports.documents import document_of
from trial_edc.reports.models import ReportRun

from .actions import KIND, LIVE
from .models import DataCut
from .tables import Part, from_document

State = ReportRun.State


@dataclass(frozen=True)
class Results:
    """The results of a cut, or of the live data, as stored."""

    run_id: int
    document: Mapping[str, Any]
    parts: tuple[Part, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the numbers: the same cut and version of the application give the same."""
        return str(self.document["digest"])

    @property
    def name(self) -> str:
        """The cut's name, "" for live data."""
        return str(self.document["cut"] or "")

    def chosen(self, population: str, source: str) -> tuple[Part, ...]:
        """The parts for one population and source, with those that have none of their own."""
        return tuple(part for part in self.parts if part.population in ("", population) and part.source in ("", source))

    def part(self, code: str, population: str, source: str) -> Part | None:
        return next((part for part in self.chosen(population, source) if part.code == code), None)


@dataclass(frozen=True)
class Runs:
    """What there is of a cut: finished results (of this version of the application, else an older one), and a run that
    is under way or failed after them."""

    done: ReportRun | None
    latest: ReportRun | None

    @property
    def is_of_this_version(self) -> bool:
        return self.done is not None and self.done.code_version == settings.APP_VERSION


def key_of(cut: DataCut | None) -> str:
    """What a run calls its cut."""
    return str(cut.pk) if cut else LIVE


def runs_of(cut: DataCut | None) -> Runs:
    """The runs of a cut. One statement."""
    found = list(ReportRun.objects.filter(kind=KIND, parameters__cut=key_of(cut)).order_by("-pk")[:10])
    done = [run for run in found if run.state == State.DONE]
    current = [run for run in done if run.code_version == settings.APP_VERSION]
    best = next(iter(current or done), None)
    latest = next((run for run in found if run.state != State.DONE and (best is None or run.pk > best.pk)), None)
    return Runs(best, latest)


def results_of(run: ReportRun) -> Results:
    """What a finished run found. One statement, none when it was read before. Raises DocumentChanged."""
    return _read(run.pk, run.sha256)


@lru_cache(maxsize=8)
def _read(run_id: int, _sha256: str) -> Results:
    document = document_of(ReportRun.objects.get(pk=run_id))
    return Results(run_id, document, tuple(from_document(part) for part in document["parts"]))


def results_of_cut(cut: DataCut) -> Results | None:
    """The results of a cut by this version of the application; None while there are none. Two statements at most."""
    runs = runs_of(cut)
    return results_of(runs.done) if runs.done and runs.is_of_this_version else None
