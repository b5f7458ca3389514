"""What the endpoints pages are asked, checked."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

DAY_FORMATS = ["%Y-%m-%d", "%d-%b-%Y", "%d%b%Y"]


class CutEntry(forms.Form):
    """A new data cut."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        error_messages={
            "required": _("Enter a name for the cut."),
            "max_length": _("The name is too long; use at most 60 characters."),
        },
        widget=forms.TextInput(attrs={"class": "fc", "autocomplete": "off"}),
    )
    cutoff_on = forms.DateField(
        label=_("Cut-off date"),
        input_formats=DAY_FORMATS,
        error_messages={
            "required": _("Enter the cut-off date."),
            "invalid": _("This is no date. Enter it as 05-Mar-2026."),
        },
        widget=forms.TextInput(attrs={"class": "fc", "autocomplete": "off", "placeholder": "05-Mar-2026"}),
    )
