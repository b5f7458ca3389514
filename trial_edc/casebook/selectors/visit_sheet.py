"""The visit sheet and one form alone: the pages where values are entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from trial_edc.accounts.access import Access
from trial_edc.crf.parse import window_verdict
from trial_edc.crf.partial import DAYS
from trial_edc.crf.partial import text as date_text
from trial_edc.protocol.windows import Window, window

from ..dates import date_forms, track_forms
from ..panels import Panel, panel_of, panel_reads
from ..rights import may_enter
from ..slots import Slot
from ..study import study
from .facts import Facts, facts_of
from .places import reads_casebook, subject_url
from .sections import SectionView, Typed, section_view, visit_title

DONE = ("complete", "not-done", "withdrawn", "locked", "not-expected")


@dataclass(frozen=True)
class PageLink:
    url: str
    label: str


@dataclass(frozen=True)
class Bar:
    """The bar at the bottom: draft state and the form its buttons save."""

    text: str
    form: str
    discard_url: str = ""


@dataclass(frozen=True)
class SheetPage:
    """A page of sections: `casebook/visit_sheet.html` and `casebook/form.html`."""

    subject: object
    title: str
    sections: tuple[SectionView, ...]
    bar: Bar
    can_enter: bool
    filled: int = 0
    expected: int = 0
    when: str = ""
    window_label: str = ""
    window_class: str = ""
    previous_visit: PageLink | None = None
    next_visit: PageLink | None = None
    viewers: tuple[str, ...] = ()
    done_text: str = ""
    home_url: str = ""
    drawer: object = None
    panel: Panel | None = None
    n_further: int = 0

    @property
    def has_errors(self) -> bool:
        return any(section.has_errors for section in self.sections)


def visit_sheet(
    access: Access,
    subject,
    visit_code: str,
    *,
    typed: Mapping[Slot, Typed] | None = None,
    just_saved: str = "",
) -> SheetPage:
    """Every form of a visit as a section.

    Args:
        typed: what a person typed in a slot and sees again, instead of the draft.
        just_saved: key of the section that was saved a moment ago ("vs", "crs-2").
    """
    forms = {cell.form for cell in study().forms_at(visit_code)} | date_forms() | track_forms()
    facts = facts_of(subject, user=access.user, site=subject.site, forms=forms)
    slots = _slots_at(facts, visit_code)
    sections = tuple(
        section_view(facts, access, slot, (typed or {}).get(slot), just_saved=just_saved == _key(slot))
        for slot in slots
    )
    return _sheet(access, facts, sections, visit_code=visit_code, title=visit_title(visit_code))


def form_page(
    access: Access, subject, slot: Slot, *, typed: Typed | None = None, just_saved: str = "", about: str = ""
) -> SheetPage:
    """One form alone, of a visit or of a log, with what the trial shows beside it.

    Args:
        about: what a new entry was opened from ("ae-4", "uns1-lbh-anc"), "" = nothing.
    """
    forms = {slot.form_code} | date_forms() | track_forms() | panel_reads(slot.form_code)
    facts = facts_of(subject, user=access.user, site=subject.site, forms=forms)
    panel = panel_of(access, facts, slot, about)
    prefilled = panel.prefilled if panel else {}
    section = section_view(
        facts, access, slot, typed or _prefill(facts, prefilled, slot), just_saved=just_saved == slot.form_code
    )
    further = tuple(
        section_view(facts, access, one, _prefill(facts, prefilled, one), just_saved=just_saved == one.form_code)
        for one in (panel.further if panel else ())
    )
    title = f"{section.title}, {visit_title(slot.visit_code)}" if slot.visit_code else section.title
    page = _sheet(access, facts, (section, *further), visit_code=slot.visit_code, title=title)
    return replace(page, panel=panel, n_further=len(further))


def _prefill(facts: Facts, prefilled: Mapping[Slot, Mapping[str, str]], slot: Slot) -> Typed | None:
    """What stands in an untouched form; None for one that was saved or that this person has begun."""
    place = (slot.visit_code, slot.form_code, slot.seq)
    if slot not in prefilled or facts.instance(*place) is not None or place in facts.drafts:
        return None
    return Typed(dict(prefilled[slot]), is_prefilled=True)


def sheet_of(access: Access, facts: Facts, section: SectionView, slot: Slot) -> SheetPage:
    """A page of one section that was read already. No statement."""
    title = f"{section.title}, {visit_title(slot.visit_code)}" if slot.visit_code else section.title
    return _sheet(access, facts, (section,), visit_code=slot.visit_code, title=title)


def _key(slot: Slot) -> str:
    return slot.form_code if slot.seq == 1 else f"{slot.form_code}-{slot.seq}"


def _slots_at(facts: Facts, visit_code: str) -> list[Slot]:
    """Slots of a visit in the order of entry: planned forms, their further instances, then unlisted ones."""
    pk = facts.casebook.subject.pk
    planned = [cell.form for cell in study().forms_at(visit_code)]
    filled = {(one.form_code, one.seq) for one in facts.casebook.instances if one.visit_code == visit_code}
    filled |= {(form, seq) for visit, form, seq in facts.drafts if visit == visit_code}
    places = {form: n for n, form in enumerate(planned)}
    wanted = filled | {(form, 1) for form in planned}
    return [
        Slot(pk, visit_code, form, seq)
        for form, seq in sorted(wanted, key=lambda slot: (places.get(slot[0], len(places)), slot))
    ]


def _sheet(
    access: Access, facts: Facts, sections: tuple[SectionView, ...], *, visit_code: str, title: str
) -> SheetPage:
    span, on = None, None
    if visit_code:
        span = window(study().visit(visit_code), facts.dates.anchors)
        on = facts.dates.visits.get(visit_code)
    counted = [section for section in sections if section.status != "not-expected"]
    first = next((section for section in sections if not section.readonly), sections[0])
    return SheetPage(
        subject=facts.casebook.subject,
        title=title,
        sections=sections,
        bar=Bar(
            _draft_text(sections),
            f"f-{first.key}",
            next((s.discard_url for s in sections if s.has_draft), ""),
        ),
        can_enter=any(may_enter(access, facts.site, section.code) for section in sections),
        filled=sum(section.answered for section in counted),
        expected=sum(section.expected for section in counted),
        when=_when(on, span),
        window_label=_verdict(on, span),
        window_class="b-ok" if on and span and span.first <= on <= span.last else "b-line",
        viewers=tuple(_("%(name)s is entering") % {"name": n} for n in sorted({n for s in sections for n in s.others})),
        done_text=_done_text(sections) if visit_code else "",
        home_url=subject_url(access, facts.casebook.subject),
        **(_neighbours(facts, visit_code) if reads_casebook(access, facts.casebook.subject) else {}),
    )


def _draft_text(sections: tuple[SectionView, ...]) -> str:
    n = sum(section.has_draft for section in sections)
    return _("Draft kept, not yet saved to the record.") if n else _("Nothing waits to be saved.")


def _when(on: date | None, span: Window | None) -> str:
    parts = [f"{_(DAYS[on.weekday()])} {date_text(on)}"] if on else []
    if span:
        parts.append(_("window %(first)s to %(last)s") % {"first": date_text(span.first), "last": date_text(span.last)})
    return " · ".join(parts)


def _verdict(on: date | None, span: Window | None) -> str:
    return window_verdict(on, (span.first, span.last)) if on and span else ""


def _done_text(sections: tuple[SectionView, ...]) -> str:
    return _("Visit saved.") if all(section.status in DONE for section in sections) else ""


def _neighbours(facts: Facts, visit_code: str) -> dict[str, PageLink | None]:
    codes = facts.visit_codes
    if visit_code not in codes:
        return {}
    at, code = codes.index(visit_code), facts.casebook.subject.code

    def link(to: str) -> PageLink:
        return PageLink(reverse("visit", args=[code, to]), visit_title(to))

    return {
        "previous_visit": link(codes[at - 1]) if at else None,
        "next_visit": link(codes[at + 1]) if at + 1 < len(codes) else None,
    }
