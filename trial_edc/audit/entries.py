"""The filter of the audit page, from its address."""

from datetime import UTC, datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission
from trial_edc.audit.selectors import TrailFilter

TEXTS = ("subject", "person", "form", "item", "reason")


class TrailEntry(forms.Form):
    """What to look for. Days are those of UTC and both count."""

    subject = forms.CharField(label=_("Subject"), max_length=20, required=False)
    person = forms.CharField(label=_("Person"), max_length=120, required=False)
    form = forms.CharField(label=_("Form"), max_length=20, required=False)
    item = forms.CharField(label=_("Item"), max_length=60, required=False)
    since = forms.DateField(
        label=_("From (UTC)"),
        required=False,
        error_messages={"invalid": _("This is no date. Enter it as 2026-03-05.")},
        widget=forms.TextInput(attrs={"placeholder": "2026-03-05"}),
    )
    until = forms.DateField(
        label=_("To (UTC)"),
        required=False,
        error_messages={"invalid": _("This is no date. Enter it as 2026-03-05.")},
        widget=forms.TextInput(attrs={"placeholder": "2026-03-05"}),
    )
    reason = forms.CharField(label=_("Reason contains"), max_length=120, required=False)
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("", _("Newest first")), ("oldest", _("Oldest first"))]
    )

    def clean(self) -> dict:
        given = super().clean()
        if given.get("since") and given.get("until") and given["since"] > given["until"]:
            self.add_error("until", _("The last day lies before the first. Swap them."))
        return given

    def wanted(self, access: Access) -> TrailFilter:
        """The filter, narrowed to what this person may see. Call it on a valid entry."""
        given = self.cleaned_data
        sites = access.sites(Permission.VIEW_AUDIT_TRAIL)
        everywhere = len(sites) == len(access.all_sites)
        return TrailFilter(
            site_ids=None if everywhere else [site.pk for site in sites],
            with_study_records=everywhere and access.can(Permission.VIEW_SECURITY_LOG),
            since=_start_of(given["since"]) if given["since"] else None,
            until=_start_of(given["until"] + timedelta(days=1)) if given["until"] else None,
            **{name: given[name].strip() for name in TEXTS},
        )

    def asked(self) -> dict[str, str]:
        """What was asked, as text, without what was left empty."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


def _start_of(day) -> datetime:
    return datetime.combine(day, time.min, UTC)
