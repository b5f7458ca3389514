"""Check who signs in, start and end their session. One answer for every wrong combination."""

import time
import unicodedata
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from . import mail, second_factor, throttle
from .events import log_event, network_address
from .middleware import SEEN_AT, SIGNED_IN_AT
from .models import AccessEvent, Credential, Throttle, User, UserSession

BACKEND = "trial_edc.accounts.backend.PeopleBackend"
PREVIOUS_AT = "previous_sign_in_at"
DUE = "due"


class CannotSignIn(Exception):
    """Wrong credentials, or a wait after too many of them; the text says which, never whether the person
    exists.
    """


def plain_email(typed: str) -> str:
    """The address as it is stored: full-width letters made plain, no outer spaces, lower case."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def check(request: HttpRequest, *, email: str, password: str, code: str) -> User:
    """The person with these credentials. The code counts from now on.

    An unknown address costs the same work and gives the same answer as a wrong password or a wrong code,
    and its
    failures are counted alike.

    Raises:
        CannotSignIn: the combination is not right, or this address or network has to wait.
    """
    email = plain_email(email)
    keys = {"person": throttle.key_of("signin", email), "network": f"network:{network_address(request)}"}
    user = _person(email)
    if until := throttle.blocked_until(*keys.values()):
        log_event(AccessEvent.Kind.SIGN_IN_FAILED, request=request, user=user, why="blocked")
        raise CannotSignIn(_wait(until))
    may = user is not None and user.credential.confirmed_at is not None
    right = check_password(password, user.credential.password if may else "") and may
    right = second_factor.use_code(user if right else None, code) and right
    if not right:
        raise CannotSignIn(_failed(request, user, keys))
    throttle.forget(keys["person"])
    if len(second_factor.as_typed(code)) > second_factor.N_DIGITS:
        log_event(AccessEvent.Kind.RECOVERY_USED, request=request, user=user)
    return user


def start_session(request: HttpRequest, user: User) -> None:
    """Give the person a new session and note the sign-in; earlier sessions of theirs are counted, not
    ended.
    """
    n_others = other_sessions(user).count()
    previous = user.credential.signed_in_at
    auth.login(request, user, backend=BACKEND)
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = time.time()
    request.session[PREVIOUS_AT] = previous.isoformat() if previous else ""
    request.session[DUE] = _due(user)
    Credential.objects.filter(user=user).update(signed_in_at=timezone.now())
    log_event(AccessEvent.Kind.SIGNED_IN, request=request, user=user, other_sessions=n_others)


def end_session(request: HttpRequest) -> None:
    if request.user.is_authenticated:
        log_event(AccessEvent.Kind.SIGNED_OUT, request=request, user=request.user)
    auth.logout(request)


def other_sessions(user: User, *, than: str | None = None):
    """Sessions of the person that have not expired, without the one of key `than`."""
    return UserSession.objects.filter(user_id=user.pk, expire_date__gt=timezone.now()).exclude(session_key=than)


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End the person's sessions in every browser, except the one of key `but`. Returns how many."""
    n_ended, _rows = other_sessions(user, than=but).delete()
    return n_ended


def forget_expired() -> tuple[int, int]:
    """Remove expired sessions and waits older than a day. Returns how many of each."""
    now = timezone.now()
    n_sessions, _rows = UserSession.objects.filter(expire_date__lt=now).delete()
    day = timedelta(days=1)
    past = Throttle.objects.filter(first_failed_at__lt=now - day).exclude(blocked_until__gt=now)
    n_waits, _rows = past.delete()
    return n_sessions, n_waits


def previous_sign_in(request: HttpRequest) -> datetime | None:
    """When the person signed in before this session."""
    text = request.session.get(PREVIOUS_AT)
    return datetime.fromisoformat(text) if text else None


def settle(request: HttpRequest, what: str) -> None:
    """Something due at sign-in ("terms", "password") is done."""
    request.session[DUE] = [due for due in request.session.get(DUE, []) if due != what]


def _due(user: User) -> list[str]:
    due = ["terms"] if user.terms_version != settings.TERMS_VERSION else []
    days = settings.PASSWORD_MAX_AGE_DAYS
    set_at = user.credential.password_set_at
    if days and set_at and timezone.now() - set_at > timedelta(days=days):
        due.append("password")
    return due


def _person(email: str) -> User | None:
    if "\x00" in email:
        return None
    found = User.objects.select_related("credential").filter(email=email, is_active=True, is_service=False)
    if settings.EDC_ENV == "production":
        found = found.filter(is_demo=False)
    return found.filter(credential__isnull=False).first()


def _failed(request: HttpRequest, user: User | None, keys: dict[str, str]) -> str:
    log_event(AccessEvent.Kind.SIGN_IN_FAILED, request=request, user=user, why="wrong")
    wait = timedelta(minutes=settings.SIGN_IN_WAIT_MINUTES)
    hour = timedelta(hours=1)
    network_until = throttle.count_failure(keys["network"], limit=settings.NETWORK_FAILURES, window=hour, wait=wait)
    until = throttle.count_failure(keys["person"], limit=settings.SIGN_IN_FAILURES, window=hour, wait=wait)
    if until or network_until:
        log_event(AccessEvent.Kind.SIGN_IN_BLOCKED, request=request, user=user, network=bool(network_until))
    if until is None:
        return _("E-mail, password or code is not right. Each code counts once: use a new one.")
    mail.tell_about_block(user, what="sign-in", until=until)
    return _wait(until)


def _wait(until: datetime) -> str:
    minutes = max(1, round((until - timezone.now()).total_seconds() / 60))
    return _("Too many failed sign-ins. Try again in %(minutes)d min.") % {"minutes": minutes}
