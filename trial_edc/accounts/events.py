"""Write a line of the access log."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from .models import AccessEvent, User


def log_event(kind: AccessEvent.Kind, *, request: HttpRequest | None = None, user: User | None = None, **detail):
    """Add one `AccessEvent`. `detail` is kept as JSON: short words and numbers, never a password, code or
    address.
    """
    where = {}
    if request is not None:
        where = {
            "network_address": network_address(request),
            "agent": _plain(request.headers.get("User-Agent", "")),
            "path": _plain(request.path),
        }
    return AccessEvent.objects.create(kind=kind, user=user, detail=detail, **where)


def network_address(request: HttpRequest) -> str | None:
    """Address of the client: what the own TLS proxy reports last, without such a proxy the peer's.

    Earlier entries of X-Forwarded-For come from the client and are not believed.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or told
    try:
        return str(ip_address(told))
    except ValueError:
        return None


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:200]
