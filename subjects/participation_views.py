"""The pages of participation: proposals, transfer, consent versions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subjects.actions.consent_versions import activate_consent_version
from subjects.actions.proposals import take_up
from subjects.actions.transfer import transfer_subject
from subjects.entries import ConsentVersionEntry, TransferEntry
from subjects.participation import consent_page, participation
from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.pages import posted
from trial_edc.casebook.problems import Refused


@require_safe
@page(Permission.READ_LIVE_DATA)
def subject_participation(request: HttpRequest, subject) -> HttpResponse:
    """Proposals, consents, how it ended, earlier numbers, sites."""
    return _shown(request, subject)


def _shown(request: HttpRequest, subject, *, problem: str = "", entry=None, status: int = 200) -> HttpResponse:
    shown = participation(request.access, subject)
    entry = entry or (TransferEntry(sites=shown.sites_to) if shown.sites_to else None)
    context = {"page": shown, "transfer": entry, "problem": problem}
    return render(request, "subjects/participation.html", context, status=status)


@require_POST
@page(Permission.ENTER_FORMS)
def take_up_proposal(request: HttpRequest, subject) -> HttpResponse:
    """Prefill the form of a proposal and go to it."""
    try:
        found = take_up(by=request.user, subject=subject, key=posted.plain(request.POST.get("key", "")))
    except Refused as refusal:
        return _shown(request, subject, problem=str(refusal), status=422)
    slot = found.slot
    if not slot.visit_code:
        return redirect(reverse("log-entry", args=[subject.code, slot.form_code, slot.seq]))
    url = reverse("visit", args=[subject.code, slot.visit_code])
    return redirect(f"{url}#form-{slot.form_code}" + (f"-{slot.seq}" if slot.seq > 1 else ""))


@require_POST
@page(Permission.TRANSFER_SUBJECTS)
def transfer(request: HttpRequest, subject) -> HttpResponse:
    """Move the subject to another site."""
    sites = participation(request.access, subject).sites_to
    entry = TransferEntry(request.POST, sites=sites)
    if entry.is_valid():
        try:
            to = entry.sites[entry.cleaned_data["site"]]
            transfer_subject(by=request.user, subject=subject, to=to, reason=entry.cleaned_data["reason"])
            return redirect(reverse("participation", args=[subject.code]))
        except Refused as refusal:
            entry.add_error(None, str(refusal))
    return _shown(request, subject, entry=entry, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.READ_LIVE_DATA)
def consents(request: HttpRequest) -> HttpResponse:
    """Consent versions by site, who has to sign again; data management puts a version into use."""
    shown, status = consent_page(request.access), 200
    if request.method == "POST" and not shown.sites_to_edit:
        return refuse(request, Permission.EDIT_STUDY_BUILD)
    entry = ConsentVersionEntry(request.POST or None, sites=shown.sites_to_edit)
    if request.method == "POST":
        status = 422
        if entry.is_valid():
            try:
                activate_consent_version(by=request.user, **entry.typed())
                return redirect(reverse("consents"))
            except Refused as refusal:
                entry.add_error(None, str(refusal))
    return render(request, "subjects/consents.html", {"page": shown, "entry": entry}, status=status)
