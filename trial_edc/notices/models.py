"""Notices as stored rows: who was told what, when the mail left and when it was read."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trial_edc.audit.triggers import audited_table

# How the mail is getting on is no event of the trail; that it left is one.
QUIET = ("read_at", "attempts", "lease_until", "published_at", "failure")


class Notice(models.Model):
    """One thing one person is told. The row is the mail's job: the queue only carries its key.

    `key` names the event ("sae-saved:812"), so the same person is told of it once. `sentence` is shown inside
    the application alone; the mail names study, subject number and link. The mail belongs to the worker that
    took it until `lease_until` (real time); after a failure it is not tried again before that moment.
    """

    code = models.CharField(_("Kind"), max_length=40)
    key = models.CharField(_("Event"), max_length=120)
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sentence = models.CharField(_("Notice"), max_length=300)
    path = models.CharField(_("Page"), max_length=300)
    created_at = models.DateTimeField(_("Told at"))
    mailed_at = models.DateTimeField(_("Mailed at"), null=True)

    read_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("notice")
        triggers = audited_table(exclude=QUIET)
        indexes = [
            models.Index(fields=["person", "-created_at"]),
            models.Index(fields=["id"], condition=Q(mailed_at=None), name="notice_not_mailed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key", "person"], name="one_notice_of_an_event_per_person"),
            models.CheckConstraint(condition=Q(path__startswith="/"), name="notice_path_is_ours"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"
