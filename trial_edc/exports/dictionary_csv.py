"""What the columns of the tables mean: the data dictionary, its codes, and where each item is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, fields

from django.utils.translation import gettext as _

from trial_edc.casebook.models import FormInstance
from trial_edc.crf.dictionary import Entry, dictionary
from trial_edc.crf.reading import MISSING
from trial_edc.crf.spec import kind_of, protocol

from .csv_forms import KEYS, ROW_KEYS, form_tables

DICTIONARY = tuple(one.name for one in fields(Entry))
COLUMNS = ("file", "column", "item", "part", "type", "label")
CODES = ("form", "item", "code", "label")


def dictionary_rows() -> Iterator[tuple[str, ...]]:
    """A line for every item of every form, as the product's data dictionary has it."""
    for line in dictionary():
        yield astuple(line)


def column_rows() -> Iterator[tuple[str, ...]]:
    """A line for every column of every form's tables, in their order."""
    for table in form_tables():
        for name in (*KEYS, *ROW_KEYS) if table.is_rows else KEYS:
            yield (table.path, name, "", "key", "", key_texts()[name])
        for column in table.columns:
            label = str(column.field.verbose_name)
            yield (table.path, column.name, column.field.name, column.part, kind_of(column.field), label)
        yield (table.path, "meta", "", "meta", "json", key_texts()["meta"])


def code_rows() -> Iterator[tuple[str, str, str, str]]:
    """A line for every code an item may hold; those of every item stand under no form."""
    for code, label in MISSING.items():
        yield ("", "missing", code, str(label))
    for status in FormInstance.Status.values:
        yield ("", "status", status, str(FormInstance.Status(status).label))
    for table in form_tables():
        for column in table.columns:
            if column.part == "value":
                for code, label in column.choices.items():
                    yield (table.form, column.field.name, code, label)
        if table.is_rows:
            for row in protocol().all_rows(table.form):
                for code, label in row.analyte.choices if row.analyte else ():
                    yield (table.form, row.key, str(code), _(label))


def key_texts() -> dict[str, str]:
    """What the columns say that every table has."""
    return {
        "site": _("Code of the site"),
        "subject": _("Subject number"),
        "visit": _("Code of the visit; empty for a log"),
        "form": _("Code of the form"),
        "seq": _("Number of the form in its visit or log, from 1"),
        "form_id": _("Key of the form, the same in every file"),
        "status": _("Status of the form"),
        "status_reason": _("Why the form was not done or was entered in error"),
        "revision": _("How often the form was saved"),
        "protocol_version": _("Version of the protocol the form was entered under"),
        "saved_at": _("When it was saved last, UTC"),
        "saved_by": _("Who saved it last"),
        "row_no": _("Number of the row in its form"),
        "row_label": _("What the row is, where the protocol names it"),
        "row_withdrawn": _("Y: the row was entered in error"),
        "meta": _("What is kept beside values: digits and unit as typed, qualifier, reason missing, why it was kept"),
    }
