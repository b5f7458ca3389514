"""How addresses name a data cut."""

from django.http import Http404

from trial_edc.accounts.access import Access
from trial_edc.accounts.pages import register_finder

from .models import DataCut


def find_cut(value: int, access: Access) -> DataCut | None:
    """A frozen cut; who has no role in the data gets nothing here and is refused by the page."""
    if not access.has_data_role:
        return None
    cut = DataCut.objects.select_related("content", "made_by").filter(pk=value).exclude(content=None).first()
    if cut is None:
        raise Http404
    return cut


def register() -> None:
    register_finder("cut", find_cut, of_site=False)
