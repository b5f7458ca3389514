"""The Django form of registration: it only collects; consent and demography are checked by their own
forms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subjects.crfs.dm import Demography
from subjects.crfs.icf import InformedConsent
from trial_edc.accounts.models import Site

ITEMS = {
    "consented_at": "icf.icfdtc",
    "consent_version": "icf.icfver",
    "consent_type": "icf.icftype",
    "sex": "dm.sex",
    "birth_year": "dm.brthdtc",
}


class RegisterEntry(forms.Form):
    """What is asked before a number is issued. No name, initials or hospital number."""

    site = forms.ChoiceField(label=_("Site"))
    consent_type = forms.ChoiceField(label=_("Consent type"))
    consented_at = forms.CharField(
        label=_("Date and time consent was signed"),
        max_length=40,
        help_text=_("For example 05-Mar-2026 09:30, or t 09:30"),
    )
    consent_version = forms.CharField(label=_("Consent form version"), max_length=40)
    sex = forms.ChoiceField(label=_("Sex at birth"))
    birth_year = forms.CharField(label=_("Year of birth"), max_length=10)
    earlier_number = forms.CharField(
        label=_("Earlier number, when screened before"), max_length=12, required=False, help_text=_("Such as 101-0009")
    )

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {site.code: site for site in sites}
        self.fields["site"].choices = [(code, f"{code} · {site.name}") for code, site in self.sites.items()]
        self.fields["consent_type"].choices = InformedConsent._meta.get_field("icftype").choices
        self.fields["sex"].choices = [("", ""), *Demography._meta.get_field("sex").choices]

    def typed(self) -> dict[str, Any]:
        """Arguments of `register_subject`."""
        return {**self.cleaned_data, "site": self.sites[self.cleaned_data["site"]]}

    def tell(self, messages: Mapping[str, str]) -> None:
        """Put the messages of the case report forms under the fields they belong to."""
        fields = {item: name for name, item in ITEMS.items()}
        for item, text in messages.items():
            self.add_error(fields.get(item, item if item in self.fields else None), text)


class TransferEntry(forms.Form):
    """Where a subject moves, and why."""

    site = forms.ChoiceField(label=_("New site"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {site.code: site for site in sites}
        self.fields["site"].choices = [("", ""), *((code, f"{code} · {s.name}") for code, s in self.sites.items())]


class ConsentVersionEntry(forms.Form):
    """A consent form version put into use at a site."""

    site = forms.ChoiceField(label=_("Site"))
    version = forms.CharField(label=_("Version"), max_length=40)
    dated_on = forms.DateField(label=_("Version date"), help_text=_("For example 2026-03-05"))
    active_on = forms.DateField(label=_("In use from"), help_text=_("For example 2026-03-20"))
    reconsent = forms.BooleanField(label=_("Subjects of an older version sign it again"), required=False)

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {site.code: site for site in sites}
        self.fields["site"].choices = [(code, f"{code} · {site.name}") for code, site in self.sites.items()]

    def typed(self) -> dict[str, Any]:
        """Arguments of `activate_consent_version`."""
        return {**self.cleaned_data, "site": self.sites[self.cleaned_data["site"]]}
