"""The sign-off queue, the signing dialog and its result."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from trial_edc.accounts.pages import page
from trial_edc.accounts.reauthentication import CannotConfirm, code_is_due, confirm
from trial_edc.accounts.roles import Permission

from ..actions.sign import sign_forms
from ..problems import Refused
from ..rights import signs_releases
from ..selectors.signing import sign_dialog, sign_result, signing_queue
from . import posted


@require_safe
@page(Permission.SIGN_FORMS, also=signs_releases)
def sign(request: HttpRequest) -> HttpResponse:
    """What waits for this person's signature."""
    values = {name: posted.plain(value) for name, value in request.GET.items()}
    number = max(1, min(posted.number(values, "page", 1), 10_000))
    forms = [code for code in values.get("forms", "").split(",") if code]
    shown = signing_queue(request.access, forms=forms, subject=values.get("subject", ""), page=number)
    return render(request, "casebook/sign_queue.html", {"page": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SIGN_FORMS, also=signs_releases)
def sign_confirm(request: HttpRequest) -> HttpResponse:
    """The dialog: what is signed, what it means, the credentials. Wrong credentials sign nothing."""
    chosen = _chosen(request)
    if request.method != "POST":
        return _dialog(request, chosen)
    dialog = sign_dialog(request.access, chosen, asks_code=code_is_due(request))
    if not dialog.rows:
        return _dialog(request, chosen, status=422)
    try:
        confirm(request, request.POST.get("password", ""), request.POST.get("code", ""))
        result = sign_forms(by=request.user, credentials_confirmed=True, revisions=chosen)
    except (CannotConfirm, Refused) as problem:
        return _dialog(request, chosen, problem=str(problem), status=422)
    return render(request, "casebook/sign_result.html", {"page": sign_result(request.access, result)})


def _dialog(request: HttpRequest, chosen: dict[int, int], *, problem: str = "", status: int = 200) -> HttpResponse:
    shown = sign_dialog(request.access, chosen, asks_code=code_is_due(request), problem=problem)
    return render(request, "casebook/sign.html", {"page": shown}, status=status)


def _chosen(request: HttpRequest) -> dict[int, int]:
    """Form key to the revision that was on screen, from "12.3" or from "12" with its own input."""
    source = request.POST if request.method == "POST" else request.GET
    found: dict[int, int] = {}
    for text in source.getlist("form")[:200]:
        key, _dot, revision = text.partition(".")
        number = posted.number({"n": key}, "n")
        seen = posted.number({"n": revision}, "n") or posted.number(source, f"revision-{number}")
        if number:
            found[number] = seen
    return found
