"""Parsing of what leads decide; what is allowed is the actions' business."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.actions.decisions import MAX_TEXT_CHARS
from ideas.choices import Outcome
from ideas.forms.shortlists import FAR


class DecisionForm(forms.Form):
    """What is decided of an entry, the words for its authors, and the version of what was staged before (0: nothing).

    `preview` is typed in by the button that asks to see it first.
    """

    outcome = forms.ChoiceField(label=_("Decision"), choices=Outcome.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Text to the authors"),
        required=False,
        max_length=MAX_TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    version = forms.IntegerField(min_value=0, max_value=FAR, widget=forms.HiddenInput)

    @property
    def decided(self) -> dict[str, Any]:
        """What is decided, without the version."""
        return {"outcome": self.cleaned_data["outcome"], "text": self.cleaned_data["text"]}


class VersionForm(forms.Form):
    """The version of the staged decision that is to be withdrawn."""

    version = forms.IntegerField(min_value=0, max_value=FAR)


class PublishForm(forms.Form):
    """How a list is published."""

    public_teaser = forms.BooleanField(
        label=_("Visitors may read it, too"),
        required=False,
        help_text=_("Its title, value chain and call, and those of its ideas that have a public teaser. Nothing else."),
    )
