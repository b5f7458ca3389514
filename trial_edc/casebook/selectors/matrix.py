"""The matrix of visits and forms: one cell, one answer to the question of the lens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from trial_edc.crf.partial import text as date_text
from trial_edc.crf.registry import all_crfs, short_title
from trial_edc.protocol.model import VisitFold
from trial_edc.protocol.windows import study_day, window

from ..digests import is_as_given
from ..reader import InstanceRow
from ..slots import Slot
from ..statuses import STATUS_LABELS
from ..study import study
from .facts import Facts
from .fields import is_verified_by_plan
from .sections import slot_status, spec_and_record, visit_title

MOST_URGENT = ("overdue", "due", "not-due")


@dataclass(frozen=True)
class CellView:
    """A form at a visit; `status` answers the lens, `flag` is the corner flag, `cause` why it is not
    expected.
    """

    form: str
    visit: str
    status: str
    label: str
    url: str
    queries: int = 0
    flag: str = ""
    cause: str = ""


@dataclass(frozen=True)
class RowView:
    """A form; `group` is the title of its group in the group's first row, else ""."""

    form: str
    title: str
    cells: tuple[CellView | None, ...]
    group: str = ""


@dataclass(frozen=True)
class ColumnView:
    """A visit as a column head, or several folded into one; study days are None before an infusion.

    `mark` is "next", "late", "more" for folded visits, or "". `phase` is "" for a visit of no planned phase.
    """

    visit: str
    title: str
    date: str
    day: str
    margin: str
    url: str
    mark: str = ""
    short: str = ""
    phase: str = ""
    on_day: int | None = None
    first_day: int | None = None
    last_day: int | None = None


@dataclass(frozen=True)
class VisitLine:
    """A visit with the states of its forms, whether it is folded or not."""

    column: ColumnView
    statuses: frozenset[str]


@dataclass(frozen=True)
class Matrix:
    """`columns` are those shown, `visits` all of them; `is_unfolded` when far visits were asked for."""

    columns: tuple[ColumnView, ...]
    rows: tuple[RowView, ...]
    lens: str
    n_complete: int
    n_due: int
    visits: tuple[VisitLine, ...] = ()
    is_unfolded: bool = False

    @property
    def n_columns(self) -> int:
        return len(self.columns) + 1


def matrix_of(facts: Facts, *, lens: str, next_visit: str, unfolded: frozenset[str] = frozenset()) -> Matrix:
    """Rows are forms in the groups of the protocol, columns visits in the order of time. No statement.

    Args:
        unfolded: codes of folds shown visit by visit.
    """
    cells = {(cell.visit, cell.form): _cell(facts, cell, lens) for cell in _places(facts, facts.visit_codes)}
    entry = [one.status if lens == "entry" else _entry_status(facts, one) for one in cells.values()]
    columns = {code: _column(facts, code, next_visit) for code in facts.visit_codes}
    folds = _Folds(reverse("subject", args=[facts.casebook.subject.code]), lens, unfolded, cells)
    folded = {code: fold for fold in folds.of(facts, next_visit) for code in fold.visits}
    shown = list(dict.fromkeys(folded.get(code, code) for code in facts.visit_codes))
    return Matrix(
        columns=tuple(folds.column(one) if isinstance(one, VisitFold) else columns[one] for one in shown),
        rows=tuple(
            RowView(
                form,
                short_title(form),
                tuple(folds.cell(one, form) if isinstance(one, VisitFold) else cells.get((one, form)) for one in shown),
                group,
            )
            for group, form in _grouped({form for _visit, form in cells})
        ),
        lens=lens,
        n_complete=sum(status in ("complete", "not-done", "locked") for status in entry),
        n_due=sum(status not in ("not-due", "not-expected", "withdrawn") for status in entry),
        visits=tuple(
            VisitLine(column, frozenset(cell.status for (visit, _form), cell in cells.items() if visit == code))
            for code, column in columns.items()
        ),
        is_unfolded=bool(unfolded),
    )


