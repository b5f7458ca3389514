"""Data cuts: the study as it was when it was frozen, kept as rows of their own that nobody can change.

The application's database role may add rows to these tables and nothing else.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from trial_edc.audit.triggers import audited_table

USER = settings.AUTH_USER_MODEL


class DataCut(models.Model):
    """A cut somebody made: what it is called, and the last day whose facts the analyses see."""

    name = models.CharField(_("Name"), max_length=60, unique=True)
    cutoff_on = models.DateField(_("Cut-off date"))
    made_at = models.DateTimeField(_("Made at"))
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("data cut")
        triggers = audited_table()
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class CutContent(models.Model):
    """What was frozen for a cut, written in the transaction that froze it.

    `snapshot` is PostgreSQL's: a transaction it does not contain wrote later than the cut. `sha256` is over all rows.
    """

    cut = models.OneToOneField(DataCut, on_delete=models.PROTECT, related_name="content")
    frozen_at = models.DateTimeField(_("Frozen at"))
    snapshot = models.TextField()
    n_subjects = models.PositiveIntegerField(_("Subjects"))
    n_rows = models.PositiveIntegerField(_("Forms"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("content of a data cut")
        triggers = audited_table()


class FrozenRow(models.Model):
    """One form instance as it was, or a subject with its site where `form_code` is "".

    `content` is {"head": columns of the typed table, "rows": [[table, columns], ...]} as stored.
    """

    cut = models.ForeignKey(DataCut, on_delete=models.PROTECT, related_name="rows")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    instance_id = models.BigIntegerField(default=0)
    visit_code = models.CharField(max_length=10, blank=True)
    form_code = models.CharField(max_length=12, blank=True)
    seq = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, blank=True)
    status_reason = models.CharField(max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=0)
    protocol_version = models.CharField(max_length=10)
    saved_at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        verbose_name = _("frozen form")
        constraints = [models.UniqueConstraint(fields=["cut", "subject", "instance_id"], name="frozen_once")]
        indexes = [models.Index(fields=["cut", "form_code"])]
