"""Mails about accounts. They carry a name and a link, never a code, a password or a word about a subject."""

from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from .models import User


def send_link(user: User, *, link: str, invited: bool) -> None:
    """Mail a one-time link, once the transaction that made it is committed."""
    subject = _("Your access to the trial database") if invited else _("Set up your sign-in again")
    context = {"person": user, "link": link, "days": settings.LINK_DAYS, "invited": invited}
    body = render_to_string("accounts/mail/link.txt", context)
    transaction.on_commit(lambda: send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email]))


def tell_about_block(user: User | None, *, what: str, until: datetime) -> None:
    """Tell the person, when there is one, and the security contact that sign-in or signing is blocked for a
    while.
    """
    subject = _("Signing is blocked") if what == "signing" else _("Sign-in is blocked")
    body = render_to_string("accounts/mail/blocked.txt", {"person": user, "what": what, "until": until})
    to = [*([user.email] if user else []), *settings.SECURITY_CONTACTS]
    if not to:
        return
    transaction.on_commit(lambda: send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, to, fail_silently=True))
