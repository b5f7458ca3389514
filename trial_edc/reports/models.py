"""Reports as stored rows: what was asked, how far it is, what came of it, who took it away."""

from pathlib import PurePath

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trial_edc.audit.triggers import audited_table

USER = settings.AUTH_USER_MODEL
DOCUMENT_TYPE = "application/json"
# Progress, leases and the tray are no events: hundreds of them would bury the five that are.
QUIET = ("n_done", "n_total", "step", "lease_until", "attempt", "published_at", "noticed_at")


class ReportRun(models.Model):
    """One report asked for. The row is the job: the queue only carries its key.

    `site_ids` are the sites whose subjects are in the file, empty for a report without subject data; whoever
    lacks the right at one of them does not get the file. A running row belongs to the worker that holds
    `attempt` until `lease_until` (real time); after that a sweep gives it to another one.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(_("Report"), max_length=20)
    parameters = models.JSONField(_("Parameters"), default=dict)
    site_ids = ArrayField(models.BigIntegerField(), verbose_name=_("Sites"), default=list)
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("Requested at"))
    started_at = models.DateTimeField(_("Started at"), null=True)
    ended_at = models.DateTimeField(_("Ended at"), null=True)
    data_at = models.DateTimeField(_("Data as of"), null=True)
    code_version = models.CharField(_("Version of the application"), max_length=20, blank=True)
    failure = models.CharField(_("Why it failed"), max_length=300, blank=True)
    file_name = models.CharField(_("File"), max_length=60, blank=True)
    content_type = models.CharField(_("Type of the file"), max_length=60, default="application/pdf")
    size = models.BigIntegerField(_("Size in bytes"), null=True)
    n_pages = models.PositiveIntegerField(_("Pages"), null=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    expires_at = models.DateTimeField(_("Kept until"), null=True)

    n_done = models.PositiveIntegerField(default=0)
    n_total = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=80, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("report")
        triggers = audited_table(exclude=QUIET)
        indexes = [
            models.Index(fields=["-requested_at"]),
            models.Index(fields=["state"], condition=Q(state__in=["requested", "running"]), name="report_unfinished"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(size__gt=0) & ~Q(sha256="")),
                name="done_report_has_a_file",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in (self.State.REQUESTED, self.State.RUNNING)

    @property
    def is_document(self) -> bool:
        """Whether the result is a row, which stays, and no file."""
        return self.content_type == DOCUMENT_TYPE

    @property
    def has_content(self) -> bool:
        """Whether there is something to take away."""
        return self.state == self.State.DONE and (self.is_document or bool(self.file_name))

    @property
    def download_name(self) -> str:
        """Name of the file on the reader's computer: subject number and report, never more."""
        about = self.parameters.get("subject") or self.parameters.get("site") or ""
        ending = ".json" if self.is_document else PurePath(self.file_name).suffix
        return "-".join(part for part in (about, self.kind, str(self.pk)) if part) + ending


class ReportDocument(models.Model):
    """The result of a run that is read by pages: plain JSON, see `documents`. Never changed: whoever reads it
    compares its digest with the run's.
    """

    run = models.OneToOneField(ReportRun, on_delete=models.PROTECT, related_name="document")
    document = models.JSONField(_("Document"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("report document")
        triggers = audited_table(through="run", exclude=("document",))


class ReportDownload(models.Model):
    """Somebody took the file of a report away."""

    run = models.ForeignKey(ReportRun, on_delete=models.PROTECT, related_name="downloads")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("Downloaded at"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("report download")
        triggers = audited_table(through="run")
