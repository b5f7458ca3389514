"""The home page: what waits for this person, sorted by deadline."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Count, F
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from trial_edc.accounts.access import Access
from trial_edc.accounts.models import Site
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.crf.partial import text as date_text
from trial_edc.crf.registry import short_title
from trial_edc.protocol.windows import NOT_EXPECTED, visit_status

from ..dates import date_forms, subject_dates, track_forms
from ..models import Draft, FormInstance, Query
from ..reader import read_many
from ..study import study, subject_model
from .due import DueVisit, due_visits, with_switched_tracks
from .sections import visit_title
from .signing import waiting_for_signature

MOST_ROWS = 50
AHEAD_DAYS = 7


@dataclass(frozen=True)
class WorkRow:
    """One thing to do; `when` is its deadline in words, `clock` a running one with text, state and due."""

    status: str
    title: str
    detail: str
    url: str
    when: str = ""
    is_late: bool = False
    is_draft: bool = False
    clock: object = None


@dataclass(frozen=True)
class WorkGroup:
    code: str
    title: str
    rows: tuple[WorkRow, ...]
    count: int
    is_urgent: bool = False
    more_url: str = ""
    more_label: str = ""


@dataclass(frozen=True)
class WorkPage:
    group: str
    groups: tuple[WorkGroup, ...]
    total: int
    next_text: str = ""

    @property
    def shown_groups(self) -> tuple[WorkGroup, ...]:
        return tuple(one for one in self.groups if not self.group or one.code == self.group)


def worklist(access: Access, *, group: str = "") -> WorkPage:
    """Groups of the protocol for the person's roles. At most ten statements, whatever the number of
    subjects.
    """
    roles = access.roles_at(None)
    wanted = [one for one in study().worklist if roles & set(one.roles)]
    codes = {one.code for one in wanted}
    rows: dict[str, list[WorkRow]] = defaultdict(list)
    counts: dict[str, int] = {}
    if codes & {"visits-overdue", "visits-due", "visits-next"}:
        _add_visits(access, rows, counts)
    if "drafts" in codes:
        rows["drafts"] = _drafts(access)
    for code, state, right in (
        ("queries-to-answer", "open", Permission.ANSWER_QUERIES),
        ("queries-answered", "answered", Permission.VIEW_QUERIES),
    ):
        if code in codes:
            rows[code] = _queries(list(access.sites(right)), state)
    if codes & {"to-sign", "resign"}:
        _add_signatures(access, rows, counts)
    if "to-verify" in codes:
        rows["to-verify"] = _to_verify(access)
    given: dict[str, object] = {}
    for one in wanted:
        if one.rows:
            rows[one.code] = list(import_string(one.rows)(access, given))
    groups = tuple(
        WorkGroup(
            code=one.code,
            title=str(one.title),
            rows=tuple(rows[one.code][:MOST_ROWS]),
            count=counts.get(one.code, len(rows[one.code])),
            is_urgent=one.is_urgent or one.code in ("visits-overdue", "resign"),
        )
        for one in wanted
    )
    return WorkPage(group, groups, sum(one.count for one in groups))


def _add_visits(access: Access, rows: dict[str, list[WorkRow]], counts: dict[str, int]) -> None:
    """Visits by their deadline. All are counted, the first ones are shown."""
    sites = {site.pk: site for site in access.sites(Permission.READ_LIVE_DATA)}
    due = sorted(due_visits(sites.values(), ahead_days=AHEAD_DAYS), key=lambda one: (one.window.last, one.code))
    days = {pk: _today(site) for pk, site in sites.items()}
    for one in _still_expected(due, sites):
        today = days[one.site_id]
        group = (
            "visits-overdue"
            if one.window.last < today
            else "visits-due"
            if one.window.first <= today
            else "visits-next"
        )
        counts[group] = counts.get(group, 0) + 1
        if counts[group] <= MOST_ROWS:
            rows[group].append(_visit_row(one, group, today))


def _still_expected(due: list[DueVisit], sites: dict[int, Site]) -> list[DueVisit]:
    """Those whose tracks were not switched off. Four statements; few casebooks are read, whatever the number of
    subjects.
    """
    switched = with_switched_tracks({one.subject_id for one in due})
    subjects = list(subject_model().objects.filter(pk__in=switched))
    casebooks = read_many(subjects, date_forms() | track_forms())
    dates = {s.pk: subject_dates(casebooks[s.pk], sites[s.site_id]) for s in subjects}
    return [
        one
        for one in due
        if one.subject_id not in switched
        or visit_status(study(), one.visit, dates[one.subject_id].anchors, today=_today(sites[one.site_id])).status
        != NOT_EXPECTED
    ]


def _visit_row(one: DueVisit, group: str, today: date) -> WorkRow:
    when = {
        "visits-overdue": _("closed %(day)s"),
        "visits-due": _("until %(day)s"),
        "visits-next": _("opens %(day)s"),
    }[group]
    day = one.window.first if group == "visits-next" else one.window.last
    return WorkRow(
        status="overdue" if group == "visits-overdue" else "due",
        title=f"{one.code} · {visit_title(one.visit)}",
        detail=_("%(done)d of %(all)d forms done") % {"done": one.n_done, "all": one.n_required},
        url=reverse("visit", args=[one.code, one.visit]),
        when=when % {"day": date_text(day)},
        is_late=one.window.last < today,
    )


def _today(site: Site) -> date:
    return clock.now().astimezone(ZoneInfo(site.time_zone)).date()


def _drafts(access: Access) -> list[WorkRow]:
    """Own drafts, oldest first. One statement."""
    kept = Draft.objects.filter(user=access.user).select_related("subject").order_by("kept_at")
    return [
        WorkRow(
            status="draft",
            title=f"{draft.subject.code} · {short_title(draft.form_code)}",
            detail=visit_title(draft.visit_code) if draft.visit_code else _("entry %(n)d") % {"n": draft.seq},
            url=_place_url(draft.subject.code, draft.visit_code, draft.form_code, draft.seq),
            is_draft=True,
        )
        for draft in kept[:MOST_ROWS]
    ]


def _queries(sites: list[Site], state: str) -> list[WorkRow]:
    """Live queries, oldest first. One statement."""
    found = Query.objects.filter(instance__subject__site__in=sites, state=state)
    found = found.select_related("instance__subject", "instance__visit").order_by("opened_at", "pk")
    rows = []
    for query in found[:MOST_ROWS]:
        form = query.instance
        visit = form.visit.code if form.visit else ""
        url = _place_url(form.subject.code, visit, form.form_code, form.seq)
        age = (clock.now() - query.opened_at).days
        rows.append(
            WorkRow(
                status=f"query-{state}",
                title=f"{form.subject.code} · {short_title(form.form_code)} {visit.upper()}",
                detail=query.item,
                url=url.partition("#")[0] + f"#{form.form_code}.{query.item}",
                when=_("%(n)d days") % {"n": age},
                is_late=age > 14,
            )
        )
    return rows


def _add_signatures(access: Access, rows: dict[str, list[WorkRow]], counts: dict[str, int]) -> None:
    """Forms to sign and to sign again. Two statements."""
    waiting = waiting_for_signature(access)
    tallies = dict(waiting.order_by().values_list("was_signed").annotate(n=Count("pk")))
    counts.update({"to-sign": tallies.get(False, 0), "resign": tallies.get(True, 0)})
    first = waiting.select_related("subject", "visit").order_by(F("was_signed").desc(), "saved_at", "pk")
    for form in first[:MOST_ROWS]:
        place = form.visit.code.upper() if form.visit else f"{form.seq:03d}"
        state = "resign" if form.was_signed else "to-sign"
        rows[state].append(
            WorkRow(
                status=state,
                title=f"{form.subject.code} · {form.form_code.upper()}-{place}",
                detail=short_title(form.form_code),
                url=f"{reverse('sign')}?subject={form.subject.code}",
            )
        )


def _to_verify(access: Access) -> list[WorkRow]:
    """Subjects with changed values that were verified, or with forms nobody verified. One statement."""
    sites = list(access.sites(Permission.VERIFY_SOURCE))
    forms = {name.partition(".")[0] for name in study().sdv.critical}
    unverified = FormInstance.objects.filter(subject__site__in=sites, form_code__in=forms, status="complete")
    unverified = unverified.filter(verifications=None) | unverified.filter(verifications__needs_again=True)
    tallies = (
        unverified.order_by().values("subject__code").annotate(n=Count("pk", distinct=True)).order_by("subject__code")
    )
    return [
        WorkRow(
            status="unverified",
            title=row["subject__code"],
            detail=_("%(n)d forms to verify") % {"n": row["n"]},
            url=reverse("subject", args=[row["subject__code"]]) + "?lens=verification",
        )
        for row in tallies[:MOST_ROWS]
    ]


def _place_url(code: str, visit: str, form: str, seq: int) -> str:
    if not visit:
        return reverse("log-entry", args=[code, form, seq])
    return reverse("visit", args=[code, visit]) + f"#form-{form}"
