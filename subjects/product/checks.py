"""What the pages of an identity check show."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from subjects.models import Subject
from subjects.product.custody import place_of, right_for
from subjects.product.identity import Comparison
from subjects.product.models import IdentityCheck
from subjects.product.selectors import comparisons, product_now
from subjects.product.state import obstacles, step_label
from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.selectors.trail import stamp


@dataclass(frozen=True)
class LabelsPage:
    subject: Subject
    step: str
    step_label: str
    place: str
    obstacles: tuple[str, ...]
    back_url: str
    back_label: str


@dataclass(frozen=True)
class CheckPage:
    """`state` is the check's outcome; `again_url` reads the labels once more."""

    subject: Subject
    step_label: str
    state: str
    state_label: str
    comparisons: tuple[Comparison, ...]
    first: str
    first_at: str
    second: str
    second_at: str
    is_cold: bool
    again_url: str
    back_url: str
    back_label: str
    infusion_url: str


def labels_page(access: Access, subject: Subject, step: str) -> LabelsPage:
    """The step, and what stands against it. Four statements."""
    stops = tuple(obstacles(product_now(subject), step))
    place = place_of(step, subject.site)
    return LabelsPage(subject, step, step_label(step), place, stops, *_back(access, subject))


def check_page(access: Access, check: IdentityCheck) -> CheckPage:
    """A check as it stands. No statement."""
    subject = check.subject
    reads = access.can(Permission.READ_LIVE_DATA, subject.site)
    back_url, back_label = _back(access, subject)
    is_bedside = check.step == "INFUSION"
    is_open = check.outcome in (IdentityCheck.Outcome.WAITING, IdentityCheck.Outcome.DROPPED)
    may_repeat = is_open and access.can(right_for(check.step), subject.site)
    return CheckPage(
        subject=subject,
        step_label=step_label(check.step),
        state=check.outcome,
        state_label=str(check.get_outcome_display()),
        comparisons=comparisons(check),
        first=check.first_by.full_name,
        first_at=stamp(check.first_at, subject.site),
        second=check.second_by.full_name if check.second_by else "",
        second_at=stamp(check.second_at, subject.site) if check.second_at else "",
        is_cold=check.is_cold == "Y",
        again_url=reverse("product-check", args=[subject.code]) + f"?step={check.step}" if may_repeat else "",
        back_url=back_url,
        back_label=back_label,
        infusion_url=reverse("product-infusion", args=[subject.code]) if reads and is_bedside else "",
    )


def _back(access: Access, subject: Subject) -> tuple[str, str]:
    """The product's page, or the list of those who see nothing but the check; with its name."""
    if access.can(Permission.VIEW_PRODUCT, subject.site):
        return reverse("product", args=[subject.code]), _("Product")
    return reverse("bedside"), _("Identity checks")
