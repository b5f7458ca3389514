"""Sign forms electronically, and show that a signature is still the one that was given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from trial_edc.accounts.access import access_of
from trial_edc.accounts.models import User
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.audit.context import audited

from ..digests import content_digest, is_as_given, signature_digest
from ..models import FormInstance, Signature
from ..problems import NotAllowed
from ..reader import contents
from ..rights import require, site_of
from ..study import study, subject_model

SIGNABLE = (FormInstance.Status.COMPLETE, FormInstance.Status.NOT_DONE, FormInstance.Status.WITHDRAWN)


@dataclass(frozen=True)
class LeftOut:
    """A form that was not signed, and why."""

    instance: FormInstance
    why: str


@dataclass(frozen=True)
class SignResult:
    """What one signing did: the signatures in the order asked, and the forms left out."""

    signed: tuple[Signature, ...]
    left_out: tuple[LeftOut, ...]


def sign_forms(*, by: User, credentials_confirmed: bool, revisions: Mapping[int, int], meaning: str = "") -> SignResult:
    """Sign forms at the revision the signer has seen; changed and locked ones are left out and named.

    The caller has checked password and code through `accounts.reauthentication` (the page decorator with
    `reauthenticated=True`); there is no other way to sign.

    Args:
        revisions: key of each form to the revision that was on the signer's screen.
        meaning: code of a signature meaning of the protocol; "" = the one of each form's signature rule.
    Raises:
        NotAllowed: not confirmed, unknown meaning, no right or no delegation that day at one of the sites, or a
            form that must be signed alone lies in a batch. Nothing is signed.
    """
    if credentials_confirmed is not True:
        raise NotAllowed(_("Enter your password to sign."))
    if meaning and meaning not in dict(meanings()):
        raise NotAllowed(_("Choose what your signature means: %(codes)s.") % {"codes": ", ".join(dict(meanings()))})
    with audited(by=by) as audit:
        found = {form.pk: form for form in _forms_under_lock(revisions)}
        if not found:
            raise NotAllowed(_("Choose at least one form to sign."))
        acts = {pk: meaning or meaning_of(form.form_code) for pk, form in found.items()}
        asked = {(form.subject.site_id, _right(acts[pk])) for pk, form in found.items()}
        roles = {site: require(by=by, permission=right, site_id=site) for site, right in asked}
        audit.acting_as(next(iter(roles.values())).value)
        stored = contents(found.values())
        _refuse_batch_with_serious(found, stored)
        broken = _broken(found, stored)
        left_out = _left_out(by, found, revisions, acts, roles, broken)
        skipped = {entry.instance.pk for entry in left_out}
        chosen = [found[pk] for pk in revisions if pk in found and pk not in skipped]
        _void_broken([one for one in broken if one.instance_id in {form.pk for form in chosen}])
        signatures = [_signature(by, form, stored[form.pk], acts[form.pk], roles) for form in chosen]
        Signature.objects.bulk_create(signatures)
    return SignResult(signed=tuple(signatures), left_out=tuple(left_out))


def _left_out(
    by: User,
    found: Mapping[int, FormInstance],
    revisions: Mapping[int, int],
    acts: Mapping[int, str],
    roles: Mapping,
    broken: Collection[Signature],
) -> list[LeftOut]:
    return [
        LeftOut(form, why)
        for pk, form in found.items()
        if (why := _not_now(by, form, revisions[pk], acts[pk], roles[form.subject.site_id], broken))
    ]


def meaning_of(form_code: str) -> str:
    """Code of the meaning a form's signature has by the protocol. Raises NotAllowed when it needs none."""
    rule = study().signature_rule(form_code)
    if rule is None:
        raise NotAllowed(_("The form %(form)s needs no signature.") % {"form": form_code.upper()})
    return rule.meaning


def verify_signature(signature: Signature) -> bool:
    """Whether the row is the signature that was given, and, while it stands, the form is the one signed."""
    if not is_as_given(signature):
        return False
    if signature.voided_at is not None:
        return True
    return not unverified([signature])


def unverified(signatures: list[Signature]) -> list[Signature]:
    """Those standing or voided signatures that do not verify, whatever the number in one statement."""
    standing = [s for s in signatures if s.voided_at is None]
    stored = contents([s.instance for s in standing])
    broken = []
    for signature in signatures:
        is_whole = is_as_given(signature)
        if is_whole and signature.voided_at is None:
            is_whole = _covers(signature, signature.instance, stored[signature.instance_id])
        if not is_whole:
            broken.append(signature)
    return broken


