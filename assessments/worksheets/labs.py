"""The laboratory worksheet: analytes by draws, one draw to enter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.lab_rows import LIMITS_OF, keys_of
from assessments.laboratories import limits_for, ranges_on
from assessments.samples import age_and_sex, day_of_sample
from assessments.worksheets.scans import visit_exists
from trial_edc.accounts.access import Access
from trial_edc.casebook.dates import date_forms, track_forms
from trial_edc.casebook.selectors.facts import Facts, facts_of
from trial_edc.casebook.selectors.fields import FieldView
from trial_edc.casebook.selectors.sections import (
    FieldGroup,
    SectionView,
    Typed,
    planned_status,
    section_view,
    slot_status,
    visit_title,
)
from trial_edc.casebook.selectors.visit_sheet import Bar
from trial_edc.casebook.slots import Slot
from trial_edc.casebook.statuses import STATUS_LABELS
from trial_edc.casebook.study import study
from trial_edc.crf.partial import text as date_text
from trial_edc.crf.registry import short_title
from trial_edc.crf.spec import form_spec, protocol
from trial_edc.crf.values import FormRecord, display, row_facts

PANELS = ("lbh", "lbc", "lbi")
SHOWN_BEFORE = 3
SEVERE = 3


@dataclass(frozen=True)
class Draw:
    """A sample at a visit; `on` is "" while it is not dated."""

    slot: tuple[str, int]
    title: str
    on: str
    url: str
    status: str
    status_label: str
    is_current: bool = False


@dataclass(frozen=True)
class Past:
    """A result of another draw: value with its unit where that is not the usual one, flag and grade."""

    text: str
    mark: str = ""
    is_severe: bool = False


@dataclass(frozen=True)
class AnalyteRow:
    """An analyte with its results in other draws and the fields of the draw being entered."""

    key: str
    label: str
    past: tuple[Past, ...]
    value: FieldView | None
    significant: FieldView | None
    limits: tuple[FieldView, ...]


@dataclass(frozen=True)
class LabSheet:
    """What `assessments/labs.html` shows. `columns` are the draws shown beside the one entered."""

    subject: Any
    panel: str
    visit: str
    panels: tuple[tuple[str, str, str, bool], ...]
    draws: tuple[Draw, ...]
    columns: tuple[Draw, ...]
    rows: tuple[AnalyteRow, ...]
    heads: tuple[FieldGroup, ...]
    section: SectionView
    title: str
    bar: Bar
    can_enter: bool
    without_range: str = ""
    all_url: str = ""
    few_url: str = ""

    @property
    def has_errors(self) -> bool:
        return self.section.has_errors


def lab_sheet(
    access: Access,
    subject: Any,
    *,
    panel: str = "lbh",
    visit: str = "",
    shows_all: bool = False,
    typed: Typed | None = None,
    just_saved: bool = False,
) -> LabSheet:
    """The worksheet of a panel with the draw at `visit` to enter ("" = the one that waits). Ten statements."""
    facts = facts_of(
        subject, user=access.user, site=subject.site, forms={panel, "dm", "vs"} | date_forms() | track_forms()
    )
    draws = _draws(facts, panel)
    slot = Slot(subject.pk, *_chosen(draws, visit, panel))
    section = section_view(facts, access, slot, typed, just_saved=just_saved)
    address = f"{reverse('labs', args=[subject.code])}?panel={panel}&visit={slot.visit_code}"
    section = replace(section, url=address if slot.seq == 1 else section.url)
    here = (slot.visit_code, slot.seq)
    shown = _columns(facts, panel, draws, here, shows_all)
    return LabSheet(
        subject=subject,
        panel=panel,
        visit=slot.visit_code,
        panels=tuple(_panel_link(subject, code, panel) for code in panels_of_study()),
        draws=tuple(_draw(facts, panel, place, here) for place in draws),
        columns=tuple(_draw(facts, panel, place, here) for place in shown),
        rows=_rows(facts, panel, shown, section),
        heads=_heads(section),
        section=section,
        title=visit_title(slot.visit_code),
        bar=_bar(section),
        can_enter=not section.readonly,
        without_range=_without_range(facts, section),
        all_url="" if shows_all else f"{address}&draws=all",
        few_url=address if shows_all else "",
    )


def _bar(section: SectionView) -> Bar:
    if section.has_draft:
        return Bar(_("Draft kept, not yet saved to the record."), f"f-{section.key}", section.discard_url)
    return Bar(_("Nothing waits to be saved."), f"f-{section.key}")


def panels_of_study() -> tuple[str, ...]:
    """Those of the panels the study's schedule has."""
    planned = {cell.form for cell in study().cells}
    return tuple(code for code in PANELS if code in planned)


def is_draw(subject: Any, panel: str, visit: str) -> bool:
    """Whether the schedule has the panel at a visit that exists for this subject."""
    return study().cell(visit, panel) is not None and visit_exists(subject, visit)


def _panel_link(subject: Any, code: str, current: str) -> tuple[str, str, str, bool]:
    return code, short_title(code), f"{reverse('labs', args=[subject.code])}?panel={code}", code == current


def _draws(facts: Facts, panel: str) -> list[tuple[str, int]]:
    """Every draw that was entered or is planned, in the order of time."""
    planned = {(cell.visit, 1) for cell in study().cells if cell.form == panel and cell.required}
    known = {(one.visit_code, one.seq) for one in facts.casebook.instances if one.form_code == panel}
    known |= {(visit, seq) for visit, form, seq in facts.drafts if form == panel}
    planned = {slot for slot in planned if slot[0] != study().unscheduled}
    begun = {slot for slot in planned if planned_status(facts, slot[0], panel)[0] not in ("not-due", "not-expected")}
    places = {code: n for n, code in enumerate(facts.visit_codes)}
    return sorted(known | begun or planned, key=lambda slot: (places.get(slot[0], len(places)), slot[1]))


