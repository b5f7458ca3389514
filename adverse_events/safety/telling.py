"""Notices of serious events: at the save, and by the beat when a clock is near its end or over."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from adverse_events.events import event_number
from subjects.models import Subject
from trial_edc.accounts.models import Site
from trial_edc.accounts.roles import Role
from trial_edc.audit.context import audited
from trial_edc.audit.system import system_user
from trial_edc.casebook.actions.follow import Happened
from trial_edc.notices.actions import notify

from .clocks import NEAR, OVERDUE, Clock
from .selectors import sae_clocks
from .work import event_url

AT_SAVE = (Role.PI, Role.SI, Role.MM, Role.DM)
WHEN_NEAR = (Role.CRC, Role.PI, Role.SI)
WHEN_LATE = (Role.CRC, Role.PI, Role.SI, Role.MM, Role.DM)


def after_save(happened: Happened) -> None:
    """Tell of a serious event, and of each report of one, in the transaction of its save."""
    form, record = happened.row.form_code, happened.record
    if record is None:
        return
    if form == "ae" and record.aeser == "Y":
        _tell_serious(happened, record.seq)
    elif form == "sae":
        _tell_report(happened)


def watch_clocks() -> int:
    """Tell of clocks with six hours left and of those that are over, once each. Returns how many people were told."""
    found = [one for one in sae_clocks(_all_sites()) if one.state in (NEAR, OVERDUE)]
    subjects = Subject.objects.select_related("site").in_bulk({one.subject_id for one in found})
    n = 0
    for one in found:
        with audited(by=system_user(), source="system"):
            n += _tell_clock(subjects[one.subject_id], one)
    return n


def _tell_serious(happened: Happened, event: int) -> None:
    code = happened.subject.code
    notify(
        code="sae-saved",
        key=f"sae:{happened.subject.pk}:{event}",
        subject=happened.subject,
        sentence=_("AE-%(event)03d was saved as serious by %(name)s; the report to the sponsor is due in 24 hours.")
        % {"event": event, "name": happened.by.full_name},
        path=reverse("log-entry", args=[code, "ae", event]),
        to_roles=AT_SAVE,
    )


def _tell_report(happened: Happened) -> None:
    """A report entered, whatever it still lacks: what is missing is asked for later, the notice goes now."""
    record = happened.record
    event = event_number(record.saenum)
    notify(
        code="sae-report",
        key=f"sae-report:{happened.row.id}",
        subject=happened.subject,
        sentence=_("A report of serious event %(number)s was entered by %(name)s.")
        % {"number": record.saenum or record.seq, "name": happened.by.full_name},
        path=reverse("log-entry", args=[happened.subject.code, "ae", event])
        if event
        else reverse("log-entry", args=[happened.subject.code, "sae", record.seq]),
        to_roles=AT_SAVE,
    )


def _tell_clock(subject: Subject, one: Clock) -> int:
    """A new awareness time is a new clock: it is told again."""
    is_late = one.state == OVERDUE
    words = (
        _("%(event)s: the report to the sponsor is overdue since %(due)s.")
        if is_late
        else _("%(event)s: the report to the sponsor is due %(due)s.")
    )
    place = f"ae-{one.event}" if one.event else f"report-{one.report}"
    return notify(
        code="sae-overdue" if is_late else "sae-soon",
        key=f"sae-{'overdue' if is_late else 'soon'}:{subject.pk}:{place}:{one.due:%Y%m%d%H%M}",
        subject=subject,
        sentence=words % {"event": one.label, "due": one.due_text},
        path=event_url(one).partition("?")[0],
        to_roles=WHEN_LATE if is_late else WHEN_NEAR,
    )


def _all_sites() -> list[int]:
    return list(Site.objects.values_list("pk", flat=True))
