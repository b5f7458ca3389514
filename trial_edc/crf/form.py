"""The entry form: an ordinary Django form with its layout, built from a `FormSpec`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.template.loader import render_to_string

from trial_edc.crf.parse import EntryContext, choices
from trial_edc.crf.spec import FormSpec, ItemSpec

ROW_TEMPLATE = "crf/_field.html"
GROUP_TEMPLATE = "crf/_group.html"
SHORT_GROUP = 6
"""From so many lines on, a part of a form whose controls are all short is laid out in two columns."""


class FieldRow(LayoutObject):
    """One line of the form, drawn by `crf/_field.html` from the field's view (`f`)."""

    def __init__(self, address: str) -> None:
        self.address = address

    def render(self, form: Any, context: Any, template_pack: Any = None, **kwargs: Any) -> str:
        view = form.views[self.address]
        form.rendered_fields.add(view.name)
        return render_to_string(ROW_TEMPLATE, {"f": view})


class Group(LayoutObject):
    """A section of the form: its title, its lines, its side facts under "More"."""

    def __init__(self, title: Any, lines: list[FieldRow], details: list[FieldRow]) -> None:
        self.title, self.lines, self.details = title, lines, details

    def render(self, form: Any, context: Any, template_pack: Any = None, **kwargs: Any) -> str:
        own = [form.views[line.address] for line in self.lines if line.address in form.views]
        side = [form.views[line.address] for line in self.details if line.address in form.views]
        shown = {
            "is_open": any(view.message or view.was for view in side),
            "title": self.title,
            "is_short": len(own) >= SHORT_GROUP and all(view.is_short for view in own),
            "lines": [line.render(form, context) for line in self.lines if line.address in form.views],
            "details": [line.render(form, context) for line in self.details if line.address in form.views],
        }
        return render_to_string(GROUP_TEMPLATE, shown)


class EntryForm(forms.Form):
    """Boxes of one form as text; what they mean is decided by `entry.bind`, whose sentences it shows.

    Args:
        spec: the form. views: address -> what `crf/_field.html` shows of it; an item without a view is
        left out.
        errors: address -> why it cannot be right. context: for codelists that are data.
    """

    def __init__(
        self,
        spec: FormSpec,
        data: Mapping[str, str] | None = None,
        *,
        context: EntryContext,
        views: Mapping[str, Any] | None = None,
        errors: Mapping[str, str] | None = None,
        initial: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data=data, initial=dict(initial or {}), use_required_attribute=False)
        self.spec, self.views, self.held = spec, views or {}, errors or {}
        self.fields.update({one.name: entry_field(one, context) for one in spec if not (one.row and one.is_beside)})
        self.rendered_fields: set[str] = set()
        self.helper = entry_helper(spec)

    def clean(self) -> dict[str, Any]:
        """Put the sentences of what cannot be right at their boxes."""
        for address, sentence in self.held.items():
            self.add_error(self.spec[address].name, sentence)
        return self.cleaned_data


def entry_helper(spec: FormSpec) -> FormHelper:
    """Crispy helper with the sections of the form; the page writes the form tag and the buttons."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.include_media = False
    helper.layout = Layout(
        *(
            Group(
                section.title,
                [FieldRow(one.address) for one in section.lines],
                [FieldRow(one.address) for one in section.details],
            )
            for section in spec.sections
        )
    )
    return helper


def entry_field(spec: ItemSpec, context: EntryContext) -> forms.Field:
    """The Django field of one item: never required, always text, with a widget that fits its kind."""
    offered = [("", "---------"), *choices(spec, context)]
    widget: forms.Widget
    if spec.kind in ("longtext", "repeat"):
        widget = forms.Textarea(attrs={"rows": 3})
    elif spec.kind == "code" and len(offered) <= 8:
        widget = forms.RadioSelect(choices=offered[1:])
    elif spec.kind == "code" and not spec.item.search:
        widget = forms.Select(choices=offered)
    elif spec.kind == "multi":
        widget = forms.CheckboxSelectMultiple(choices=offered[1:])
    else:
        numeric = {"inputmode": "decimal"} if spec.kind in ("number", "integer") else {}
        widget = forms.TextInput(attrs={"autocomplete": "off", **numeric})
    field = forms.CharField(
        label=spec.label, required=False, disabled=not spec.is_asked, widget=widget, help_text=spec.item.help
    )
    field.unit = spec.units[0].code if spec.units else ""  # type: ignore[attr-defined]
    return field
