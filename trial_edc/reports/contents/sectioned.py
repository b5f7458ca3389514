"""A report made of the trial's own sections over the subjects of some sites."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _

from trial_edc.accounts.models import Site
from trial_edc.audit import clock
from trial_edc.casebook.actions.sign import unverified
from trial_edc.casebook.models import Signature
from trial_edc.casebook.reader import read_many
from trial_edc.casebook.study import study, subject_model

from .. import pdf
from ..kinds import Made, kind_of, sections_of
from ..models import ReportRun
from ..progress import Progress
from ..sections import Section, SubjectBook
from .common import cover, one_view
from .signatures import short_text


def build(run: ReportRun, progress: Progress) -> Made:
    """Read the forms of all sections at one instant, then let each section say its part."""
    functions = sections_of(run.kind)
    forms = {form for function in functions for form in function.reads}
    with one_view():
        data_at = clock.now()
        sites = list(Site.objects.filter(pk__in=run.site_ids).order_by("code"))
        books = _books(sites, forms)
    progress.expect(len(functions) + 1)
    sections: list[Section] = []
    for n, function in enumerate(functions, start=1):
        progress.step(_("Section %(n)d of %(total)d") % {"n": n, "total": len(functions)})
        sections.append(function(books, run.parameters))
    progress.step(_("Laying out"))
    context = {"cover": _cover(run, sites, books, data_at), "sections": sections, "wide": True}
    return Made(pdf.html("sections.html", context), data_at)


def _books(sites: list[Site], forms: set[str]) -> list[SubjectBook]:
    """Subjects by number with their forms and signatures. Five statements, whatever their number."""
    by_pk = {site.pk: site for site in sites}
    subjects = list(subject_model().objects.filter(site__in=sites).order_by("code"))
    for subject in subjects:
        subject.site = by_pk[subject.site_id]
    casebooks = read_many(subjects, forms)
    signed = _signed(subjects, forms, casebooks)
    return [SubjectBook(subject, casebooks[subject.pk], signed) for subject in subjects]


def _signed(subjects: list, forms: set[str], casebooks: dict) -> dict[int, str]:
    """What stands beside each form that the protocol wants signed, or that was signed."""
    given: dict[int, list[Signature]] = defaultdict(list)
    found = Signature.objects.filter(instance__subject__in=subjects, instance__form_code__in=forms)
    signatures = list(found.select_related("instance").order_by("pk"))
    broken = frozenset(one.pk for one in unverified(signatures))
    for one in signatures:
        given[one.instance_id].append(one)
    instances = (row for book in casebooks.values() for row in book.instances)
    return {
        row.id: short_text(given[row.id], form_code=row.form_code, broken=broken)
        for row in instances
        if given[row.id] or study().signature_rule(row.form_code)
    }


def _cover(run: ReportRun, sites: list[Site], books: list[SubjectBook], data_at):
    kind = kind_of(run.kind)
    assert kind is not None
    asked = [
        (str(label), str(dict(options).get(run.parameters.get(name, options[0][0]), "")))
        for name, label, options in kind.choices
    ]
    about = (
        (_("Sites"), "; ".join(f"{site.code} · {site.name}" for site in sites)),
        (_("Subjects"), str(len(books))),
        *asked,
    )
    zone = sites[0].time_zone if len(sites) == 1 else "UTC"
    codes = ", ".join(site.code for site in sites)
    return cover(run, str(kind.title), data_at=data_at, zone=zone, site=codes, is_draft=True, facts=about)
