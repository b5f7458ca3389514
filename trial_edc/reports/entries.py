"""The request for a report, as posted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .kinds import Kind

WRONG_CHOICE = _("Choose one of the offered values.")


class RequestEntry(forms.Form):
    """The choices of one kind of report; an empty one takes its default. What it is about is asked elsewhere."""

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix=None, auto_id=f"{kind.code}-%s", **kwargs)
        self.choices = kind.all_choices()
        for name, label, options in self.choices:
            self.fields[name] = self._choice(label, options)
        if len(settings.LANGUAGES) > 1:
            self.fields["language"] = self._choice(_("Language"), settings.LANGUAGES)
        self._defaults = {name: options[0][0] for name, _label, options in self.choices}

    def _choice(self, label: Any, options: Any) -> forms.ChoiceField:
        return forms.ChoiceField(
            label=label,
            choices=options,
            required=False,
            widget=forms.Select(attrs={"class": "fc"}),
            error_messages={"invalid_choice": WRONG_CHOICE},
        )

    def parameters(self) -> dict[str, str]:
        """What was chosen, defaults filled in. Call it on a valid entry."""
        defaults = {**self._defaults, "language": settings.LANGUAGE_CODE}
        return {name: self.cleaned_data.get(name) or value for name, value in defaults.items()}
