"""Session limits, security headers, SQL count."""

import time
from collections.abc import Callable
from contextlib import ExitStack

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from .access import access_of
from .events import log_event
from .models import AccessEvent, User

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
Answer = Callable[[HttpRequest], HttpResponse]


def count_sql(get_response: Answer) -> Answer:
    """Put the number of SQL statements of the request into `X-SQL-Count`. Only with test hooks."""

    def middleware(request: HttpRequest) -> HttpResponse:
        n_statements = 0

        def count(execute, sql, params, many, context):
            nonlocal n_statements
            n_statements += 1
            return execute(sql, params, many, context)

        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(count))
            response = get_response(request)
        response["X-SQL-Count"] = str(n_statements)
        return response

    return middleware


def security_headers(get_response: Answer) -> Answer:
    """No script or style but our own files, no framing, no referrer to others, no clinical page in any
    cache.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def session_limits(get_response: Answer) -> Answer:
    """Set `request.access`; end sessions past the idle or absolute limit and those of deactivated people.

    Limits run by real time. An expired session is emptied before the view runs, so the view meets nobody.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.access = SimpleLazyObject(lambda: access_of(request.user))
        if SESSION_KEY not in request.session:
            return get_response(request)
        if not request.user.is_authenticated:
            user_id = request.session.get(SESSION_KEY)
            request.session.flush()
            if user_id:
                log_event(AccessEvent.Kind.SESSION_ENDED, request=request, user=_known(user_id))
            return get_response(request)
        if why := _limit_passed(request):
            request.timed_out = request.user._wrapped if hasattr(request.user, "_wrapped") else request.user
            _end(request, why)
            return get_response(request)
        if request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return middleware


def idle_seconds(request: HttpRequest) -> int:
    """The idle limit of this request, s; the test header counts only with test hooks."""
    typed = request.headers.get("X-Test-Idle", "") if settings.EDC_TEST_HOOKS else ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else settings.SESSION_IDLE_SECONDS


def seconds_left(request: HttpRequest) -> int:
    """Whole seconds until this session ends if nothing is done, by the nearer of the two limits."""
    now = time.time()
    idle = request.session.get(SEEN_AT, now) + idle_seconds(request) - now
    absolute = request.session.get(SIGNED_IN_AT, now) + settings.SESSION_ABSOLUTE_SECONDS - now
    return max(0, int(min(idle, absolute)))


def _limit_passed(request: HttpRequest) -> str:
    """Which limit has passed, "" when none; else notes the activity, at most once per tenth of the idle
    limit.
    """
    now, idle = time.time(), idle_seconds(request)
    seen = request.session.get(SEEN_AT)
    if now - request.session.get(SIGNED_IN_AT, now) > settings.SESSION_ABSOLUTE_SECONDS:
        return "absolute"
    if seen is not None and now - seen > idle:
        return "idle"
    request.session.setdefault(SIGNED_IN_AT, now)
    if not _is_silent(request) and (seen is None or now - seen > min(30, idle / 10)):
        request.session[SEEN_AT] = now
    return ""


def _is_silent(request: HttpRequest) -> bool:
    """A script's question about the session or a job is no activity of the person."""
    return request.method == "GET" and (request.path == "/session/" or "X-Background" in request.headers)


def _end(request: HttpRequest, why: str) -> None:
    log_event(AccessEvent.Kind.TIMED_OUT, request=request, user=request.user, limit=why)
    logout(request)


def _known(user_id: str) -> User | None:
    return User.objects.filter(pk=user_id).first()
