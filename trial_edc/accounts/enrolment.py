"""The way in for a new person, and back in after a reset: one-time link, password, second factor, terms."""

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from trial_edc.audit.context import audited

from . import reauthentication, second_factor, signin
from .access import access_of
from .events import log_event
from .models import AccessEvent, Credential, User


class CannotEnrol(Exception):
    """The step was not taken; the text says why."""


class _OneTimeLinks(PasswordResetTokenGenerator):
    """Signed links that end with the enrolment they were made for, with the next link, or after
    `LINK_DAYS`.
    """

    key_salt = "trial_edc.accounts.enrolment"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{user.pk} {user.email} {user.is_active} {user.credential.link_version} {timestamp}"


_links = _OneTimeLinks()


def new_link(user: User) -> str:
    """Path of a new one-time link of this person; every earlier one stops working."""
    credential, _made = Credential.objects.get_or_create(user=user)
    Credential.objects.filter(user=user).update(link_version=F("link_version") + 1)
    credential.refresh_from_db()
    user.credential = credential
    return reverse("welcome-link", kwargs={"number": user.pk, "token": _links.make_token(user)})


def person_of_link(number: int, token: str) -> User | None:
    """The active person whose unused, unexpired link this is."""
    found = User.objects.select_related("credential").filter(pk=number, is_active=True, is_service=False)
    user = found.filter(credential__isnull=False).first()
    return user if user is not None and _links.check_token(user, token) else None


def set_password(request: HttpRequest | None, user: User, password: str) -> None:
    """Keep a password that has passed the validators; ends every session that was started with the former
    one.
    """
    Credential.objects.filter(user=user).update(password=make_password(password), password_set_at=timezone.now())
    user.credential.refresh_from_db()
    log_event(AccessEvent.Kind.PASSWORD_SET, request=request, user=user)


def change_password(request: HttpRequest, *, current: str, new: str) -> None:
    """Set the signed-in person's own password; other browsers are signed out. Raises CannotConfirm."""
    user = request.user
    reauthentication.confirm(request, current, with_code=False)
    set_password(request, user, new)
    auth.update_session_auth_hash(request, user)
    signin.end_sessions(user, but=request.session.session_key)
    signin.settle(request, "password")


def new_factor(user: User) -> str:
    """A new secret for the person, kept encrypted, not yet trusted. Returns it in base32, to be shown."""
    secret = second_factor.new_secret()
    Credential.objects.filter(user=user).update(secret=second_factor.encrypt(secret), confirmed_at=None, last_counter=0)
    user.credential.refresh_from_db()
    return secret


def confirm_factor(request: HttpRequest, user: User, code: str) -> list[str]:
    """Trust the secret after its first right code, which ends the one-time link. Returns new recovery codes.

    Raises:
        CannotEnrol: the code does not belong to the secret shown, or has been used.
    """
    with transaction.atomic():
        typed = second_factor.as_typed(code)
        if len(typed) != second_factor.N_DIGITS or not second_factor.use_code(user, typed):
            raise CannotEnrol(_("The code is not right. Check the time of the device and enter its next code."))
        Credential.objects.filter(user=user).update(confirmed_at=timezone.now(), link_version=F("link_version") + 1)
        codes = second_factor.make_recovery_codes(user)
        log_event(AccessEvent.Kind.FACTOR_ENROLLED, request=request, user=user)
    user.credential.refresh_from_db()
    return codes


def renew_recovery_codes(request: HttpRequest) -> list[str]:
    """New recovery codes for the signed-in person; the earlier ones stop working."""
    with transaction.atomic():
        codes = second_factor.make_recovery_codes(request.user)
        log_event(AccessEvent.Kind.RECOVERY_MADE, request=request, user=request.user)
    return codes


def accept_terms(request: HttpRequest) -> None:
    """Note that the signed-in person accepts the terms in force, the weight of an electronic signature
    included.
    """
    user = request.user
    with audited(by=user, reason="", source="form", role=access_of(user).role_at() or ""):
        user.terms_version, user.terms_accepted_at = settings.TERMS_VERSION, timezone.now()
        user.save(update_fields=["terms_version", "terms_accepted_at"])
    signin.settle(request, "terms")
    log_event(AccessEvent.Kind.TERMS_ACCEPTED, request=request, user=user, version=settings.TERMS_VERSION)
