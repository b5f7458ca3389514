"""What a form asks: everything else (page, checks, columns, dictionary) is derived from a `FormSpec`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from trial_edc.crf.conditions import Condition, answered
from trial_edc.crf.item import Item
from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.crf.registry import crf, row_models
from trial_edc.protocol import load
from trial_edc.protocol.model import Analyte, PanelRow, Protocol, Unit, in_version

MEASURED = ("testcd", "orres", "qual", "orresu", "stresn", "stresu")


@dataclass(frozen=True)
class ItemSpec:
    """One item as asked at one place.

    Attributes:
        address: "temp", "ieorres.inc01", "trdiam.2"; unique in the form.
        column: attribute of the typed table; row: name of the row table, "" for the head; row_key: key of
        its row.
        kind: text, longtext, integer, number, date, partial_date, datetime, code, multi, calc, user,
        repeat, sign.
        choices: ((code, label), ...). units: the standard unit first, () = none.
        shown_when: condition on addresses. is_measured: the value box of a measured row.
    """

    form: str
    address: str
    column: str
    label: Any
    kind: str
    item: Item
    row: str = ""
    row_key: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    units: tuple[Unit, ...] = ()
    range: tuple[Decimal, Decimal] | None = None
    limits: tuple[Decimal, Decimal] | None = None
    shown_when: Condition | None = None
    optional: bool = False
    analyte: Analyte | None = None
    is_measured: bool = False
    field: Any = field(default=None, compare=False, hash=False)

    @property
    def name(self) -> str:
        """Name of the input: "vs.temp"."""
        return f"{self.form}.{self.address}"

    @property
    def is_beside(self) -> bool:
        """Whether it is calculated and shown beside another value: a column of a row, or by its description."""
        return self.kind == "calc" and (bool(self.item.beside) or (bool(self.row) and not self.is_measured))

    @property
    def is_asked(self) -> bool:
        """Whether a person types it."""
        return self.kind not in ("calc", "sign")


@dataclass(frozen=True)
class SectionSpec:
    """A part of a form. `items` are all of it; `lines` are those with a line of their own on the page,
    `details`
    the side facts offered under "More". Calculated columns of a row are shown beside its value.
    """

    title: Any
    items: tuple[ItemSpec, ...]

    @property
    def lines(self) -> tuple[ItemSpec, ...]:
        return tuple(one for one in self.items if not one.item.detail and not one.is_beside)

    @property
    def details(self) -> tuple[ItemSpec, ...]:
        return tuple(one for one in self.items if one.item.detail)


@dataclass(frozen=True)
class FormSpec:
    code: str
    title: Any
    layout: str
    sections: tuple[SectionSpec, ...]
    version: str
    visit_code: str = ""
    short: Any = ""
    model: type[CrfModel] | None = None
    rows: tuple[type[CrfRow], ...] = ()

    @cached_property
    def by_address(self) -> dict[str, ItemSpec]:
        return {one.address: one for section in self.sections for one in section.items}

    def __iter__(self) -> Iterator[ItemSpec]:
        return iter(self.by_address.values())

    def __getitem__(self, address: str) -> ItemSpec:
        return self.by_address[address]

    def __contains__(self, address: object) -> bool:
        return address in self.by_address


def protocol() -> Protocol:
    """The study this installation runs."""
    return load(settings.EDC_PROTOCOL)


@lru_cache(maxsize=1024)
def form_spec(
    code: str, protocol_version: str = "1.0", *, visit_code: str = "", analytes: tuple[str, ...] = ()
) -> FormSpec:
    """The items of a form at a visit under a protocol version.

    Args:
        analytes: keys of rows beyond the panel: further analytes, or row numbers "1", "2" of rows without
        a key.
    Raises:
        KeyError: no such form, or a key no row can have.
    """
    return build_spec(crf(code), row_models(code), protocol_version, visit_code=visit_code, keys=analytes)


def build_spec(
    model: type[CrfModel],
    rows: tuple[type[CrfRow], ...],
    version: str,
    *,
    visit_code: str = "",
    keys: tuple[str, ...] = (),
) -> FormSpec:
    """As `form_spec`, for given tables."""
    study = protocol()
    heads = {field.name: field for field in item_fields(model)}
    tables = {row_place(row): row for row in rows}
    sections = []
    for title, names in model.Crf.sections:
        items: list[ItemSpec] = []
        for name in names:
            if name in tables:
                items += _row_items(tables[name], study, visit_code, keys)
            elif name in heads:
                items.append(_head_item(heads[name], model.Crf.code))
            else:
                items.append(_signature_item(model))
        kept = tuple(_as_asked(one, study) for one in items if _is_asked_here(one, study, version, visit_code))
        if kept:
            sections.append(SectionSpec(title, kept))
    about = model.Crf
    return FormSpec(
        code=about.code,
        title=about.title,
        layout=about.layout,
        sections=tuple(sections),
        version=version,
        visit_code=visit_code,
        short=getattr(about, "short", about.title),
        model=model,
        rows=rows,
    )


def item_fields(model: type[models.Model]) -> tuple[Any, ...]:
    """The fields of a table that are items, in order of declaration."""
    return tuple(field for field in model._meta.get_fields() if hasattr(field, "crf"))


def study_fields(model: type[models.Model]) -> tuple[Any, ...]:
    """Those of `item_fields` that this study has."""
    study, form = protocol(), getattr(model.Crf, "form", None) or model.Crf.code  # type: ignore[attr-defined]
    return tuple(field for field in item_fields(model) if study.has_item(form, field.name, field.crf.studies))


def row_place(row: type[CrfRow]) -> str:
    """The name that stands in `sections` where the rows come: the key item, or the table's name."""
    return row.Crf.key or row._meta.model_name


