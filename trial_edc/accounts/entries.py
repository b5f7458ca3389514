"""Forms of the account pages. They validate what was typed and nothing else."""

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from .models import Site, User
from .roles import ROLE_LABELS, TASK_LABELS, Task, roles_of_study

CLASSES = {forms.CheckboxInput: "form-check-input", forms.Select: "form-select"}


class Entry(forms.Form):
    """A form whose widgets carry the class names of the style sheet."""

    required_css_class = "required"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        dress(self)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, also when it is empty; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def dress(entry: forms.BaseForm) -> None:
    for field in entry.fields.values():
        if isinstance(field.widget, forms.RadioSelect):
            continue
        field.widget.attrs.setdefault("class", CLASSES.get(type(field.widget), "form-control"))


def date_field(label, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"placeholder": "2026-03-05", "autocomplete": "off"}, format="%Y-%m-%d")
    formats = ["%Y-%m-%d", "%d-%b-%Y", "%Y%m%d"]
    wrong = {"invalid": _("Enter a date such as 2026-03-05.")}
    return forms.DateField(label=label, required=required, widget=widget, input_formats=formats, error_messages=wrong)


def reason_field() -> forms.CharField:
    return forms.CharField(label=_("Reason"), min_length=5, max_length=200)


def code_field(**attrs) -> forms.CharField:
    shown = {"autocomplete": "one-time-code", "inputmode": "numeric", **attrs}
    return forms.CharField(label=_("6-digit code"), max_length=32, widget=forms.TextInput(attrs=shown))


def password_field(label, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "data-show-toggle": _("Show password")})
    return forms.CharField(label=label, strip=False, max_length=1_000, widget=widget)


class SignInEntry(Entry):
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = password_field(_("Password"), "current-password")
    code = code_field()
    recovery = forms.CharField(
        label=_("Recovery code"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].required = not (self.data.get("recovery") or "").strip()

    @property
    def second_factor(self) -> str:
        """The code typed, or the recovery code used in its place."""
        return self.cleaned_data["code"] or self.cleaned_data["recovery"]


class NewPasswordEntry(Entry):
    """A password chosen by its owner; shown on demand, so it is asked once."""

    new_password = password_field(_("New password"), "new-password")

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new_password(self) -> str:
        typed = self.cleaned_data["new_password"]
        validate_password(typed, self.user)
        return typed


class ChangePasswordEntry(NewPasswordEntry):
    current_password = password_field(_("Current password"), "current-password")
    field_order = ["current_password", "new_password"]


class CodeEntry(Entry):
    code = code_field(autofocus=True)


class TermsEntry(Entry):
    accept = forms.BooleanField(
        label=_("I accept these terms"),
        error_messages={"required": _("Accept the terms to go on, or sign out.")},
    )


class PreferencesEntry(Entry):
    density = forms.ChoiceField(label=_("Density"), choices=User.Density.choices, required=False)
    single_keys = forms.BooleanField(label=_("Single-key shortcuts"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the browser asks")), *settings.LANGUAGES]
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]


class InviteEntry(Entry):
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    full_name = forms.CharField(label=_("Full name"), max_length=120)
    organisation = forms.CharField(label=_("Organisation"), max_length=120)
    trained_on = date_field(_("Trained on"))
    identity_checked_on = date_field(_("Identity checked on (optional)"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, ROLE_LABELS[role]) for role in roles_of_study()])
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("All sites")
    )
    starts_on = date_field(_("From (optional, today when empty)"), required=False)
    ends_on = date_field(_("Until (optional)"), required=False)
    approved_by = forms.ModelChoiceField(label=_("Approved by"), queryset=User.objects.none(), required=False)
    reason = reason_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = Site.objects.filter(is_active=True)
        self.fields["approved_by"].queryset = User.objects.filter(is_active=True, is_service=False)


class RoleEntry(InviteEntry):
    """The part of an invitation that gives a role, for a person who is there already."""

    email = full_name = organisation = trained_on = identity_checked_on = None


class TrainingEntry(Entry):
    trained_on = date_field(_("Trained on"))
    identity_checked_on = date_field(_("Identity checked on (optional)"), required=False)
    reason = reason_field()


class ReasonEntry(Entry):
    reason = reason_field()


class SiteEntry(forms.ModelForm):
    reason = reason_field()

    class Meta:
        model = Site
        fields = ["code", "name", "time_zone", "country", "date_order", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]
        dress(self)


class DelegationEntry(Entry):
    person = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    task = forms.ChoiceField(label=_("Task"), choices=[(task.value, TASK_LABELS[task]) for task in Task])
    starts_on = date_field(_("From"))
    ends_on = date_field(_("Until (optional)"), required=False)
    reason = reason_field()

    def __init__(self, *args, site: Site, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.filter(assignments__site=site, assignments__ended_at=None, is_active=True)
        self.fields["person"].queryset = people.distinct()
