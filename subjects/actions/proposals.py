"""Take a proposal up: its form is prefilled as the person's own draft, to be checked, completed and saved."""

from __future__ import annotations

from django.utils.translation import gettext as _

from subjects.models import Subject
from subjects.proposals import Proposal, proposals
from trial_edc.accounts.access import access_of
from trial_edc.accounts.models import User
from trial_edc.accounts.roles import Permission
from trial_edc.casebook.actions.drafts import keep_draft
from trial_edc.casebook.dates import subject_dates
from trial_edc.casebook.problems import NotAllowed
from trial_edc.casebook.reader import read
from trial_edc.casebook.rights import may_enter, require, site_of


def take_up(*, by: User, subject: Subject, key: str) -> Proposal:
    """Keep the proposed values as a draft of `by`. Raises NotAllowed when the data do not suggest it any more."""
    require(by=by, permission=Permission.ENTER_FORMS, site_id=subject.site_id)
    access = access_of(by)
    casebook = read(subject)
    offered = proposals(casebook, subject_dates(casebook, site_of(access, subject.site_id)))
    found = next((one for one in offered if one.key == key), None)
    if found is None:
        raise NotAllowed(_("This is recorded already, or the data do not suggest it any more. Reload the page."))
    if not may_enter(access, site_of(access, subject.site_id), found.slot.form_code):
        raise NotAllowed(_("Your role does not enter this form."))
    keep_draft(by=by, slot=found.slot, values=found.typed)
    return found
