"""Move a subject to another site: the number and the history stay, the rights follow."""

from __future__ import annotations

from django.utils.translation import gettext as _

from subjects.models import Subject
from trial_edc.accounts.models import Site, User
from trial_edc.accounts.roles import Permission
from trial_edc.audit.context import audited
from trial_edc.casebook.models import Lock, Scope
from trial_edc.casebook.problems import NotAllowed
from trial_edc.casebook.rights import require

SHORTEST_REASON = 5


def transfer_subject(*, by: User, subject: Subject, to: Site, reason: str) -> Subject:
    """From now on the people of the new site see and enter this subject, those of the old one no more.

    Raises:
        NotAllowed: no right at one of the sites, no reason, the site is closed or the same, or a lock of the old
            site stands.
    """
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise NotAllowed(_("Say why the subject moves, in 5 characters or more."))
    role = require(by=by, permission=Permission.TRANSFER_SUBJECTS, site_id=subject.site_id)
    require(by=by, permission=Permission.TRANSFER_SUBJECTS, site_id=to.pk)
    with audited(by=by, role=role, reason=reason[:200]):
        current = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
        if current.site_id == to.pk:
            raise NotAllowed(_("The subject is at site %(site)s already.") % {"site": to.code})
        if not to.is_active:
            raise NotAllowed(_("Site %(site)s is closed; it takes no subjects.") % {"site": to.code})
        if Lock.objects.filter(scope=Scope.SITE, site_id=current.site_id, released_at=None).exists():
            raise NotAllowed(_("The site is locked. Unlock it before a subject leaves it."))
        current.site = to
        current.save(update_fields=["site"])
    return current
