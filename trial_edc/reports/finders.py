"""How addresses name a report."""

from django.http import Http404

from trial_edc.accounts.access import Access
from trial_edc.accounts.pages import register_finder

from .models import ReportRun


def find_run(value: int, access: Access) -> ReportRun | None:
    """A report about sites the person sees; its right is asked by the view, site by site.

    Who has no role in the data gets nothing here and is refused by the page, so that numbers tell them nothing.
    """
    if not access.has_data_role:
        return None
    run = ReportRun.objects.select_related("requested_by").filter(pk=value).first()
    seen = {site.pk for site in access.seen_sites}
    if run is None or not set(run.site_ids) <= seen:
        raise Http404
    return run


def register() -> None:
    register_finder("run", find_run, of_site=False)
