"""How addresses name what the casebook keeps: subjects, visits, forms, queries."""

from __future__ import annotations

import re

from django.http import Http404

from trial_edc.accounts.access import Access
from trial_edc.accounts.pages import register_finder
from trial_edc.crf.registry import all_crfs

from .models import FormInstance, Query
from .study import study, subject_model, visit_model

SUBJECT_CODE = re.compile(r"[0-9]{3}-[0-9]{4}")
VISIT_CODE = re.compile(r"[a-z0-9]{1,10}")


def find_subject(value: str, access: Access):
    """The subject with this number, of the sites the person sees. One statement."""
    if not SUBJECT_CODE.fullmatch(value):
        raise Http404
    subject = subject_model().objects.filter(code=value).first()
    site = next((site for site in access.seen_sites if subject and site.pk == subject.site_id), None)
    if subject is None or site is None:
        raise Http404
    subject.site = site
    return subject


def find_visit(value: str, access: Access, subject) -> str:
    """Code of a planned visit, or of an unscheduled one that was opened for this subject."""
    protocol = study()
    if not VISIT_CODE.fullmatch(value):
        raise Http404
    if protocol.plan_code(value) == value and value != protocol.unscheduled:
        try:
            protocol.visit(value)
        except KeyError:
            raise Http404 from None
        return value
    if not visit_model().objects.filter(subject=subject, code=value).exists():
        raise Http404
    return value


def find_form(value: str, access: Access, subject, visit: str) -> str:
    """Code of a form that the schedule has at the visit, or that was saved there."""
    if value not in {model.Crf.code for model in all_crfs() if model.Crf.layout != "log"}:
        raise Http404
    if study().cell(visit, value) is None:
        saved = FormInstance.objects.filter(subject=subject, visit__code=visit, form_code=value)
        if not saved.exists():
            raise Http404
    return value


def find_log(value: str, access: Access) -> str:
    """Code of a form that is a log."""
    if value not in {model.Crf.code for model in all_crfs() if model.Crf.layout == "log"}:
        raise Http404
    return value


def find_query(value: int, access: Access) -> Query:
    """A query of a site the person sees."""
    query = Query.objects.select_related("instance__subject", "instance__visit").filter(pk=value).first()
    if query is None:
        raise Http404
    site = next((site for site in access.seen_sites if site.pk == query.instance.subject.site_id), None)
    if site is None:
        raise Http404
    query.site = query.instance.subject.site = site
    return query


def register() -> None:
    register_finder("subject", find_subject)
    register_finder("visit", find_visit, needs=("subject",), of_site=False)
    register_finder("form", find_form, needs=("subject", "visit"), of_site=False)
    register_finder("log", find_log, of_site=False)
    register_finder("query", find_query)
