"""The results of a data cut, or of the live data: one document for each cut and version of the application."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from trial_edc.audit import clock
from trial_edc.casebook.study import study as protocol
from trial_edc.reports.contents.common import one_view
from trial_edc.reports.documents import digest
from trial_edc.reports.kinds import MadeDocument
from trial_edc.reports.models import ReportRun
from trial_edc.reports.problems import CannotReport
from trial_edc.reports.progress import Progress

from . import frozen
from .actions import LIVE, freeze
from .models import CutContent, DataCut
from .problems import CutChanged
from .study import StudyData, frozen_study, live_study, sections
from .tables import Part, to_document

FORMAT = 1


def build(run: ReportRun, progress: Progress) -> MadeDocument:
    """Freeze the cut when it is not yet, read its rows, let each section compute.

    Raises CannotReport: there is no such cut, or its rows are not the ones that were frozen.
    """
    progress.expect(len(sections()) + 2)
    progress.step(_("Reading the data"))
    if run.parameters.get("cut") == LIVE:
        with one_view():
            study, data_at = live_study(), clock.now()
        about = {"cut": None, "cutoff_on": study.cutoff_on}
    else:
        content = content_of(run.parameters.get("cut", ""))
        study, data_at = frozen_study(content.cut), content.frozen_at
        about = about_cut(content)
    parts: list[Part] = []
    for n, section in enumerate(sections(), start=1):
        progress.step(_("Section %(n)d of %(total)d") % {"n": n, "total": len(sections())})
        parts += section(study)
    progress.step(_("Writing the results"))
    return MadeDocument(document_of(study, parts, about, data_at), data_at)


def content_of(key: str) -> CutContent:
    """The frozen rows of a cut, frozen now when they are not yet. Raises CannotReport."""
    cut = DataCut.objects.filter(pk=key).first() if key.isdigit() else None
    if cut is None:
        raise CannotReport(_("There is no such data cut. Choose one of the list."))
    content = freeze(cut=cut)
    try:
        frozen.verify(content)
    except CutChanged:
        raise CannotReport(
            _("The rows of %(name)s are no longer the ones that were frozen; nothing was computed. Tell the"
              " administrator.") % {"name": cut.name}
        ) from None  # fmt: skip
    return content


def about_cut(content: CutContent) -> dict[str, Any]:
    """What the results say of their cut. Nothing here may depend on when they were computed."""
    cut = content.cut
    return {"cut": cut.name, "cutoff_on": cut.cutoff_on, "data_sha256": content.sha256}


def document_of(study: StudyData, parts: Sequence[Part], about: dict[str, Any], data_at: datetime) -> dict[str, Any]:
    """The document: its numbers by part with their digest, and the tables and figures that show them."""
    numbers: dict[str, Any] = {}
    for part in parts:
        place = numbers.setdefault(part.code, {})
        for key in filter(None, (part.population, part.source)):
            place = place.setdefault(key, {})
        place.update(part.numbers)
    basis = {"study": protocol().code, "cutoff_on": study.cutoff_on, "code": settings.APP_VERSION, "numbers": numbers}
    return {
        "format": FORMAT,
        **about,
        **basis,
        "data_at": data_at,
        "digest": digest(basis),
        "parts": [to_document(part) for part in parts],
        "populations": list(study.plan.populations),
    }
