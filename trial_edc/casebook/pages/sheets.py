"""The pages where values are entered: a visit, one form of it, one entry of a log."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission

from ..actions.drafts import keep_draft
from ..actions.save import Saved, save_form
from ..problems import FormLocked, NotAllowed, ReasonRequired, Refused, StaleRevision
from ..rights import entering, may_enter, of_its_writer
from ..selectors.merge_page import merge_page, merged_boxes
from ..selectors.places import place_url, reads_casebook
from ..selectors.saved_section import saved_sheet
from ..selectors.sections import Summary, SummaryLine, Typed
from ..selectors.visit_sheet import form_page, visit_sheet
from ..slots import Slot
from . import posted

LONGEST_ABOUT = 60


@require_safe
@page(Permission.READ_LIVE_DATA)
def visit(request: HttpRequest, subject, visit: str) -> HttpResponse:
    """All forms of a visit, each a section."""
    shown = visit_sheet(request.access, subject, visit, just_saved=request.GET.get("saved", ""))
    return render(request, "casebook/visit_sheet.html", {"page": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.READ_LIVE_DATA, also=of_its_writer)
def form(request: HttpRequest, subject, visit: str, form: str, seq: int = 1) -> HttpResponse:
    """One form of a visit alone; saving it."""
    return _form(request, subject, Slot(subject.pk, visit, form, seq))


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.READ_LIVE_DATA, also=of_its_writer)
def log_entry(request: HttpRequest, subject, log: str, seq: int) -> HttpResponse:
    """One entry of a log; saving it."""
    return _form(request, subject, Slot(subject.pk, "", log, seq))


def _form(request: HttpRequest, subject, slot: Slot) -> HttpResponse:
    if request.method != "POST":
        about = posted.plain(request.GET.get("about", ""))[:LONGEST_ABOUT]
        shown = form_page(request.access, subject, slot, just_saved=request.GET.get("saved", ""), about=about)
        return render(request, "casebook/form.html", {"page": shown})
    if not may_enter(request.access, subject.site, slot.form_code):
        return refuse(request, entering(slot.form_code)[0], subject.site)
    raw = posted.boxes(request, slot.form_code)
    if not raw:
        nothing = _("No field of this form was sent, so nothing was saved. Enter a value and save again.")
        return _refused(request, subject, slot, raw, NotAllowed(nothing))
    raw = merged_boxes(raw, request.POST)
    try:
        saved = save_form(
            by=request.user,
            slot=slot,
            raw=raw,
            revision=posted.number(request.POST, "_revision"),
            token=posted.token(request),
        )
    except StaleRevision as problem:
        shown = merge_page(subject, slot, raw, problem)
        return render(request, "casebook/merge.html", {"page": shown}, status=409)
    except Refused as problem:
        return _refused(request, subject, slot, raw, problem)
    return _answer(request, subject, saved, raw)


def _answer(request: HttpRequest, subject, saved: Saved, raw: dict[str, str]) -> HttpResponse:
    """Back to the sheet when all was saved; the form with its messages, 422, when something was held back."""
    if saved.held and saved.reading is not None:
        summary = _held_summary(saved)
        shown = saved_sheet(request.access, saved, raw, summary)
        return render(request, "casebook/form.html", {"page": shown}, status=422)
    slot = saved.slot
    key = slot.form_code if slot.seq == 1 else f"{slot.form_code}-{slot.seq}"
    url = place_url(request.access, subject, slot)
    stays = not slot.visit_code or not reads_casebook(request.access, subject)
    return redirect(f"{url}?saved={slot.form_code if stays else key}#form-{key}")


def _held_summary(saved: Saved) -> Summary:
    spec = saved.reading.spec
    lines = tuple(SummaryLine(spec[address].name, text) for address, text in saved.held.items())
    title = ngettext(
        "%(n)d field was not saved and waits in your draft. All others are saved.",
        "%(n)d fields were not saved and wait in your draft. All others are saved.",
        len(lines),
    )
    return Summary("held", title % {"n": len(lines)}, lines)


def _refused(request: HttpRequest, subject, slot: Slot, raw: dict[str, str], problem: Refused) -> HttpResponse:
    """Nothing was written; everything typed is on the page again."""
    typed = Typed(raw, summary=Summary("stop", str(problem)))
    status = 422
    if isinstance(problem, ReasonRequired):
        lines = tuple(
            SummaryLine(f"{slot.form_code}.{change.address}", f"{change.label}: {change.old} → {change.new}")
            for change in problem.changes
            if not change.reason
        )
        typed = replace(typed, changes=problem.changes, summary=Summary("stop", str(problem), lines))
    elif isinstance(problem, FormLocked):
        keep_draft(by=request.user, slot=slot, values=raw)
        status = 423
    elif isinstance(problem, NotAllowed):
        status = 422
    shown = form_page(request.access, subject, slot, typed=typed)
    return render(request, "casebook/form.html", {"page": shown}, status=status)
