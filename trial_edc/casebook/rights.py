"""What a person may do with a form, as the actions of the casebook ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from trial_edc.accounts.access import Access, access_of
from trial_edc.accounts.models import Site, User
from trial_edc.accounts.roles import Permission, Role
from trial_edc.crf.registry import crf

from .problems import NotAllowed
from .study import study

WRITERS = {
    "site": (Permission.ENTER_FORMS, Permission.CORRECT_FORMS),
    "MFR": (Permission.ENTER_MANUFACTURE, Permission.ENTER_MANUFACTURE),
    "bedside": (Permission.CONFIRM_BEDSIDE, Permission.CORRECT_FORMS),
    "MM": (Permission.ASSESS_FOR_SPONSOR, Permission.ASSESS_FOR_SPONSOR),
}
"""Who writes a form (`Crf.writer`, "site" unless said, "site or MFR" for either, "bedside" for those
who verify the product on site): the right to enter and to correct.

`Crf.writer_by = (item, {code: writer})` says who may write a form that has this answer.
"""


def site_of(access: Access, site_id: int) -> Site:
    """The site with this key, without a statement. Raises NotAllowed when the study has no such site."""
    for site in access.all_sites:
        if site.pk == site_id:
            return site
    raise NotAllowed(_("This site is not part of the study."))


def require(*, by: User, permission: Permission, site_id: int) -> Role:
    """The role in which `by` acts at the site. Raises NotAllowed with what is missing."""
    access = access_of(by)
    site = site_of(access, site_id)
    if missing := refusal(access, permission, site):
        raise NotAllowed(missing)
    return access.role_at(site)


def refusal(access: Access, permission: Permission, site: Site) -> str:
    """What a person lacks to have the right at the site, as a sentence; "" when nothing."""
    if access.can(permission, site):
        return ""
    task = access.task_missing(permission, site)
    if task is not None:
        return _("The delegation log of site %(site)s does not give you this task today: %(task)s.") % {
            "site": site.code,
            "task": task.label,
        }
    return _("Your role at site %(site)s does not include: %(right)s.") % {
        "site": site.code,
        "right": permission.label,
    }


def entering(form_code: str, access: Access | None = None, site: Site | None = None) -> tuple[Permission, Permission]:
    """The rights to enter and to correct this form; where several may write it, those this person holds."""
    offered = [WRITERS[name] for name in getattr(crf(form_code).Crf, "writer", "site").split(" or ")]
    held = [pair for pair in offered if access is not None and site is not None and access.can(pair[0], site)]
    return (held or offered)[0]


def may_enter(access: Access, site: Site, form_code: str) -> bool:
    return access.can(entering(form_code, access, site)[0], site)


def of_its_writer(named: Mapping[str, Any]) -> tuple[Permission, ...]:
    """The right that opens a page about one form to manufacturing, where manufacturing writes that form.

    For `page(..., also=of_its_writer)`. Who holds nothing else sees this form and nothing beside it.

    Args:
        named: what the address names, the code of the form under "form" or of the log under "log".
    """
    code = named.get("form") or named.get("log")
    writers = getattr(crf(code).Crf, "writer", "site").split(" or ") if code else []
    return (Permission.ENTER_MANUFACTURE,) if "MFR" in writers else ()


def signs_releases(named: Mapping[str, Any]) -> tuple[Permission, ...]:
    """The rights, beside that of investigators, by which some form of the study is signed."""
    return tuple({Permission(rule.right) for rule in study().signatures} - {Permission.SIGN_FORMS})


def require_answer(*, by: User, form_code: str, record: Any, site_id: int) -> None:
    """Refuse a form whose answer says that somebody else writes it. Raises NotAllowed."""
    item, writers = getattr(crf(form_code).Crf, "writer_by", ("", {}))
    writer = writers.get(record[item])
    if writer:
        require(by=by, permission=WRITERS[writer][0], site_id=site_id)
