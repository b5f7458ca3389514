"""Endpoints: results of a data cut with what stands behind each number, and the making of cuts."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission
from trial_edc.reports.documents import DocumentChanged
from trial_edc.reports.problems import CannotReport

from . import actions, figures, frozen_page, selectors
from .entries import CutEntry
from .problems import CannotCut
from .table_csv import as_csv
from .tables import Figure, Part

RIGHT = Permission.VIEW_ENDPOINTS
KEPT_SECONDS = 24 * 3600


@require_safe
@page(RIGHT)
def endpoints(request: HttpRequest) -> HttpResponse:
    """The results asked for; a fragment for the script that asks whether they are there."""
    if not selectors.may_see(request.access):
        return refuse(request, RIGHT)
    try:
        shown = selectors.page(request.access, request.GET)
    except DocumentChanged:
        return _changed(request)
    template = "endpoints/_results.html" if request.htmx else "endpoints/page.html"
    return render(request, template, {"page": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.CREATE_CUTS, reauthenticated=True)
def cuts(request: HttpRequest) -> HttpResponse:
    """All cuts; a POST makes one and asks for its results."""
    if not selectors.may_see(request.access):
        return refuse(request, RIGHT)
    entry = CutEntry(request.POST or None)
    if request.method == "POST" and entry.is_valid():
        try:
            cut = actions.cut_and_compute(by=request.user, **entry.cleaned_data)
            return redirect(f"{reverse('endpoints')}?cut={cut.pk}")
        except (CannotCut, CannotReport) as problem:
            entry.add_error(None, str(problem))
    status = 422 if entry.errors else 200
    return render(request, "endpoints/cuts.html", {"entry": entry, "cuts": selectors.cuts()}, status=status)


@require_POST
@page(RIGHT)
def compute(request: HttpRequest) -> HttpResponse:
    """Ask for the results of a cut, or of the live data as they are now."""
    if not selectors.may_see(request.access):
        return refuse(request, RIGHT)
    asked = selectors.asked_for(request.access, request.POST, selectors.cuts())
    if asked is None:
        raise Http404
    try:
        actions.request_results(by=request.user, cut=asked.cut)
    except CannotReport as problem:
        messages.error(request, str(problem))
    return redirect(f"{reverse('endpoints')}?{asked.query}")


@require_safe
@page(RIGHT)
def records(request: HttpRequest) -> HttpResponse:
    """The subjects and forms behind a number."""
    asked, _results, part = _part(request)
    table, cell, heads = selectors.chosen_cell(part, request.GET)
    links = [(link.subject, link.path, selectors.link_url(asked, link)) for link in cell.links]
    back = f"{reverse('endpoints')}?{asked.query}#{part.code}-{table.code}"
    shown = {"asked": asked, "part": part, "table": table, "cell": cell, "heads": heads, "links": links, "back": back}
    return render(request, "endpoints/records.html", {**shown, "footer": selectors.footer(asked)})


@require_safe
@page(RIGHT)
def table_csv(request: HttpRequest) -> HttpResponse:
    """A table, or the twin of a figure, as CSV."""
    asked, _results, part = _part(request)
    table = part.table(request.GET.get("table", ""))
    if table is None:
        raise Http404
    return _file(as_csv(table), "text/csv; charset=utf-8", _name(asked, table.code, "csv"))


@require_safe
@page(RIGHT)
def figure_svg(request: HttpRequest) -> HttpResponse:
    """A figure as SVG: shown in the page, and taken away with `download`."""
    return _figure(request, "svg", "image/svg+xml")


@require_safe
@page(RIGHT)
def figure_png(request: HttpRequest) -> HttpResponse:
    """A figure as PNG."""
    return _figure(request, "png", "image/png")


@require_safe
@page(RIGHT)
def cut_subject(request: HttpRequest, cut, subject) -> HttpResponse:
    """A subject's forms as frozen."""
    return render(request, "endpoints/cut_subject.html", {"page": frozen_page.subject_page(cut, subject)})


@require_safe
@page(RIGHT)
def cut_form(request: HttpRequest, cut, subject, place: str) -> HttpResponse:
    """One form as frozen."""
    shown = frozen_page.form_page(request.access, cut, subject, place)
    return render(request, "endpoints/cut_form.html", {"page": shown})


def _part(request: HttpRequest) -> tuple[selectors.Asked, selectors.Results, Part]:
    if not selectors.may_see(request.access):
        raise Http404
    try:
        return selectors.chosen_part(request.access, request.GET)
    except DocumentChanged:
        raise Http404 from None


def _figure(request: HttpRequest, ending: str, content_type: str) -> HttpResponse:
    asked, results, part = _part(request)
    figure = part.figure(request.GET.get("figure", ""))
    if figure is None:
        raise Http404
    content = _drawn(figure, asked, f"{results.run_id}-{asked.query}-{part.code}-{figure.code}", ending)
    is_shown = ending == "svg" and "download" not in request.GET
    answer = _file([content], content_type, "" if is_shown else _name(asked, figure.code, ending))
    # The drawing has its colours in style attributes; it runs no script and fetches nothing.
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer


def _drawn(figure: Figure, asked: selectors.Asked, key: str, ending: str) -> bytes:
    """The drawing, drawn once: results never change."""
    kept = f"figure-{slugify(key)}-{ending}"
    content: bytes | None = cache.get(kept)
    if content is None:
        footer = selectors.footer(asked)
        content = figures.png(figure, footer=footer) if ending == "png" else figures.svg(figure, footer=footer).encode()
        cache.set(kept, content, KEPT_SECONDS)
    return content


def _name(asked: selectors.Asked, code: str, ending: str) -> str:
    cut = slugify(asked.cut.name) or str(asked.cut.pk) if asked.cut else "live"
    return f"endpoints-{cut}-{asked.population}-{asked.source}-{code}.{ending}"


def _file(content: Iterator[str] | list[bytes], content_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=content_type)
    if name:
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _changed(request: HttpRequest) -> HttpResponse:
    """The stored results are not the ones that were computed: say so instead of showing them."""
    messages.error(request, _("The stored results are not the ones that were computed. Tell the administrator."))
    return render(request, "endpoints/page.html", {"page": selectors.Page(None)}, status=409)
