"""What to follow, how long before a deadline to be reminded, and how often to be mailed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ideas.choices import LEAD_DAYS, MailCategory, MailFrequency, Scheme
from ideas.models import Call, Member, Term, ValueChain
from ideas.rules.mails import frequency_of

LEADS = {30: _("30 days"), 14: _("14 days"), 7: _("7 days"), 2: _("2 days"), 1: _("24 hours")}
LEAD_CHOICES = [(str(days), LEADS[days]) for days in LEAD_DAYS]


class LeadDaysField(forms.TypedMultipleChoiceField):
    """Some of the lead times, or none: silence."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=LEAD_CHOICES, coerce=int, required=False, widget=forms.CheckboxSelectMultiple, **kwargs
        )


class FollowForm(forms.Form):
    """One thing to follow, by its name in addresses: a call's slug, a programme, the code of a value chain or KET."""

    call = forms.ModelChoiceField(Call.objects.all(), to_field_name="slug", required=False)
    programme = forms.CharField(max_length=120, required=False)
    value_chain = forms.ModelChoiceField(ValueChain.objects.all(), to_field_name="code", required=False)
    ket = forms.ModelChoiceField(
        Term.objects.filter(scheme__in=[Scheme.KET_2018, Scheme.KET_2009]), to_field_name="code", required=False
    )


class ChoicesForm(forms.Form):
    """In general: the lead times, and a frequency of mail for each category (fields `mail_…`)."""

    lead_days = LeadDaysField(
        label=_("Remind me before a deadline"),
        help_text=_("Days count on the call's own clock; 24 hours are 24 hours. None: no reminders."),
    )

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"lead_days": [str(days) for days in by.lead_days]}
        self.initial |= {f"mail_{category}": frequency_of(by, category) for category in MailCategory.values}
        for category, label in MailCategory.choices:
            self.fields[f"mail_{category}"] = forms.ChoiceField(label=label, choices=MailFrequency.choices)
        self.fields[f"mail_{MailCategory.DEADLINES}"].help_text = _(
            "By mail; daily and weekly mail comes at seven in the morning on your clock, weekly mail on Mondays. "
            "A reminder that would come after the deadline is sent at once."
        )

    @property
    def mail(self) -> dict[str, str]:
        """The frequencies by category, once the form is valid."""
        return {category: self.cleaned_data[f"mail_{category}"] for category in MailCategory.values}


class CallRemindersForm(forms.Form):
    """For one call: as in general, or lead times of its own."""

    own = forms.ChoiceField(
        label=_("Reminders of this call"),
        choices=[("", _("As I chose in general")), ("1", pgettext_lazy("reminders", "For this call:"))],
        widget=forms.RadioSelect,
        required=False,
    )
    lead_days = LeadDaysField(label=_("Remind me before"), help_text=_("None: silence."))

    @property
    def chosen(self) -> list[int] | None:
        """The lead times for the action: None is as in general."""
        return self.cleaned_data["lead_days"] if self.cleaned_data["own"] else None
