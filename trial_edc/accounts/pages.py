"""The gate before every view: who asks, what the address names, whether the right is there.

Order of the answers, the same for every page:

1. nobody signed in: to the sign-in page and back (htmx: 401 with `HX-Trigger: session-expired`);
2. a person without any role in the data (the administrator) on a page about a subject or a site: 403;
3. what the address names does not exist, or lies in a site the person has no role at: 404, the same for both;
4. the right is missing there: 403 with the right, who holds it and who grants it, and a line in the access
log;
5. `reauthenticated` and a request that changes something: password, and code when due, or a page that asks
for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from . import unsent
from .access import Access
from .events import log_event
from .models import AccessEvent, Site, User
from .reauthentication import CannotConfirm, ask_again, confirm
from .roles import ROLE_PERMISSIONS, Permission, Role, approving_permission

Finder = Callable[..., Any]
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class _Registered:
    finder: Finder
    needs: tuple[str, ...]
    of_site: bool


_finders: dict[str, _Registered] = {}


def register_finder(name: str, finder: Finder, *, needs: tuple[str, ...] = (), of_site: bool = True) -> None:
    """Say how the URL keyword `name` becomes an object; called by an app in `AppConfig.ready`.

    Args:
        name: keyword of the URL pattern, which is also the name of the view's argument.
        finder: called as `finder(value, access, **needed)`; returns the object or raises Http404 when there
        is
            none or `access.sees(its site)` is false.
        needs: names of other keywords of the same URL, found before and given by name ("visit" needs
        "subject").
        of_site: the object belongs to a site: it is a `Site` or has an attribute `site`. False for objects of
            the study, such as a person or a report.
    """
    _finders[name] = _Registered(finder=finder, needs=needs, of_site=of_site)


Further = Callable[[dict[str, Any]], tuple[Permission, ...]]


def page(
    permission: Permission | None, *, reauthenticated: bool = False, settles: str = "", also: Further | None = None
) -> Callable:
    """Decorate a view: only for people with `permission` at the site the address names.

    Args:
        permission: the right needed; None means any signed-in person (own settings).
        reauthenticated: a request that changes something carries `password`, and `code` when one is due.
        settles: what this page settles of the things due at sign-in ("terms", "password"); every other page
        waits.
        also: called with what the address names; gives further rights, each of which opens the page too. A refusal
        names `permission`.
    """

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def gate(request: HttpRequest, **named: Any) -> HttpResponse:
            response = _first_to_do(request, settles) or _answer(view, request, named, gate)
            add_never_cache_headers(response)
            return response

        gate.permission = permission  # read by the test that walks every address
        gate.reauthenticated = reauthenticated
        gate.also = also
        return gate

    return decorate


def public(view: Callable) -> Callable:
    """Mark a view that nobody needs to sign in for; the test that walks every address looks for the mark."""

    @wraps(view)
    def gate(request: HttpRequest, **named: Any) -> HttpResponse:
        response = view(request, **named)
        add_never_cache_headers(response)
        return response

    gate.public = True
    return gate


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The answer to a request without a person: sign-in page, or 401 for a request made by a script."""
    if wants_fragment(request):
        response = HttpResponse(_("You are signed out. Sign in again to go on."), status=401, content_type="text/plain")
        response["HX-Trigger"] = "session-expired"
        return response
    target = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    late: User | None = getattr(request, "timed_out", None)
    if late is not None and unsent.remember(request, late):
        target = reverse("session-unsent")
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': target})}")


def wants_fragment(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers or "application/json" in request.headers.get("Accept", "")


def refuse(request: HttpRequest, permission: Permission | None, site: Site | None = None) -> HttpResponse:
    """Answer 403: what is missing and who grants it; logged."""
    access: Access = request.access
    detail = {"right": permission.value if permission else "", "site": site.code if site else ""}
    log_event(AccessEvent.Kind.REFUSED, request=request, user=request.user, method=request.method, **detail)
    holders = [role for role in Role if permission in ROLE_PERMISSIONS[role]]
    context = {
        "permission": permission,
        "holders": holders,
        "site": site,
        "task": access.task_missing(permission, site) if permission else None,
        "approvers": _approvers(holders),
    }
    return render(request, "accounts/refused.html", context, status=403)


def _approvers(holders: list[Role]) -> list[Role]:
    rights = {approving_permission(role) for role in holders if role != Role.ADM}
    return [role for role in Role if rights & ROLE_PERMISSIONS[role]]


def _first_to_do(request: HttpRequest, settles: str) -> HttpResponse | None:
    """Sign in, or what is due at sign-in; None when the page can be answered."""
    if not request.user.is_authenticated:
        return ask_to_sign_in(request)
    due = request.session.get("due", [])
    return redirect(due[0]) if due and settles not in due else None


def _answer(view: Callable, request: HttpRequest, named: dict[str, Any], gate: Callable) -> HttpResponse:
    permission: Permission | None = gate.permission
    access: Access = request.access
    about_site = any(name in _finders and _finders[name].of_site for name in named)
    if about_site and not access.has_data_role:
        return refuse(request, permission)
    found = _find(named, access)
    sites = _sites(found)
    for site in sites:
        if not access.sees(site):
            raise Http404
    if permission is not None:
        rights = (permission, *(gate.also(found) if gate.also else ()))
        for site in sites or [None]:
            if not any(access.can(right, site) for right in rights):
                return refuse(request, permission, site)
    if gate.reauthenticated and request.method not in SAFE_METHODS:
        try:
            confirm(request, request.POST.get("password", ""), request.POST.get("code", ""))
        except CannotConfirm as problem:
            return ask_again(request, problem)
    return view(request, **found)


def _find(named: dict[str, Any], access: Access) -> dict[str, Any]:
    found: dict[str, Any] = {name: value for name, value in named.items() if name not in _finders}
    waiting = [name for name in named if name in _finders]
    while waiting:
        ready = [name for name in waiting if all(need in found for need in _finders[name].needs)]
        if not ready:
            raise LookupError(f"finders of {waiting} need keywords this address does not have")
        for name in ready:
            registered = _finders[name]
            found[name] = registered.finder(named[name], access, **{need: found[need] for need in registered.needs})
            waiting.remove(name)
    return {name: found[name] for name in named}


def _sites(found: dict[str, Any]) -> list[Site]:
    sites = {}
    for name, thing in found.items():
        if name in _finders and _finders[name].of_site:
            site = thing if isinstance(thing, Site) else thing.site
            sites[site.pk] = site
    return list(sites.values())
