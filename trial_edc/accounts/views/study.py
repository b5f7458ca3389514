"""Sites, the delegation log and the access log."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trial_edc.accounts import actions, selectors
from trial_edc.accounts.entries import DelegationEntry, ReasonEntry, SiteEntry, posted
from trial_edc.accounts.models import AccessEvent, Delegation, Site
from trial_edc.accounts.pages import page
from trial_edc.accounts.reauthentication import code_is_due
from trial_edc.accounts.roles import Permission, Task

LINES_PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.MANAGE_USERS)
def sites(request: HttpRequest) -> HttpResponse:
    """Every site; a new one is added here."""
    return _site_page(request, Site())


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.MANAGE_USERS)
def edit_site(request: HttpRequest, any_site: Site) -> HttpResponse:
    """Name, time zone and state of a site. Its code never changes: subject numbers begin with it."""
    return _site_page(request, any_site)


@require_safe
@page(Permission.VIEW_DELEGATION)
def delegations(request: HttpRequest) -> HttpResponse:
    """The delegation logs of the person's sites."""
    writable = request.access.sites(Permission.DRAFT_DELEGATION)
    context = {
        "lines": selectors.delegations(request.access),
        "writable": writable,
        "signable": request.access.sites(Permission.SIGN_DELEGATION),
        "asks_code": code_is_due(request),
        "reason_entry": ReasonEntry(auto_id=False),
    }
    return render(request, "accounts/admin/delegations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.DRAFT_DELEGATION, reauthenticated=True)
def delegate(request: HttpRequest, site: Site) -> HttpResponse:
    """Add a line to a site's delegation log; the investigator's own line is signed with it."""
    entry = DelegationEntry(posted(request), site=site)
    if entry.is_valid():
        typed = entry.cleaned_data
        try:
            actions.delegate_task(
                by=request.user,
                user=typed["person"],
                site=site,
                task=Task(typed["task"]),
                starts_on=typed["starts_on"],
                ends_on=typed["ends_on"],
                reason=typed["reason"],
            )
            return redirect("delegations")
        except actions.CannotDelegate as problem:
            entry.add_error(None, str(problem))
    context = {"entry": entry, "site": site, "asks_code": code_is_due(request)}
    return render(request, "accounts/admin/delegate.html", context, status=422 if entry.is_bound else 200)


@require_POST
@page(Permission.SIGN_DELEGATION, reauthenticated=True)
def sign_delegation(request: HttpRequest, delegation: Delegation) -> HttpResponse:
    return _change(request, delegation, actions.approve_delegation)


@require_POST
@page(Permission.SIGN_DELEGATION, reauthenticated=True)
def end_delegation(request: HttpRequest, delegation: Delegation) -> HttpResponse:
    return _change(request, delegation, actions.end_delegation)


@require_safe
@page(Permission.VIEW_SECURITY_LOG)
def access_log(request: HttpRequest) -> HttpResponse:
    """Sign-ins, refusals and blocks, newest first; an investigator reads those of the own site's people."""
    kind = request.GET.get("kind", "")
    person = request.GET.get("person", "").replace("\x00", "")[:100]
    known = kind if kind in AccessEvent.Kind.values else ""
    rows = selectors.access_events(request.access, kind=known, person=person)
    lines = Paginator(rows, LINES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"lines": lines, "kinds": AccessEvent.Kind.choices, "kind": known, "person": person}
    return render(request, "accounts/admin/access_log.html", context)


def _site_page(request: HttpRequest, site: Site) -> HttpResponse:
    entry = SiteEntry(posted(request), instance=site)
    if entry.is_valid():
        actions.save_site(by=request.user, site=entry.instance, reason=entry.cleaned_data["reason"])
        return redirect("sites")
    context = {"entry": entry, "site": site, "sites": selectors.sites()}
    return render(request, "accounts/admin/sites.html", context, status=422 if entry.is_bound else 200)


def _change(request: HttpRequest, delegation: Delegation, action) -> HttpResponse:
    entry = ReasonEntry(request.POST)
    if entry.is_valid():
        try:
            action(by=request.user, delegation=delegation, reason=entry.cleaned_data["reason"])
            return redirect("delegations")
        except actions.CannotDelegate as problem:
            entry.add_error(None, str(problem))
    context = {"entry": entry, "delegation": delegation}
    return render(request, "accounts/admin/delegation_refused.html", context, status=422)
