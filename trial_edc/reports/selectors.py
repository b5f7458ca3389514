"""The report centre as a page shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trial_edc.accounts.access import Access
from trial_edc.accounts.models import Site
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.casebook.study import subject_model

from .contents.common import stamp
from .entries import RequestEntry
from .kinds import PURPOSES, Choices, Kind, kind_of, kinds
from .models import ReportRun

HISTORY = timedelta(days=90)
ROWS = 50
TELLS_TIME_FROM = 0.1
MOST_SECONDS = 100
State = ReportRun.State


@dataclass(frozen=True)
class Card:
    """A report that can be asked for: its form, with the subjects or sites it may be about."""

    kind: Kind
    entry: RequestEntry
    subjects: tuple[str, ...] = ()
    sites: tuple[Site, ...] = ()
    chosen: str = ""
    problem: str = ""


@dataclass(frozen=True)
class JobRow:
    """A run as a row of the history; addresses are "" for what this person may not do now."""

    id: int
    state: str
    state_label: str
    title: str
    about: str
    who: str
    requested: str
    done: int
    total: int
    step: str
    left: str
    failure: str
    facts: str
    sha256: str
    expires: str
    downloads: str
    url: str
    download_url: str = ""
    download_label: str = ""
    cancel_url: str = ""
    retry_url: str = ""
    again_url: str = ""

    @property
    def is_active(self) -> bool:
        return self.state in (State.REQUESTED, State.RUNNING)


@dataclass(frozen=True)
class Centre:
    groups: tuple[tuple[str, tuple[Card, ...]], ...]
    rows: tuple[JobRow, ...]
    has_more: bool


def allowed_sites(access: Access, kind: Kind | None = None) -> tuple[Site, ...]:
    """Where this person may take reports away, or those of one kind."""
    return access.sites(kind.right if kind else Permission.DOWNLOAD_REPORTS)


def _may_ask(access: Access, kind: Kind) -> bool:
    everywhere = kind.scope != "all" or len(allowed_sites(access, kind)) == len(access.all_sites)
    return everywhere and access.can(kind.right)


def right_to(run: ReportRun) -> Permission:
    """What it takes to have a report."""
    kind = kind_of(run.kind)
    return kind.right if kind else Permission.DOWNLOAD_REPORTS


def may_have(access: Access, run: ReportRun) -> bool:
    """Whether the person holds the right at every site whose subjects are in the report."""
    right = right_to(run)
    return access.can(right) and set(run.site_ids) <= {site.pk for site in access.sites(right)}


def centre(access: Access, *, subject: str = "", asked: Card | None = None) -> Centre:
    """Cards and the history of 90 days. Three statements.

    Args:
        subject: number of the subject chosen beforehand, one this person may see.
        asked: the card of a request that was refused, with its message.
    """
    sites = allowed_sites(access)
    subjects = tuple(subject_model().objects.filter(site__in=sites).values_list("code", flat=True))
    cards = tuple(
        asked
        if asked and asked.kind.code == kind.code
        else card(kind, subjects, allowed_sites(access, kind), chosen=subject)
        for kind in kinds()
        if kind.on_card and _may_ask(access, kind)
    )
    hidden = [kind.code for kind in kinds() if not (kind.on_card and _may_ask(access, kind))]
    runs = _runs(sites, hidden)[: ROWS + 1]
    words = {one.kind.code: one.entry.choices for one in cards}
    rows = tuple(job_row(access, run, words.get(run.kind)) for run in list(runs)[:ROWS])
    groups = ((str(label), tuple(one for one in cards if one.kind.purpose == code)) for code, label in PURPOSES)
    return Centre(groups=tuple(group for group in groups if group[1]), rows=rows, has_more=len(runs) > ROWS)


def card(
    kind: Kind,
    subjects: tuple[str, ...],
    sites: tuple[Site, ...],
    *,
    chosen: str = "",
    entry: RequestEntry | None = None,
    problem: str = "",
) -> Card:
    return Card(
        kind=kind,
        entry=entry or RequestEntry(kind),
        subjects=subjects if kind.scope == "subject" else (),
        sites=sites if kind.scope in ("site", "sites") else (),
        chosen=chosen,
        problem=problem,
    )


def refused_card(access: Access, kind: Kind, entry: RequestEntry, problem: str) -> Card:
    """The card of a request that could not be taken. One statement."""
    sites = allowed_sites(access, kind)
    subjects = tuple(subject_model().objects.filter(site__in=sites).values_list("code", flat=True))
    return card(kind, subjects, sites, entry=entry, problem=problem)


def run_row(access: Access, run: ReportRun) -> JobRow:
    """One run, read anew. One statement."""
    return job_row(access, _runs(None).get(pk=run.pk))


def tray(access: Access) -> tuple[JobRow, ...]:
    """What became of this person's reports since they looked last, and what is under way. One statement."""
    own = _runs(None).filter(requested_by=access.user, noticed_at=None)
    return tuple(job_row(access, run) for run in own[:10] if may_have(access, run))


