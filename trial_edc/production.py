"""What a production installation must have set. Anything missing stops the start, with a sentence each."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

DEMO_SECRET_KEY = "only-for-demo-and-tests"
ENVIRONMENTS = ("demo", "test", "production")
# Passwords people leave in place; compared without regard to case.
_LEFT_IN_PLACE = {"", "edc", "edc_app", "edc_owner", "postgres", "redis", "password", "secret", "changeme"}
_TLS_SWITCHES = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS")


def start_up_problems(settings: Any) -> list[str]:
    """Sentences that say what keeps this installation from starting; none for demo and tests.

    Args:
        settings: Django's settings, or anything with the same names.
    """
    if settings.EDC_ENV not in ENVIRONMENTS:
        return [f"EDC_ENV is {settings.EDC_ENV!r}. Set it to one of: {', '.join(ENVIRONMENTS)}."]
    if settings.EDC_ENV != "production":
        return []
    return [*_modes(settings), *_secrets(settings), *_servers(settings), *_tls(settings)]


def _modes(settings: Any) -> Iterator[str]:
    if settings.EDC_TEST_HOOKS:
        yield "EDC_TEST_HOOKS is on. Test hooks bend time and sign-in: unset it."
    if settings.DEBUG:
        yield "DEBUG is on. It shows data in error pages: turn it off."


def _secrets(settings: Any) -> Iterator[str]:
    if settings.SECRET_KEY.startswith(DEMO_SECRET_KEY) or len(settings.SECRET_KEY) < 50:
        yield "SECRET_KEY is missing, short or the demo's. Set 50 random characters."
    if list(getattr(settings, "SECOND_FACTOR_KEYS", [])) == [settings.SECRET_KEY]:
        yield "SECOND_FACTOR_KEYS is not set. Set a key of its own: it outlives SECRET_KEY."


def _servers(settings: Any) -> Iterator[str]:
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "trial_edc.embedded_backend":
        yield "DATABASE_URL is not set. Set it to the address of PostgreSQL as edc_app."
    elif str(database.get("PASSWORD") or "").lower() in _LEFT_IN_PLACE:
        yield "DATABASE_URL has no password, or a default one. Set one of your own."
    elif database["USER"] in ("postgres", "edc_owner"):
        yield f"DATABASE_URL connects as {database['USER']}, who could change the trail. Connect as edc_app."
    if not settings.REDIS_URL:
        yield "REDIS_URL is not set. Set it to the address of Redis."
    elif (urlsplit(settings.REDIS_URL).password or "").lower() in _LEFT_IN_PLACE:
        yield "REDIS_URL has no password, or a default one. Set one of your own."
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        yield "EMAIL_URL is not set. Set it to the mail server: smtp+tls://user:password@host:587"


def _tls(settings: Any) -> Iterator[str]:
    if not settings.EDC_PUBLIC_URL.startswith("https://"):
        yield "EDC_PUBLIC_URL is missing or not https. Set the address people open: https://edc.example.org"
    if "*" in settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS allows every host name. Name those you serve."
    if not settings.SECURE_PROXY_SSL_HEADER:
        yield (
            "EDC_TLS_PROXY is not set. Set it to 1 once a TLS proxy that sets X-Forwarded-Proto itself "
            "stands in front and nothing else reaches the web process."
        )
    if off := [name for name in _TLS_SWITCHES if not getattr(settings, name)]:
        yield f"TLS settings are off: {', '.join(off)}. Turn them on."
