"""The page of kinetics."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.worksheets.kinetics import PRODUCT, is_followed, kinetics_sheet
from trial_edc.accounts.pages import page
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.pages import posted


@require_safe
@page(Permission.READ_LIVE_DATA)
def kinetics(request: HttpRequest, subject) -> HttpResponse:
    """One analyte over time, its samples and its parameters."""
    analyte = posted.plain(request.GET.get("analyte", ""))
    if not is_followed(analyte or PRODUCT):
        raise Http404
    return render(request, "assessments/kinetics.html", {"page": kinetics_sheet(subject, analyte=analyte)})
