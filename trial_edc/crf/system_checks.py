"""Django system checks: a badly declared CRF is refused with a sentence before anything runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core import checks
from django.db import models

from trial_edc.accounts.roles import Permission
from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.crf.spec import MEASURED, item_fields, kind_of, row_place
from trial_edc.protocol import STUDIES, load, row_keys_of_all
from trial_edc.protocol.model import Protocol, in_version

LAYOUTS = ("fields", "rows", "log")
OWN_COLUMNS = ("instance", "meta", "row_no", "is_withdrawn", "id")


def register_checks() -> None:
    checks.register(check_installed_crfs, "crf")


def check_installed_crfs(app_configs: Any, **kwargs: Any) -> list[checks.Error]:
    """All sentences about all installed forms."""
    forms = [model for model in apps.get_models() if issubclass(model, CrfModel)]
    rows = [model for model in apps.get_models() if issubclass(model, CrfRow)]
    return [*check_crfs(forms, rows), *check_versions(forms + rows, [load(code) for code in STUDIES])]


def check_versions(tables: Sequence[type[models.Model]], studies: Sequence[Protocol]) -> list[checks.Error]:
    """Items name versions a study has; the schedule is the same in every version of a study.

    A row of the schedule with a version of its own would be asked of every subject, so it is refused.
    """
    known = {"", *(version for study in studies for version in study.versions)}
    found = [
        checks.Error(f"{table.__name__}: {field.name!r} names version {version}, which no study has.", id="crf.E004")
        for table in tables
        for field in item_fields(table)
        for version in (field.crf.since, field.crf.until)
        if version not in known
    ]
    return found + [
        checks.Error(
            f"{study.code}: {cell.form} at {cell.visit}: a schedule by version is not supported.", id="crf.E005"
        )
        for study in studies
        for cell in study.cells
        if cell.until or cell.since != study.versions[0]
    ]


def check_crfs(forms: list[type[CrfModel]], rows: list[type[CrfRow]]) -> list[checks.Error]:
    """All sentences about the given tables, one Error each, on the table it is about."""
    found = []
    codes = Counter(getattr(getattr(model, "Crf", None), "code", None) for model in forms)
    for model in forms:
        mine = tuple(row for row in rows if _crf(row, "form") == _crf(model, "code"))
        for sentence in (*_head_problems(model, mine), *_common_problems(model)):
            found.append(checks.Error(f"{model.__name__}: {sentence}", obj=model, id="crf.E001"))
        if codes[_crf(model, "code")] > 1:
            found.append(
                checks.Error(
                    f"{model.__name__}: the form code {_crf(model, 'code')!r} is taken twice.",
                    obj=model,
                    id="crf.E002",
                )
            )
    for row in rows:
        for sentence in (*_row_problems(row, set(codes)), *_common_problems(row)):
            found.append(checks.Error(f"{row.__name__}: {sentence}", obj=row, id="crf.E003"))
    return found


def _crf(model: type[models.Model], name: str) -> Any:
    return getattr(getattr(model, "Crf", None), name, None)


def _head_problems(model: type[CrfModel], rows: tuple[type[CrfRow], ...]) -> Iterator[str]:
    missing = [name for name in ("code", "title", "layout", "sections") if not _crf(model, name)]
    if missing:
        yield f"class Crf lacks {', '.join(missing)}."
        return
    code = model.Crf.code
    if not (code.isalnum() and code == code.lower()):
        yield f"the code {code!r} is written in small letters and digits."
    if model.Crf.layout not in LAYOUTS:
        yield f"the layout {model.Crf.layout!r} is none of {', '.join(LAYOUTS)}."
    elif (model.Crf.layout == "rows") != bool(rows):
        yield "the layout rows and a table of rows go together."
    signed = (_crf(model, "signed_as") or ("",))[0]
    places = Counter(name for _title, names in model.Crf.sections for name in names)
    allowed = {field.name for field in item_fields(model)} | {row_place(row) for row in rows if _crf(row, "form")}
    expected = allowed | ({signed} if signed else set())
    for name in sorted(set(places) - expected):
        yield f"section names {name!r}, which is no item of the form."
    for name in sorted(expected - set(places)):
        yield f"{name!r} stands in no section."
    for name in sorted(name for name, times in places.items() if times > 1):
        yield f"{name!r} stands in two sections."
    yield from _check_problems(model, rows)


def _check_problems(model: type[CrfModel], rows: tuple[type[CrfRow], ...]) -> Iterator[str]:
    """Edit checks and conditions name items that exist."""
    heads = {field.name for field in item_fields(model)}
    columns = {field.name for row in rows for field in item_fields(row)}
    # Of all studies: a check of one finds no value in another and stays silent.
    keys = row_keys_of_all(model.Crf.code) if rows else frozenset()
    for check in getattr(model.Crf, "checks", ()):
        for address in check.items:
            column, _dot, key = address.partition(".")
            if address not in heads | keys and not (key and column in columns):
                yield f"the check {check.rule} reads {address!r}, which is no item of the form."
    for field in item_fields(model):
        if field.crf.beside and (field.crf.beside not in heads or not field.crf.derive):
            yield f"{field.name!r} stands beside {field.crf.beside!r}: only a derived item, beside one of the form."
    rules = Counter(check.rule for check in getattr(model.Crf, "checks", ()))
    for rule in sorted(rule for rule, times in rules.items() if times > 1):
        yield f"two checks are called {rule}; a query could not tell them apart."
    for table in (model, *rows):
        for field in item_fields(table):
            known = heads | columns | keys
            for name in sorted(field.crf.shown_when.reads() - known) if field.crf.shown_when else ():
                yield f"{field.name!r} is shown when {name!r} ..., which is no item of the form."


def _row_problems(row: type[CrfRow], codes: set[Any]) -> Iterator[str]:
    form = _crf(row, "form")
    if form not in codes:
        yield f"its form {form!r} does not exist."
    names = {field.name for field in item_fields(row)}
    key = _crf(row, "key")
    if key is None:
        yield 'class Crf lacks key; write key = "" when rows are told apart by their number alone.'
    elif key and key not in names:
        yield f"its key {key!r} is no item of the row."
    prefix = _crf(row, "measured")
    for name in (prefix + end for end in MEASURED) if prefix else ():
        if name not in names:
            yield f"a measured row needs the item {name!r}."


def _common_problems(table: type[models.Model]) -> Iterator[str]:
    for field in table._meta.get_fields():
        if not hasattr(field, "crf") and field.name not in OWN_COLUMNS and field.concrete:
            yield f"{field.name!r} is a column without item(...)."
    kinds = {type(trigger).__name__ for trigger in getattr(table._meta, "triggers", [])}
    if not {"AuditTrigger", "RefuseLocked"} <= kinds:
        yield "its class Meta lacks the audit triggers; write class Meta(CrfModel.Meta), or CrfRow.Meta."
    for field in item_fields(table):
        yield from _item_problems(field)


def _item_problems(field: Any) -> Iterator[str]:
    name, about = field.name, field.crf
    try:
        kind_of(field)
    except TypeError as problem:
        yield f"{name!r}: {problem}."
    if name != name.lower() or "__" in name:
        yield f"{name!r} is written in small letters, as in the forms' code list."
    if str(field.verbose_name).rstrip().endswith(":"):
        yield f"the label of {name!r} ends with a colon."
    for what, bounds in (("range", about.range), ("limits", about.limits)):
        if bounds and bounds[0] > bounds[1]:
            yield f"the {what} of {name!r} runs from {bounds[0]} down to {bounds[1]}."
    if about.until and not in_version(about.since, "0", about.until):
        yield f"{name!r} is asked since {about.since} until {about.until}, that is never."
    if about.right and about.right not in set(Permission):
        yield f"{name!r} asks for the right {about.right!r}, which does not exist."
    if about.derive and (about.choices_from or about.shown_when or about.fill):
        yield f"{name!r} is derived, so it is never asked: leave out its condition, list and fill."
    codes = [str(code) for code, _label in getattr(field, "choices", None) or ()]
    if len(set(codes)) != len(codes):
        yield f"the codelist of {name!r} has a code twice."
    if set(codes) & {"ND", "UNK", "NR", "NE", "NA"}:
        yield f"the codelist of {name!r} has a code that means a missing value."
