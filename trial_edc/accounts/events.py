"""Write a line of the access log."""

from django.http import HttpRequest

from .models import AccessEvent, User


def log_event(
    kind: AccessEvent.Kind, *, request: HttpRequest | None = None, user: User | None = None, **detail
):
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
    """Address of the client as the web server saw it; the proxy in front sets REMOTE_ADDR, no header is
    trusted.
    """
    return request.META.get("REMOTE_ADDR") or None


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:200]
