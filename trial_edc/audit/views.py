"""The audit page: the trail with filters, and as a file."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trial_edc.accounts.events import log_event
from trial_edc.accounts.models import AccessEvent
from trial_edc.accounts.pages import page
from trial_edc.accounts.roles import Permission
from trial_edc.audit import selectors
from trial_edc.audit.entries import TrailEntry
from trial_edc.audit.labels import item_label, local_time, record_label, value_label
from trial_edc.audit.trail_csv import trail_as_csv

LINES_PER_PAGE = 100
LAST_PAGE = 10_000


@dataclass(frozen=True)
class ShownLine:
    """A line in words."""

    line: selectors.TrailLine
    at_site: str
    record: str
    label: str
    old: str
    new: str


@require_GET
@page(Permission.VIEW_AUDIT_TRAIL)
def trail(request: HttpRequest) -> HttpResponse:
    """One row per item changed, of the sites this person may see. Looking is logged."""
    entry = TrailEntry(request.GET)
    if not entry.is_valid():
        return render(request, "audit/trail.html", {"entry": entry, "lines": []}, status=422)
    asked = entry.asked()
    number = _page_number(request)
    found = selectors.search(
        entry.wanted(request.access),
        limit=LINES_PER_PAGE + 1,
        offset=(number - 1) * LINES_PER_PAGE,
        newest_first=asked.get("order") != "oldest",
    )
    log_event(AccessEvent.Kind.TRAIL_VIEWED, request=request, user=request.user, page=number, **asked)
    context = {
        "entry": entry,
        "lines": [_shown(line, _zones(request)) for line in found[:LINES_PER_PAGE]],
        "number": number,
        "query": urlencode(asked),
        "previous_url": "?" + urlencode({**asked, "page": number - 1}) if number > 1 else "",
        "next_url": "?" + urlencode({**asked, "page": number + 1}) if len(found) > LINES_PER_PAGE else "",
    }
    return render(request, "audit/trail.html", context)


@require_GET
@page(Permission.VIEW_AUDIT_TRAIL)
def export(request: HttpRequest) -> HttpResponse:
    """All lines the filter fits, oldest first, as CSV. Written as it is read, however long."""
    entry = TrailEntry(request.GET)
    if not entry.is_valid():
        return render(request, "audit/trail.html", {"entry": entry, "lines": []}, status=422)
    log_event(AccessEvent.Kind.TRAIL_EXPORTED, request=request, user=request.user, **entry.asked())
    lines = selectors.stream(entry.wanted(request.access))
    answer = StreamingHttpResponse(trail_as_csv(lines, _zones(request)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
    return answer


def _shown(line: selectors.TrailLine, zones: dict[int, str]) -> ShownLine:
    return ShownLine(
        line=line,
        at_site=local_time(line.at, zones.get(line.site_id, "UTC")),
        record=record_label(line.table_name),
        label=item_label(line.table_name, line.item),
        old=value_label(line.table_name, line.item, line.old),
        new=value_label(line.table_name, line.item, line.new),
    )


def _zones(request: HttpRequest) -> dict[int, str]:
    return {site.pk: site.time_zone for site in request.access.all_sites}


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), LAST_PAGE)
