"""Results a reference range was applied to, and what a corrected range makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from assessments.crfs.cyt import Cytokines
from assessments.crfs.lbc import Chemistry
from assessments.crfs.lbh import BloodCount
from assessments.crfs.lbi import Immunology
from assessments.crfs.pk import Kinetics
from assessments.crfs.pk import laboratory as laboratory_of_run
from assessments.lab_rows import LIMITS_OF
from assessments.laboratories import Laboratory, LabRange, laboratories_of
from subjects.models import Subject
from trial_edc.casebook.actions.derive import derived_record
from trial_edc.casebook.dates import date_forms
from trial_edc.casebook.models import Signature
from trial_edc.casebook.reader import Casebook, read
from trial_edc.casebook.selectors.sections import visit_title
from trial_edc.crf.parse import unit_label
from trial_edc.crf.registry import short_title
from trial_edc.crf.spec import FormSpec, protocol
from trial_edc.crf.values import FormRecord, display, row_facts

LARGEST_KEY = 2**31
# Form: (its model, the item that names the laboratory).
FORMS = {
    "lbh": (BloodCount, "lblab"),
    "lbc": (Chemistry, "lblab"),
    "lbi": (Immunology, "lblab"),
    "cyt": (Cytokines, "cytlab"),
    "pk": (Kinetics, "pklab"),
}


@dataclass(frozen=True)
class Changed:
    """A saved form before and after; `keys` are the analytes whose limits or grade differ."""

    spec: FormSpec
    before: FormRecord
    after: FormRecord
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Regraded:
    """One result as a list shows it: limits, flag and grade before and after."""

    subject: str
    form: str
    form_code: str
    visit_code: str
    visit: str
    analyte: str
    value: str
    old: str
    new: str
    was_signed: bool = False
    is_locked: bool = False


def preview(stored: LabRange) -> tuple[Regraded, ...]:
    """What a range, changed in memory and not saved, would make of the results it was applied to."""
    rows = []
    signed = set(
        Signature.objects.filter(instance__form_code__in=FORMS, voided_at=None).values_list("instance_id", flat=True)
    )
    for subject in subjects_of(stored):
        casebook = results_of(subject)
        for found in regraded(casebook, stored):
            is_signed = found.before.instance_id in signed
            rows += [replace(regraded_row(subject, found, key), was_signed=is_signed) for key in found.keys]
    return tuple(rows)


def subjects_of(stored: LabRange) -> list[Subject]:
    """Subjects with a form that names the laboratory of a range."""
    keys: set[int] = set()
    for model, item in FORMS.values():
        named = f"{item}__istartswith" if item == "pklab" else item
        mine = model.objects.filter(**{named: stored.laboratory.code})
        keys |= set(mine.values_list("instance__subject_id", flat=True))
    return list(Subject.objects.filter(pk__in=keys).select_related("site").order_by("code"))


def results_of(subject: Subject) -> Casebook:
    """The forms limits and grades are derived from; another form is read when a check asks for it."""
    return read(subject, {*FORMS, "dm", "vs"} | date_forms())


def regraded(casebook: Casebook, stored: LabRange) -> Iterator[Changed]:
    """Saved forms of a subject that the range as given changes; other analytes keep what they have."""
    _apply(casebook, stored)
    keys = {stored.analyte, *(key for key, source in LIMITS_OF.items() if source == stored.analyte)}
    for code, (_model, item) in FORMS.items():
        for record in casebook[code]:
            named = laboratory_of_run(record) if code == "pk" else record[item]
            if named != stored.laboratory.code or record.status not in ("partial", "complete"):
                continue
            if not any(record.is_answered(key) for key in keys):
                continue
            spec, derived = derived_record(record, casebook)
            changed = {
                one.address: derived[one.address]
                for one in spec
                if one.row_key in keys and one.address not in keys and derived[one.address] != record[one.address]
            }
            if changed:
                after = replace(record, values={**record.values, **changed})
                touched = sorted({address.rpartition(".")[2] for address in changed})
                yield Changed(spec, record, after, tuple(touched))


def _apply(casebook: Casebook, stored: LabRange) -> None:
    """Let the casebook read the range as it is given, in place of the stored one."""
    codes = [code for code, _label in laboratories_of(casebook)]
    if "ranges" not in casebook.reference:
        known = LabRange.objects.filter(laboratory__code__in=codes).select_related("laboratory")
        casebook.reference["ranges"] = list(known)
    casebook.reference["ranges"] = [stored if one.pk == stored.pk else one for one in casebook.reference["ranges"]]


def regraded_row(subject: Subject, found: Changed, key: str) -> Regraded:
    spec, before = found.spec, found.before
    facts = [row_facts(spec[key], side) for side in (before, found.after)]
    return Regraded(
        subject=subject.code,
        form=short_title(before.form_code),
        form_code=before.form_code,
        visit_code=before.visit_code,
        visit=visit_title(before.visit_code),
        analyte=_(protocol().analytes[key].label),
        value=display(spec[key], before[key], before.meta.get(key)),
        old=str(facts[0] or "–"),
        new=str(facts[1] or "–"),
    )


def changed_range(stored: LabRange, limits: dict[str, Any]) -> LabRange:
    """The range with other limits, in memory alone."""
    changed = copy(stored)
    for name, value in limits.items():
        setattr(changed, name, value)
    return changed


def laboratories() -> list[Laboratory]:
    """All laboratories with their sites and the number of their ranges."""
    return list(Laboratory.objects.select_related("site").annotate(n_ranges=Count("ranges")))


def range_of(laboratory: Laboratory, key: int) -> LabRange | None:
    found = LabRange.objects.filter(laboratory=laboratory, pk=key) if key < LARGEST_KEY else LabRange.objects.none()
    return found.select_related("laboratory").first()


def laboratory_named(code: str) -> Laboratory | None:
    return Laboratory.objects.filter(code=code).select_related("site").first()


def range_lines(laboratory: Laboratory) -> list[dict[str, Any]]:
    """Ranges of a laboratory for its page, by analyte, newest first."""
    order = {code: n for n, code in enumerate(protocol().analytes)}
    found = sorted(
        laboratory.ranges.all(),
        key=lambda one: (order.get(one.analyte, len(order)), one.sex, one.age_from, -one.effective_from.toordinal()),
    )
    return [
        {
            "range": one,
            "label": _(protocol().analytes[one.analyte].label),
            "unit": unit_label(one.unit),
            "normal": _span(one.lln, one.uln),
            "measurable": _span(one.lloq, one.uloq),
        }
        for one in found
        if one.analyte in order
    ]


def names_of(stored: LabRange) -> dict[str, str]:
    """Analyte and unit of a range in words."""
    return {"label": _(protocol().analytes[stored.analyte].label), "unit": unit_label(stored.unit)}


def _span(low: Decimal | None, high: Decimal | None) -> str:
    if low is None and high is None:
        return "–"
    return " – ".join("" if one is None else f"{one.normalize():f}" for one in (low, high)).strip()
