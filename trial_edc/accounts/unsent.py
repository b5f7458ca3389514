"""What somebody sent after their session had ended: carried through the sign-in, for them alone.

Pages with their script keep a draft and sign in in place. Without it a form that was sent too late would be lost;
here it waits in the new, still nameless session and is offered to the same person once they are signed in.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from .models import User
from .reauthentication import SECRET_FIELDS

KEY = "unsent"
LARGEST = 300_000  # characters, names and values together; a visit with all its rows has a tenth of it
OWN_PLACES = ("/signin/", "/signout/", "/session/", "/welcome/", "/me/", "/terms/")


@dataclass(frozen=True)
class Unsent:
    """A form as it was sent: where to, and its fields in order, passwords and codes left out."""

    path: str
    fields: tuple[tuple[str, str], ...]


def remember(request: HttpRequest, user: User) -> bool:
    """Keep what this request sent, for `user`. Returns whether there was anything to keep."""
    if request.method != "POST" or request.path.startswith(OWN_PLACES):
        return False
    fields = [(name, value) for name, values in request.POST.lists() for value in values if not _is_secret(name)]
    if not fields or sum(len(name) + len(value) for name, value in fields) > LARGEST:
        return False
    request.session[KEY] = {"user": user.pk, "path": request.get_full_path(), "fields": fields}
    return True


def waiting(request: HttpRequest) -> Unsent | None:
    """What waits for the person signed in; what waited for somebody else is dropped."""
    kept = request.session.get(KEY)
    if kept is None:
        return None
    if kept["user"] != request.user.pk:
        forget(request)
        return None
    return Unsent(kept["path"], tuple((name, value) for name, value in kept["fields"]))


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def _is_secret(name: str) -> bool:
    return name in SECRET_FIELDS or "password" in name
