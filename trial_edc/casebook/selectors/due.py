"""Which visits of which subjects are due, without reading any casebook: dates by table, then only
candidates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Model
from django.utils.dateparse import parse_datetime

from trial_edc.accounts.models import Site
from trial_edc.audit import clock
from trial_edc.crf.models import CrfRow
from trial_edc.crf.registry import crf, has_crf, row_models
from trial_edc.protocol.model import DateSource
from trial_edc.protocol.windows import Anchors, Window, window

from ..dates import day_of
from ..models import FormInstance
from ..study import study, subject_model


@dataclass(frozen=True)
class DueVisit:
    """A visit whose window is open, closes, or opens soon; `n_done` of `n_required` required forms are
    done.
    """

    subject_id: int
    code: str
    site_id: int
    visit: str
    window: Window
    n_done: int
    n_required: int


def due_visits(sites: Iterable[Site], *, ahead_days: int) -> list[DueVisit]:
    """Unfinished visits with a window that has closed, is open, or opens within `ahead_days`.

    Three statements, whatever the number of subjects. Tracks that were switched off are not looked at here.
    """
    sites = {site.pk: site for site in sites}
    subjects = {row.pk: row for row in subject_model().objects.filter(site__in=sites).defer("person", "cohort")}
    found = []
    for pk, anchors in _anchors(subjects, sites).items():
        subject = subjects[pk]
        today = clock.now().astimezone(ZoneInfo(sites[subject.site_id].time_zone)).date()
        for plan in study().visits:
            if plan.anchor not in ("infusion", "leukapheresis", "ld1") or plan.target_day is None:
                continue
            span = window(plan, anchors)
            if span and (span.first - today).days <= ahead_days:
                found.append((subject, plan.code, span))
    done = _done_forms({subject.pk for subject, _code, _span in found}, {code for _subject, code, _span in found})
    due = []
    for subject, code, span in found:
        required = {cell.form for cell in study().forms_at(code) if cell.required and has_crf(cell.form)}
        n_done = len(required & done.get((subject.pk, code), set()))
        if n_done < len(required):
            due.append(DueVisit(subject.pk, subject.code, subject.site_id, code, span, n_done, len(required)))
    return due


def _anchors(subjects: Mapping[int, object], sites: Mapping[int, Site]) -> dict[int, Anchors]:
    """Anchors of many subjects: one statement over the tables that hold their dates."""
    parts = []
    for anchor in ("leukapheresis", "ld1", "infusion"):
        for source in study().anchors[anchor]:
            if not has_crf(source.form):
                continue
            table, column = _holder(source)
            is_row = " AND NOT t.is_withdrawn" if issubclass(table, CrfRow) else ""
            parts.append(
                f'SELECT f.subject_id, \'{anchor}\', t."{column}"::text FROM "{table._meta.db_table}" t '
                "JOIN casebook_forminstance f ON f.id = t.instance_id "
                f"WHERE f.status <> 'withdrawn' AND t.\"{column}\" IS NOT NULL{is_row} "
                "AND f.subject_id = ANY(%(subjects)s)"
            )
    days: dict[int, dict[str, date]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {"subjects": list(subjects)})
        for pk, anchor, text in cursor.fetchall():
            zone = ZoneInfo(sites[subjects[pk].site_id].time_zone)
            day = day_of(_moment(text), zone)
            if day:
                days[pk][anchor] = min(day, days[pk].get(anchor, day))
    return {
        pk: Anchors(
            **days[pk],
            planned_leukapheresis_on=subject.planned_leukapheresis_on,
            planned_infusion_on=subject.planned_infusion_on,
        )
        for pk, subject in subjects.items()
        if days[pk] or subject.planned_leukapheresis_on or subject.planned_infusion_on
    }


def with_switched_tracks(subjects: Iterable[int]) -> set[int]:
    """Those of these subjects where an answer may have switched a track off; few of many. One statement."""
    parts, values = [], {"subjects": list(subjects)}
    for number, event in enumerate(study().track_events):
        if not has_crf(event.form):
            continue
        item, codes = event.when or (event.dated_by, None)
        table, column = _holder(DateSource(event.form, item))
        is_so = ""
        if codes is not None:
            is_so, values[f"codes{number}"] = f' AND t."{column}"::text = ANY(%(codes{number})s)', list(codes)
        parts.append(
            f'SELECT f.subject_id FROM "{table._meta.db_table}" t '
            "JOIN casebook_forminstance f ON f.id = t.instance_id "
            f"WHERE f.status <> 'withdrawn' AND f.subject_id = ANY(%(subjects)s){is_so}"
        )
    if not parts:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), values)
        return {pk for (pk,) in cursor.fetchall()}


def _holder(source: DateSource) -> tuple[type[Model], str]:
    """The table that holds an item, the form's own or one of its rows, and the column."""
    tables = (crf(source.form), *row_models(source.form))
    fields = ((table, field) for table in tables for field in table._meta.concrete_fields)
    return next((table, field.column) for table, field in fields if field.name == source.item)


def _moment(text: str):
    """A timestamp or a date as PostgreSQL prints it."""
    return (parse_datetime(text) or text) if " " in text else text


def _done_forms(subjects: set[int], visits: set[str]) -> dict[tuple[int, str], set[str]]:
    """Forms of those subjects' visits in question that are complete or settled."""
    rows = FormInstance.objects.filter(
        subject__in=subjects, visit__code__in=visits, status__in=["complete", "not_done"]
    )
    done: dict[tuple[int, str], set[str]] = defaultdict(set)
    for pk, visit, form in rows.values_list("subject_id", "visit__code", "form_code"):
        done[pk, visit].add(form)
    return done
