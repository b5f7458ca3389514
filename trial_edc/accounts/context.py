"""What every template knows about the person and the database."""

from django.conf import settings
from django.http import HttpRequest

from .middleware import seconds_left
from .training import is_training


def person(request: HttpRequest) -> dict:
    """`access`, `training`, and for a signed-in person the limits the session script reads."""
    known = {"training": is_training(), "access": None}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return known
    return {
        **known,
        "access": request.access,
        "session_seconds": seconds_left(request),
        "session_warning_seconds": settings.SESSION_WARNING_SECONDS,
    }