def _covers(signature: Signature, form: FormInstance, content: Mapping) -> bool:
    """Whether the form says what it said when it was signed."""
    return form.revision == signature.revision and content_digest(form, content) == signature.content_digest


def _broken(found: Mapping[int, FormInstance], stored: Mapping[int, dict]) -> list[Signature]:
    """Standing signatures of these forms that do not verify: copied, edited, or over something else."""
    return [
        one
        for pk, form in found.items()
        for one in form.signatures.all()
        if one.voided_at is None and not (is_as_given(one) and _covers(one, form, stored[pk]))
    ]


def _void_broken(signatures: Collection[Signature]) -> None:
    """Make room for a true signature; the broken one stays, void, and still does not verify."""
    if signatures:
        keys = [one.pk for one in signatures]
        cause = _("It did not verify when the form was signed anew.")
        Signature.objects.filter(pk__in=keys, voided_at=None).update(voided_at=clock.now(), void_cause=cause)


def meanings() -> tuple[tuple[str, str], ...]:
    """Code and statement of each meaning a signature may have, from the protocol."""
    return tuple((code, str(_(text))) for code, text in study().signature_meanings.items())


def _right(meaning: str) -> Permission:
    """The right a signature of this meaning is given by: releases are signed by manufacturing, the rest on site."""
    rules = [rule for rule in study().signatures if rule.meaning == meaning]
    return Permission(rules[0].right) if rules else Permission.SIGN_FORMS


def _forms_under_lock(revisions: Mapping[int, int]):
    """The forms with subject, visit and whether a lock covers them. Three statements.

    Subjects are locked first, as a save does: a save under way is waited for, a later one sees the signature.
    """
    keys = list(revisions)
    subjects = (
        subject_model().objects.filter(forms__in=keys).order_by("pk").select_for_update(no_key=True, of=("self",))
    )
    list(subjects.values_list("pk"))
    return (
        FormInstance.objects.filter(pk__in=keys)
        .order_by("pk")
        .select_related("subject", "visit", "saved_by")
        .prefetch_related("signatures")
        .extra(select={"is_locked": "edc_is_locked(casebook_forminstance.id)"})
    )


def _not_now(
    by: User, form: FormInstance, seen_revision: int, meaning: str, role: str, broken: Collection[Signature]
) -> str:
    rule = study().signature_rule(form.form_code)
    if rule is not None and role not in rule.roles:
        return _("It needs the signature of: %(roles)s.") % {"roles": ", ".join(rule.roles)}
    if rule is not None and rule.second_person and form.saved_by_id == by.pk:
        return _("You saved it last; a second person signs it.")
    if form.is_locked:
        return _("It is locked; a locked form cannot be signed.")
    if form.revision != seen_revision:
        return _("%(name)s saved it again at %(time)s; look at it once more.") % {
            "name": form.saved_by.full_name,
            "time": f"{form.saved_at:%H:%M} UTC",
        }
    if form.status not in SIGNABLE:
        return _("It is incomplete; complete it first.")
    if any(s.voided_at is None and s.meaning == meaning and s not in broken for s in form.signatures.all()):
        return _("It is already signed with this meaning.")
    return ""


def must_be_signed_alone(form_code: str, head: Mapping) -> bool:
    """A serious adverse event is never part of a batch."""
    rule = study().signature_rule(form_code)
    if rule is None or rule.alone_when is None:
        return False
    item, codes = rule.alone_when
    return head.get(item) in codes


def _refuse_batch_with_serious(found: Mapping[int, FormInstance], stored: Mapping[int, dict]) -> None:
    if len(found) < 2:
        return
    alone = [form for form in found.values() if must_be_signed_alone(form.form_code, stored[form.pk]["head"])]
    if alone:
        named = ", ".join(f"{form.subject.code} {form.form_code.upper()}-{form.seq:03d}" for form in alone)
        raise NotAllowed(_("Serious events are signed alone: %(forms)s. Nothing was signed.") % {"forms": named})


def _signature(by: User, form: FormInstance, stored: Mapping, meaning: str, roles: Mapping) -> Signature:
    now = clock.now()
    site = site_of(access_of(by), form.subject.site_id)
    offset = now.astimezone(ZoneInfo(site.time_zone)).utcoffset() or timedelta()
    signature = Signature(
        instance=form,
        revision=form.revision,
        meaning=meaning,
        statement=dict(meanings())[meaning],
        signer=by,
        printed_name=by.full_name,
        role=roles[form.subject.site_id].value,
        signed_at=now,
        utc_offset_minutes=int(offset.total_seconds() // 60),
        content_digest=content_digest(form, stored),
    )
    signature.digest = signature_digest(signature)
    return signature
