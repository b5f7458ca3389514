"""The audit trail as Django reads it. The database alone writes these tables: see `sql/`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from trial_edc.audit.fields import TransactionIdField


class Action(models.TextChoices):
    INSERT = "I", _("entered")
    UPDATE = "U", _("changed")


class AuditEvent(models.Model):
    """One written row: what changed in it, who did it, when and why.

    `changes` is `{item: [old, new]}`; `details` keeps the side information (`meta`) of items whose entry
    shows their value, and what stands beside an entry: the unit and limits of a measured value, the revision
    of a form. `reasons` holds reasons given for single items. `row_digest` is a digest of the whole row after
    the write. `at` is the time of the record, `recorded_at` always real time.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    xid = TransactionIdField()
    table_name = models.TextField()
    action = models.TextField(choices=Action)
    row_pk = models.TextField()
    subject_id = models.BigIntegerField(null=True)
    instance_id = models.BigIntegerField(null=True)
    form_code = models.TextField()
    changes = models.JSONField()
    details = models.JSONField(null=True)
    reasons = models.JSONField(null=True)
    row_digest = models.BinaryField()
    actor_id = models.BigIntegerField()
    actor_name = models.TextField()
    role = models.TextField()
    organisation = models.TextField()
    reason = models.TextField()
    source = models.TextField()
    app_version = models.TextField()
    request_id = models.TextField()

    class Meta:
        db_table = "audit_event"
        ordering = ["id"]


class AuditValue(models.Model):
    """One item changed: a line of the view over `AuditEvent`."""

    key = models.TextField(primary_key=True)
    event = models.ForeignKey(AuditEvent, on_delete=models.DO_NOTHING, db_constraint=False)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    table_name = models.TextField()
    action = models.TextField(choices=Action)
    row_pk = models.TextField()
    subject_id = models.BigIntegerField(null=True)
    instance_id = models.BigIntegerField(null=True)
    form_code = models.TextField()
    item = models.TextField()
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    old_detail = models.JSONField(null=True)
    new_detail = models.JSONField(null=True)
    beside = models.JSONField(null=True)
    actor_id = models.BigIntegerField()
    actor_name = models.TextField()
    role = models.TextField()
    organisation = models.TextField()
    reason = models.TextField()
    source = models.TextField()
    app_version = models.TextField()
    request_id = models.TextField()

    class Meta:
        db_table = "audit_value"
        managed = False


class AuditSeal(models.Model):
    """A seal over finished events: the head binds their digests and the head before it."""

    id = models.BigIntegerField(primary_key=True)
    cluster = models.TextField()
    horizon = TransactionIdField()
    n_rows = models.BigIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    previous = models.TextField()
    head = models.TextField()

    class Meta:
        db_table = "audit_seal"
        ordering = ["id"]


class AuditSealedRow(models.Model):
    """The digest of one event, in the order of its seal."""

    event_id = models.BigIntegerField(primary_key=True)
    seal_id = models.BigIntegerField()
    position = models.BigIntegerField()
    digest = models.BinaryField()

    class Meta:
        db_table = "audit_sealed_row"


class ClockMark(models.Model):
    """The owner's mark that this is a test database. Without it every test clock is refused."""

    id = models.BooleanField(primary_key=True, default=True)
    marked_at = models.DateTimeField()

    class Meta:
        db_table = "audit_test_clock"
