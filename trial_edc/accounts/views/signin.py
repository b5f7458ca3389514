"""Sign in and out."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from trial_edc.accounts import demo, signin, training
from trial_edc.accounts.entries import SignInEntry
from trial_edc.accounts.pages import public


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@public
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail, password and code on one page; one answer for every wrong combination."""
    target = safe_target(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(target)
        return _page(request, SignInEntry(), target, status=200)
    entry = SignInEntry(request.POST)
    if not entry.is_valid():
        return _page(request, entry, target, status=422)
    try:
        user = signin.check(
            request,
            email=entry.cleaned_data["email"],
            password=entry.cleaned_data["password"],
            code=entry.second_factor,
        )
    except signin.CannotSignIn as problem:
        entry.add_error(None, str(problem))
        return _page(request, entry, target, status=422)
    signin.start_session(request, user)
    return HttpResponseRedirect(target)


@require_POST
@public
def sign_out(request: HttpRequest) -> HttpResponse:
    signin.end_session(request)
    return redirect(settings.LOGIN_URL)


def safe_target(request: HttpRequest) -> str:
    """Where to go after sign-in: `next` when it is an address of this server, else the worklist."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    own = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return target if own and target.startswith("/") and target.isprintable() else "/"


def _page(request: HttpRequest, entry: SignInEntry, target: str, *, status: int) -> HttpResponse:
    shown = demo.people_with_codes() if training.shows_demo_codes() else []
    context = {"entry": entry, "next": target, "demo_people": shown, "demo_password": demo.DEMO_PASSWORD}
    return render(request, "accounts/signin.html", context, status=status)