def _runs(sites: Iterable[Site] | None, hidden: Collection[str] = ()):
    """Runs of the last 90 days about these sites only, newest first, without the kinds `hidden`; None asks for those
    of any site and kind.
    """
    since = clock.now() - HISTORY
    found = ReportRun.objects.select_related("requested_by").annotate(n_downloads=Count("downloads"))
    if sites is not None:
        found = found.exclude(kind__in=hidden).filter(requested_at__gte=since)
        found = found.filter(site_ids__contained_by=[site.pk for site in sites])
    return found.order_by("-requested_at", "-pk")


def job_row(access: Access, run: ReportRun, choices: Choices | None = None) -> JobRow:
    """A run in words. `run` carries `n_downloads`; `choices` are those of its kind, where they are known already."""
    kind = kind_of(run.kind)
    own = run.requested_by_id == access.user.pk
    may = may_have(access, run)
    return JobRow(
        id=run.pk,
        state=run.state,
        state_label=str(run.get_state_display()),
        title=str(kind.title) if kind else run.kind,
        about=_about(run, choices if choices is not None else kind.all_choices() if kind else ()),
        who=run.requested_by.full_name,
        requested=stamp(run.requested_at, "UTC"),
        done=run.n_done,
        total=run.n_total,
        step=run.step or _waiting(run),
        left=_time_left(run),
        failure=run.failure,
        facts=_facts(run) if run.state == State.DONE else "",
        sha256=run.sha256,
        expires=f"{run.expires_at:%d-%b-%Y}" if run.expires_at else "",
        downloads=ngettext("%(n)d download", "%(n)d downloads", run.n_downloads) % {"n": run.n_downloads},
        url=reverse("report", args=[run.pk]),
        download_url=reverse("report-download", args=[run.pk]) if run.has_content and may else "",
        download_label=_("Download PDF") if run.content_type == "application/pdf" else _("Download file"),
        cancel_url=reverse("report-cancel", args=[run.pk]) if own and run.is_active else "",
        retry_url=_retry_url(run) if own else "",
        again_url=reverse("report-again", args=[run.pk]) if may and run.state == State.DONE else "",
    )


def _waiting(run: ReportRun) -> str:
    """Why a run has not begun; "" for one that has."""
    if run.state != State.REQUESTED:
        return ""
    if run.published_at is None:
        return _("The job queue does not answer. The report is kept and starts by itself when it does")
    return _("Waiting for a worker")


def _retry_url(run: ReportRun) -> str:
    is_over = run.state in (State.FAILED, State.CANCELLED)
    return reverse("report-retry", args=[run.pk]) if is_over else ""


def _about(run: ReportRun, choices: Choices) -> str:
    """What was asked, in words."""
    labels = {name: (label, dict(options)) for name, label, options in choices}
    parts = [run.parameters[name] for name in ("subject", "site") if run.parameters.get(name)]
    for name, value in run.parameters.items():
        if name in labels:
            label, options = labels[name]
            parts.append(f"{label}: {options.get(value, value)}")
    return " · ".join(parts)


def _facts(run: ReportRun) -> str:
    pages = ngettext("%(n)d page", "%(n)d pages", run.n_pages) % {"n": run.n_pages} if run.n_pages else ""
    size = f"{(run.size or 0) / 1000:.0f} kB"
    return " · ".join(part for part in (pages, size, f"{_('data as of')} {stamp(run.data_at, 'UTC')}") if part)


def _time_left(run: ReportRun) -> str:
    """How long it may take still, told once a tenth is done."""
    if run.state != State.RUNNING or not run.n_total or not run.started_at:
        return ""
    share = run.n_done / run.n_total
    if not TELLS_TIME_FROM <= share < 1:
        return ""
    passed = (timezone.now() - run.started_at).total_seconds()
    seconds = max(1, round(passed / share - passed))
    if seconds > MOST_SECONDS:
        minutes = round(seconds / 60)
        return ngettext("about %(n)d minute left", "about %(n)d minutes left", minutes) % {"n": minutes}
    return ngettext("about %(n)d second left", "about %(n)d seconds left", seconds) % {"n": seconds}
