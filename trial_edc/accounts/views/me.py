"""A person's own settings."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from trial_edc.accounts import actions, enrolment, selectors, signin
from trial_edc.accounts.entries import ChangePasswordEntry, PreferencesEntry, posted
from trial_edc.accounts.pages import page
from trial_edc.accounts.reauthentication import CannotConfirm, code_is_due


@require_http_methods(["GET", "HEAD", "POST"])
@page(None)
def me(request: HttpRequest) -> HttpResponse:
    """Name, roles, last sign-in, second factor; density and single-key shortcuts can be set."""
    user = request.user
    kept = {"density": user.density, "single_keys": user.single_keys, "language": user.language}
    entry = PreferencesEntry(posted(request), initial=kept)
    if request.method == "POST" and entry.is_valid():
        wanted = {"language": user.language, **entry.cleaned_data}
        actions.set_preferences(by=user, **wanted)
        return redirect("me")
    context = {
        "entry": entry,
        "assignments": selectors.assignments_of(user).filter(ended_at=None),
        "previous_sign_in": signin.previous_sign_in(request),
        "n_others": signin.other_sessions(user, than=request.session.session_key).count(),
        "n_recovery_codes": user.recovery_codes.filter(used_at=None, voided_at=None).count(),
        "asks_code": code_is_due(request),
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
        "absolute_hours": settings.SESSION_ABSOLUTE_SECONDS // 3600,
    }
    return render(request, "accounts/me.html", context, status=422 if entry.errors else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@page(None, settles="password")
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password; the current one is needed."""
    entry = ChangePasswordEntry(posted(request), user=request.user)
    if entry.is_valid():
        typed = entry.cleaned_data
        try:
            enrolment.change_password(request, current=typed["current_password"], new=typed["new_password"])
        except CannotConfirm as problem:
            entry.add_error("current_password", str(problem))
        else:
            return redirect("me")
    return render(request, "accounts/password.html", {"entry": entry}, status=422 if entry.is_bound else 200)


@require_POST
@page(None, reauthenticated=True)
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them this once."""
    codes = enrolment.renew_recovery_codes(request)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": "/me/"})


@require_POST
@page(None)
def sign_out_others(request: HttpRequest) -> HttpResponse:
    """End the own sessions in other browsers."""
    signin.end_sessions(request.user, but=request.session.session_key)
    return redirect("me")
