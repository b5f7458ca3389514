"""Reference ranges of a laboratory: a new one from a day on, and the correction of one that was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.laboratories import Laboratory, LabRange
from assessments.worksheets.regrading import Regraded, regraded, regraded_row, results_of, subjects_of
from trial_edc.accounts.access import access_of
from trial_edc.accounts.models import User
from trial_edc.accounts.roles import Permission
from trial_edc.audit.context import audited
from trial_edc.casebook.actions.derive import write_derived
from trial_edc.casebook.problems import NotAllowed, Refused

SHORTEST_REASON = 5


class CannotCorrect(Refused):
    """The limits cannot be right, or nothing changes; nothing was written."""


@dataclass(frozen=True)
class Limits:
    """What a range says: limits of normal and of quantification in its unit; None where there is none."""

    lln: Decimal | None
    uln: Decimal | None
    lloq: Decimal | None = None
    uloq: Decimal | None = None

    def refuse_disorder(self) -> None:
        for low, high in ((self.lln, self.uln), (self.lloq, self.uloq)):
            if low is not None and high is not None and low > high:
                raise CannotCorrect(
                    _("The lower limit %(low)s is above the upper limit %(high)s.") % {"low": low, "high": high}
                )


def add_range(
    *,
    by: User,
    laboratory: Laboratory,
    analyte: str,
    unit: str,
    limits: Limits,
    effective_from: date,
    sex: str = "any",
    ages: tuple[int, int] = (18, 120),
    reason: str = "",
) -> LabRange:
    """A range that counts for samples from a day on. Results saved before keep the limits they have.

    Raises:
        NotAllowed: no right. CannotCorrect: limits in disorder, or a range of that day is there already.
    """
    _require(by)
    limits.refuse_disorder()
    about = {
        "laboratory": laboratory,
        "analyte": analyte,
        "sex": sex,
        "age_from": ages[0],
        "effective_from": effective_from,
    }
    with audited(by=by, reason=reason):
        if LabRange.objects.select_for_update().filter(**about).exists():
            raise CannotCorrect(_("There is a range of that day already; correct it instead."))
        return LabRange.objects.create(**about, unit=unit, age_to=ages[1], **vars(limits))


def correct_range(*, by: User, stored: LabRange, limits: Limits, reason: str) -> tuple[Regraded, ...]:
    """Correct a range that was wrong, and grade the results anew to which it was applied.

    A limit that a person typed stands. A locked form stays as it is and is named.

    Returns:
        Every result whose limits, flag or grade changed, by subject and day.
    Raises:
        NotAllowed: no right, or no reason. CannotCorrect: limits in disorder, or nothing changes.
    """
    _require(by)
    if len(reason.strip()) < SHORTEST_REASON:
        raise NotAllowed(_("Say why the range is corrected, in 5 characters or more."))
    limits.refuse_disorder()
    with audited(by=by, reason=reason.strip()):
        current = LabRange.objects.select_for_update().select_related("laboratory").get(pk=stored.pk)
        old = Limits(current.lln, current.uln, current.lloq, current.uloq)
        if old == limits:
            raise CannotCorrect(_("These are the limits it has. Nothing was changed."))
        for name, value in vars(limits).items():
            setattr(current, name, value)
        current.save(update_fields=list(vars(limits)))
        return tuple(_regrade(by, current, reason.strip()))


def _regrade(by: User, current: LabRange, reason: str) -> Iterator[Regraded]:
    words = _("Range of %(analyte)s at %(lab)s corrected: %(reason)s")
    cause = words % {"analyte": current.analyte, "lab": current.laboratory.code, "reason": reason}
    for subject in subjects_of(current):
        casebook = results_of(subject)
        for found in regraded(casebook, current):
            written = write_derived(
                by=by, spec=found.spec, before=found.before, after=found.after, casebook=casebook, cause=cause
            )
            for key in found.keys:
                row = regraded_row(subject, found, key)
                yield replace(row, is_locked=written.is_locked, was_signed=written.was_signed)


def _require(by: User) -> None:
    if not access_of(by).can(Permission.EDIT_STUDY_BUILD):
        raise NotAllowed(_("Your role does not include: %(right)s.") % {"right": Permission.EDIT_STUDY_BUILD.label})
