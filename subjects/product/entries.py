"""The Django forms of the product pages; they only collect."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subjects.product.models import Hold
from trial_edc.accounts.entries import Entry, dress
from trial_edc.crf.dates import NotADate, read_date
from trial_edc.crf.parse import fold

COLD = [("Y", _("Yes")), ("N", _("No"))]


class DayField(forms.CharField):
    """One date box that takes what the date boxes of the forms take; "" clears it."""

    def __init__(self, *, today: date, order: str, **kwargs: Any) -> None:
        super().__init__(max_length=40, required=False, **kwargs)
        self.today, self.order = today, order

    def clean(self, value: Any) -> date | None:
        typed = super().clean(value).strip()
        if not typed:
            return None
        try:
            return date.fromisoformat(read_date(fold(typed), today=self.today, order=self.order))
        except NotADate as problem:
            raise forms.ValidationError(str(problem)) from None
        except ValueError:
            raise forms.ValidationError(_("Enter day, month and year, as in 05-Mar-2026.")) from None


class PlanEntry(forms.Form):
    """The planned dates the visits hang on, until the actual ones exist."""

    def __init__(self, *args: Any, today: date, order: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leukapheresis_on"] = DayField(today=today, order=order, label=_("Planned leukapheresis"))
        self.fields["infusion_on"] = DayField(today=today, order=order, label=_("Planned infusion"))
        self.fields["reason"] = forms.CharField(
            label=_("Why it changes"), max_length=200, required=False, help_text=_("Asked when a planned date moves.")
        )
        dress(self)


class LabelsEntry(forms.Form):
    """What the first person reads off wristband and label; an empty box is asked for, one after the other."""

    subject_read = forms.CharField(label=_("Subject number on the wristband"), max_length=200, required=False)
    lot_read = forms.CharField(max_length=200, required=False)
    coi_read = forms.CharField(label=_("Chain-of-identity identifier on the label"), max_length=200, required=False)
    is_cold = forms.ChoiceField(
        label=_("Temperature log acceptable"), choices=COLD, widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, lot_label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot_read"].label = _("%(what)s on the label") % {"what": lot_label}
        for name in ("subject_read", "lot_read", "coi_read"):
            # Scanners type fast and end with Enter: nothing is completed or corrected for them.
            self.fields[name].widget.attrs |= {
                **{"autocomplete": "off", "autocapitalize": "off", "autocorrect": "off", "spellcheck": "false"},
                "class": "form-control scan num",
            }

    def next_empty(self) -> str:
        """The first box without an answer, "" when all have one."""
        return next((name for name in self.fields if not self.cleaned_data.get(name)), "")

    def focus_on(self, name: str) -> None:
        if name in self.fields:
            self.fields[name].widget.attrs["autofocus"] = True


class SecondPersonEntry(Entry):
    """The second person signs in in place."""

    email = forms.CharField(label=_("E-mail of the second person"), max_length=254, widget=forms.EmailInput)
    password = forms.CharField(label=_("Password"), max_length=200, strip=False, widget=forms.PasswordInput)
    code = forms.CharField(label=_("Second-factor code"), max_length=32)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kind in (("email", "off"), ("password", "off"), ("code", "one-time-code")):
            self.fields[name].widget.attrs["autocomplete"] = kind
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class HoldEntry(Entry):
    cause = forms.ChoiceField(label=_("Cause"), choices=Hold.Cause.choices)
    text = forms.CharField(label=_("What happened"), max_length=400)


class DecisionEntry(forms.Form):
    decision = forms.ChoiceField(label=_("Decision"), choices=Hold.Decision.choices)
    text = forms.CharField(label=_("Why"), max_length=400)
