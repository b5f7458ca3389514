"""`manage.py compute_endpoints`: the results of a data cut, computed here when they are not stored yet."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from trial_edc.audit.system import system_user
from trial_edc.exports import actions, results
from trial_edc.exports.entries import DAY_FORMATS
from trial_edc.exports.models import DataCut
from trial_edc.exports.numbers import read
from trial_edc.exports.problems import CannotCut
from trial_edc.exports.results import Results
from trial_edc.reports import runner
from trial_edc.reports.documents import DocumentChanged
from trial_edc.reports.problems import CannotReport


class Command(BaseCommand):
    """Needs the database and no worker."""

    help = (
        "Print the results of the newest data cut with this cut-off date. Where there is none yet, the data are "
        "frozen now. The same cut and version of the application give the same digest."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cut-off", metavar="DATE", help="cut-off date, YYYY-MM-DD")
        parser.add_argument("--cut", metavar="NAME", help="name of a cut; of a new one when --cut-off is given too")
        parser.add_argument("--json", action="store_true", help="the numbers with their digest as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cut = _cut(options["cut"], _day(options["cut_off"]))
            found = _results(cut)
        except (CannotCut, CannotReport) as problem:
            raise CommandError(str(problem)) from problem
        except DocumentChanged as problem:
            raise CommandError(
                _("The stored results are not the ones that were computed. Tell the administrator.")
            ) from problem
        self.stdout.write(_as_json(found) if options["json"] else _as_text(found))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    for known in DAY_FORMATS:
        try:
            return datetime.strptime(text, known).date()
        except ValueError:
            continue
    raise CannotCut(_("%(text)s is no date. Enter it as 2026-03-05.") % {"text": text})


def _cut(name: str | None, day: date | None) -> DataCut:
    """The newest cut of this name or day; one made now where a day has none."""
    if name is None and day is None:
        raise CannotCut(_("Name a cut-off date with --cut-off, or a cut with --cut."))
    found = DataCut.objects.order_by("-made_at", "-pk")
    found = found.filter(name__iexact=name) if name else found
    found = found.filter(cutoff_on=day) if day else found
    if cut := found.first():
        return cut
    if day is None:
        known = ", ".join(DataCut.objects.values_list("name", flat=True)) or _("none")
        raise CannotCut(_("There is no cut named %(name)s. There are: %(known)s.") % {"name": name, "known": known})
    return actions.make_cut(by=system_user(), name=name or f"Cut-off {day.isoformat()}", cutoff_on=day)


def _results(cut: DataCut) -> Results:
    if found := results.results_of_cut(cut):
        return found
    run = actions.request_results(by=system_user(), cut=cut)
    runner.build(run.pk)
    found = results.results_of_cut(cut)
    if found is None:
        run.refresh_from_db()
        raise CannotReport(run.failure or _("A worker computes these results. Ask again when it has finished."))
    return found


def _as_json(found: Results) -> str:
    names = ("study", "cut", "cutoff_on", "data_at", "data_sha256", "code", "digest", "numbers")
    shown = {name: found.document.get(name) for name in names}
    return json.dumps({**shown, "numbers": read(shown["numbers"])}, indent=1, ensure_ascii=False, sort_keys=True)


def _as_text(found: Results) -> str:
    """Every table of the headline, as plain lines."""
    about = found.document
    lines = [f"{about['study']} · {found.name} · {about['cutoff_on']} · {about['code']}", f"SHA-256 {found.digest}"]
    population = about["populations"][0]
    for part in found.chosen(population, "investigator"):
        lines += ["", part.title, "=" * len(part.title)]
        for table in part.tables:
            lines += ["", table.title, " | ".join(table.columns)]
            lines += [" | ".join(row) for row in table.texts] or [table.empty]
            lines += [f"  {note}" for note in table.notes]
    return "\n".join(lines)
