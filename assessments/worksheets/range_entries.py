"""The Django forms of reference ranges: they only validate."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.actions.ranges import Limits
from trial_edc.crf.spec import protocol

NAMES = ("lln", "uln", "lloq", "uloq")


def _number(label: Any) -> forms.DecimalField:
    attributes = {"class": "form-control", "inputmode": "decimal", "autocomplete": "off"}
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=16,
        decimal_places=4,
        localize=False,
        widget=forms.TextInput(attrs=attributes),
    )


class LimitsEntry(forms.Form):
    """Limits of a range and why they change."""

    lln = _number(gettext_lazy("Lower limit of normal"))
    uln = _number(gettext_lazy("Upper limit of normal"))
    lloq = _number(gettext_lazy("Lower limit of quantification"))
    uloq = _number(gettext_lazy("Upper limit of quantification"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    @property
    def limits(self) -> Limits:
        return Limits(*(self.cleaned_data[name] for name in NAMES))


class NewRangeEntry(LimitsEntry):
    """A range from a day on."""

    analyte = forms.ChoiceField(label=gettext_lazy("Analyte"), widget=forms.Select(attrs={"class": "form-select"}))
    unit = forms.CharField(
        label=gettext_lazy("Unit"),
        max_length=20,
        help_text=gettext_lazy("As the laboratory reports it, such as 10^9/L or mg/dL."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        choices=[("any", gettext_lazy("Any")), ("M", gettext_lazy("Male")), ("F", gettext_lazy("Female"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    age_from = forms.IntegerField(
        label=gettext_lazy("From age"),
        min_value=0,
        max_value=120,
        initial=18,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    age_to = forms.IntegerField(
        label=gettext_lazy("To age"),
        min_value=0,
        max_value=120,
        initial=120,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    effective_from = forms.DateField(
        label=gettext_lazy("For samples from"),
        input_formats=["%Y-%m-%d", "%d-%b-%Y"],
        help_text=gettext_lazy("Year-month-day, such as 2026-03-05."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    field_order = ("analyte", "unit", "sex", "age_from", "age_to", "effective_from", *NAMES, "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measured = [one for one in protocol().analytes.values() if one.units and not one.calculated]
        self.fields["analyte"].choices = [("", "")] + [(one.code, _(one.label)) for one in measured]

    def clean(self) -> dict[str, Any]:
        """Unit and ages against each other."""
        given = super().clean() or self.cleaned_data
        analyte, unit = protocol().analytes.get(given.get("analyte", "")), given.get("unit")
        if analyte and unit and unit not in {one.code for one in analyte.units}:
            known = ", ".join(one.code for one in analyte.units)
            self.add_error(
                "unit", _("%(label)s is reported in %(units)s.") % {"label": _(analyte.label), "units": known}
            )
        if (
            given.get("age_from") is not None
            and given.get("age_to") is not None
            and given["age_from"] > given["age_to"]
        ):
            self.add_error("age_to", _("The last age is below the first one."))
        return given
