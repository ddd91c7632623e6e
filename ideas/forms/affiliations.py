"""Parsing of what people write to an organisation of theirs, of answers to it, and of units."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ideas.actions.affiliations import MAX_NOTE_CHARS
from ideas.forms.typed import text_field
from ideas.models import Organisation


class WorkHereForm(forms.Form):
    """A short note to who knows."""

    note = text_field(
        _("What you do there"),
        MAX_NOTE_CHARS,
        help_text=_("So that whoever looks after the organisation knows you: your department, who hired you."),
    )


class AnswerForm(forms.Form):
    reason = text_field(_("Reason"), MAX_NOTE_CHARS, help_text=_("Who asked reads it."))


class UnitForm(forms.Form):
    """Which organisation becomes a unit."""

    unit = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))

    def __init__(self, *args: Any, units: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = units
