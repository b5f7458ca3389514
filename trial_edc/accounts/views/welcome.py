"""First sign-in: the one-time link, the password, the second factor, the terms."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from trial_edc.accounts import enrolment, second_factor, signin
from trial_edc.accounts.entries import CodeEntry, NewPasswordEntry, TermsEntry, posted
from trial_edc.accounts.events import log_event
from trial_edc.accounts.models import AccessEvent, User
from trial_edc.accounts.pages import page, public
from trial_edc.accounts.qr import svg_path
from trial_edc.accounts.views.signin import safe_target

LINK = "welcome"


@require_http_methods(["GET", "HEAD"])
@public
def link(request: HttpRequest, number: int, token: str) -> HttpResponse:
    """Take the token out of the address before anything else is loaded; a spent link says so."""
    if enrolment.person_of_link(number, token) is None:
        log_event(AccessEvent.Kind.LINK_REFUSED, request=request)
        return render(request, "accounts/link_spent.html", status=404)
    request.session[LINK] = [number, token]
    return redirect("welcome-password")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@public
def password(request: HttpRequest) -> HttpResponse:
    """Step 1: choose a password."""
    user = _person(request)
    if user is None:
        return render(request, "accounts/link_spent.html", status=404)
    entry = NewPasswordEntry(posted(request), user=user)
    if entry.is_valid():
        enrolment.set_password(request, user, entry.cleaned_data["new_password"])
        enrolment.new_factor(user)
        return redirect("welcome-factor")
    status = 422 if entry.is_bound else 200
    return render(request, "accounts/welcome_password.html", {"entry": entry, "person": user}, status=status)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@public
def factor(request: HttpRequest) -> HttpResponse:
    """Step 2: scan the secret and prove it with a first code. The link ends here and the session begins."""
    user = _person(request)
    if user is None:
        return render(request, "accounts/link_spent.html", status=404)
    if not user.credential.password or not user.credential.secret:
        return redirect("welcome-password")
    entry = CodeEntry(posted(request))
    if entry.is_valid():
        try:
            codes = enrolment.confirm_factor(request, user, entry.cleaned_data["code"])
        except enrolment.CannotEnrol as problem:
            entry.add_error("code", str(problem))
        else:
            signin.start_session(request, user)
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": reverse("terms")})
    secret = second_factor.decrypt(user.credential.secret)
    context = {
        "entry": entry,
        "person": user,
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "qr": svg_path(second_factor.uri(user, secret)),
    }
    return render(request, "accounts/welcome_factor.html", context, status=422 if entry.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(None, settles="terms")
def terms(request: HttpRequest) -> HttpResponse:
    """Step 3, and again whenever the terms change."""
    entry = TermsEntry(posted(request))
    target = safe_target(request)
    if entry.is_valid():
        enrolment.accept_terms(request)
        return HttpResponseRedirect(target)
    context = {"entry": entry, "next": target}
    return render(request, "accounts/terms.html", context, status=422 if entry.is_bound else 200)


def _person(request: HttpRequest) -> User | None:
    number, token = request.session.get(LINK, (0, ""))
    return enrolment.person_of_link(number, token)
