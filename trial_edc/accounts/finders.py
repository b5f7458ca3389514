"""How addresses name what this app keeps: sites, people, assignments, delegations."""

from django.http import Http404

from .access import Access
from .models import Delegation, RoleAssignment, Site, User
from .pages import register_finder


def find_site(value: str, access: Access) -> Site:
    """The site with this code, of those the person sees."""
    for site in access.seen_sites:
        if site.code == value:
            return site
    raise Http404


def find_any_site(value: str, access: Access) -> Site:
    """A site of the study by code, for the administrator, who sees no site's data."""
    for site in access.all_sites:
        if site.code == value:
            return site
    raise Http404


def find_person(value: int, access: Access) -> User:
    """A person of the study by number. Who may see people is asked by the page's right."""
    return _one(User.objects.select_related("credential").filter(is_service=False), value)


def find_assignment(value: int, access: Access) -> RoleAssignment:
    return _one(RoleAssignment.objects.select_related("user", "site"), value)


def find_delegation(value: int, access: Access) -> Delegation:
    """A delegation of a site the person sees."""
    delegation = _one(Delegation.objects.select_related("user", "site"), value)
    if not access.sees(delegation.site):
        raise Http404
    return delegation


def _one(rows, value):
    found = rows.filter(pk=value).first()
    if found is None:
        raise Http404
    return found


def register() -> None:
    register_finder("site", find_site)
    register_finder("any_site", find_any_site, of_site=False)
    register_finder("person", find_person, of_site=False)
    register_finder("assignment", find_assignment, of_site=False)
    register_finder("delegation", find_delegation)
