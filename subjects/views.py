"""The pages of subjects: list, registration, one subject."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subjects.actions.subjects import CannotRegister, open_unscheduled_visit, register_subject
from subjects.entries import RegisterEntry
from trial_edc.accounts.pages import page
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.pages import posted
from trial_edc.casebook.problems import Refused
from trial_edc.casebook.selectors.subject_list import subject_list
from trial_edc.casebook.selectors.subject_page import subject_page


@require_safe
@page(Permission.READ_LIVE_DATA)
def subjects(request: HttpRequest) -> HttpResponse:
    """Subjects of the person's sites."""
    filters = {name: posted.plain(value) for name, value in request.GET.items()}
    shown = subject_list(request.access, filters, page=max(1, min(posted.number(filters, "page", 1), 10_000)))
    return render(request, "subjects/list.html", {"page": shown})


@require_safe
@page(Permission.READ_LIVE_DATA)
def subject(request: HttpRequest, subject) -> HttpResponse:
    """One subject: where it stands, what is open, the matrix."""
    shown = subject_page(request.access, subject, lens=posted.plain(request.GET.get("lens", "")))
    return render(request, "subjects/page.html", {"page": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.REGISTER_SUBJECTS)
def register(request: HttpRequest) -> HttpResponse:
    """Issue a number and save consent and demography."""
    sites = request.access.sites(Permission.REGISTER_SUBJECTS)
    entry = RegisterEntry(request.POST or None, sites=sites)
    if request.method == "POST" and entry.is_valid():
        try:
            subject = register_subject(by=request.user, **entry.typed())
            return redirect(reverse("subject", args=[subject.code]))
        except CannotRegister as problem:
            entry.tell(problem.messages)
        except Refused as problem:
            entry.add_error(None, str(problem))
    status = 422 if request.method == "POST" else 200
    return render(request, "subjects/register.html", {"entry": entry}, status=status)


@require_POST
@page(Permission.ENTER_FORMS)
def unscheduled(request: HttpRequest, subject) -> HttpResponse:
    """Open the next unscheduled visit."""
    visit = open_unscheduled_visit(by=request.user, subject=subject)
    return redirect(reverse("visit", args=[subject.code, visit.code]))