def _chosen(draws: list[tuple[str, int]], visit: str, panel: str) -> tuple[str, str, int]:
    if visit:
        return visit, panel, 1
    return draws[-1][0], panel, draws[-1][1]


def _columns(
    facts: Facts, panel: str, draws: list[tuple[str, int]], here: tuple[str, int], shows_all: bool
) -> list[tuple[str, int]]:
    """Draws beside the one entered: the baseline and the last ones before it, or all."""
    saved = {(one.visit_code, one.seq) for one in facts.casebook[panel]}
    others = [slot for slot in draws if slot in saved and slot != here]
    if shows_all:
        return others
    places = {slot: n for n, slot in enumerate(draws)}
    before = [slot for slot in others if places[slot] < places.get(here, len(draws))]
    first = [slot for slot in before[:-SHOWN_BEFORE] if slot[0] == "base"]
    return first + before[-SHOWN_BEFORE:]


def _draw(facts: Facts, panel: str, place: tuple[str, int], here: tuple[str, int]) -> Draw:
    visit, seq = place
    code = facts.casebook.subject.code
    record = facts.casebook.record(visit, panel, seq)
    on = day_of_sample(record, facts.casebook, "lbdtc") if record else None
    status, _reason = slot_status(facts, Slot(facts.casebook.subject.pk, visit, panel, seq))
    if seq == 1:
        url = f"{reverse('labs', args=[code])}?panel={panel}&visit={visit}"
    else:
        url = reverse("form", args=[code, visit, panel, seq])
    return Draw(
        place,
        visit_title(visit) if seq == 1 else f"{visit_title(visit)} ({seq})",
        date_text(on) if on else "",
        url,
        status,
        str(STATUS_LABELS[status]),
        place == here,
    )


def _rows(facts: Facts, panel: str, shown: list[tuple[str, int]], section: SectionView) -> tuple[AnalyteRow, ...]:
    """Analytes of the panel, then those only other draws have."""
    views, spec = section.form.views, section.form.spec
    mine = [one.row_key for one in spec if one.is_measured]
    records = [facts.casebook.record(visit, panel, seq) for visit, seq in shown]
    elsewhere = [key for record in records if record for key in record.row_keys() if record.is_answered(key)]
    rows = []
    for key in dict.fromkeys([*mine, *elsewhere]):
        value = views.get(key)
        rows.append(
            AnalyteRow(
                key,
                _(protocol().analytes[key].label),
                tuple(_past(record, key, facts) for record in records),
                value,
                views.get(f"lbclsig.{key}"),
                tuple(views[name] for name in (f"lbornrlo.{key}", f"lbornrhi.{key}") if name in views),
            )
        )
    return tuple(rows)


def _past(record: FormRecord | None, key: str, facts: Facts) -> Past:
    if record is None or not record.is_answered(key):
        return Past("")
    one = form_spec(record.form_code, record.protocol_version, visit_code=record.visit_code, analytes=(key,))[key]
    about = record.meta.get(key, {})
    text = display(one, record[key], about, time_zone=ZoneInfo(facts.site.time_zone))
    if one.units and about.get("unit", one.units[0].code) == one.units[0].code and not about.get("missing"):
        text = text.rpartition("\u00a0")[0] or text
    found = row_facts(one, record)
    return Past(text, found.mark if found else "", bool(found and found.grade and found.grade >= SEVERE))


def _heads(section: SectionView) -> tuple[FieldGroup, ...]:
    """The parts of the form that are not results."""
    names = {one.address for one in section.form.spec if one.row}
    return tuple(
        group for group in section.groups if not any(view.address in names for view in (*group.fields, *group.details))
    )


def _without_range(facts: Facts, section: SectionView) -> str:
    """One sentence for all analytes the laboratory has no range for; "" when it has them all."""
    record = facts.casebook.record(section.form.spec.visit_code, section.code, section.seq)
    if record is None or not record.lblab:
        return ""
    on = day_of_sample(record, facts.casebook, "lbdtc")
    if on is None:
        return ""
    age, sex = age_and_sex(facts.casebook, on)
    ranges = ranges_on(record.lblab, on, facts.casebook)
    missing = [
        key for key in section.form.spec.by_address if key in keys_of(record) and _lacks(record, key, ranges, age, sex)
    ]
    if not missing:
        return ""
    words = _(
        "Laboratory %(lab)s has no range on %(date)s for: %(names)s. The values stand; flag and grade wait for it."
    )
    names = ", ".join(_(protocol().analytes[key].label) for key in missing)
    return words % {"lab": record.lblab, "date": date_text(on), "names": names}


def _lacks(record: FormRecord, key: str, ranges: list, age: int | None, sex: str | None) -> bool:
    """Whether a number stands in a row without limits, typed or of the laboratory."""
    analyte = protocol().analytes[key]
    if record[key] is None or isinstance(record[key], str) or analyte.calculated:
        return False
    if record[f"lbornrlo.{key}"] is not None or record[f"lbornrhi.{key}"] is not None:
        return False
    limits = limits_for(ranges, LIMITS_OF.get(key, key), sex=sex, age=age)
    return limits is None
