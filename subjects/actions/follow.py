"""The trial's part of what follows from a change of a form: dose level of the subject, breaches of gates."""

from __future__ import annotations

from subjects.actions.breaches import open_breach
from subjects.gates import FACTS
from subjects.models import Subject
from trial_edc.audit.context import as_system
from trial_edc.audit.system import system_user
from trial_edc.casebook.actions.follow import Happened


def after_save(happened: Happened) -> None:
    """Called inside the transaction of every change of a form; named by the protocol."""
    form = happened.row.form_code
    if form == "dla":
        _keep_dose_level(happened)
    if form in FACTS and happened.record is not None:
        open_breach(happened)


def _keep_dose_level(happened: Happened) -> None:
    """The subject carries the level last assigned to it, "" when the assignment was made in error."""
    levels = [one["dllevel"] for one in happened.casebook["dla"] if one["dllevel"]]
    level = levels[-1] if levels else ""
    if happened.subject.cohort == level:
        return
    with as_system(system=system_user(), reason=happened.cause):
        Subject.objects.filter(pk=happened.subject.pk).update(cohort=level)
    happened.subject.cohort = level
