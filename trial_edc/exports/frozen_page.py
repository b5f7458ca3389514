"""A subject and its forms as they were when a cut was frozen, for reading."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from trial_edc.accounts.access import Access
from trial_edc.accounts.models import User
from trial_edc.casebook.models import FormInstance
from trial_edc.casebook.slots import Slot
from trial_edc.crf.registry import all_crfs
from trial_edc.crf.spec import FormSpec, ItemSpec
from trial_edc.crf.values import FormRecord, display, is_expected, row_facts
from trial_edc.reports.contents.common import stamp
from trial_edc.reports.contents.form_page import form_title, place_of, spec_of

from . import frozen
from .frozen import FrozenSubject
from .models import DataCut
from .selectors import live_url, may_see_live
from .tables import Link


@dataclass(frozen=True)
class Line:
    label: str
    code: str
    value: str
    remark: str


@dataclass(frozen=True)
class FormLine:
    """A form of the subject in the list of its forms."""

    place: str
    title: str
    status: str
    saved: str
    url: str


@dataclass(frozen=True)
class FrozenForm:
    """A form as it was. `groups` are (section, lines); `live_url` is "" for who may not read live data."""

    cut: DataCut
    frozen: str
    subject: str
    title: str
    place: str
    status: str
    saved: str
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    subject_url: str
    live_url: str


@dataclass(frozen=True)
class FrozenSubjectPage:
    cut: DataCut
    frozen: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    forms: tuple[FormLine, ...]


def subject_page(cut: DataCut, subject) -> FrozenSubjectPage:
    """The forms a subject had. Raises Http404: the subject is not in the cut. Three statements."""
    kept = _subject(cut, subject.pk)
    book = frozen.casebooks(cut, [kept], {model.Crf.code for model in all_crfs()})[kept.pk]
    saved = {row.id: stamp(row.saved_at, kept.site.time_zone) for row in book.instances}
    forms = []
    for record in book.all():
        path = Slot(kept.pk, record.visit_code, record.form_code, record.seq).path
        forms.append(
            FormLine(
                place=place_of(record),
                title=form_title(record, spec_of(record)),
                status=_status(record),
                saved=saved[record.instance_id or 0],
                url=reverse("cut-form", args=[cut.pk, kept.code, path]),
            )
        )
    facts = ((_("Site"), f"{kept.site.code} · {kept.site.name}"), (_("Dose level"), kept.cohort or "–"))
    return FrozenSubjectPage(cut, _frozen_at(cut), kept.code, facts, tuple(forms))


def form_page(access: Access, cut: DataCut, subject, path: str) -> FrozenForm:
    """One form as it was. Raises Http404: it was not there. Four statements."""
    kept = _subject(cut, subject.pk)
    visit, form, seq = _slot(path)
    book = frozen.casebooks(cut, [kept], {form})[kept.pk]
    record = book.record(visit, form, seq)
    if record is None:
        raise Http404
    row = next(row for row in book.instances if row.id == record.instance_id)
    spec = spec_of(record)
    return FrozenForm(
        cut=cut,
        frozen=_frozen_at(cut),
        subject=kept.code,
        title=form_title(record, spec),
        place=place_of(record),
        status=_status(record),
        saved=_("Revision %(n)d, saved %(at)s") % {"n": row.revision, "at": stamp(row.saved_at, kept.site.time_zone)},
        groups=_groups(record, spec, kept),
        subject_url=reverse("cut-subject", args=[cut.pk, kept.code]),
        live_url=live_url(Link(kept.code, path)) if may_see_live(access) else "",
    )


def _subject(cut: DataCut, pk: int) -> FrozenSubject:
    found = next((one for one in frozen.subjects(cut) if one.pk == pk), None)
    if found is None:
        raise Http404
    return found


def _slot(path: str) -> tuple[str, str, int]:
    """Visit, form and number of a slot's path; Http404 for what is none."""
    first, *rest = path.split("/")
    if len(rest) == 1 and not rest[0].isdigit():
        return first, rest[0], 1
    if len(rest) == 1 and len(rest[0]) < 5:
        return "", first, int(rest[0])
    if len(rest) == 2 and rest[1].isdecimal() and len(rest[1]) < 5:
        return first, rest[0], int(rest[1])
    raise Http404


def _frozen_at(cut: DataCut) -> str:
    return stamp(cut.content.frozen_at, "UTC")


def _status(record: FormRecord) -> str:
    return str(FormInstance.Status(record.status).label)


def _groups(record: FormRecord, spec: FormSpec, subject: FrozenSubject) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    people = _people(record, spec)
    found = []
    for section in spec.sections:
        lines = tuple(_line(one, record, people, subject) for one in section.items if _is_shown(one, record))
        if lines:
            found.append((str(section.title), lines))
    return tuple(found)


def _is_shown(one: ItemSpec, record: FormRecord) -> bool:
    if one.kind == "sign":
        return False
    is_side = one.item.detail or one.is_beside or one.optional
    return record.is_answered(one.address) or (not is_side and is_expected(one, record.values))


def _line(one: ItemSpec, record: FormRecord, people: dict[int, str], subject: FrozenSubject) -> Line:
    value, about = record.values.get(one.address), record.meta.get(one.address, {})
    if not record.is_answered(one.address):
        shown = _("not entered")
    elif one.kind == "user" and value is not None:
        shown = people.get(int(value), str(value))
    else:
        shown = display(one, value, about, time_zone=ZoneInfo(subject.site.time_zone))
    facts = row_facts(one, record)
    remark = " · ".join(part for part in (str(facts or ""), str(about.get("note", ""))) if part)
    label = f"{one.label} ({one.row_key})" if one.row_key.isdigit() else str(one.label)
    return Line(label, one.name, shown, remark)


def _people(record: FormRecord, spec: FormSpec) -> dict[int, str]:
    keys = [record.values.get(one.address) for one in spec if one.kind == "user"]
    wanted = [int(key) for key in keys if key]
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "full_name")) if wanted else {}
