"""Register a subject, plan its dates, open an unscheduled visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from subjects.models import Subject, Visit
from subjects.selectors import closed_for, dates_of
from trial_edc.accounts.access import access_of
from trial_edc.accounts.models import Site, User
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.casebook.actions.save import save_form
from trial_edc.casebook.problems import NotAllowed, Refused
from trial_edc.casebook.rights import require
from trial_edc.casebook.slots import Slot
from trial_edc.casebook.study import study

LAST_NUMBER = 9_999
OVER = ("screen failure", "withdrawal", "withdrawal of treatment", "manufacturing failure", "lost to follow-up")


class CannotRegister(Refused):
    """Something typed cannot be right; no number was issued.

    Attributes:
        messages: input name of the registration page to its sentence.
    """

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__(" ".join(messages.values()))
        self.messages = dict(messages)


class GateClosed(Refused):
    """A step before this one is not done; nothing was planned."""


def register_subject(
    *,
    by: User,
    site: Site,
    consented_at: str,
    consent_version: str,
    sex: str,
    birth_year: str,
    consent_type: str,
    earlier_number: str = "",
) -> Subject:
    """Issue the next number of the site and save consent and demography, in one transaction.

    Args:
        consented_at, birth_year: as typed; read as the items `icf.icfdtc` and `dm.brthdtc`.
        consent_version, consent_type, sex: as the items `icf.icfver`, `icf.icftype` and `dm.sex`.
        earlier_number: number under which the same participant was screened before, "" = the first time.
    Returns:
        The subject under its coded number: site code and four digits, never issued twice.
    Raises:
        CannotRegister: a field is empty or cannot be right.
        NotAllowed: no right at the site, or the site is closed.
    """
    role = require(by=by, permission=Permission.REGISTER_SUBJECTS, site_id=site.pk)
    typed = {
        "icf": {"icfdtc": consented_at, "icfver": consent_version, "icftype": consent_type},
        "dm": {"sex": sex, "brthdtc": birth_year},
    }
    _refuse_empty(typed)
    earlier = _earlier(by, earlier_number.strip())
    with audited(by=by, role=role, source="form"):
        current = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
        if not current.is_active:
            raise NotAllowed(_("Site %(site)s is closed; it registers no subjects.") % {"site": current.code})
        subject = _create(current, earlier)
        _save_forms(by, subject, typed)
    return subject


def _create(site: Site, earlier: Subject | None) -> Subject:
    """The subject under the next number; a re-screened participant stays the same person."""
    return Subject.objects.create(
        site=site,
        code=_next_code(site),
        protocol_version=study().versions[-1],
        registered_at=clock.now(),
        **({"person": earlier.person} if earlier else {}),
    )


def _earlier(by: User, number: str) -> Subject | None:
    """The subject of an earlier screening, whose participation is over and who was never infused."""
    if not number:
        return None
    found = Subject.objects.select_related("site").filter(code=number).first()
    if found is None or not access_of(by).sees(found.site):
        raise CannotRegister({"earlier_number": _("No such number in your sites.")})
    dates = dates_of(found).anchors
    if dates.infusion is not None:
        raise CannotRegister({"earlier_number": _("%(code)s was infused and is not screened again.") % {"code": found}})
    if not {off.cause for off in dates.tracks_off} & set(OVER):
        words = _("%(code)s is still in the study. Record how it ended first.")
        raise CannotRegister({"earlier_number": words % {"code": found}})
    return found


def _refuse_empty(typed: Mapping[str, Mapping[str, str]]) -> None:
    empty = {
        f"{form}.{item}": _("Enter this before a number is issued.")
        for form, items in typed.items()
        for item, text in items.items()
        if not text.strip()
    }
    if empty:
        raise CannotRegister(empty)


def _save_forms(by: User, subject: Subject, typed: Mapping[str, Mapping[str, str]]) -> None:
    """Save each form through the same action as any other save; what is held back undoes the registration."""
    held: dict[str, str] = {}
    for form, items in typed.items():
        slot = Slot(subject.pk, "" if form in study().log_forms else first_visit(), form)
        raw = {f"{form}.{item}": text for item, text in items.items()}
        held |= {f"{form}.{address}": text for address, text in save_form(by=by, slot=slot, raw=raw).held.items()}
    if held:
        raise CannotRegister(held)


def first_visit() -> str:
    """Code of the first visit of the schedule: where demography is entered."""
    return study().visits[0].code


def plan_dates(
    *,
    by: User,
    subject: Subject,
    leukapheresis_on: date | None = None,
    infusion_on: date | None = None,
    reason: str = "",
) -> Subject:
    """Set the planned dates that stand in until the actual ones exist.

    Raises:
        GateClosed: no consent stands, or eligibility is not confirmed by the investigator's signature.
        NotAllowed: no right, or a date is changed without a reason.
    """
    role = require(by=by, permission=Permission.ENTER_FORMS, site_id=subject.site_id)
    wanted = {"planned_leukapheresis_on": leukapheresis_on, "planned_infusion_on": infusion_on}
    with audited(by=by, role=role, reason=reason):
        current = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
        changed = {name: day for name, day in wanted.items() if getattr(current, name) != day}
        if any(getattr(current, name) is not None for name in changed) and len(reason.strip()) < 5:
            raise NotAllowed(_("Say why the planned date changes, in 5 characters or more."))
        if any(day is not None for day in changed.values()):
            _require_open_gates(current)
        for name, day in changed.items():
            setattr(current, name, day)
        if changed:
            current.save(update_fields=list(changed))
    return current


def open_unscheduled_visit(*, by: User, subject: Subject) -> Visit:
    """Open the next unscheduled visit: uns1, uns2 and on. Two people at once get two visits."""
    role = require(by=by, permission=Permission.ENTER_FORMS, site_id=subject.site_id)
    prefix = study().unscheduled
    with audited(by=by, role=role):
        current = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
        codes = Visit.objects.filter(subject=current, code__startswith=prefix).values_list("code", flat=True)
        numbers = [int(code.removeprefix(prefix)) for code in codes if code.removeprefix(prefix).isdigit()]
        return Visit.objects.create(subject=current, code=f"{prefix}{max(numbers, default=0) + 1}")


def _next_code(site: Site) -> str:
    """The site's next number. The site row is locked; subjects are never deleted, so no number comes back."""
    last = Subject.objects.filter(code__startswith=f"{site.code}-").order_by("-code").values_list("code", flat=True)
    number = int(last[0].partition("-")[2]) + 1 if last else 1
    if number > LAST_NUMBER:
        raise NotAllowed(_("Site %(site)s has issued all its numbers.") % {"site": site.code})
    return f"{site.code}-{number:04d}"


def _require_open_gates(subject: Subject) -> None:
    if closed := closed_for(subject, "leukapheresis"):
        raise GateClosed(" ".join(one.why for one in closed))
