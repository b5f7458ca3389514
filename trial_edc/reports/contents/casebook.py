"""The casebook of a subject: cover, forms with signatures, trail, queries, codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, groupby

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trial_edc.accounts.models import Site
from trial_edc.casebook.models import Query
from trial_edc.casebook.study import subject_model
from trial_edc.crf.item import QUALIFIERS
from trial_edc.crf.reading import MISSING

from .. import pdf
from ..kinds import Made
from ..models import ReportRun
from ..problems import CannotReport
from ..progress import Progress
from .common import cover, stamp
from .facts import Facts, gather
from .form_page import FormPage, form_page, form_title, place_of, spec_of
from .trail import Change, Teller, by_moment

TURNS = {
    "opened": gettext_lazy("asked"),
    "answered": gettext_lazy("answered"),
    "closed": gettext_lazy("closed"),
    "cancelled": gettext_lazy("cancelled"),
    "reopened": gettext_lazy("asked again"),
}


@dataclass(frozen=True)
class PrintedTurn:
    action: str
    text: str
    who: str
    at: str


@dataclass(frozen=True)
class PrintedQuery:
    """A query with its thread; `anchor` is the form's."""

    number: int
    anchor: str
    place: str
    label: str
    state: str
    opened: str
    by_check: bool
    turns: tuple[PrintedTurn, ...]


@dataclass(frozen=True)
class Codelist:
    """The codes of one item and what they mean."""

    label: str
    code: str
    codes: tuple[tuple[str, str], ...]


def build(run: ReportRun, progress: Progress) -> Made:
    """The casebook of the run's subject."""
    subject = subject_model().objects.select_related("site").filter(pk=run.subject_id).first()
    if subject is None:
        raise CannotReport(_("There is no such subject. Request the casebook from the subject's page."))
    facts = gather(subject)
    progress.expect(len(facts.records) + 2)
    written = document(run, facts, with_trail=run.parameters.get("trail") != "without", step=progress.step)
    progress.step(_("Laying out"))
    return Made(written, facts.data_at)


def document(
    run: ReportRun, facts: Facts, *, with_trail: bool, step: Callable[[str], object], title: str = "", part: str = ""
) -> str:
    """The casebook as HTML. No statement: everything was read before.

    Args:
        step: is told each part as it is written. title: of the document, "" = of a whole casebook.
        part: what it is about when the facts are not all of the subject ("Day 7").
    """
    numbers = count(1)
    pages = _pages(facts, step, numbers)
    step(_("Writing trail, queries and codes"))
    context = {
        "cover": _cover(run, facts, pages, title or _("Subject casebook"), part),
        "visits": [(title, list(of_visit)) for title, of_visit in groupby(pages, key=lambda page: page.visit)],
        "pages": pages,
        "with_trail": with_trail,
        "subject_trail": by_moment(_subject_changes(facts, numbers)),
        "queries": tuple(_query(query, facts) for query in facts.queries),
        "codelists": _codelists(facts),
        "missing": tuple((code, str(label)) for code, label in MISSING.items()),
        "qualifiers": QUALIFIERS,
    }
    return pdf.html("casebook.html", context)


def _pages(facts: Facts, step: Callable[[str], object], numbers: Iterator[int]) -> list[FormPage]:
    pages = []
    for n, record in enumerate(facts.records, start=1):
        label = _("Form %(n)d of %(total)d") % {"n": n, "total": len(facts.records)}
        step(label)
        teller = Teller(spec_of(record), facts.site, facts.people, numbers)
        changes = teller.changes(facts.trail.get(record.instance_id, ()))
        pages.append(form_page(facts, record, changes))
    return pages


def _cover(run: ReportRun, facts: Facts, pages: list[FormPage], title: str, part: str):
    subject, site = facts.subject, facts.site
    n_signed = sum(not page.unsigned for page in pages)
    about = (
        (_("Site"), f"{site.code} · {site.name}"),
        (_("Subject"), subject.code),
        *([(_("Part"), part)] if part else []),
        (_("Protocol version of the subject"), subject.protocol_version),
        (_("Times"), _("of the site (%(zone)s), with their UTC offset") % {"zone": site.time_zone}),
        (_("Forms"), _("%(n)d saved, %(signed)d signed") % {"n": len(pages), "signed": n_signed}),
        (_("Queries"), _query_counts(facts)),
    )
    return cover(
        run,
        title,
        data_at=facts.data_at,
        zone=site.time_zone,
        site=site.code,
        subject=subject.code,
        is_draft=any(page.drafts for page in pages),
        facts=about,
        record_hash=facts.record_hash,
    )


def _query_counts(facts: Facts) -> str:
    counted = [(state.label, sum(one.state == state for one in facts.queries)) for state in Query.State]
    return ", ".join(f"{n} {str(label).lower()}" for label, n in counted if n) or _("none")


def _subject_changes(facts: Facts, numbers: Iterator[int]) -> tuple[Change, ...]:
    """What the trail says of the subject outside its forms: registration, visits, plans, locks."""
    return Teller(None, facts.site, facts.people, numbers).changes(facts.trail.get(None, ()))


def _query(query: Query, facts: Facts) -> PrintedQuery:
    record = next(one for one in facts.records if one.instance_id == query.instance_id)
    spec, site = spec_of(record), facts.site
    return PrintedQuery(
        number=query.pk,
        anchor=f"f{query.instance_id}",
        place=f"{place_of(record)} · {form_title(record, spec)}",
        label=str(spec[query.item].label) if query.item in spec else _("whole form"),
        state=str(query.get_state_display()),
        opened=stamp(query.opened_at, site.time_zone),
        by_check=bool(query.rule),
        turns=tuple(_turn(turn, site) for turn in sorted(query.messages.all(), key=lambda turn: turn.pk)),
    )


def _turn(turn, site: Site) -> PrintedTurn:
    action = str(TURNS.get(turn.action, turn.action))
    return PrintedTurn(action, turn.text, turn.by.full_name, stamp(turn.at, site.time_zone))


def _codelists(facts: Facts) -> tuple[tuple[str, tuple[Codelist, ...]], ...]:
    """Codes of the forms in this casebook: ((form, lists), ...), forms by code; lists alike stand once."""
    found: dict[str, dict[str, Codelist]] = {}
    titles: dict[str, str] = {}
    for record in facts.records:
        spec = spec_of(record)
        titles[record.form_code] = f"{capfirst(str(spec.title))} ({record.form_code.upper()})"
        lists = found.setdefault(record.form_code, {})
        for one in spec:
            if one.choices and len(one.choices) <= 60:
                codes = tuple((str(code), str(label)) for code, label in one.choices)
                lists.setdefault(
                    one.column if not one.is_measured else one.address, Codelist(str(one.label), one.name, codes)
                )
    return tuple((titles[code], tuple(lists.values())) for code, lists in sorted(found.items()) if lists)
