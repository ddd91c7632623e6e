"""Parsing of what people write to an organisation of theirs, of answers to it, and of units."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ideas.actions.affiliations import MAX_NOTE_CHARS
from ideas.forms.typed import text_field
from ideas.models import Organisation

ADDRESS = re.compile(r"/organisations/([\w-]+)", re.ASCII)


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
    """Which organisation becomes a unit, by its name or its address; `units`: those that may."""

    unit = forms.CharField(
        label=_("Organisation"), help_text=_("Its name as in the directory, or its address."), max_length=500
    )

    def __init__(self, *args: Any, units: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._units = units
        self.fields["unit"].widget.attrs |= {"list": "units-to-add", "autocomplete": "off"}

    def clean_unit(self) -> Organisation:
        typed = self.cleaned_data["unit"]
        address = ADDRESS.search(typed)
        named = Q(slug=address[1]) if address else Q(name__iexact=typed) | Q(short_name__iexact=typed)
        found = list(self._units.filter(named)[:2])
        if len(found) > 1:
            raise ValidationError(gettext("Several organisations are called so: write the address of one."))
        if not found:
            raise ValidationError(gettext("There is no such organisation, or cluster staff must make it a unit."))
        return found[0]
