"""Who may take part in a step of custody, and where it takes place."""

from __future__ import annotations

from django.utils.translation import gettext as _

from subjects.crfs.coi import ORDER, WRITERS
from trial_edc.accounts.access import Access
from trial_edc.accounts.models import Site
from trial_edc.accounts.roles import Permission, Role

DECIDERS = (Permission.ENTER_MANUFACTURE, Permission.ASSESS_FOR_SPONSOR, Permission.SIGN_FORMS)
"""Who decides on a hold: quality of the manufacturer, medical monitor, investigator; never who opened it."""
HOLDERS = (Permission.ENTER_FORMS, Permission.ENTER_MANUFACTURE, Permission.ASSESS_FOR_SPONSOR)
"""Who may hold a product."""
TOLD = (Role.PI, Role.SI, Role.CRC, Role.MM, Role.MFR)
"""Who gets a notice of what happened to a product."""


def right_for(step: str) -> Permission:
    """The right by which a person verifies this step."""
    return Permission.ENTER_MANUFACTURE if WRITERS[step] == "MFR" else Permission.CONFIRM_BEDSIDE


def steps_of(access: Access, site: Site) -> tuple[str, ...]:
    """Codes of the steps this person may verify at the site, in their order."""
    return tuple(step for step in ORDER if access.can(right_for(step), site))


def held_of(access: Access, rights: tuple[Permission, ...], site: Site) -> Permission:
    """The first of these rights the person has at the site, the first of all when none."""
    return next((right for right in rights if access.can(right, site)), rights[0])


def place_of(step: str, site: Site) -> str:
    """Where a step takes place, in words."""
    return _("Manufacturer") if WRITERS.get(step) == "MFR" else f"{site.code} · {site.name}"
