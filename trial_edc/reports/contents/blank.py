"""The blank CRF book, from the declarations of the forms alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from trial_edc.audit import clock
from trial_edc.casebook.selectors.sections import visit_title
from trial_edc.casebook.study import study
from trial_edc.crf.dictionary import condition_text
from trial_edc.crf.reading import MISSING, unit_label
from trial_edc.crf.registry import all_crfs, has_crf, row_models
from trial_edc.crf.spec import FormSpec, ItemSpec, form_spec

from .. import pdf
from ..kinds import Made
from ..models import ReportRun
from ..progress import Progress
from .common import cover

MOST_BOXES = 24
FORMATS = {
    "date": "dd-mmm-yyyy",
    "partial_date": "dd-mmm-yyyy",
    "datetime": "dd-mmm-yyyy hh:mm",
}


@dataclass(frozen=True)
class BlankItem:
    """An item as asked; `choices` are labels of boxes, `size` the length of the line to write on."""

    label: str
    code: str
    choices: tuple[str, ...] = ()
    several: bool = False
    size: str = ""
    unit: str = ""
    hint: str = ""
    condition: str = ""
    is_derived: bool = False


@dataclass(frozen=True)
class BlankForm:
    title: str
    code: str
    visits: str
    sections: tuple[tuple[str, tuple[BlankItem, ...]], ...]
    signature: str


def build(run: ReportRun, progress: Progress) -> Made:
    """Every form of the study's newest protocol version, in the order of its schedule, logs last."""
    version = study().versions[-1]
    codes = _in_order()
    progress.expect(len(codes) + 1)
    forms = []
    for n, code in enumerate(codes, start=1):
        progress.step(_("Form %(n)d of %(total)d") % {"n": n, "total": len(codes)})
        forms.append(_form(code, version))
    progress.step(_("Laying out"))
    data_at = clock.now()
    facts = ((_("Protocol version"), version), (_("Forms"), str(len(forms))))
    context = {
        "cover": cover(run, _("Blank CRF book"), data_at=data_at, facts=facts),
        "forms": forms,
        "schedule": [(visit_title(visit.code), _titles(visit.code)) for visit in study().visits],
        "missing": tuple((code, str(label)) for code, label in MISSING.items()),
    }
    return Made(pdf.html("blank.html", context), data_at)


def _in_order() -> list[str]:
    planned = [cell.form for visit in study().visits for cell in study().forms_at(visit.code)]
    known = {model.Crf.code for model in all_crfs()}
    first = [code for code in dict.fromkeys(planned) if code in known]
    return [*first, *sorted(known - set(first))]


def _titles(visit: str) -> str:
    cells = study().forms_at(visit)
    return ", ".join(str(_spec(cell.form, study().versions[-1]).title) for cell in cells if has_crf(cell.form))


def _spec(code: str, version: str) -> FormSpec:
    """The form with a first row of each table whose rows have no key."""
    has_numbers = any(not table.Crf.key for table in row_models(code))
    return form_spec(code, version, analytes=("1",) if has_numbers else ())


def _form(code: str, version: str) -> BlankForm:
    spec = _spec(code, version)
    visits = [visit_title(visit.code) for visit in study().visits if study().cell(visit.code, code)]
    rule = study().signature_rule(code)
    item = partial(_item, spec=spec)
    return BlankForm(
        title=capfirst(str(spec.title)),
        code=code.upper(),
        visits=", ".join(visits) or _("Log: one entry for each event"),
        sections=tuple((str(one.title), tuple(map(item, one.items))) for one in spec.sections),
        signature=_("Signed as %(meaning)s by: %(roles)s") % {"meaning": rule.meaning, "roles": ", ".join(rule.roles)}
        if rule
        else "",
    )


def _item(one: ItemSpec, *, spec: FormSpec) -> BlankItem:
    choices = tuple(f"{code} = {label}" if code != str(label) else str(label) for code, label in one.choices)
    is_many = len(choices) > MOST_BOXES
    hints = [str(one.item.help)] if one.item.help else []
    hints += [FORMATS[one.kind]] if one.kind in FORMATS else []
    hints += [_("parts may be unknown")] if one.kind == "partial_date" else []
    hints += [_("%(n)d codes, see the dictionary") % {"n": len(choices)}] if is_many else []
    if one.range:
        hints.append(_("expected %(low)s to %(high)s") % {"low": one.range[0], "high": one.range[1]})
    row = _(" (each row)") if one.row_key.isdigit() else ""
    return BlankItem(
        label=f"{one.label}{row}",
        code=one.name,
        choices=() if is_many else choices,
        several=one.kind == "multi",
        size={"longtext": "long", "text": "long", "number": "short", "integer": "short"}.get(one.kind, ""),
        unit=" / ".join(unit_label(unit.code) for unit in one.units if unit.code),
        hint="; ".join(hints),
        condition=_("if %(rule)s") % {"rule": condition_text(one.shown_when)} if one.shown_when else "",
        is_derived=not one.is_asked,
    )
