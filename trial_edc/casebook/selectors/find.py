"""The command box: a subject, a visit, a form, an action from a few letters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission
from trial_edc.crf.registry import all_crfs

from ..study import study, subject_model
from .sections import visit_title

MOST_SUBJECTS, MOST_FORMS = 6, 6
NUMBER = re.compile(r"(?:(?P<site>[0-9]{3})-)?(?P<number>[0-9]{1,4})")


@dataclass(frozen=True)
class Place:
    text: str
    url: str
    detail: str = ""


@dataclass(frozen=True)
class PlaceGroup:
    title: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class FindPage:
    query: str
    groups: tuple[PlaceGroup, ...]


def find(access: Access, query: str) -> FindPage:
    """What the typed words may mean: "7", "7 d10", "7 d10 vs", "7 vital", "add ae". At most one statement."""
    words = query.lower().split()[:4]
    subjects = _subjects(access, words[0]) if words else []
    groups = [PlaceGroup(_("Subjects"), tuple(Place(s.code, _subject_url(s.code), s.site.code) for s in subjects))]
    if subjects and len(words) > 1:
        groups += _inside(access, subjects[0], words[1:])
    groups.append(PlaceGroup(_("Pages"), tuple(_pages(access, query.lower().strip()))))
    return FindPage(query, tuple(group for group in groups if group.places))


def _subjects(access: Access, word: str) -> list:
    match = NUMBER.fullmatch(word)
    if match is None:
        return []
    sites = {site.pk: site for site in access.sites(Permission.READ_LIVE_DATA)}
    ending = f"-{int(match['number']):04d}"
    found = subject_model().objects.filter(site__in=sites, code__endswith=ending)
    if match["site"]:
        found = found.filter(code__startswith=f"{match['site']}-")
    chosen = list(found.order_by("code")[:MOST_SUBJECTS])
    for subject in chosen:
        subject.site = sites[subject.site_id]
    return chosen


def _inside(access: Access, subject, words: list[str]) -> list[PlaceGroup]:
    """Visits and forms of one subject that the further words name."""
    visits = [v.code for v in study().visits if v.code != study().unscheduled and v.code == words[0]]
    rest = words[1:] if visits else words
    forms = [model.Crf for model in all_crfs() if not rest or _names(model.Crf, rest[0])]
    groups = []
    if visits and not rest:
        groups.append(PlaceGroup(_("Visits"), tuple(_visit_place(subject, code) for code in visits)))
    if rest:
        places = [_form_place(subject, visits[0] if visits else "", form) for form in forms]
        groups.append(PlaceGroup(_("Forms"), tuple(place for place in places if place)[:MOST_FORMS]))
    return groups


def _names(form, word: str) -> bool:
    return form.code == word or any(part.lower().startswith(word) for part in str(form.title).split())


def _visit_place(subject, code: str) -> Place:
    return Place(f"{subject.code} {visit_title(code)}", reverse("visit", args=[subject.code, code]))


def _form_place(subject, visit: str, form) -> Place | None:
    if form.layout == "log":
        return Place(f"{subject.code} {form.title}", reverse("log", args=[subject.code, form.code]))
    if not visit or study().cell(visit, form.code) is None:
        return None
    url = reverse("visit", args=[subject.code, visit]) + f"#form-{form.code}"
    return Place(f"{subject.code} {visit_title(visit)} {form.title}", url)


def _pages(access: Access, words: str) -> list[Place]:
    named = [
        (_("Worklist"), "worklist", None),
        (_("Subjects"), "subjects", Permission.READ_LIVE_DATA),
        (_("Queries"), "queries", Permission.VIEW_QUERIES),
        (_("Sign"), "sign", Permission.SIGN_FORMS),
    ]
    if study().registers:
        named.append((_("Register subject"), "subject-register", Permission.REGISTER_SUBJECTS))
    return [
        Place(label, reverse(name))
        for label, name, right in named
        if (right is None or access.can(right)) and (not words or words in label.lower())
    ]


def _subject_url(code: str) -> str:
    return reverse("subject", args=[code])