def _grouped(forms: Set[str]) -> list[tuple[str, str]]:
    """(title of the group in its first row, form): groups in the protocol's order, other forms last."""
    groups = [(str(_(group.title)), [form for form in group.forms if form in forms]) for group in study().form_groups]
    known = {form for _title, of_group in groups for form in of_group}
    planned = dict.fromkeys(cell.form for cell in study().cells)
    rest = [form for form in planned if form in forms - known] + sorted(forms - known - set(planned))
    groups.append((_("Other forms") if groups else "", rest))
    return [(title if n == 0 else "", form) for title, of_group in groups for n, form in enumerate(of_group)]


@dataclass(frozen=True)
class _Folds:
    """Far visits as one column each, with the address that unfolds them."""

    base: str
    lens: str
    unfolded: frozenset[str]
    cells: Mapping[tuple[str, str], CellView]

    def of(self, facts: Facts, next_visit: str) -> list[VisitFold]:
        """The folds to draw: nothing of their visits has begun, none of them comes next or was asked for."""
        begun = {one.visit_code for one in facts.casebook.instances} | {visit for visit, _form, _seq in facts.drafts}
        near = begun | {next_visit}
        return [fold for fold in study().visit_folds if fold.code not in self.unfolded and not near & set(fold.visits)]

    def column(self, fold: VisitFold) -> ColumnView:
        n = len(fold.visits)
        title = _("Show the %(n)d visits %(name)s") % {"n": n, "name": fold.short}
        return ColumnView(
            fold.code, title, str(n), "", _("visits"), self._url(fold), mark="more", short=str(_(fold.short))
        )

    def cell(self, fold: VisitFold, form: str) -> CellView | None:
        """The most urgent state of a form over the visits, None when none of them asks it."""
        found = {cell.status for visit in fold.visits if (cell := self.cells.get((visit, form)))}
        if not found:
            return None
        status = next((one for one in MOST_URGENT if one in found), min(found))
        label = f"{short_title(form)}, {fold.short}: {STATUS_LABELS.get(status, '')}"
        return CellView(form, fold.code, status, label, self._url(fold))

    def _url(self, fold: VisitFold) -> str:
        return f"{self.base}?lens={self.lens}&unfold={','.join(sorted(self.unfolded | {fold.code}))}#h-mx"


@dataclass(frozen=True)
class _Place:
    visit: str
    form: str
    instances: tuple[InstanceRow, ...]


def _places(facts: Facts, visits: Iterable[str]) -> list[_Place]:
    filled: dict[tuple[str, str], list[InstanceRow]] = defaultdict(list)
    for one in facts.casebook.instances:
        filled[one.visit_code, one.form_code].append(one)
    places = []
    known = {model.Crf.code for model in all_crfs()}
    for visit in visits:
        planned = [cell.form for cell in study().forms_at(visit) if cell.form in known]
        if visit.startswith(study().unscheduled):
            planned = []
        forms = dict.fromkeys([*planned, *(form for at, form in filled if at == visit)])
        places += [_Place(visit, form, tuple(filled.get((visit, form), ()))) for form in forms]
    return places


def _cell(facts: Facts, place: _Place, lens: str) -> CellView:
    subject = facts.casebook.subject
    first = Slot(subject.pk, place.visit, place.form, 1)
    status, cause = _lens_status(facts, place, first, lens)
    live = [query for one in place.instances for query in facts.queries.get(one.id, ())]
    flag = "query-open" if any(q.state == "open" for q in live) else "query-answered" if live else ""
    form = short_title(place.form)
    label = f"{form}, {visit_title(place.visit)}: {STATUS_LABELS.get(status, '')}"
    if live:
        label += ", " + _("%(n)d queries") % {"n": len(live)}
    url = reverse("visit", args=[subject.code, place.visit]) + f"#form-{place.form}"
    return CellView(place.form, place.visit, status, label, url, len(live), flag if lens == "entry" else "", cause)


