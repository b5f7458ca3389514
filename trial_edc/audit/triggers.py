"""The triggers of an audited table, declared on the model and installed by its migrations.

    class Meta:
        triggers = audited_table()

The triggers call the functions of `sql/` directly. The functions django-pgtrigger generates can be switched
off by any role through `pgtrigger.ignore`, so none of them is ever attached.
"""

from collections.abc import Sequence

import pgtrigger
from django.db import models

FORM_INSTANCE = ("casebook", "forminstance")
SUBJECT = ("subjects", "subject")


class _SharedFunction(pgtrigger.Trigger):
    """A trigger whose work is done by one of the shipped functions."""

    func = "RETURN NULL;"  # body of the generated function, which is not attached to anything
    function = ""
    catalogue_type = 0  # `pg_trigger.tgtype`: row 1, before 2, insert 4, delete 8, update 16, truncate 32

    def arguments(self, model: type[models.Model]) -> list[str]:
        return []

    def render_execute(self, model: type[models.Model]) -> str:
        quoted = ", ".join(f"'{argument}'" for argument in self.arguments(model))
        return f"public.{self.function}({quoted})"


class AuditTrigger(_SharedFunction):
    """Write one audit event per written row.

    Args:
        exclude: names of fields that are left out of the trail, for example a computed search column. A
            write that changes nothing else leaves no event and needs no actor.
        through: name of a foreign key to the table this one hangs on, when only that one knows the form or
            the subject (a query's message, for example).
        structure: names of fields that are no entry of their own when the row is born, such as the number
            of a row in its form; a later change of them is recorded.
        beside: names of fields that never are an entry of their own, such as the time of saving; their
            changes stand in the details of the event.
        measured: prefix of the columns of a row of one measurement ("lb" for `lborres`, `lborresu` ...): it
            has one entry, its value; what belongs to the value stands in the details when both change.
    """

    name = "audit"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update
    function = "audit_capture"
    catalogue_type = 1 + 4 + 16

    def __init__(
        self,
        *,
        exclude: Sequence[str] = (),
        through: str = "",
        structure: Sequence[str] = (),
        beside: Sequence[str] = (),
        measured: str = "",
    ) -> None:
        self.beside = tuple(beside)
        self.measured = measured
        self.structure = tuple(structure)
        self.exclude = tuple(exclude)
        self.through = through
        super().__init__()

    def arguments(self, model: type[models.Model]) -> list[str]:
        meta = model._meta
        left_out = ",".join(sorted(meta.get_field(name).column for name in self.exclude))
        parent = ["", "", "", ""]
        if self.through:
            key = meta.get_field(self.through)
            if key.target_field.column != "id":
                raise ValueError(f"{meta.label}.{self.through}: the table behind it has no column id")
            parent = [key.related_model._meta.db_table, key.column, *context_columns(key.related_model)]
        quiet = ",".join(sorted(meta.get_field(name).column for name in self.structure))
        beside = ",".join(sorted(meta.get_field(name).column for name in self.beside))
        further = [quiet, beside, *_measurement(model, self.measured)]
        while further and not further[-1]:
            further.pop()
        return [meta.pk.column, *context_columns(model), left_out, *parent, *further]


def _measurement(model: type[models.Model], prefix: str) -> list[str]:
    """Column of the value of a measured row, and those that belong to it; nothing for another table."""
    if not prefix:
        return ["", ""]
    parts = ("testcd", "qual", "orresu", "ornrlo", "ornrhi", "stresn", "stresu", "toxgr")
    names = {field.name for field in model._meta.concrete_fields}
    return [f"{prefix}orres", ",".join(f"{prefix}{part}" for part in parts if f"{prefix}{part}" in names)]


class RefuseDelete(_SharedFunction):
    """Rows are never deleted, by any statement of any role."""

    name = "refuse_delete"
    level = pgtrigger.Statement
    when = pgtrigger.Before
    operation = pgtrigger.Delete
    function = "audit_refuse_delete"
    catalogue_type = 2 + 8


class RefuseTruncate(_SharedFunction):
    """The table is never emptied."""

    name = "refuse_truncate"
    level = pgtrigger.Statement
    when = pgtrigger.Before
    operation = pgtrigger.Truncate
    function = "audit_refuse_truncate"
    catalogue_type = 2 + 32


class RefuseLocked(_SharedFunction):
    """A row of a locked form is neither written nor changed. For tables that belong to a form instance."""

    name = "refuse_locked"
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update
    function = "refuse_locked"
    catalogue_type = 1 + 2 + 4 + 16

    def arguments(self, model: type[models.Model]) -> list[str]:
        instance, _subject = context_columns(model)
        if not instance:
            raise ValueError(f"{model._meta.label} belongs to no form instance, so no lock covers it")
        return [instance]


def audited_table(
    *,
    exclude: Sequence[str] = (),
    through: str = "",
    structure: Sequence[str] = (),
    beside: Sequence[str] = (),
    measured: str = "",
    locked: bool = False,
) -> list[pgtrigger.Trigger]:
    """The triggers of an audited table; `locked` adds the refusal of writes to a locked form."""
    audit = AuditTrigger(exclude=exclude, through=through, structure=structure, beside=beside, measured=measured)
    triggers = [audit, RefuseDelete(), RefuseTruncate()]
    return [*triggers, RefuseLocked()] if locked else triggers


def context_columns(model: type[models.Model]) -> tuple[str, str]:
    """Columns of a table that hold the form instance and the subject, "" where it has none."""
    return _column_of(model, FORM_INSTANCE, "instance"), _column_of(model, SUBJECT, "subject")


def _column_of(model: type[models.Model], wanted: tuple[str, str], usual_name: str) -> str:
    """Its primary key on the wanted model itself, else the foreign key there (the one of the usual name)."""
    meta = model._meta
    if (meta.app_label, meta.model_name) == wanted:
        return meta.pk.column
    keys = [f for f in meta.concrete_fields if f.is_relation and _target(f) == wanted]
    named = [f for f in keys if f.name == usual_name]
    if len(keys) > 1 and not named:
        raise ValueError(f"{meta.label}: name the {usual_name} field that counts '{usual_name}'")
    chosen = named or keys
    return chosen[0].column if chosen else ""


def _target(field: models.ForeignKey) -> tuple[str, str]:
    related = field.related_model
    if isinstance(related, str):  # not loaded yet: "app.Model"
        app_label, _, model_name = related.rpartition(".")
        return app_label, model_name.lower()
    return related._meta.app_label, related._meta.model_name
