"""The page of the laboratory worksheet."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from assessments.worksheets.labs import PANELS, is_draw, lab_sheet, panels_of_study
from trial_edc.accounts.pages import page, refuse
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.actions.drafts import keep_draft
from trial_edc.casebook.actions.save import Saved, save_form
from trial_edc.casebook.pages import posted
from trial_edc.casebook.problems import FormLocked, NotAllowed, ReasonRequired, Refused, StaleRevision
from trial_edc.casebook.rights import entering, may_enter
from trial_edc.casebook.selectors.merge_page import merge_page, merged_boxes
from trial_edc.casebook.selectors.sections import Summary, SummaryLine, Typed
from trial_edc.casebook.slots import Slot


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.READ_LIVE_DATA)
def labs(request: HttpRequest, subject) -> HttpResponse:
    """A panel of analytes by draws; saving the draw at `visit`."""
    panel = posted.plain(request.GET.get("panel", "")) or PANELS[0]
    visit = posted.plain(request.GET.get("visit", ""))
    if panel not in panels_of_study() or (visit and not is_draw(subject, panel, visit)):
        raise Http404
    if request.method == "POST":
        if not visit:
            raise Http404
        return _save(request, subject, Slot(subject.pk, visit, panel))
    shown = lab_sheet(
        request.access,
        subject,
        panel=panel,
        visit=visit,
        shows_all=request.GET.get("draws") == "all",
        just_saved="saved" in request.GET,
    )
    return render(request, "assessments/labs.html", {"page": shown})


def _save(request: HttpRequest, subject, slot: Slot) -> HttpResponse:
    if not may_enter(request.access, subject.site, slot.form_code):
        return refuse(request, entering(slot.form_code)[0], subject.site)
    raw = merged_boxes(posted.boxes(request, slot.form_code), request.POST)
    if not raw:
        nothing = _("No field of this form was sent, so nothing was saved. Enter a value and save again.")
        return _refused(request, subject, slot, raw, NotAllowed(nothing))
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
    return _answer(request, subject, slot, saved, raw)


def _answer(request: HttpRequest, subject, slot: Slot, saved: Saved, raw: dict[str, str]) -> HttpResponse:
    if not saved.held:
        address = reverse("labs", args=[subject.code])
        return redirect(f"{address}?panel={slot.form_code}&visit={slot.visit_code}&saved=1#form-{slot.form_code}")
    spec = saved.reading.spec
    lines = tuple(SummaryLine(spec[address].name, text) for address, text in saved.held.items())
    title = ngettext(
        "%(n)d field was not saved and waits in your draft. All others are saved.",
        "%(n)d fields were not saved and wait in your draft. All others are saved.",
        len(lines),
    )
    held = {line.name for line in lines}
    kept = {name: text for name, text in raw.items() if name in held or name.rpartition(".")[0] in held}
    typed = Typed(kept, saved.held, Summary("held", title % {"n": len(lines)}, lines))
    shown = lab_sheet(request.access, subject, panel=slot.form_code, visit=slot.visit_code, typed=typed)
    return render(request, "assessments/labs.html", {"page": shown}, status=422)


def _refused(request: HttpRequest, subject, slot: Slot, raw: dict[str, str], problem: Refused) -> HttpResponse:
    """Nothing was written; everything typed is on the page again."""
    lines, changes = (), ()
    if isinstance(problem, ReasonRequired):
        changes = problem.changes
        lines = tuple(
            SummaryLine(f"{slot.form_code}.{one.address}", f"{one.label}: {one.old} → {one.new}")
            for one in changes
            if not one.reason
        )
    elif isinstance(problem, FormLocked):
        keep_draft(by=request.user, slot=slot, values=raw)
    typed = Typed(raw, summary=Summary("stop", str(problem), lines), changes=changes)
    shown = lab_sheet(request.access, subject, panel=slot.form_code, visit=slot.visit_code, typed=typed)
    status = 423 if isinstance(problem, FormLocked) else 422
    return render(request, "assessments/labs.html", {"page": shown}, status=status)
