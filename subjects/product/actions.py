"""Compare identifiers, have them confirmed by a second person, hold a product and decide on the hold."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from subjects.actions.subjects import GateClosed
from subjects.crfs.coi import ORDER
from subjects.models import Subject
from subjects.product.custody import DECIDERS, HOLDERS, TOLD, held_of, right_for
from subjects.product.identity import as_scanned
from subjects.product.models import Hold, IdentityCheck
from subjects.product.selectors import comparisons, next_entry, product_now
from subjects.product.state import Product, label_to_read, obstacles, step_label
from trial_edc.accounts.access import access_of
from trial_edc.accounts.models import User
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.casebook.actions.save import save_form
from trial_edc.casebook.problems import NotAllowed, Refused
from trial_edc.casebook.rights import require
from trial_edc.casebook.slots import Slot
from trial_edc.notices.actions import notify

MOST_MINUTES = 30
LEAST_LETTERS = 5


class CannotConfirmIdentity(Refused):
    """The second person cannot confirm this check; nothing was written."""


def read_labels(
    *, by: User, subject: Subject, step: str, subject_read: str, lot_read: str, coi_read: str, is_cold: str
) -> IdentityCheck:
    """Compare what the first person read with what is expected, and keep both.

    They match: the check waits for a second person. They do not: it ends as a mismatch and the product is held.

    Args:
        step: code of the custody step. is_cold: "Y" or "N", whether the temperature log is acceptable.
        subject_read, lot_read, coi_read: as scanned or typed.
    Raises:
        NotAllowed: no right or no delegated task for this step. GateClosed: the step cannot be prepared now.
    """
    if step not in ORDER:
        raise NotAllowed(_("There is no such step of custody."))
    role = require(by=by, permission=right_for(step), site_id=subject.site_id)
    with audited(by=by, role=role):
        current = Subject.objects.select_for_update(no_key=True).select_related("site").get(pk=subject.pk)
        product = product_now(current)
        _refuse_obstacles(product, step)
        _drop_waiting(current, step)
        check = IdentityCheck(
            subject=current,
            step=step,
            subject_read=as_scanned(subject_read),
            lot_expected=label_to_read(product, step),
            lot_read=as_scanned(lot_read),
            coi_expected=product.coi_id,
            coi_read=as_scanned(coi_read),
            is_cold=is_cold,
            first_by=by,
            first_at=clock.now(),
        )
        wrong = [one for one in comparisons(check) if not one.matches]
        check.outcome = IdentityCheck.Outcome.MISMATCH if wrong else IdentityCheck.Outcome.WAITING
        check.save(force_insert=True)
        if wrong:
            told = [one.in_words for one in wrong]
            _hold_for(check, Hold.Cause.IDENTITY, f"{step_label(step)}. {' '.join(told)}")
    return check


def confirm_identity(*, by: User, check: IdentityCheck, credentials_confirmed: bool) -> IdentityCheck:
    """The second person confirms a check, and the step is entered in the custody log in both names.

    The caller has checked the second person's address, password and code.

    Raises:
        CannotConfirmIdentity: the same person, too late, or the check is not waiting any more.
        NotAllowed: no right or no delegated task for this step. Nothing is written.
    """
    if credentials_confirmed is not True:
        raise NotAllowed(_("The second person signs in with password and code."))
    role = require(by=by, permission=right_for(check.step), site_id=check.subject.site_id)
    with audited(by=by, role=role):
        Subject.objects.select_for_update(no_key=True).get(pk=check.subject_id)
        current = IdentityCheck.objects.select_related("subject__site", "first_by").get(pk=check.pk)
        if problem := _why_not(current, by):
            raise CannotConfirmIdentity(problem)
        if found := obstacles(product_now(current.subject), current.step):
            raise CannotConfirmIdentity(" ".join(found))
        current.second_by, current.second_at = by, clock.now()
        current.outcome = IdentityCheck.Outcome.PASSED
        current.entry = _enter_step(current, by)
        current.save(update_fields=["second_by", "second_at", "outcome", "entry"])
        if current.is_cold == "N":
            text = _("%(step)s: the temperature log is not acceptable.") % {"step": step_label(current.step)}
            _hold_for(current, Hold.Cause.TEMPERATURE, text)
    return current


def _why_not(check: IdentityCheck, by: User) -> str:
    if check.outcome != IdentityCheck.Outcome.WAITING:
        return _("This check is over: %(state)s.") % {"state": check.get_outcome_display()}
    if check.first_by_id == by.pk:
        return _("%(name)s is the first person. A second, different person confirms.") % {"name": by.full_name}
    if clock.now() - check.first_at > timedelta(minutes=MOST_MINUTES):
        return _("The labels were read more than %(n)d min ago. Read them again.") % {"n": MOST_MINUTES}
    return ""


def _enter_step(check: IdentityCheck, by: User):
    """The entry of the custody log, at the end of the log."""
    local = check.second_at.astimezone(ZoneInfo(check.subject.site.time_zone))
    typed = {
        "coistep": check.step,
        "coiid": check.coi_read,
        "coidtc": f"{local:%Y-%m-%d %H:%M}",
        "coiby1": str(check.first_by_id),
        "coiby2": str(by.pk),
        "coimatch": "Y",
        "coitemp": check.is_cold,
    }
    slot = Slot(check.subject_id, "", "coi", next_entry(check.subject, "coi"))
    saved = save_form(by=by, slot=slot, raw={f"coi.{item}": text for item, text in typed.items()}, revision=0)
    if saved.held or saved.instance is None:
        raise CannotConfirmIdentity(" ".join(saved.held.values()))
    return saved.instance


def _refuse_obstacles(product: Product, step: str) -> None:
    if found := obstacles(product, step):
        raise GateClosed(" ".join(found))


def _drop_waiting(subject: Subject, step: str) -> None:
    """Labels read again take the place of those nobody confirmed."""
    for old in IdentityCheck.objects.filter(subject=subject, step=step, outcome=IdentityCheck.Outcome.WAITING):
        old.outcome = IdentityCheck.Outcome.DROPPED
        old.save(update_fields=["outcome"])


def _hold_for(check: IdentityCheck, cause: str, text: str) -> None:
    """Hold the product for what a check found, in the name of its first person."""
    lot = product_now(check.subject).lot
    hold = Hold.objects.create(
        subject=check.subject,
        lot=lot.batch if lot else "",
        cause=cause,
        text=text[:400],
        identity_check=check,
        opened_by=check.first_by,
        opened_at=check.second_at or check.first_at,
    )
    tell_of_hold(hold)


def open_hold(*, by: User, subject: Subject, cause: str, text: str) -> Hold:
    """Hold the product of a subject: it goes no further until somebody else decides.

    Raises:
        NotAllowed: no right, no such cause, or too few words.
    """
    right = held_of(access_of(by), HOLDERS, subject.site)
    role = require(by=by, permission=right, site_id=subject.site_id)
    if cause not in Hold.Cause.values:
        raise NotAllowed(_("Choose the cause of the hold."))
    text = _said(text, _("Say what happened, in 5 to 400 characters."))
    with audited(by=by, role=role):
        current = Subject.objects.select_for_update(no_key=True).select_related("site").get(pk=subject.pk)
        lot = product_now(current).lot
        hold = Hold.objects.create(
            subject=current,
            lot=lot.batch if lot else "",
            cause=cause,
            text=text,
            opened_by=by,
            opened_at=clock.now(),
        )
        tell_of_hold(hold)
    return hold


def tell_of_hold(hold: Hold) -> None:
    """Tell those who decide, and the site, that the product is held; inside the transaction that holds it."""
    notify(
        code="product-hold",
        key=f"product-hold:{hold.pk}",
        subject=hold.subject,
        sentence=_("%(subject)s: the product is on hold. %(cause)s.")
        % {"subject": hold.subject.code, "cause": hold.get_cause_display()},
        path=reverse("product", args=[hold.subject.code]),
        to_roles=TOLD,
    )


def decide_hold(*, by: User, hold: Hold, decision: str, text: str) -> Hold:
    """Let a held product go on, or stop it for good.

    Raises:
        NotAllowed: no right, the person opened the hold, it is decided already, or the reason is missing.
    """
    right = held_of(access_of(by), DECIDERS, hold.subject.site)
    role = require(by=by, permission=right, site_id=hold.subject.site_id)
    if decision not in Hold.Decision.values:
        raise NotAllowed(_("Choose whether the product may be used."))
    text = _said(text, _("Say why, in 5 to 400 characters."))
    with audited(by=by, role=role, reason=text[:200]):
        current = Hold.objects.select_for_update(of=("self",)).select_related("subject__site").get(pk=hold.pk)
        if current.decision:
            raise NotAllowed(_("This hold was decided already: %(what)s.") % {"what": current.get_decision_display()})
        if current.opened_by_id == by.pk:
            raise NotAllowed(_("You opened this hold; somebody else decides on it."))
        current.decision, current.decision_text = decision, text
        current.decided_by, current.decided_at = by, clock.now()
        current.save(update_fields=["decision", "decision_text", "decided_by", "decided_at"])
        notify(
            code="product-decision",
            key=f"product-decision:{current.pk}",
            subject=current.subject,
            sentence=_("%(subject)s: decision on the held product. %(decision)s.")
            % {"subject": current.subject.code, "decision": current.get_decision_display()},
            path=reverse("product", args=[current.subject.code]),
            to_roles=TOLD,
        )
    return current


def _said(text: str, problem: str) -> str:
    said = text.strip()
    if not LEAST_LETTERS <= len(said) <= 400:
        raise NotAllowed(problem)
    return said
