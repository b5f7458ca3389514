"""Consent form versions: which one a site uses from which day on."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from subjects.models import ConsentVersion
from trial_edc.accounts.models import Site, User
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.casebook.problems import NotAllowed
from trial_edc.casebook.rights import require


def activate_consent_version(
    *, by: User, site: Site, version: str, dated_on: date, active_on: date, reconsent: bool
) -> ConsentVersion:
    """Put a version into use at a site once its approvals are in.

    Args:
        dated_on: date printed on the form. active_on: first day it is signed at the site.
        reconsent: whoever takes part under an older version must sign this one.
    Raises:
        NotAllowed: no right, no version, the version is in use there, or it is active before its own date.
    """
    version = version.strip()
    if not version:
        raise NotAllowed(_("Enter the version of the consent form."))
    if active_on < dated_on:
        raise NotAllowed(_("The version is active before its own date. Correct one of the two."))
    role = require(by=by, permission=Permission.EDIT_STUDY_BUILD, site_id=site.pk)
    with audited(by=by, role=role, reason=_("Consent form %(version)s") % {"version": version}):
        Site.objects.select_for_update(no_key=True).get(pk=site.pk)
        if ConsentVersion.objects.filter(site=site, version=version).exists():
            raise NotAllowed(_("Version %(version)s is in use at this site already.") % {"version": version})
        return ConsentVersion.objects.create(
            site=site,
            version=version,
            dated_on=dated_on,
            active_on=active_on,
            is_reconsent_needed=reconsent,
            activated_by=by,
            activated_at=clock.now(),
        )
