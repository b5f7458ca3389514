"""The one parent of every CRF table and the one parent of every table of rows."""

import pgtrigger
from django.db import models

from trial_edc.audit.triggers import audited_table


class CrfModel(models.Model):
    """A case report form. Its row shares the key of its `FormInstance`.

    A subclass has an inner `class Crf` with `code`, `title`, `layout` ("fields", "rows" or "log") and
    `sections`, a list of (title, [item names]), and where the title is long a `short` one for narrow places; the
    key item of a row table (its table name when it has no
    key)
    stands where the rows come. `signed_as = (name, label)` names an item that is a signature, not a column.
    `reads` names the other forms its derived items and checks read ("sources"): when one of them changes, this
    form is derived and checked anew; its own code stands there when other forms of the same code are read, narrowed
    by `reads_own`, a function of (visit that changed, visit of the form). `notes`, a function of (record, casebook),
    gives {address: Note}: facts of other forms shown beside an item.
    `meta` keeps what belongs to a value but is not the value:
    `{item: {"typed": "7.0", "unit": "F", "missing": "ND", "note": "...", "kept": {"rule": ..., "why":
    ...}}}`.
    """

    instance = models.OneToOneField(
        "casebook.FormInstance", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    meta = models.JSONField(default=dict)

    class Meta:
        abstract = True
        triggers = audited_table(locked=True)


def row_triggers(measured: str = "") -> list[pgtrigger.Trigger]:
    """The triggers of a table of rows; `measured` is the prefix of a table of measurements."""
    return audited_table(locked=True, structure=("row_no", "is_withdrawn"), measured=measured)


class CrfRow(models.Model):
    """One row of a form of layout "rows": a lab result, a vital sign, a criterion, a lesion.

    A subclass has an inner `class Crf` with `form` (the code of its form), `key` (the item that names the row,
    unique within the form; "" when rows are told apart by `row_no` alone), `measured` (the prefix of its columns
    when each row is one measurement: `lb` for `lborres`, `lbqual`, `lborresu`, `lbstresn`, `lbstresu`),
    `names_each` when every item of a row, not the first alone, is labelled with the row's name, `derive`, a
    function of (record, casebook) that gives {address: value} for its calculated columns, and `rows_from`, a
    function of (record, casebook) that gives the keys of rows to show beside those saved.
    """

    instance = models.ForeignKey("casebook.FormInstance", on_delete=models.PROTECT, related_name="+")
    row_no = models.PositiveSmallIntegerField()
    meta = models.JSONField(default=dict)
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        abstract = True
        triggers = row_triggers()
