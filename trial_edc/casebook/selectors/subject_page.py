"""The page of one subject: where it stands, what is open, the matrix."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission
from trial_edc.crf.partial import text as date_text
from trial_edc.crf.registry import crf, has_crf, short_title
from trial_edc.protocol.windows import DUE, NOT_EXPECTED, OVERDUE, CellStatus, study_day, visit_status

from ..dates import phase
from ..lanes import Lane, lanes_of
from ..panels import Alert, alerts_of
from ..statuses import LENS_OF_ROLE, LENSES
from ..study import study
from .facts import Facts, facts_of
from .matrix import Matrix, matrix_of, signature_state
from .sections import today_at, visit_title
from .shown_items import LatestValue, banner_facts, latest_values
from .trail import Activity, recent_activity

DONE = ("complete", "not_done", "withdrawn")


@dataclass(frozen=True)
class ToDo:
    """One open thing: icon, title, detail, where to do it."""

    status: str
    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class NextVisit:
    code: str
    title: str
    status: str
    window: str
    url: str


@dataclass(frozen=True)
class NextAct:
    """The one thing to do now."""

    title: str
    url: str


@dataclass(frozen=True)
class LogCount:
    form: str
    title: str
    n: int
    url: str


@dataclass(frozen=True)
class LensLink:
    code: str
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class SubjectPage:
    subject: object
    phase: str
    study_day: str
    today_on: date
    today: int | None
    primary: NextAct | None
    facts: tuple[tuple[str, str], ...]
    next_visit: NextVisit | None
    matrix: Matrix
    lenses: tuple[LensLink, ...]
    to_do: tuple[ToDo, ...]
    latest: tuple[LatestValue, ...]
    lanes: tuple[Lane, ...]
    logs: tuple[LogCount, ...]
    activity: tuple[Activity, ...]
    n_queries: int
    can_enter: bool
    unscheduled_url: str
    queries_url: str
    history_url: str
    fold_url: str
    clocks: tuple[Alert, ...] = ()
    has_product: bool = True


def subject_page(access: Access, subject, *, lens: str = "", unfold: str = "") -> SubjectPage:
    """Everything the page shows. Twelve statements, whatever the number of forms.

    Args:
        lens: entry, queries, verification, signature or lock; "" = the one of the person's role.
        unfold: codes of folds of visits to show in full, apart by commas.
    """
    facts = facts_of(subject, user=access.user, site=subject.site)
    today = today_at(facts)
    role = access.role_at(subject.site)
    chosen = lens if lens in dict(LENSES) else LENS_OF_ROLE.get(role, "entry")
    upcoming = _next_visit(facts, today)
    url = reverse("subject", args=[subject.code])
    unfolded = frozenset(unfold.split(",")) & {fold.code for fold in study().visit_folds}
    kept = f"&unfold={','.join(sorted(unfolded))}" if unfolded else ""
    return SubjectPage(
        subject=subject,
        phase=_phase(facts, today),
        study_day=_study_day(facts, today),
        today_on=today,
        today=study_day(today, facts.dates.anchors.infusion),
        primary=_primary(facts, today),
        facts=(*banner_facts(facts), *_key_facts(facts)),
        next_visit=upcoming,
        matrix=matrix_of(facts, lens=chosen, next_visit=upcoming.code if upcoming else "", unfolded=unfolded),
        lenses=tuple(LensLink(code, str(label), f"{url}?lens={code}{kept}", code == chosen) for code, label in LENSES),
        to_do=_to_do(facts, today),
        latest=latest_values(facts),
        lanes=lanes_of(facts.casebook, today=today),
        logs=_logs(facts),
        activity=recent_activity(subject, site=subject.site, n=5),
        n_queries=sum(query.state == "open" for queries in facts.queries.values() for query in queries),
        can_enter=access.can(Permission.ENTER_FORMS, subject.site),
        unscheduled_url=reverse("unscheduled", args=[subject.code]),
        queries_url=f"{reverse('queries')}?subject={subject.code}",
        history_url=reverse("subject-history", args=[subject.code]),
        fold_url=f"{url}?lens={chosen}#h-mx",
        clocks=alerts_of(facts),
        has_product=has_crf("coi"),
    )


def _phase(facts: Facts, today: date) -> str:
    return phase(facts.dates.anchors, today)


def _study_day(facts: Facts, today: date) -> str:
    day = study_day(today, facts.dates.anchors.infusion)
    return "" if day is None else _("day %(n)d") % {"n": day}


def _key_facts(facts: Facts) -> tuple[tuple[str, str], ...]:
    anchors = facts.dates.anchors
    named = ((_("Consent"), anchors.consent), (_("Leukapheresis"), anchors.leukapheresis))
    return tuple((label, date_text(on)) for label, on in named if on)


def _next_visit(facts: Facts, today: date) -> NextVisit | None:
    """The first planned visit that is not done and still expected."""
    done = finished_visits(facts)
    for visit in study().visits:
        if visit.code == study().unscheduled or visit.code in done:
            continue
        found = visit_status(study(), visit.code, facts.dates.anchors, today=today)
        if found.status == NOT_EXPECTED or found.window is None or found.window.last < today:
            continue
        first, last = found.window.first, found.window.last
        span = date_text(first) if first == last else f"{date_text(first)} – {date_text(last)}"
        url = reverse("visit", args=[facts.casebook.subject.code, visit.code])
        return NextVisit(visit.code, visit_title(visit.code), found.status, span, url)
    return None


def finished_visits(facts: Facts) -> set[str]:
    """Visits whose required forms are all complete or marked not done."""
    done: dict[str, set[str]] = {}
    for one in facts.casebook.instances:
        if one.status in DONE:
            done.setdefault(one.visit_code, set()).add(one.form_code)
    return {
        visit.code
        for visit in study().visits
        if visit.code in done
        and {cell.form for cell in study().forms_at(visit.code) if cell.required and has_crf(cell.form)}
        <= done[visit.code]
    }


def _open_visits(facts: Facts, today: date) -> list[tuple[str, CellStatus]]:
    """Unfinished planned visits that are due or overdue, the one to enter now first.

    That is the first from the last visit that has begun on: what was left open before it is a gap to close, not
    the next step.
    """
    done, planned = finished_visits(facts), _planned()
    found = [
        (code, status)
        for code in planned
        if code not in done
        and (status := visit_status(study(), code, facts.dates.anchors, today=today)).status in (DUE, OVERDUE)
    ]
    begun = _last_begun(facts)
    return sorted(found, key=lambda one: planned.index(one[0]) < begun)


def _planned() -> list[str]:
    return [visit.code for visit in study().visits if visit.code != study().unscheduled]


def _last_begun(facts: Facts) -> int:
    """Place in the schedule of the last planned visit that took place, 0 before the first."""
    planned = _planned()
    return max((planned.index(code) for code in facts.dates.visits if code in planned), default=0)


def _primary(facts: Facts, today: date) -> NextAct | None:
    """The visit to enter: an open one, else the one that follows where it has no planned day yet."""
    codes = [code for code, _status in _open_visits(facts, today)]
    if not codes or _planned().index(codes[0]) < _last_begun(facts):
        codes = [*_undated_next(facts, today), *codes]
    if not codes:
        return None
    url = reverse("visit", args=[facts.casebook.subject.code, codes[0]])
    return NextAct(_("Enter %(visit)s") % {"visit": visit_title(codes[0])}, url)


def _undated_next(facts: Facts, today: date) -> list[str]:
    """The first unfinished visit from the last that has begun on, when it is expected and has no window."""
    done = finished_visits(facts)
    for code in [code for code in _planned()[_last_begun(facts) :] if code not in done][:1]:
        found = visit_status(study(), code, facts.dates.anchors, today=today)
        is_planned = study().visit(code).target_day is not None
        return [code] if is_planned and found.window is None and found.status != NOT_EXPECTED else []
    return []


def _to_do(facts: Facts, today: date) -> tuple[ToDo, ...]:
    code = facts.casebook.subject.code
    todo = []
    for visit_code, found in _open_visits(facts, today):
        detail = _("window closed %(day)s") if found.status == OVERDUE else _("window open until %(day)s")
        shown = date_text(found.window.last) if found.window else ""
        url = reverse("visit", args=[code, visit_code])
        todo.append(ToDo(found.status, visit_title(visit_code), detail % {"day": shown}, url))
    for visit_code, form, _seq in facts.drafts:
        place = visit_title(visit_code) if visit_code else ""
        todo.append(
            ToDo(
                "draft",
                f"{short_title(form)} {place}".strip(),
                _("Draft kept, not saved"),
                _place_url(code, visit_code, form, _seq),
            )
        )
    for path in study().to_do:
        todo += [ToDo(*line) for line in import_string(path)(facts)]
    n = sum(query.state == "open" for queries in facts.queries.values() for query in queries)
    if n:
        text = ngettext("%(n)d query to answer", "%(n)d queries to answer", n) % {"n": n}
        todo.append(ToDo("query-open", text, "", f"{reverse('queries')}?subject={code}"))
    waiting = [
        one
        for one in facts.casebook.instances
        if study().signature_rule(one.form_code) and signature_state(facts, one) in ("to-sign", "resign")
    ]
    if waiting:
        text = ngettext("%(n)d form to sign", "%(n)d forms to sign", len(waiting)) % {"n": len(waiting)}
        todo.append(ToDo("to-sign", text, "", f"{reverse('sign')}?subject={code}"))
    return tuple(todo)


def _place_url(code: str, visit_code: str, form: str, seq: int) -> str:
    if not visit_code:
        return reverse("log-entry", args=[code, form, seq])
    return reverse("visit", args=[code, visit_code]) + f"#form-{form}"


def _logs(facts: Facts) -> tuple[LogCount, ...]:
    counts = dict.fromkeys((form for form in study().log_forms if has_crf(form)), 0)
    for one in facts.casebook.instances:
        if one.form_code in counts and one.status != "withdrawn":
            counts[one.form_code] += 1
    code = facts.casebook.subject.code
    return tuple(
        LogCount(form, str(crf(form).Crf.title), n, reverse("log", args=[code, form])) for form, n in counts.items()
    )
