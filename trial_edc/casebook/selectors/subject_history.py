"""The whole history of a subject's record: one line for each item changed, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from django.urls import reverse

from trial_edc.accounts.models import User
from trial_edc.audit.labels import item_label, names_person, record_label, value_label
from trial_edc.audit.selectors import TrailLine, subject_history
from trial_edc.crf.registry import all_crfs, has_crf, row_models, short_title
from trial_edc.crf.spec import ItemSpec, form_spec, row_label

from ..models import FormInstance
from ..study import study
from .rows import row_keys
from .sections import visit_title
from .trail import ACTIONS, stamp

LINES_PER_PAGE = 100
LAST_PAGE = 10_000


@dataclass(frozen=True)
class HistoryLine:
    """One item changed, in words. `place` is the visit, or the entry of a log."""

    at: str
    who: str
    role: str
    form: str
    place: str
    label: str
    item: str
    old: str
    new: str
    is_first: bool
    reason: str
    source: str


@dataclass(frozen=True)
class HistoryPage:
    """A page of lines with its filter: (code, label, chosen) of forms and, once a form is chosen, its items."""

    subject: object
    lines: tuple[HistoryLine, ...]
    forms: tuple[tuple[str, str, bool], ...]
    items: tuple[tuple[str, str, bool], ...]
    is_filtered: bool
    previous_url: str
    next_url: str
    subject_url: str


def history_page(subject, *, form: str = "", item: str = "", number: int = 1) -> HistoryPage:
    """A page of a subject's history. At most five statements, whatever its length.

    Args:
        form: code of a form, "" = all. item: address of an item in that form, "" = all.
        number: page from 1 on; one beyond the end is empty.
    """
    form = form if has_crf(form) else ""
    spec = form_spec(form, subject.protocol_version) if form else None
    one = spec[item] if spec and item in spec else None
    number = max(1, min(number, LAST_PAGE))
    found = subject_history(
        subject.pk,
        form=form,
        item=one.column if one else "",
        rows=_rows_of(subject, one) if one and one.row else None,
        limit=LINES_PER_PAGE + 1,
        offset=(number - 1) * LINES_PER_PAGE,
    )
    lines = found[:LINES_PER_PAGE]
    asked = {"form": form, "item": item if one else ""}
    return HistoryPage(
        subject=subject,
        lines=_shown(lines, subject),
        forms=tuple((code, short_title(code), code == form) for code in sorted(m.Crf.code for m in all_crfs())),
        items=tuple((i.address, str(i.label), i.address == item) for i in spec if i.column) if spec else (),
        is_filtered=bool(form),
        previous_url=_page_url(asked, number - 1) if number > 1 else "",
        next_url=_page_url(asked, number + 1) if len(found) > LINES_PER_PAGE else "",
        subject_url=reverse("subject", args=[subject.code]),
    )


def _page_url(asked: dict[str, str], number: int) -> str:
    return "?" + urlencode({**{name: value for name, value in asked.items() if value}, "page": number})


def _rows_of(subject, one: ItemSpec) -> tuple[str, list[int]]:
    """Table and keys of the rows an item stands in. One statement."""
    table = next(table for table in row_models(one.form) if row_label(table) == one.row)
    rows = table.objects.filter(instance__subject=subject)
    named = {table.Crf.key: one.row_key} if table.Crf.key else {"row_no": int(one.row_key)}
    return table._meta.db_table, list(rows.filter(**named).values_list("pk", flat=True))


def _shown(lines: list[TrailLine], subject) -> tuple[HistoryLine, ...]:
    """The lines in words. Three statements: numbers of log entries, names of rows and of people."""
    seqs = dict(FormInstance.objects.filter(subject=subject, visit=None).values_list("pk", "seq"))
    names = {row: _row_name(key) for row, key in row_keys((line.table_name, line.row_pk) for line in lines).items()}
    people = _people(lines)
    return tuple(_line(line, subject, seqs, names.get((line.table_name, line.row_pk), ""), people) for line in lines)


def _line(line: TrailLine, subject, seqs: dict[int, int], row: str, people: dict[str, str]) -> HistoryLine:
    seq = seqs.get(line.instance_id or 0)
    label = item_label(line.table_name, line.item)
    if line.table_name not in _form_tables():
        row = record_label(line.table_name)
    return HistoryLine(
        at=stamp(line.at, subject.site),
        who=line.who,
        role=line.role,
        form=short_title(line.form_code) if has_crf(line.form_code) else record_label(line.table_name),
        place=visit_title(line.visit) if line.visit else f"{seq:03d}" if seq else "",
        label=f"{row}: {label}" if row else label,
        item=line.item,
        old=_side(line, line.old, people),
        new=_side(line, line.new, people),
        is_first=line.is_first_entry,
        reason=line.reason,
        source=str(ACTIONS.get(line.source, line.source)),
    )


def _side(line: TrailLine, value: object, people: dict[str, str]) -> str:
    if names_person(line.table_name, line.item) and str(value) in people:
        return people[str(value)]
    return value_label(line.table_name, line.item, value)


def _people(lines: Iterable[TrailLine]) -> dict[str, str]:
    """Key as text to name, of people the lines speak of. One statement, none without any."""
    named = [line for line in lines if names_person(line.table_name, line.item)]
    keys = {str(side) for line in named for side in (line.old, line.new) if str(side).isdecimal()}
    found = User.objects.filter(pk__in=[int(key) for key in keys]) if keys else ()
    return {str(person.pk): person.full_name for person in found}


@cache
def _form_tables() -> frozenset[str]:
    """Tables that hold values of forms; all others are queries, signatures, verification and the like."""
    tables = {table for model in all_crfs() for table in (model, *row_models(model.Crf.code))}
    return frozenset(table._meta.db_table for table in tables)


def _row_name(key: str) -> str:
    analyte = study().analytes.get(key)
    return str(analyte.label) if analyte else key.upper()
