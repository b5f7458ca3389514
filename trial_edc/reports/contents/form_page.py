"""One form as printed: values with labels and units, corrections with footnotes, signatures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from trial_edc.casebook.models import FormInstance
from trial_edc.casebook.selectors.sections import visit_title
from trial_edc.casebook.study import study
from trial_edc.crf.entry import with_rows
from trial_edc.crf.spec import FormSpec, ItemSpec, SectionSpec, form_spec
from trial_edc.crf.values import FormRecord, display, is_expected, row_facts

from .common import stamp
from .facts import Facts
from .signatures import SignatureBlock, signature_block, standing, unsigned_text
from .trail import Change, Moment, by_moment, person_name


@dataclass(frozen=True)
class Line:
    """An item as printed; `corrections` are numbers of the trail, `queries` those of queries."""

    label: str
    code: str
    value: str
    remark: str = ""
    facts: str = ""
    row: str = ""
    verified: str = ""
    corrections: tuple[int, ...] = ()
    queries: tuple[int, ...] = ()
    is_detail: bool = False


@dataclass(frozen=True)
class Group:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class FormPage:
    """A form with its trail. `anchor` is unique in the document; `drafts` say why it is draft data."""

    anchor: str
    visit: str
    title: str
    code: str
    status: str
    reason: str
    saved: str
    digest: str
    drafts: tuple[str, ...]
    groups: tuple[Group, ...]
    corrections: tuple[Change, ...]
    signatures: tuple[SignatureBlock, ...]
    unsigned: str
    trail: tuple[Moment, ...]
    queries: tuple[int, ...] = ()
    is_withdrawn: bool = False


def spec_of(record: FormRecord) -> FormSpec:
    """The form as it was asked, with every row the record holds."""
    spec = form_spec(record.form_code, record.protocol_version, visit_code=record.visit_code)
    return with_rows(spec, {}, record)


def form_title(record: FormRecord, spec: FormSpec) -> str:
    """Title of a form in its place: "Vital signs", "Adverse event 4"."""
    return f"{spec.title} {record.seq}" if not record.visit_code or record.seq > 1 else str(spec.title)


def place_of(record: FormRecord) -> str:
    return visit_title(record.visit_code) if record.visit_code else _("Logs")


def form_page(facts: Facts, record: FormRecord, changes: Collection[Change]) -> FormPage:
    """One form. No statement: everything was read before."""
    pk = record.instance_id
    assert pk is not None
    form, spec = facts.forms[pk], spec_of(record)
    queries: dict[str, list[int]] = defaultdict(list)
    for query in facts.queries:
        if query.instance_id == pk:
            queries[query.item].append(query.pk)
    printer = _Printer(facts, record, spec, changes, queries)
    signatures = facts.signatures.get(pk, [])
    return FormPage(
        anchor=f"f{pk}",
        visit=place_of(record),
        title=form_title(record, spec),
        code=record.form_code.upper(),
        status=str(FormInstance.Status(form.status).label),
        reason=form.status_reason,
        saved=_saved(facts, form),
        digest=facts.digests[pk],
        drafts=_drafts(facts, form),
        groups=tuple(group for section in spec.sections if (group := printer.group(section)).lines),
        corrections=tuple(change for change in changes if change.is_correction),
        signatures=tuple(
            signature_block(
                one,
                site=facts.site,
                form_label=form_title(record, spec),
                version=form.protocol_version,
                holds=one.pk not in facts.broken,
            )
            for one in signatures
        ),
        unsigned="" if standing(signatures) else unsigned_text(record.form_code),
        trail=by_moment(changes),
        queries=tuple(queries[""]),
        is_withdrawn=form.status == FormInstance.Status.WITHDRAWN,
    )


def _saved(facts: Facts, form: FormInstance) -> str:
    return _("Revision %(n)d, saved by %(name)s, %(at)s, protocol %(version)s") % {
        "n": form.revision,
        "name": form.saved_by.full_name,
        "at": stamp(form.saved_at, facts.site.time_zone),
        "version": form.protocol_version,
    }


def _drafts(facts: Facts, form: FormInstance) -> tuple[str, ...]:
    """Why the data of a form are not final."""
    why = [_("incomplete")] if form.status == FormInstance.Status.PARTIAL else []
    needs_signature = study().signature_rule(form.form_code) is not None
    if needs_signature and not standing(facts.signatures.get(form.pk, [])):
        why.append(_("not signed"))
    return tuple(why if facts.is_locked(form) else [*why, _("not locked")])


@dataclass
class _Printer:
    facts: Facts
    record: FormRecord
    spec: FormSpec
    changes: Collection[Change]
    queries: dict[str, list[int]]

    def __post_init__(self) -> None:
        self._zone = ZoneInfo(self.facts.site.time_zone)
        self._corrections: dict[str, list[int]] = defaultdict(list)
        for change in self.changes:
            if change.is_correction:
                self._corrections[change.address].append(change.number)

    def group(self, section: SectionSpec) -> Group:
        lines, row = [], ""
        for one in section.items:
            line = self._line(one)
            if line is None:
                continue
            if one.row_key != row:
                row = one.row_key
                heading = _("Row %(n)s") % {"n": row} if row.isdigit() else ""
                line = replace(line, row=heading, is_detail=False)
            lines.append(line)
        return Group(str(section.title), tuple(lines))

    def _line(self, one: ItemSpec) -> Line | None:
        """None for what is neither asked here nor answered, and for side facts nobody gave."""
        if one.kind == "sign":
            return None
        answered = self.record.is_answered(one.address)
        touched = one.address in self._corrections or one.address in self.queries
        is_side = one.item.detail or one.is_beside or one.optional
        if not answered and not touched and (is_side or not is_expected(one, self.record.values)):
            return None
        if one.column.endswith(("stresn", "stresu")) and one.row and not touched and not self._differs(one):
            return None
        if (
            one.is_beside
            and not touched
            and one.row_key in self.spec
            and row_facts(self.spec[one.row_key], self.record)
        ):
            return None  # limits and grade stand beside the value
        mark = self.facts.verified.get((self.record.instance_id or 0, one.address))
        return Line(
            label=str(one.label),
            code=one.name,
            value=self._value(one) if answered else _("not entered"),
            remark=self._remark(one),
            facts=row_facts(one, self.record),
            verified="" if mark is None else (_("again") if mark.needs_again else _("yes")),
            corrections=tuple(self._corrections.get(one.address, ())),
            queries=tuple(self.queries.get(one.address, ())),
            is_detail=bool(one.row),
        )

    def _differs(self, one: ItemSpec) -> bool:
        """Whether the standard value says more than the value as reported: another unit."""
        about = self.record.meta.get(one.row_key, {})
        spec = self.spec.by_address.get(one.row_key)
        return bool(spec and spec.units and about.get("unit") not in (None, "", spec.units[0].code))

    def _value(self, one: ItemSpec) -> str:
        value, about = self.record.values.get(one.address), self.record.meta.get(one.address)
        if one.kind == "user" and value is not None:
            return person_name(self.facts.people, value)
        return display(one, value, about, time_zone=self._zone)

    def _remark(self, one: ItemSpec) -> str:
        """Why a value is missing, or why a flagged one was kept."""
        about = self.record.meta.get(one.address, {})
        parts = [str(about["note"])] if about.get("note") else []
        if kept := about.get("kept"):
            why = kept.get("why", "") if isinstance(kept, dict) else kept
            parts.append(_("Kept: %(why)s") % {"why": _("matches source") if why == "source" else why})
        return capfirst("; ".join(parts))
