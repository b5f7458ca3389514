"""How addresses name a notice."""

from django.http import Http404

from trial_edc.accounts.access import Access
from trial_edc.accounts.pages import register_finder

from .models import Notice
from .selectors import notices_of


def find_notice(value: int, access: Access) -> Notice:
    """One of the person's own notices, about a subject of a site they still see."""
    notice = notices_of(access).filter(pk=value).first()
    if notice is None:
        raise Http404
    return notice


def register() -> None:
    register_finder("notice", find_notice, of_site=False)