def row_label(row: type[CrfRow]) -> str:
    return row._meta.model_name


def kind_of(field: Any) -> str:
    """The kind of item a field is."""
    about: Item = field.crf
    if about.derive or about.system:
        return "calc"
    if about.partial:
        return "partial_date"
    if isinstance(field, ArrayField):
        return "multi"
    if about.choices_from or field.choices:
        return "code"
    for kind, types in _KINDS:
        if isinstance(field, types):
            return kind
    raise TypeError(f"no kind of item for {type(field).__name__}")


_KINDS: tuple[tuple[str, Any], ...] = (
    ("repeat", models.JSONField),
    ("user", models.ForeignKey),
    ("datetime", models.DateTimeField),
    ("date", models.DateField),
    ("number", models.DecimalField),
    ("integer", models.IntegerField),
    ("longtext", models.TextField),
    ("text", models.CharField),
)


def _is_asked_here(spec: ItemSpec, study: Protocol, version: str, visit_code: str) -> bool:
    about = spec.item
    if not study.has_item(spec.form, spec.column or spec.address, about.studies):
        return False
    if not in_version(version, about.since, about.until):
        return False
    if not visit_code:
        return True
    if about.visits and study.plan_code(visit_code) not in about.visits:
        return False
    cell = study.cell(visit_code, spec.form)
    return not about.log or cell is None or about.log in cell.logs


def _as_asked(spec: ItemSpec, study: Protocol) -> ItemSpec:
    """The item without its condition where the study asks it always."""
    return replace(spec, shown_when=None) if f"{spec.form}.{spec.column}" in study.always_asked else spec


def _head_item(field: Any, form: str) -> ItemSpec:
    about: Item = field.crf
    base = field.base_field if isinstance(field, ArrayField) else field
    return ItemSpec(
        form=form,
        address=field.name,
        column=field.name,
        label=field.verbose_name,
        kind=kind_of(field),
        item=about,
        choices=tuple(base.choices or ()),
        units=_units(about),
        range=about.range,
        limits=about.limits,
        shown_when=about.shown_when,
        optional=about.optional,
        field=field,
    )


def _units(about: Item) -> tuple[Unit, ...]:
    if not about.unit:
        return ()
    return (Unit(about.unit), *(Unit(code, factor) for code, factor in about.units))


