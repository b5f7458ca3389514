"""People, sites, what each person may do where and since when. No secret lies here: see `credentials.py`."""

import zoneinfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from trial_edc.audit.triggers import audited_table

from .credentials import AccessEvent, Credential, RecoveryCode, Throttle, UserSession
from .roles import ROLE_LABELS, TASK_LABELS, Role, Task

__all__ = [
    "AccessEvent",
    "Credential",
    "Delegation",
    "RecoveryCode",
    "RoleAssignment",
    "Site",
    "Throttle",
    "User",
    "UserSession",
]


def known_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone, for example Asia/Shanghai."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("%(name)s is no time zone. Enter a name such as Asia/Shanghai."), params={"name": name})


class Site(models.Model):
    """A trial centre. Its code opens every subject number: site 101 has subjects 101-0001 and on."""

    class DateOrder(models.TextChoices):
        DAY_FIRST = "dmy", _("Day, month, year")
        MONTH_FIRST = "mdy", _("Month, day, year")
        YEAR_FIRST = "ymd", _("Year, month, day")

    code = models.CharField(_("Code"), max_length=3, unique=True, validators=[RegexValidator(r"\A[1-9][0-9]{2}\Z")])
    name = models.CharField(_("Name"), max_length=120)
    time_zone = models.CharField(_("Time zone"), max_length=60, default="UTC", validators=[known_time_zone])
    country = models.CharField(_("Country"), max_length=2, blank=True, help_text=_("ISO 3166, two letters"))
    date_order = models.CharField(_("Date order"), max_length=3, choices=DateOrder, default=DateOrder.DAY_FIRST)
    is_active = models.BooleanField(_("Active"), default=True)

    class Meta:
        ordering = ["code"]
        triggers = audited_table()
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[1-9][0-9]{2}$"), name="site_code_is_three_digits")
        ]

    def __str__(self) -> str:
        return self.code


class User(AbstractBaseUser):
    """A person, known by e-mail address. Never deleted, never renamed into somebody else.

    The address is kept in lower case and stays taken after deactivation. A service account stands in the
    audit
    trail for work no person did (`is_service`); it cannot sign in.
    """

    class Density(models.TextChoices):
        AUTO = "", _("As the device suits")
        COMPACT = "compact", _("Compact")
        COMFORTABLE = "comfortable", _("Comfortable")

    email = models.EmailField(_("E-mail"), unique=True)
    full_name = models.CharField(_("Full name"), max_length=120)
    organisation = models.CharField(_("Organisation"), max_length=120)
    is_active = models.BooleanField(_("Active"), default=True)
    is_service = models.BooleanField(_("Service account"), default=False)
    is_demo = models.BooleanField(_("Demo person"), default=False)
    identity_checked_on = models.DateField(_("Identity checked on"), null=True, blank=True)
    trained_on = models.DateField(_("Trained on"), null=True, blank=True)
    terms_version = models.CharField(_("Terms accepted, version"), max_length=20, blank=True)
    terms_accepted_at = models.DateTimeField(_("Terms accepted at"), null=True, blank=True)
    density = models.CharField(_("Density"), max_length=12, choices=Density, blank=True, default=Density.AUTO)
    single_keys = models.BooleanField(_("Single-key shortcuts"), default=True)
    language = models.CharField(_("Language"), max_length=10, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name", "organisation"]
    last_login = None  # the last sign-in is a fact of the credential: this row is audited, a sign-in changes no data

    class Meta:
        ordering = ["full_name", "email"]
        triggers = audited_table()
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique_in_any_case"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def password(self) -> str:
        """Password hash, "" for a person without credential. Read by Django's session hash."""
        credential = getattr(self, "credential", None)
        return credential.password if credential else ""

    def get_full_name(self) -> str:
        return self.full_name

    @property
    def initials(self) -> str:
        words = [word for word in self.full_name.replace(".", " ").split() if word != "Dr"]
        return "".join(word[0] for word in words[:2]).upper()


class DatedRight(models.Model):
    """Something a person may do from a day on, until a day or until it is ended.

    `ends_on` is the last day that counts, in the time of the site; `ended_at` is the instant somebody ended
    it,
    and works at once.
    """

    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="%(class)s_ends_after_it_starts",
            )
        ]


class RoleAssignment(DatedRight):
    """A role of a person at a site, or at all sites when `site` is empty."""

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    role = models.CharField(_("Role"), max_length=3, choices=[(r.value, ROLE_LABELS[r]) for r in Role])
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="assignments")
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(DatedRight.Meta):
        ordering = ["user", "role", "site", "pk"]
        triggers = audited_table()

    def __str__(self) -> str:
        return f"{self.role} {self.site_id or 'all'}"


class Delegation(DatedRight):
    """A task the principal investigator gave to a person. A draft (`approved_by` empty) gives no right."""

    user = models.ForeignKey(User, models.PROTECT, related_name="delegations")
    site = models.ForeignKey(Site, models.PROTECT, related_name="delegations")
    task = models.CharField(_("Task"), max_length=20, choices=[(t.value, TASK_LABELS[t]) for t in Task])
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta(DatedRight.Meta):
        ordering = ["site", "user", "task", "pk"]
        triggers = audited_table()
        constraints = [
            *DatedRight.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True, approved_at__isnull=True)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                name="delegation_approval_is_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(approved_by=models.F("user")), name="delegation_is_approved_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.site_id}"
