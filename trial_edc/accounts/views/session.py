"""The running session: renewed in place, kept alive, asked how long it lasts."""

from base64 import b64encode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trial_edc.accounts import signin, unsent
from trial_edc.accounts.entries import SignInEntry
from trial_edc.accounts.middleware import seconds_left
from trial_edc.accounts.pages import page, public


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@public
def session(request: HttpRequest) -> JsonResponse:
    """GET: whose session this is and how long it lasts, without prolonging it. POST: sign in again in place.

    The page that expired sends the fixed `email` of its person with `password` and `code`. The answer
    carries the
    new CSRF token, so the page goes on where it was. Somebody else signs in on the sign-in page instead.
    """
    if request.method == "GET":
        return _state(request) if request.user.is_authenticated else _signed_out()
    entry = SignInEntry(request.POST)
    if not entry.is_valid():
        return JsonResponse({"errors": entry.errors}, status=422)
    typed = entry.cleaned_data
    if request.user.is_authenticated and request.user.email != signin.plain_email(typed["email"]):
        return JsonResponse({"errors": {"__all__": [_other_person()]}, "drop_page": True}, status=409)
    try:
        user = signin.check(request, email=typed["email"], password=typed["password"], code=entry.second_factor)
    except signin.CannotSignIn as problem:
        return JsonResponse({"errors": {"__all__": [str(problem)]}}, status=422)
    signin.start_session(request, user)
    return _state(request)


@require_POST
@public
def keep(request: HttpRequest) -> JsonResponse:
    """Stay signed in: the person answered the warning. The request itself counts as activity."""
    return _state(request) if request.user.is_authenticated else _signed_out()


@require_safe
@public
def key(request: HttpRequest) -> JsonResponse:
    """The key under which a browser may keep unsent values while it is offline: the person's own, AES-256.

    Only a signed-in session gets it; it is the same after the next sign-in, so that what was left behind on a
    computer can be sent, and by nobody else.
    """
    if not request.user.is_authenticated:
        return _signed_out()
    made = salted_hmac("edc.offline", str(request.user.pk), algorithm="sha256").digest()
    return JsonResponse({"key": b64encode(made).decode()})


@require_http_methods(["GET", "HEAD", "POST"])
@page(None)
def carried(request: HttpRequest) -> HttpResponse:
    """What the person sent after their session had ended: to be sent again, or discarded by a POST."""
    kept = unsent.waiting(request)
    if request.method == "POST" or kept is None:
        unsent.forget(request)
        return redirect("/")
    shown = [(name, value) for name, value in kept.fields if value and not name.startswith("_")]
    return render(request, "accounts/unsent.html", {"unsent": kept, "shown": shown})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form was sent without the token of its page: nothing was done."""
    return render(request, "accounts/csrf.html", status=403)


def _state(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        {"email": request.user.email, "seconds_left": seconds_left(request), "csrf_token": get_token(request)}
    )


def _signed_out() -> JsonResponse:
    response = JsonResponse({"errors": {"__all__": [_("You are signed out. Sign in again to go on.")]}}, status=401)
    response["HX-Trigger"] = "session-expired"
    return response


def _other_person() -> str:
    return _("Somebody else has signed in in this browser. Open the page anew.")
