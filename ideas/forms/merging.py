"""Parsing of a proposal to merge, of an answer to one, and of the day until which an idea is renewed."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas.actions.merging import MAX_REASON_CHARS
from ideas.forms.typed import text_field
from ideas.models import Idea

REFERENCE = re.compile(r"JVL-\d{4}-\d{4,9}", re.ASCII | re.IGNORECASE)
SHARE = gettext_lazy("Make me an author of the other idea")


class ProposeForm(forms.Form):
    """Into which idea, and why. `ideas`: those that the member sees; any other one is unknown."""

    into = forms.CharField(
        label=gettext_lazy("The idea into which it goes"),
        help_text=gettext_lazy("Its number (JVL-2026-0042) or its address."),
        max_length=500,
    )
    reason = text_field(gettext_lazy("Why they belong together"), MAX_REASON_CHARS)
    joins = forms.BooleanField(label=SHARE, required=False, initial=True)

    def __init__(self, *args: Any, ideas: QuerySet[Idea], is_author: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ideas = ideas
        self.fields["into"].widget.attrs |= {"list": "ideas-to-merge-into", "autocomplete": "off"}
        if not is_author:
            del self.fields["joins"]

    def clean_into(self) -> Idea:
        named = REFERENCE.search(self.cleaned_data["into"])
        found = self._ideas.filter(reference=named[0].upper()).first() if named else None
        if found is None:
            raise ValidationError(_("There is no such idea, or it isn't shared with you."))
        return found


class ConsentForm(forms.Form):
    joins = forms.BooleanField(label=SHARE, required=False, initial=True)


class EndForm(forms.Form):
    answer = text_field(gettext_lazy("Reason"), MAX_REASON_CHARS)
