"""The signature block: the same words wherever a signature is printed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from trial_edc.accounts.models import Site
from trial_edc.accounts.roles import ROLE_LABELS, Role
from trial_edc.casebook.models import Signature
from trial_edc.casebook.study import study

from .common import stamp, stamp_at_offset


@dataclass(frozen=True)
class SignatureBlock:
    """One signature as printed. `verdict` is "VALID", "VOID" or "DOES NOT VERIFY"."""

    who: str
    meaning: str
    when: str
    about: str
    verdict: str
    void: str = ""


def role_label(code: str) -> str:
    """The name of a role of the trail: "SYS" is the system."""
    if code in set(Role):
        return str(ROLE_LABELS[Role(code)])
    return _("System") if code == "SYS" else code


def signature_block(one: Signature, *, site: Site, form_label: str, version: str, holds: bool) -> SignatureBlock:
    """A signature in full: name, role, meaning, time with offset, what it covers and whether it stands.

    Args:
        form_label: what was signed, "Adverse event 4". version: protocol version of the form.
        holds: whether its digests verify.
    """
    void = ""
    if one.voided_at is not None:
        void = _("VOID %(at)s: %(cause)s. To be signed again.") % {
            "at": stamp(one.voided_at, site.time_zone),
            "cause": one.void_cause.rstrip("."),
        }
    verdict = _("DOES NOT VERIFY") if not holds else _("VOID") if void else _("VALID")
    return SignatureBlock(
        who=_("SIGNED %(name)s (%(login)s), %(role)s, site %(site)s")
        % {
            "name": one.printed_name,
            "login": one.signer.email,
            "role": role_label(one.role),
            "site": site.code,
        },
        meaning=_("Meaning: %(meaning)s of %(form)s v%(revision)d. %(statement)s")
        % {
            "meaning": one.meaning,
            "form": form_label,
            "revision": one.revision,
            "statement": one.statement,
        },
        when=stamp_at_offset(one.signed_at, one.utc_offset_minutes),
        about=_("form version %(version)s · signature id %(id)d · content digest %(digest)s")
        % {"version": version, "id": one.pk, "digest": one.content_digest},
        verdict=verdict,
        void=void,
    )


def unsigned_text(form_code: str) -> str:
    """What stands where no signature is."""
    if study().signature_rule(form_code) is None:
        return _("Not signed. The protocol asks for no signature of this form.")
    return _("Not signed.")


def standing(signatures: list[Signature]) -> list[Signature]:
    return [one for one in signatures if one.voided_at is None]


def short_text(signatures: list[Signature], *, form_code: str, broken: frozenset[int]) -> str:
    """One line for listings: who, meaning and when, or that it is not signed."""
    valid = [one for one in standing(signatures) if one.pk not in broken]
    if valid:
        one = valid[-1]
        when = stamp_at_offset(one.signed_at, one.utc_offset_minutes)
        return f"{one.printed_name}, {role_label(one.role)}: {one.meaning}, {when}"
    if signatures:
        return _("Void since a later change; not signed again.")
    return _("Not signed.")