def _entry_status(facts: Facts, cell: CellView) -> str:
    return slot_status(facts, Slot(facts.casebook.subject.pk, cell.visit, cell.form, 1))[0]


def _lens_status(facts: Facts, place: _Place, slot: Slot, lens: str) -> tuple[str, str]:
    status, cause = slot_status(facts, slot)
    if lens == "entry" or not place.instances:
        return status, cause
    answers = {
        "queries": _query_status,
        "verification": _verification_status,
        "signature": _signature_status,
        "lock": lambda _facts, _place: "locked" if status == "locked" else "",
    }
    return answers[lens](facts, place) or status, cause


def _query_status(facts: Facts, place: _Place) -> str:
    states = {query.state for one in place.instances for query in facts.queries.get(one.id, ())}
    return "query-open" if "open" in states else "query-answered" if states else ""


def _verification_status(facts: Facts, place: _Place) -> str:
    """Reverify before unverified before verified; "" when the plan asks nothing of the form."""
    found = set()
    for one in place.instances:
        marks = facts.verified.get(one.id, {})
        found |= {"reverify" if again else "verified" for again in marks.values()}
        slot = Slot(one.subject_id, one.visit_code, one.form_code, one.seq)
        spec, record = spec_and_record(facts, slot, one)
        if record and any(
            is_verified_by_plan(i) and record.is_answered(i.address) and i.address not in marks for i in spec
        ):
            found.add("unverified")
    return next((status for status in ("reverify", "unverified", "verified") if status in found), "")


def _signature_status(facts: Facts, place: _Place) -> str:
    if study().signature_rule(place.form) is None:
        return ""
    found = {signature_state(facts, one) for one in place.instances}
    return next((status for status in ("resign", "to-sign", "signed") if status in found), "")


def signature_state(facts: Facts, instance: InstanceRow) -> str:
    """Whether a form that needs a signature has it: "signed", "resign", "to-sign", "" while it is
    incomplete. A signature that does not verify counts for nothing.
    """
    signatures = facts.signatures.get(instance.id, ())
    standing = [one for one in signatures if one.voided_at is None]
    if standing and all(is_as_given(one) and one.revision == instance.revision for one in standing):
        return "signed"
    if signatures:
        return "resign"
    return "to-sign" if instance.status in ("complete", "not_done") else ""


def _column(facts: Facts, code: str, next_visit: str) -> ColumnView:
    plan = study().visit(code)
    span = window(plan, facts.dates.anchors)
    on = facts.dates.visits.get(code) or (span.target if span else None)
    day = study_day(on, facts.dates.anchors.infusion) if on else None
    margin = max((span.target - span.first).days, (span.last - span.target).days) if span else 0
    return ColumnView(
        visit=code,
        title=visit_title(code),
        date=date_text(on) if on else "",
        day="" if day is None else f"D{day}" if day >= 0 else f"D−{-day}",
        margin=f"±{margin} d" if margin and code not in facts.dates.visits else "",
        url=reverse("visit", args=[facts.casebook.subject.code, code]),
        mark="next" if code == next_visit else "",
        short=_short(code),
        phase=str(_(plan.phase)) if plan.target_day is not None else "",
        on_day=day,
        first_day=study_day(span.first, facts.dates.anchors.infusion) if span else day,
        last_day=study_day(span.last, facts.dates.anchors.infusion) if span else day,
    )


def _short(code: str) -> str:
    """A title that fits a narrow column: "Day 7", "LD 1", "M2", "Aph"."""
    title = visit_title(code)
    letters, number = code.rstrip("0123456789"), code[len(code.rstrip("0123456789")) :]
    if len(title) <= 6 or not number:
        return title if len(title) <= 6 else code.capitalize()
    return f"{letters.upper()} {number}" if len(letters) > 1 else f"{letters.upper()}{number}"
