"""Tables of signing in: secrets, codes, waits, sessions and the access log. None of them holds trial data.

They are kept out of the audit trail on purpose: a password hash or a secret has no place in a table that is
shown and exported. What happens to them is told by `AccessEvent`.
"""

import pgtrigger
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _


class OnlyGrows(pgtrigger.Trigger):
    """Refuse every change and removal, by any role; calls the audit trail's own guard."""

    name = "only_grows"
    level = pgtrigger.Statement
    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate
    func = "RETURN NULL;"  # body of the function pgtrigger generates, which is not attached to anything

    def render_execute(self, model: type[models.Model]) -> str:
        return "public.audit_refuse_change()"


class Credential(models.Model):
    """What a person proves who they are with, one row each; written only by `signin` and `enrolment`."""

    user = models.OneToOneField("accounts.User", models.PROTECT, primary_key=True, related_name="credential")
    password = models.CharField(max_length=200, blank=True)
    password_set_at = models.DateTimeField(null=True, blank=True)
    secret = models.TextField(blank=True)
    """Second-factor secret, encrypted (`second_factor.encrypt`)."""
    confirmed_at = models.DateTimeField(null=True, blank=True)
    """When the first code of this secret was right. Until then the person cannot sign in."""
    last_counter = models.BigIntegerField(default=0)
    """Time step of the last code that counted; only a later step counts again."""
    link_version = models.PositiveIntegerField(default=0)
    """Raised when a one-time link is sent or used, which voids every earlier link."""
    signed_in_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"credential of {self.user_id}"


class RecoveryCode(models.Model):
    """A one-time way in for a person whose device is lost. Only a keyed digest of the code is kept."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class Throttle(models.Model):
    """Failures counted under one key (an address typed at sign-in, a network address, a signer) and the
    wait.
    """

    key = models.CharField(max_length=80, primary_key=True)
    n_failures = models.PositiveIntegerField(default=0)
    first_failed_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key


class AccessEvent(models.Model):
    """One line of the access log. Lines are added, never changed or removed: a trigger sees to it."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
        SIGN_IN_BLOCKED = "sign_in_blocked", _("Sign-in blocked")
        SIGNED_OUT = "signed_out", _("Signed out")
        TIMED_OUT = "timed_out", _("Session ended by time limit")
        SESSION_ENDED = "session_ended", _("Session ended")
        REFUSED = "refused", _("Page refused")
        CONFIRMED = "confirmed", _("Identity confirmed")
        CONFIRM_FAILED = "confirm_failed", _("Confirmation failed")
        SIGNING_BLOCKED = "signing_blocked", _("Signing blocked")
        LINK_SENT = "link_sent", _("One-time link sent")
        LINK_REFUSED = "link_refused", _("One-time link refused")
        PASSWORD_SET = "password_set", _("Password set")
        FACTOR_ENROLLED = "factor_enrolled", _("Second factor enrolled")
        FACTOR_REVOKED = "factor_revoked", _("Second factor revoked")
        RECOVERY_USED = "recovery_used", _("Recovery code used")
        RECOVERY_MADE = "recovery_made", _("Recovery codes made")
        TERMS_ACCEPTED = "terms_accepted", _("Terms accepted")

    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=20, choices=Kind)
    user = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    network_address = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-pk"]
        triggers = [OnlyGrows()]
        indexes = [models.Index(fields=["user", "-at"]), models.Index(fields=["kind", "-at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M:%S}"


class UserSession(AbstractBaseSession):
    """A browser session, with the person it belongs to, so that one person's sessions can be counted and
    ended.
    """

    user_id = models.BigIntegerField(null=True, db_index=True)

    @classmethod
    def get_session_store_class(cls):
        from .sessions import SessionStore

        return SessionStore
