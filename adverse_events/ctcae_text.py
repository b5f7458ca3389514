"""The published text of CTCAE criteria, where `load_ctcae` has loaded it. The product ships the grades alone."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

from django.db import models, transaction
from django.utils.translation import gettext as _

from adverse_events.ctcae import UnknownTerm, UnknownVersion, grades


class CannotLoad(Exception):
    """The file is not the published table; nothing was changed."""


class CtcaeCriterion(models.Model):
    """The text of one grade of one term."""

    version = models.CharField(max_length=5)
    term = models.CharField(max_length=120)
    grade = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        app_label = "adverse_events"
        constraints = [models.UniqueConstraint(fields=["version", "term", "grade"], name="one_text_per_grade")]

    def __str__(self) -> str:
        return f"{self.term} {self.grade}"


def criteria_of(names: Collection[str], version: str) -> dict[str, dict[int, str]]:
    """Text by term and grade, of the terms that have one. One statement."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    rows = CtcaeCriterion.objects.filter(version=version, term__in=list(names))
    for term, grade, text in rows.values_list("term", "grade", "text"):
        found[term][grade] = text
    return dict(found)


def load(path: Path, version: str) -> int:
    """Load the published table: a CSV with the columns `term` and `grade_1` to `grade_5`. Returns the texts read.

    Loading again replaces the version's text. Raises CannotLoad.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise CannotLoad(_("%(file)s cannot be read: %(why)s") % {"file": path, "why": problem}) from None
    if not lines or not {"term", *(f"grade_{n}" for n in range(1, 6))} <= set(lines[0]):
        raise CannotLoad(_("%(file)s needs the columns term and grade_1 to grade_5.") % {"file": path})
    texts = [text for line in lines for text in _texts(line, version)]
    with transaction.atomic():
        CtcaeCriterion.objects.filter(version=version).delete()
        CtcaeCriterion.objects.bulk_create(texts)
    return len(texts)


def _texts(line: dict[str, str], version: str) -> list[CtcaeCriterion]:
    name = (line["term"] or "").strip()
    try:
        known = grades(name, version)
    except (UnknownTerm, UnknownVersion) as problem:
        raise CannotLoad(str(problem)) from None
    cells = {grade: (line[f"grade_{grade}"] or "").strip() for grade in known}
    return [CtcaeCriterion(version=version, term=name, grade=grade, text=text) for grade, text in cells.items() if text]
