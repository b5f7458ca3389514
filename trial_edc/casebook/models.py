"""The spine of the casebook: form instances and the facts that hang on them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trial_edc.audit.triggers import audited_table

USER = settings.AUTH_USER_MODEL


PLACE = ("visit", "form_code", "seq", "protocol_version", "status_reason")


class FormInstance(models.Model):
    """One filled slot of the casebook: a form of a subject at a visit (none for a log), number `seq`.

    Born at its first save. `revision` rises with every later change and is what two savers collide on.
    """

    class Status(models.TextChoices):
        PARTIAL = "partial", _("Incomplete")
        COMPLETE = "complete", _("Complete")
        NOT_DONE = "not_done", _("Not done")
        WITHDRAWN = "withdrawn", _("Entered in error")

    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="forms")
    visit = models.ForeignKey("subjects.Visit", on_delete=models.PROTECT, null=True, related_name="forms")
    form_code = models.CharField(max_length=12)
    seq = models.PositiveSmallIntegerField(default=1)
    protocol_version = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PARTIAL)
    status_reason = models.CharField(max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        # Where and when the form stands is no entry of its own: its values are. The status is one.
        triggers = audited_table(locked=True, structure=PLACE, beside=("revision", "saved_at", "saved_by"))
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "visit", "form_code", "seq"],
                name="one_instance_per_slot",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["form_code", "status"])]


class Draft(models.Model):
    """What one person has typed into one slot and not saved. Not study data; not audited."""

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    visit_code = models.CharField(max_length=10, blank=True)
    form_code = models.CharField(max_length=12)
    seq = models.PositiveSmallIntegerField(default=1)
    base_revision = models.PositiveIntegerField(default=0)
    values = models.JSONField(default=dict)
    messages = models.JSONField(default=dict)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "subject", "visit_code", "form_code", "seq"],
                name="one_draft_per_person_and_slot",
            )
        ]


class DraftEvent(models.Model):
    """Who kept or discarded which typed values, and when. Append-only, readable in the audit viewer."""

    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    slot = models.CharField(max_length=40)
    action = models.CharField(max_length=10)
    values = models.JSONField(default=dict)
    at = models.DateTimeField()


class Submission(models.Model):
    """A client token that was used: the same submit sent again changes nothing."""

    token = models.UUIDField(primary_key=True)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    instance = models.ForeignKey(FormInstance, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()
    at = models.DateTimeField()


class Query(models.Model):
    """A data clarification on one item of a form instance; `item` is "" for the form as a whole."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")

    instance = models.ForeignKey(FormInstance, on_delete=models.PROTECT, related_name="queries")
    item = models.CharField(max_length=40, blank=True)
    rule = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = audited_table()
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "item", "rule"],
                condition=Q(state__in=["open", "answered"]) & ~Q(rule=""),
                name="one_live_query_per_rule",
            )
        ]


class QueryMessage(models.Model):
    """One turn of a query thread. A sent message is never edited."""

    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="messages")
    action = models.CharField(max_length=10)
    text = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = audited_table(through="query")


class SourceVerification(models.Model):
    """An item compared with its source. `needs_again` is set when the value changes afterwards."""

    instance = models.ForeignKey(FormInstance, on_delete=models.PROTECT, related_name="verifications")
    item = models.CharField(max_length=40)
    verified_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField()
    needs_again = models.BooleanField(default=False)

    class Meta:
        triggers = audited_table()
        constraints = [models.UniqueConstraint(fields=["instance", "item"], name="one_verification_per_item")]


class Signature(models.Model):
    """An electronic signature over one revision of one form instance.

    `digest` covers content, version, signer, meaning and time, so a copied row does not verify.
    A later change of the form fills the void columns; a signature is never removed.
    """

    instance = models.ForeignKey(FormInstance, on_delete=models.PROTECT, related_name="signatures")
    revision = models.PositiveIntegerField()
    meaning = models.CharField(max_length=20)
    statement = models.TextField()
    signer = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=120)
    role = models.CharField(max_length=10)
    signed_at = models.DateTimeField()
    utc_offset_minutes = models.SmallIntegerField()
    content_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    voided_at = models.DateTimeField(null=True)
    void_cause = models.TextField(blank=True)

    class Meta:
        triggers = audited_table(locked=True)
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "meaning"], condition=Q(voided_at=None), name="one_standing_signature"
            )
        ]


class Scope(models.TextChoices):
    """What a lock, or its opening, covers. The wider scopes cover the narrower ones."""

    FORM = "form", _("Form")
    VISIT = "visit", _("Visit")
    SUBJECT = "subject", _("Subject")
    SITE = "site", _("Site")


class Lock(models.Model):
    """A lock over a form, a visit, a subject or a site; released rows stay as history.

    A locked site needs a second person: until `confirmed_at` is filled it covers nothing.
    """

    scope = models.CharField(max_length=10, choices=Scope.choices)
    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, null=True, related_name="+")
    visit = models.ForeignKey("subjects.Visit", on_delete=models.PROTECT, null=True, related_name="+")
    instance = models.ForeignKey(FormInstance, on_delete=models.PROTECT, null=True, related_name="locks")
    reason = models.CharField(max_length=200)
    locked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    locked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        triggers = audited_table()


class Unlock(models.Model):
    """An opening in a lock: asked by one person, confirmed by another, over by itself at `until`.

    Its scope may be narrower than the lock's: one form of a locked subject.
    """

    scope = models.CharField(max_length=10, choices=Scope.choices)
    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, null=True, related_name="+")
    visit = models.ForeignKey("subjects.Visit", on_delete=models.PROTECT, null=True, related_name="+")
    instance = models.ForeignKey(FormInstance, on_delete=models.PROTECT, null=True, related_name="unlocks")
    reason = models.CharField(max_length=200)
    hours = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        triggers = audited_table()


class StudyMark(models.Model):
    """The study this database belongs to: one line, written by its owner when it is migrated first."""

    study = models.CharField(max_length=20)


class Import(models.Model):
    """One run of a named import: what it read, and what became of it. Without `finished_at` it was cut short."""

    name = models.CharField(max_length=80)
    files = models.JSONField(default=dict)
    rejected = models.JSONField(default=list)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        triggers = audited_table()


class ImportRow(models.Model):
    """A row of a file as it was read, and the place in the casebook it became; a changed row is a new version.

    `digest` covers what the study's mapping uses, `kept` is the rest as read. `address` is the item or row of
    the form, "" for the form as a whole. `findings` are what the checks said when it was read.
    """

    run = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="rows")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=40)
    seq = models.IntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    digest = models.CharField(max_length=32)
    instance = models.ForeignKey(FormInstance, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=60, blank=True)
    kept = models.JSONField(default=dict)
    findings = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "file", "seq", "version"], name="one_import_row_per_version")
        ]
