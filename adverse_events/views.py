"""Pages of adverse events beyond the log and the form: the search over CTCAE terms."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from adverse_events.ctcae import search
from adverse_events.ctcae_text import criteria_of
from adverse_events.safety.pages import board_page, list_page
from trial_edc.accounts.pages import page
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.pages import posted
from trial_edc.casebook.selectors.log_page import next_entry
from trial_edc.crf.spec import protocol

LONGEST_QUERY = 100


@require_safe
@page(Permission.READ_LIVE_DATA)
def ctcae(request: HttpRequest) -> HttpResponse:
    """Terms that fit `q`, best first, as options of a list box, with the text of their grades where it is loaded."""
    typed = posted.plain(request.GET.get("q", ""))[:LONGEST_QUERY]
    version = protocol().settings.ctcae_version
    found = search(typed, version=version)
    texts = criteria_of([one.name for one in found], version)
    terms = [
        {
            "name": one.name,
            "soc": one.soc,
            "grades": json.dumps(one.grades),
            "criteria": json.dumps(texts.get(one.name, {})),
        }
        for one in found
    ]
    return render(request, "adverse_events/_terms.html", {"terms": terms})


@require_safe
@page(Permission.READ_LIVE_DATA)
def safety(request: HttpRequest) -> HttpResponse:
    """The safety board of the sites this person reads."""
    return render(request, "adverse_events/board.html", {"board": board_page(request.access)})


@require_safe
@page(Permission.READ_LIVE_DATA)
def safety_list(request: HttpRequest) -> HttpResponse:
    """The list behind a number of the board."""
    asked = {name: posted.plain(text)[: LONGEST_QUERY * 2] for name, text in request.GET.items()}
    shown = list_page(request.access, asked)
    if shown is None:
        raise Http404
    return render(request, "adverse_events/list.html", {"page": shown})


@require_safe
@page(Permission.READ_LIVE_DATA)
def new_event(request: HttpRequest, subject) -> HttpResponse:
    """A new adverse event opened from elsewhere: its page under the next free number."""
    about = posted.plain(request.GET.get("about", ""))[:LONGEST_QUERY]
    number = next_entry(subject, "ae", request.user)
    url = reverse("log-entry", args=[subject.code, "ae", number])
    return redirect(f"{url}?{urlencode({'about': about})}")
