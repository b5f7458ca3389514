"""The participation page: what the data propose, consents, how it ended, earlier numbers, sites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from subjects.crfs.ds import EPOCHS, REASONS
from subjects.crfs.icf import SCOPES, TYPES
from subjects.models import ConsentVersion, Subject
from subjects.proposals import Proposal, proposals
from trial_edc.accounts.access import Access
from trial_edc.accounts.models import Site
from trial_edc.accounts.roles import Permission
from trial_edc.audit.models import Action, AuditEvent
from trial_edc.casebook.dates import subject_dates
from trial_edc.casebook.reader import read, read_many
from trial_edc.casebook.selectors.facts import Facts
from trial_edc.crf.anchors import day_of
from trial_edc.crf.partial import text as date_text


@dataclass(frozen=True)
class Consent:
    """A signed consent form as a line."""

    kind: str
    version: str
    signed: str
    ended: str
    url: str


@dataclass(frozen=True)
class Move:
    """A change of site."""

    at: str
    from_site: str
    to_site: str
    by: str
    reason: str


@dataclass(frozen=True)
class Ended:
    """How an epoch ended."""

    epoch: str
    reason: str
    on: str
    url: str


@dataclass(frozen=True)
class Participation:
    """What `subjects/participation.html` shows. `numbers` are other numbers of the same person that one may see."""

    subject: Any
    offers: tuple[Proposal, ...]
    consents: tuple[Consent, ...]
    reconsent: str
    ended: tuple[Ended, ...]
    numbers: tuple[Subject, ...]
    moves: tuple[Move, ...]
    can_enter: bool
    sites_to: tuple[Site, ...]
    rescreen_url: str


def participation(access: Access, subject: Subject) -> Participation:
    """Six statements, whatever the number of forms."""
    casebook = read(subject)
    dates = subject_dates(casebook, subject.site)
    may_move = access.can(Permission.TRANSFER_SUBJECTS, subject.site)
    may_register = access.can(Permission.REGISTER_SUBJECTS, subject.site)
    others = Subject.objects.select_related("site").filter(person=subject.person).exclude(pk=subject.pk)
    needed = _needed(subject.site_id)
    return Participation(
        subject=subject,
        offers=proposals(casebook, dates),
        consents=tuple(_consent(subject, one) for one in casebook["icf"]),
        reconsent=_reconsent(casebook, needed, subject.site),
        ended=tuple(_ended(subject, one) for one in casebook["ds"] if one["dsdecod"]),
        numbers=tuple(one for one in others if access.sees(one.site)),
        moves=_moves(subject),
        can_enter=access.can(Permission.ENTER_FORMS, subject.site),
        sites_to=tuple(s for s in access.all_sites if s.pk != subject.site_id and s.is_active) if may_move else (),
        rescreen_url=_rescreen_url(subject) if may_register and dates.anchors.infusion is None else "",
    )


def _rescreen_url(subject: Subject) -> str:
    return f"{reverse('subject-register')}?earlier={subject.code}"


def to_do(facts: Facts) -> list[tuple[str, str, str, str]]:
    """Lines of the subject's open work: what the data propose. No statement."""
    subject = facts.casebook.subject
    url = reverse("participation", args=[subject.code])
    return [("due", one.title, one.why, url) for one in proposals(facts.casebook, facts.dates)]


def _consent(subject: Subject, one: Any) -> Consent:
    ended = ""
    if one["icfwddt"]:
        parts = {"date": date_text(one["icfwddt"]), "scope": dict(SCOPES).get(one["icfwdsc"], "–")}
        ended = _("withdrawn %(date)s: %(scope)s") % parts
    zone = ZoneInfo(subject.site.time_zone)
    return Consent(
        str(dict(TYPES).get(one["icftype"], "–")),
        one["icfver"] or "–",
        date_text(one["icfdtc"], zone) if one["icfdtc"] else "–",
        ended,
        reverse("log-entry", args=[subject.code, "icf", one.seq]),
    )


def _ended(subject: Subject, one: Any) -> Ended:
    url = reverse("visit", args=[subject.code, one.visit_code]) + "#form-ds"
    on = date_text(one["dsstdtc"]) if one["dsstdtc"] else "–"
    return Ended(str(dict(EPOCHS).get(one["dsepoch"], "–")), str(dict(REASONS)[one["dsdecod"]]), on, url)


def _moves(subject: Subject) -> tuple[Move, ...]:
    """Changes of site, as the trail has them."""
    events = AuditEvent.objects.filter(
        table_name=Subject._meta.db_table, row_pk=str(subject.pk), changes__has_key="site_id", action=Action.UPDATE
    )
    sites = dict(Site.objects.values_list("pk", "code"))
    zone = ZoneInfo(subject.site.time_zone)
    found = []
    for one in events.order_by("id"):
        before, after = (sites.get(int(pk or 0), "–") for pk in one.changes["site_id"])
        found.append(Move(f"{one.at.astimezone(zone):%d-%b-%Y %H:%M}", before, after, one.actor_name, one.reason))
    return tuple(found)


def _needed(site_id: int) -> list[ConsentVersion]:
    return list(ConsentVersion.objects.filter(site_id=site_id, is_reconsent_needed=True).order_by("-active_on"))


def _reconsent(casebook: Any, needed: Iterable[ConsentVersion], site: Site) -> str:
    """The version a subject still has to sign, "" when none."""
    signed = {one["icfver"] for one in casebook["icf"] if one["icftype"] in ("MAIN", "RECONSENT") and one["icfver"]}
    zone = ZoneInfo(site.time_zone)
    days = [day_of(one["icfdtc"], zone) for one in casebook["icf"] if one["icftype"] == "MAIN"]
    first: date | None = min((day for day in days if day), default=None)
    ends = {off.cause for off in subject_dates(casebook, site).anchors.tracks_off}
    if first is None or ends & {"death", "withdrawal", "screen failure", "lost to follow-up"}:
        return ""
    latest = next((one for one in needed), None)
    return "" if latest is None or latest.version in signed or first >= latest.active_on else latest.version


@dataclass(frozen=True)
class ConsentPage:
    """Versions in use at the sites a person sees, and who has to sign again."""

    versions: tuple[ConsentVersion, ...]
    waiting: tuple[tuple[Subject, str], ...]
    sites_to_edit: tuple[Site, ...]


CONSENT_FORMS = frozenset({"icf", "sv", "dd", "ds", "aph", "ld", "inf", "mfg", "rs", "subs"})


def consent_page(access: Access) -> ConsentPage:
    """Four statements, whatever the number of subjects."""
    sites = {site.pk: site for site in access.seen_sites}
    versions = list(ConsentVersion.objects.filter(site__in=list(sites)).select_related("site", "activated_by"))
    asking = {pk: [one for one in reversed(versions) if one.site_id == pk and one.is_reconsent_needed] for pk in sites}
    subjects = list(Subject.objects.filter(site__in=[pk for pk, found in asking.items() if found]))
    for one in subjects:
        one.site = sites[one.site_id]
    casebooks = read_many(subjects, CONSENT_FORMS)
    waiting = [(one, _reconsent(casebooks[one.pk], asking[one.site_id], one.site)) for one in subjects]
    return ConsentPage(
        tuple(versions),
        tuple((one, version) for one, version in waiting if version),
        tuple(access.sites(Permission.EDIT_STUDY_BUILD)),
    )
