"""Listings of the work on the data: subjects, queries, source verification."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from trial_edc.accounts.models import Site
from trial_edc.audit import clock
from trial_edc.casebook.dates import date_forms, phase, subject_dates, track_forms
from trial_edc.casebook.models import FormInstance, Query, SourceVerification
from trial_edc.casebook.reader import read_forms, read_many
from trial_edc.casebook.selectors.fields import is_verified_by_plan
from trial_edc.casebook.selectors.sections import visit_title
from trial_edc.casebook.study import study, subject_model
from trial_edc.crf.registry import crf
from trial_edc.crf.spec import form_spec

from .. import pdf
from ..kinds import Made, kind_of
from ..models import ReportRun
from ..progress import Progress
from ..sections import Section
from .casebook import TURNS
from .common import cover, one_view, stamp
from .form_page import spec_of

Listing = Callable[[ReportRun, Sequence[Site]], list[Section]]
AT_ONCE = 300
MOST_NAMED = 6


def queries(run: ReportRun, progress: Progress) -> Made:
    """Queries with their threads, oldest first."""
    return _made(run, progress, _queries)


def enrolment(run: ReportRun, progress: Progress) -> Made:
    """Subjects by site with the days they have come to."""
    return _made(run, progress, _enrolment)


def verification(run: ReportRun, progress: Progress) -> Made:
    """Forms with values that the plan wants compared with their source."""
    return _made(run, progress, _verification)


def _made(run: ReportRun, progress: Progress, listing: Listing) -> Made:
    progress.expect(2)
    progress.step(_("Reading the data"))
    with one_view():
        data_at = clock.now()
        sites = list(Site.objects.filter(pk__in=run.site_ids).order_by("code"))
        sections = listing(run, sites)
    progress.step(_("Laying out"))
    kind = kind_of(run.kind)
    assert kind is not None
    about = [(_("Sites"), "; ".join(f"{site.code} · {site.name}" for site in sites))]
    for name, label, options in kind.choices:
        about.append((str(label), str(dict(options).get(run.parameters.get(name, ""), ""))))
    zone = sites[0].time_zone if len(sites) == 1 else "UTC"
    codes = ", ".join(site.code for site in sites)
    page = cover(run, str(kind.title), data_at=data_at, zone=zone, site=codes, is_draft=True, facts=tuple(about))
    return Made(pdf.html("sections.html", {"cover": page, "sections": sections, "wide": True}), data_at)


def _queries(run: ReportRun, sites: Sequence[Site]) -> list[Section]:
    zones = {site.pk: site.time_zone for site in sites}
    found = Query.objects.filter(instance__subject__site__in=sites).order_by("instance__subject__code", "pk")
    if run.parameters.get("state", "open") == "open":
        found = found.filter(state__in=[Query.State.OPEN, Query.State.ANSWERED])
    found = found.select_related("instance__subject", "instance__visit").prefetch_related("messages__by")
    columns = (_("Query"), _("Subject"), _("Form"), _("Item"), _("State"), _("Age, days"), _("Thread"))
    rows = tuple(_query(query, zones[query.instance.subject.site_id]) for query in found)
    section = Section(_("Queries"), columns, rows, empty=_("No query matches."), widths=(6, 8, 17, 15, 8, 6, 40))
    return [section]


def _query(query: Query, zone: str) -> tuple[str, ...]:
    form = query.instance
    visit = form.visit.code if form.visit else ""
    spec = form_spec(form.form_code, form.protocol_version, visit_code=visit)
    thread = [
        f"{turn.by.full_name} {TURNS.get(turn.action, turn.action)}, {stamp(turn.at, zone)}: {turn.text}"
        for turn in sorted(query.messages.all(), key=lambda turn: turn.pk)
    ]
    return (
        str(query.pk),
        form.subject.code,
        _place(form),
        str(spec[query.item].label) if query.item in spec else _("whole form"),
        str(query.get_state_display()),
        str((clock.now() - query.opened_at).days),
        " ◦ ".join(thread),
    )


def _place(form: FormInstance) -> str:
    title = str(crf(form.form_code).Crf.title)
    return f"{title}, {visit_title(form.visit.code)}" if form.visit else f"{title} {form.seq}"


def _enrolment(run: ReportRun, sites: Sequence[Site]) -> list[Section]:
    subjects = list(subject_model().objects.filter(site__in=sites).select_related("site").order_by("code"))
    books = read_many(subjects, date_forms() | track_forms())
    columns = (_("Subject"), _("Registered"), _("Phase"), _("Consent"), _("Leukapheresis"), _("Lymphodepletion"))
    columns = (*columns, _("Infusion"), _("Dose level"))
    sections = []
    for site in sites:
        mine = [one for one in subjects if one.site_id == site.pk]
        today = clock.now().astimezone(ZoneInfo(site.time_zone)).date()
        rows = tuple(_subject(one, books[one.pk], today) for one in mine)
        title = _("Site %(code)s: %(n)d subjects") % {"code": site.code, "n": len(mine)}
        sections.append(Section(title, columns, rows, empty=_("No subject yet.")))
    return sections


def _subject(subject, book, today) -> tuple[str, ...]:
    anchors = subject_dates(book, subject.site).anchors
    days = (anchors.consent, anchors.leukapheresis, anchors.ld1, anchors.infusion)
    registered = stamp(subject.registered_at, subject.site.time_zone)[:11]
    shown = (f"{day:%d-%b-%Y}" if day else "" for day in days)
    return (subject.code, registered, str(phase(anchors, today)), *shown, subject.cohort)


def _verification(run: ReportRun, sites: Sequence[Site]) -> list[Section]:
    exempt = study().sdv.exempt_forms
    filled = (FormInstance.Status.PARTIAL, FormInstance.Status.COMPLETE)
    forms = list(
        FormInstance.objects.filter(subject__site__in=sites, status__in=filled)
        .exclude(form_code__in=exempt)
        .select_related("subject", "visit")
        .order_by("subject__code", "pk")
    )
    marks: dict[int, dict[str, bool]] = {}
    for mark in SourceVerification.objects.filter(instance__subject__site__in=sites):
        marks.setdefault(mark.instance_id, {})[mark.item] = mark.needs_again
    rows: list[tuple[str, ...]] = []
    for start in range(0, len(forms), AT_ONCE):
        these = forms[start : start + AT_ONCE]
        records = read_forms([form.pk for form in these])
        rows += [row for form in these if (row := _verified(form, records[form.pk], marks.get(form.pk, {})))]
    wanted = run.parameters.get("which", "open")
    rows = [row for row in rows if wanted == "all" or row[-1] or row[-2] != "0"]
    columns = (_("Subject"), _("Form"), _("Planned"), _("Verified"), _("To verify again"), _("Not verified"))
    widths = (10, 30, 9, 9, 10, 32)
    note = _("Values the verification plan wants compared for every subject.")
    return [Section(_("Source verification"), columns, tuple(rows), note, _("Nothing is left to verify."), widths)]


def _in_short(labels: list[str]) -> str:
    """The first labels, and how many more there are: a row of thirty would take a page."""
    more = len(labels) - MOST_NAMED
    shown = ", ".join(labels[:MOST_NAMED])
    return _("%(labels)s and %(n)d more") % {"labels": shown, "n": more} if more > 0 else shown


def _verified(form: FormInstance, record, marks: dict[str, bool]) -> tuple[str, ...] | None:
    planned = [one for one in spec_of(record) if is_verified_by_plan(one) and record.is_answered(one.address)]
    if not planned:
        return None
    done = [one for one in planned if marks.get(one.address) is False]
    again = [one for one in planned if marks.get(one.address) is True]
    open_ones = _in_short([str(one.label) for one in planned if one.address not in marks])
    return (form.subject.code, _place(form), str(len(planned)), str(len(done)), str(len(again)), open_ones)
