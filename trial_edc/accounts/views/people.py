"""People and their roles, for the administrator."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trial_edc.accounts import actions, reauthentication, selectors
from trial_edc.accounts.entries import Entry, InviteEntry, ReasonEntry, RoleEntry, TrainingEntry, posted
from trial_edc.accounts.models import RoleAssignment, User
from trial_edc.accounts.pages import page
from trial_edc.accounts.roles import ROLE_PERMISSIONS, Permission, Role

REFUSALS = (actions.CannotInvite, actions.CannotAssign, actions.CannotDeactivate)


@require_safe
@page(Permission.MANAGE_USERS)
def people(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/admin/people.html", {"lines": selectors.people()})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.MANAGE_USERS)
def invite(request: HttpRequest) -> HttpResponse:
    """Add a person with a first role and mail them the link; all of it or nothing."""
    entry = InviteEntry(posted(request))
    if entry.is_valid():
        typed = entry.cleaned_data
        try:
            with transaction.atomic():
                user = actions.invite_user(
                    by=request.user,
                    email=typed["email"],
                    full_name=typed["full_name"],
                    organisation=typed["organisation"],
                    trained_on=typed["trained_on"],
                    identity_checked_on=typed["identity_checked_on"],
                    reason=typed["reason"],
                    link_base=_base(request),
                )
                _assign(request, user, typed)
        except REFUSALS as problem:
            entry.add_error(None, str(problem))
        else:
            messages.info(request, _("Invitation sent to %(email)s.") % {"email": user.email})
            return redirect("person", person=user.pk)
    return render(request, "accounts/admin/invite.html", {"entry": entry}, status=422 if entry.is_bound else 200)


@require_safe
@page(Permission.MANAGE_USERS)
def person(request: HttpRequest, person: User) -> HttpResponse:
    return _person_page(request, person)


@require_POST
@page(Permission.MANAGE_USERS)
def assign_role(request: HttpRequest, person: User) -> HttpResponse:
    return _act(request, person, RoleEntry(request.POST), lambda typed: _assign(request, person, typed))


@require_POST
@page(Permission.MANAGE_USERS)
def end_role(request: HttpRequest, assignment: RoleAssignment) -> HttpResponse:
    def end(typed: dict) -> None:
        actions.end_role(by=request.user, assignment=assignment, reason=typed["reason"])

    return _act(request, assignment.user, ReasonEntry(request.POST), end)


@require_POST
@page(Permission.MANAGE_USERS)
def record_training(request: HttpRequest, person: User) -> HttpResponse:
    def record(typed: dict) -> None:
        actions.record_training(by=request.user, user=person, **typed)

    return _act(request, person, TrainingEntry(request.POST), record)


@require_POST
@page(Permission.MANAGE_USERS)
def deactivate(request: HttpRequest, person: User) -> HttpResponse:
    def close(typed: dict) -> None:
        actions.deactivate(by=request.user, user=person, reason=typed["reason"])

    return _act(request, person, ReasonEntry(request.POST), close)


@require_POST
@page(Permission.MANAGE_USERS)
def reactivate(request: HttpRequest, person: User) -> HttpResponse:
    def reopen(typed: dict) -> None:
        actions.reactivate(by=request.user, user=person, reason=typed["reason"], link_base=_base(request))

    return _act(request, person, ReasonEntry(request.POST), reopen)


@require_POST
@page(Permission.MANAGE_USERS)
def reset(request: HttpRequest, person: User) -> HttpResponse:
    """Void password, second factor and sessions; signing is open again; the person gets a link."""

    def start_over(typed: dict) -> None:
        actions.reset_sign_in(by=request.user, user=person, reason=typed["reason"], link_base=_base(request))
        reauthentication.lift_block(person)

    return _act(request, person, ReasonEntry(request.POST), start_over)


@require_safe
@page(Permission.MANAGE_USERS)
def matrix(request: HttpRequest) -> HttpResponse:
    """Roles and rights as the program holds them."""
    rows = [(right, [(role, right in ROLE_PERMISSIONS[role]) for role in Role]) for right in Permission]
    return render(request, "accounts/admin/matrix.html", {"roles": list(Role), "rows": rows})


def _assign(request: HttpRequest, user: User, typed: dict) -> None:
    actions.assign_role(
        by=request.user,
        user=user,
        role=Role(typed["role"]),
        site=typed["site"],
        starts_on=typed["starts_on"],
        ends_on=typed["ends_on"],
        approved_by=typed["approved_by"],
        reason=typed["reason"],
    )


def _act(request: HttpRequest, person: User, entry: Entry, action: Callable[[dict], None]) -> HttpResponse:
    """Validate, act, back to the person; a refusal shows the person's page with what was typed."""
    if entry.is_valid():
        try:
            action(entry.cleaned_data)
            return redirect("person", person=person.pk)
        except REFUSALS as problem:
            entry.add_error(None, str(problem))
    return _person_page(request, person, entry, status=422)


def _person_page(request: HttpRequest, person: User, entry: Entry | None = None, *, status: int = 200) -> HttpResponse:
    trained = {"trained_on": person.trained_on, "identity_checked_on": person.identity_checked_on}
    context = {
        "person": person,
        "state": selectors.account_state(person),
        "assignments": selectors.assignments_of(person),
        "refused": entry,
        "role_entry": entry if type(entry) is RoleEntry else RoleEntry(auto_id="role_%s"),
        "training_entry": entry if type(entry) is TrainingEntry else TrainingEntry(initial=trained, auto_id="tr_%s"),
        "reason_entry": ReasonEntry(auto_id=False),
    }
    return render(request, "accounts/admin/person.html", context, status=status)


def _base(request: HttpRequest) -> str:
    return settings.EDC_PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
