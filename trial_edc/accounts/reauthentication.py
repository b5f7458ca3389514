"""Prove again who is at the keyboard, before a signature, a lock or another act that binds a person.

Two components at the first time after sign-in (password and code), afterwards the password, and the code
again once the last one is older than `CONFIRM_CODE_MINUTES`. 21 CFR Part 11, 11.200(a)(1).
"""

import time
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from . import mail, second_factor, throttle
from .events import log_event
from .models import AccessEvent, User

CODE_AT = "confirmed_code_at"
SECRET_FIELDS = ("csrfmiddlewaretoken", "password", "code")


class CannotConfirm(Exception):
    """It is not shown that the signed-in person is at the keyboard; nothing may be signed."""


def code_is_due(request: HttpRequest) -> bool:
    """Whether the next confirmation asks for a second-factor code beside the password."""
    last = request.session.get(CODE_AT)
    return last is None or time.time() - last > settings.CONFIRM_CODE_MINUTES * 60


def confirm(request: HttpRequest, password: str, code: str = "", *, with_code: bool | None = None) -> None:
    """Check the signed-in person's password, and the code when one is due; a right code counts once.

    Call it outside a transaction: failures are counted and logged whatever happens later.

    Args:
        with_code: True or False to ask for a code, or not, whatever is due; None for what `code_is_due` says.
    Raises:
        CannotConfirm: wrong or missing credentials, or signing is blocked after too many of them.
    """
    user: User = request.user
    key = _key(user)
    if until := throttle.blocked_until(key):
        log_event(AccessEvent.Kind.CONFIRM_FAILED, request=request, user=user, why="blocked")
        raise CannotConfirm(_blocked(until))
    due = code_is_due(request) if with_code is None else with_code
    if not password or (due and not code):
        raise CannotConfirm(_("Enter your password and a second-factor code.") if due else _("Enter your password."))
    right = check_password(password, user.credential.password)
    if right and due:
        right = second_factor.use_code(user, code)
        if right:
            request.session[CODE_AT] = time.time()
    if not right:
        raise CannotConfirm(_failed(request, user, key))
    throttle.forget(key)
    log_event(AccessEvent.Kind.CONFIRMED, request=request, user=user, code=due)


def ask_again(request: HttpRequest, problem: CannotConfirm) -> HttpResponse:
    """A page, or for htmx its form alone, that says what is wrong and asks for the credentials.

    Everything else that was sent is kept in it.
    """
    kept = [(name, value) for name, values in request.POST.lists() if name not in SECRET_FIELDS for value in values]
    context = {"problem": str(problem), "kept": kept, "asks_code": code_is_due(request)}
    whole = "HX-Request" not in request.headers
    template = "accounts/confirm.html" if whole else "accounts/_confirm.html"
    return render(request, template, context, status=422)


def lift_block(user: User) -> None:
    throttle.forget(_key(user))


def _failed(request: HttpRequest, user: User, key: str) -> str:
    log_event(AccessEvent.Kind.CONFIRM_FAILED, request=request, user=user, why="wrong")
    until = throttle.count_failure(
        key,
        limit=settings.CONFIRM_FAILURES,
        window=timedelta(hours=12),
        wait=timedelta(minutes=settings.CONFIRM_WAIT_MINUTES),
    )
    if until is None:
        return _("Password or code is not right, so nothing was done. Each code counts once: use a new one.")
    log_event(AccessEvent.Kind.SIGNING_BLOCKED, request=request, user=user)
    mail.tell_about_block(user, what="signing", until=until)
    return _blocked(until)


def _blocked(until) -> str:
    minutes = max(1, round((until - timezone.now()).total_seconds() / 60))
    return _("Signing is blocked after repeated wrong credentials. Try again in %(minutes)d min.") % {
        "minutes": minutes
    }


def _key(user: User) -> str:
    return f"signing:{user.pk}"
