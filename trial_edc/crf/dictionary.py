"""The data dictionary: one line for every item of every form, from the same declaration as page and table."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Any

from trial_edc.crf.conditions import Condition
from trial_edc.crf.registry import all_crfs, row_models
from trial_edc.crf.spec import analyte_kind, kind_of, protocol, study_fields


@dataclass(frozen=True)
class Entry:
    """A line of the dictionary; every column is text, "" = does not apply.

    `part` is head, row, panel or signature; `required` is Y, C (under a condition) or N.
    """

    form: str
    form_name: str
    layout: str
    item: str
    part: str
    label: str
    kind: str
    unit: str
    codelist: str
    required: str
    condition: str
    visits: str
    since: str
    until: str
    expected: str
    possible: str
    sdv: str


def dictionary() -> list[Entry]:
    """All items of all versions: forms in order of code, items in order of declaration."""
    return [line for model in all_crfs() for line in _form(model)]


def as_tsv(lines: list[Entry]) -> str:
    """The dictionary as tab-separated text with a header line."""
    header = [one.name for one in fields(Entry)]
    rows = [header, *(list(astuple(line)) for line in lines)]
    return "".join("\t".join(row) + "\n" for row in rows)


def _form(model: Any) -> list[Entry]:
    lines = [_line(model, field, "head") for field in study_fields(model)]
    for table in row_models(model.Crf.code):
        lines += [_line(model, field, "row") for field in study_fields(table)]
        if getattr(table.Crf, "measured", ""):
            lines += [_panel_line(model, row) for row in protocol().all_rows(model.Crf.code)]
    if signed := getattr(model.Crf, "signed_as", None):
        name, label = signed
        lines.append(_entry(model, name, "signature", label, "sign", required="Y"))
    return lines


def _entry(model: Any, name: str, part: str, label: Any, kind: str, **more: str) -> Entry:
    empty = dict.fromkeys((one.name for one in fields(Entry)), "")
    about = {"form": model.Crf.code, "form_name": str(model.Crf.title), "layout": model.Crf.layout}
    return Entry(**{**empty, **about, "item": name, "part": part, "label": str(label), "kind": kind, **more})


def _line(model: Any, field: Any, part: str) -> Entry:
    about = field.crf
    base = getattr(field, "base_field", field)
    is_conditional = bool(about.shown_when or about.visits or about.log)
    required = "" if about.derive or about.system else "N" if about.optional else "C" if is_conditional else "Y"
    return _entry(
        model,
        field.name,
        part,
        field.verbose_name,
        kind_of(field),
        unit=" | ".join([about.unit, *(code for code, _factor in about.units)]),
        codelist=" | ".join(f"{code}={label}" for code, label in base.choices or ()),
        required=required,
        condition=condition_text(about.shown_when),
        visits=" ".join(about.visits) or (f"where log {about.log} is reviewed" if about.log else ""),
        since=about.since,
        until=about.until,
        expected=_bounds(about.range),
        possible=_bounds(about.limits),
        sdv="Y" if about.sdv else "",
    )


def _panel_line(model: Any, row: Any) -> Entry:
    analyte = row.analyte
    visits = _panel_visits(model.Crf.code, row.key)
    return _entry(
        model,
        row.key,
        "panel",
        row.label,
        analyte_kind(analyte),
        unit=" | ".join(unit.code for unit in analyte.units),
        codelist=" | ".join(f"{code}={label}" for code, label in analyte.choices),
        required="" if analyte.calculated else "N" if row.optional else "C" if row.when or visits else "Y",
        condition=f"{row.when[0]} = {' or '.join(row.when[1])}" if row.when else "",
        visits=" ".join(visits),
        expected=_bounds(analyte.expected),
        possible=_bounds(analyte.possible),
    )


def _panel_visits(form: str, key: str) -> list[str]:
    """Visits whose panel has the row, [] when all have it."""
    study = protocol()
    visits = [cell.visit for cell in study.cells if cell.form == form]
    found = [visit for visit in visits if key in {row.key for row in study.panel(form, visit)}]
    return [] if found == visits else found


def _bounds(pair: Any) -> str:
    return f"{pair[0]:f} to {pair[1]:f}" if pair else ""


def condition_text(condition: Condition | None) -> str:
    """A condition in words of the dictionary: "aeser = Y", "not (crshyp = NONE)"."""
    if condition is None:
        return ""
    parts = [condition_text(part) for part in condition.parts]
    if condition.op in ("all", "any"):
        return f" {'and' if condition.op == 'all' else 'or'} ".join(f"({part})" for part in parts)
    if condition.op == "not":
        return f"not ({parts[0]})"
    if condition.op == "outside":
        return "{} outside {} to {}".format(*condition.items)
    sign = ">=" if condition.op == "at_least" else "="
    name = condition.items[0]
    return f"{name} {sign} {' or '.join(condition.args)}" if condition.args else f"{name} answered"