def _signature_item(model: type[CrfModel]) -> ItemSpec:
    name, label = model.Crf.signed_as
    return ItemSpec(model.Crf.code, name, "", label, "sign", Item(system=True))


def _row_items(table: type[CrfRow], study: Protocol, visit_code: str, keys: tuple[str, ...]) -> list[ItemSpec]:
    form = table.Crf.form
    panel = study.panel(form, visit_code) if visit_code else study.all_rows(form)
    expected = list(panel) if table.Crf.key else []
    known = {row.key for row in expected}
    expected += [_further_row(table, study, key) for key in keys if key not in known]
    items: list[ItemSpec] = []
    for row in expected:
        items += _items_of_row(table, row)
    return items


def _further_row(table: type[CrfRow], study: Protocol, key: str) -> PanelRow:
    """A row beyond the panel. Raises KeyError for a key no row can have."""
    if not table.Crf.key:
        return PanelRow(str(int(key)), key)
    if getattr(table.Crf, "measured", ""):
        analyte = study.analytes[key]
        return PanelRow(key, analyte.label, analyte, optional=True)
    return replace({row.key: row for row in study.all_rows(table.Crf.form)}[key], optional=True)


def _items_of_row(table: type[CrfRow], row: PanelRow) -> list[ItemSpec]:
    prefix = getattr(table.Crf, "measured", "")
    measured = {prefix + end for end in MEASURED} if prefix else set()
    fields = {field.name: field for field in item_fields(table) if field.name != table.Crf.key}

    def address(name: str) -> str:
        return row.key if prefix and name == prefix + "orres" else f"{name}.{row.key}" if name in fields else name

    items = []
    if prefix:
        items.append(_value_item(table, row, fields[prefix + "orres"]))
    for name, field_ in fields.items():
        if name in measured and name not in (prefix + "stresn", prefix + "stresu"):
            continue
        if row.analyte and row.analyte.calculated and not (field_.crf.system or field_.crf.derive):
            continue
        names_row = not items and table.Crf.key
        whose = gettext_lazy(row.label) if row.analyte else row.key.upper()
        label = row.label if names_row else format_lazy("{} ({})", field_.verbose_name, whose)
        if getattr(table.Crf, "names_each", False):
            label = format_lazy("{}: {}", gettext_lazy(row.label), field_.verbose_name)
        items.append(_column_item(table, row, field_, label, address))
    return items


def _value_item(table: type[CrfRow], row: PanelRow, field_: Any) -> ItemSpec:
    analyte = row.analyte
    assert analyte is not None, f"row {row.key} of {table.Crf.form} has no analyte"
    return ItemSpec(
        form=table.Crf.form,
        address=row.key,
        column=field_.name,
        label=gettext_lazy(row.label),
        kind=analyte_kind(analyte),
        item=replace(field_.crf, qualifiers=analyte.qualifiers),
        row=row_label(table),
        row_key=row.key,
        choices=tuple((code, gettext_lazy(label)) for code, label in analyte.choices),
        units=analyte.units,
        range=analyte.expected,
        limits=analyte.possible,
        shown_when=answered(row.when[0], *row.when[1]) if row.when else None,
        optional=row.optional,
        analyte=analyte,
        is_measured=True,
        field=field_,
    )


def analyte_kind(analyte: Analyte) -> str:
    """The kind of item the result of an analyte is."""
    if analyte.calculated:
        return "calc"
    return "code" if analyte.choices else "text" if analyte.is_text else "number"


def _column_item(
    table: type[CrfRow], row: PanelRow, field_: Any, label: Any, address: Callable[[str], str]
) -> ItemSpec:
    about: Item = field_.crf
    plain = _head_item(field_, table.Crf.form)
    return replace(
        plain,
        address=f"{field_.name}.{row.key}",
        label=gettext_lazy(label) if isinstance(label, str) else label,
        row=row_label(table),
        row_key=row.key,
        shown_when=about.shown_when and about.shown_when.at(address),
        optional=about.optional or about.detail or row.optional,
        analyte=row.analyte,
    )
