"""Pages of adverse events beyond the log and the form: the search over CTCAE terms."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from adverse_events.ctcae import search
from trial_edc.accounts.pages import page
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.pages import posted
from trial_edc.crf.spec import protocol

LONGEST_QUERY = 100


@require_safe
@page(Permission.READ_LIVE_DATA)
def ctcae(request: HttpRequest) -> HttpResponse:
    """Terms that fit `q`, best first, as options of a list box. No statement beyond session and person."""
    typed = posted.plain(request.GET.get("q", ""))[:LONGEST_QUERY]
    found = search(typed, version=protocol().settings.ctcae_version)
    terms = [{"name": one.name, "soc": one.soc, "grades": json.dumps(one.grades)} for one in found]
    return render(request, "adverse_events/_terms.html", {"terms": terms})
