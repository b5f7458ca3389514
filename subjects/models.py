"""Who takes part, and when they come."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from trial_edc.audit.triggers import audited_table


class Subject(models.Model):
    """A participant under a coded number. No name, initials or hospital number is kept anywhere.

    `code` ("101-0007") is unique for ever. `person` links re-screenings of the same participant.
    The planned dates stand in for the actual ones until those exist.
    """

    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="subjects")
    code = models.CharField(_("Subject"), max_length=12, unique=True)
    person = models.UUIDField(default=uuid.uuid4)
    protocol_version = models.CharField(max_length=10, default="1.0")
    registered_at = models.DateTimeField()
    cohort = models.CharField(_("Dose level"), max_length=10, blank=True)
    planned_leukapheresis_on = models.DateField(_("Planned leukapheresis"), null=True, blank=True)
    planned_infusion_on = models.DateField(_("Planned infusion"), null=True, blank=True)

    class Meta:
        triggers = audited_table()
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("subject", args=[self.code])


class Visit(models.Model):
    """A visit of a subject that has at least one saved form, or an unscheduled one that was opened.

    `code` is the schedule's code ("d7") or "uns1", "uns2" ... A planned visit without a row has not begun.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="visits")
    code = models.CharField(max_length=10)

    class Meta:
        triggers = audited_table()
        constraints = [models.UniqueConstraint(fields=["subject", "code"], name="one_visit_per_code")]

    def __str__(self) -> str:
        return f"{self.subject_id}/{self.code}"


class ConsentVersion(models.Model):
    """A version of the consent form in use at a site from `active_on` on; rows are only added."""

    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="consent_versions")
    version = models.CharField(_("Version"), max_length=40)
    dated_on = models.DateField(_("Version date"))
    active_on = models.DateField(_("In use from"))
    is_reconsent_needed = models.BooleanField(_("Subjects of an older version sign it again"), default=False)
    activated_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    activated_at = models.DateTimeField()

    class Meta:
        triggers = audited_table()
        ordering = ["site", "active_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["site", "version"], name="one_consent_version_per_site")]

    def __str__(self) -> str:
        return self.version


from subjects import crfs as crfs  # noqa: E402  the forms of this app are models too
from subjects.product.models import Hold as Hold  # noqa: E402
from subjects.product.models import IdentityCheck as IdentityCheck  # noqa: E402
