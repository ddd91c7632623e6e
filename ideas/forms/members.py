"""Forms of people: signing in, passwords, invitations, profiles."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account import forms as accounts
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ideas.choices import AffiliationRole, Language
from ideas.models import Member, Organisation
from ideas.queries.members import administered_by
from ideas.queries.organisations import all_organisations
from ideas.queries.taxonomy import chains_in_use

# The zones that people live in: "Europe/Rome", not "Etc/GMT+3" or "EST".
REGIONS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
ZONES = [*sorted(zone for zone in available_timezones() if zone.startswith(REGIONS)), "UTC"]


def _label(form: forms.BaseForm, **labels: Any) -> None:
    """Our words on allauth's fields: a label above, and no placeholder that repeats it."""
    for name, label in labels.items():
        field = form.fields[name]
        field.label, field.help_text = label, ""
        field.widget.attrs.pop("placeholder", None)


def _explain(form: forms.BaseForm, name: str) -> None:
    form.fields[name].help_text = " ".join(password_validators_help_texts())


class SignInForm(accounts.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, login=_("E-mail"), password=_("Password"))


class PasswordForm(accounts.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, oldpassword=_("Present password"), password1=_("New password"), password2=_("New password again"))
        _explain(self, "password1")


class ResetForm(accounts.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, email=_("E-mail"))


class NewPasswordForm(accounts.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, password1=_("New password"), password2=_("New password again"))
        _explain(self, "password1")


class InvitationForm(forms.Form):
    """Whom to invite, and to where. Cluster staff choose any organisation or none; administrators one of theirs."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none())
    role = forms.ChoiceField(
        label=_("Role in the organisation"),
        choices=AffiliationRole.choices,
        initial=AffiliationRole.MEMBER,
        help_text=_("Administrators authorise requests to join, and invite colleagues."),
    )

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = all_organisations() if by.is_staff else administered_by(by)
        field.required = not by.is_staff
        if by.is_staff:
            field.empty_label = _("None: cluster staff, guests")


class AcceptanceForm(forms.Form):
    """Who comes in. The e-mail is the invitation's, and isn't asked."""

    name = forms.CharField(label=_("Name and surname"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        _explain(self, "password")


class ChainsField(forms.ModelMultipleChoiceField):
    """Value chains by their ids; a number longer than the database's is no choice, instead of an error."""

    def clean(self, value: Any) -> Any:
        if any(len(str(number)) > 18 for number in value or ()):
            raise ValidationError(self.error_messages["invalid_pk_value"], params={"pk": "…"})
        return super().clean(value)


class ProfileForm(forms.Form):
    """A member's own page: names of `actions.members.PROFILE`, and the value chains in which they enrol."""

    name = forms.CharField(label=_("Name and surname"), max_length=120)
    job_title = forms.CharField(label=_("What you do"), max_length=120, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in ZONES],
        help_text=_("Deadlines are shown on this clock, and on the funder's where it differs."),
    )
    value_chains = ChainsField(
        label=_("Value chains"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You see the ideas that are shown to the members of these value chains."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chains = self.fields["value_chains"]
        assert isinstance(chains, forms.ModelMultipleChoiceField)
        chains.queryset = chains_in_use()
