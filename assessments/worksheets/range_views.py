"""The pages of laboratories and their reference ranges."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from assessments.actions.ranges import CannotCorrect, add_range, correct_range
from assessments.laboratories import Laboratory
from assessments.worksheets.range_entries import NAMES, LimitsEntry, NewRangeEntry
from assessments.worksheets.regrading import (
    changed_range,
    laboratories,
    laboratory_named,
    names_of,
    preview,
    range_lines,
    range_of,
)
from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.problems import Refused


@require_safe
@page(Permission.VIEW_STUDY_BUILD)
def laboratory_list(request: HttpRequest) -> HttpResponse:
    """The laboratories of the study."""
    return render(request, "assessments/laboratories.html", {"laboratories": laboratories()})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.VIEW_STUDY_BUILD)
def laboratory(request: HttpRequest, code: str) -> HttpResponse:
    """The ranges of a laboratory; a new one from a day on."""
    found = _laboratory(code)
    if request.method == "POST" and not request.access.can(Permission.EDIT_STUDY_BUILD):
        return refuse(request, Permission.EDIT_STUDY_BUILD)
    entry = NewRangeEntry(request.POST or None)
    if request.method == "POST" and entry.is_valid():
        given = entry.cleaned_data
        try:
            add_range(
                by=request.user,
                laboratory=found,
                analyte=given["analyte"],
                unit=given["unit"],
                limits=entry.limits,
                effective_from=given["effective_from"],
                sex=given["sex"],
                ages=(given["age_from"], given["age_to"]),
                reason=given["reason"],
            )
            return redirect(reverse("laboratory", args=[found.code]))
        except Refused as problem:
            entry.add_error(None, str(problem))
    shown = {"laboratory": found, "lines": range_lines(found), "entry": entry, "may_edit": _may_edit(request)}
    return render(request, "assessments/laboratory.html", shown, status=422 if entry.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.VIEW_STUDY_BUILD)
def lab_range(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """One range: what a correction would change, then the correction."""
    found = _laboratory(code)
    stored = range_of(found, key)
    if stored is None:
        raise Http404
    if request.method == "POST" and not _may_edit(request):
        return refuse(request, Permission.EDIT_STUDY_BUILD)
    entry = LimitsEntry(request.POST or None, initial={name: _plain(getattr(stored, name)) for name in NAMES})
    shown = {"laboratory": found, "range": stored, "entry": entry, "may_edit": _may_edit(request), **names_of(stored)}
    if request.method == "POST" and entry.is_valid():
        try:
            if request.POST.get("act") == "correct":
                rows = correct_range(
                    by=request.user, stored=stored, limits=entry.limits, reason=entry.cleaned_data["reason"]
                )
                return render(
                    request,
                    "assessments/range.html",
                    {**shown, "rows": rows, "is_done": True, "range": range_of(found, key)},
                )
            entry.limits.refuse_disorder()
            rows = preview(changed_range(stored, vars(entry.limits)))
            return render(request, "assessments/range.html", {**shown, "rows": rows, "is_preview": True})
        except CannotCorrect as problem:
            entry.add_error(None, str(problem))
        except Refused as problem:
            entry.add_error("reason", str(problem))
    return render(request, "assessments/range.html", shown, status=422 if entry.errors else 200)


def _laboratory(code: str) -> Laboratory:
    found = laboratory_named(code) if code.isalnum() and len(code) <= 10 else None
    if found is None:
        raise Http404
    return found


def _may_edit(request: HttpRequest) -> bool:
    return request.access.can(Permission.EDIT_STUDY_BUILD)


def _plain(value) -> str:
    return "" if value is None else f"{value.normalize():f}"
