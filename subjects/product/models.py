"""What the custody log cannot hold: how identifiers were compared, and why a product was held back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subjects.crfs.coi import STEPS
from trial_edc.audit.triggers import audited_table

USER = "accounts.User"


class IdentityCheck(models.Model):
    """Identifiers read off the labels at one step of custody, beside those expected.

    The first person reads them. They match: a second, different person confirms in place, and the step is entered
    in the custody log. They do not: the check ends there and the product is held.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waits for the second person")
        PASSED = "passed", _("Confirmed by two persons")
        MISMATCH = "mismatch", _("Identifiers do not match")
        DROPPED = "dropped", _("Not confirmed")

    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="identity_checks")
    step = models.CharField(_("Step"), max_length=12, choices=STEPS)
    subject_read = models.CharField(_("Subject"), max_length=80)
    lot_expected = models.CharField(max_length=40, blank=True)
    lot_read = models.CharField(_("Product"), max_length=80, blank=True)
    coi_expected = models.CharField(max_length=40, blank=True)
    coi_read = models.CharField(_("Chain-of-identity identifier"), max_length=80, blank=True)
    is_cold = models.CharField(_("Temperature log acceptable"), max_length=1, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    first_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField()
    second_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    entry = models.ForeignKey("casebook.FormInstance", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = audited_table()
        constraints = [
            models.CheckConstraint(
                condition=Q(second_by=None) | ~Q(second_by=F("first_by")), name="two_persons_check_identity"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="passed") | Q(second_by__isnull=False, second_at__isnull=False),
                name="passed_check_has_second_person",
            ),
            models.UniqueConstraint(
                fields=["subject", "step"], condition=Q(outcome="waiting"), name="one_waiting_check_per_step"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}/{self.step} {self.outcome}"


class Hold(models.Model):
    """The product goes no further until somebody else decides. `decision` is "" while it stands."""

    class Cause(models.TextChoices):
        IDENTITY = "IDENTITY", _("Identifiers do not match")
        TEMPERATURE = "TEMPERATURE", _("Temperature outside its limits")
        STERILITY = "STERILITY", _("Growth in the sterility test")
        OTHER = "OTHER", _("Other")

    class Decision(models.TextChoices):
        GO = "GO", _("May be used")
        STOP = "STOP", _("Not to be used")

    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="product_holds")
    lot = models.CharField(_("Batch / lot number"), max_length=40, blank=True)
    cause = models.CharField(_("Cause"), max_length=12, choices=Cause.choices)
    text = models.CharField(_("What happened"), max_length=400)
    identity_check = models.ForeignKey(IdentityCheck, on_delete=models.PROTECT, null=True, related_name="+")
    opened_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    decision = models.CharField(_("Decision"), max_length=4, choices=Decision.choices, blank=True)
    decision_text = models.CharField(_("Why"), max_length=400, blank=True)
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        triggers = audited_table()
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("opened_by")), name="another_person_decides_on_a_hold"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="decision_on_a_hold_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}/{self.cause} {self.decision or 'stands'}"
