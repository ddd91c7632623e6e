"""Parsing of what people write on shortlists; what is allowed is the actions' business."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from ideas.models import Call, Idea, Member, Shortlist, ValueChain
from ideas.queries.calls import choosable
from ideas.queries.shortlists import curated_chains, open_shortlists_for

MAX_RATIONALE_CHARS = 2_000
MAX_PURPOSE_CHARS = 1_000
MAX_TAGS_CHARS = 300
FAR = 1_000_000


class CallField(forms.ModelChoiceField):
    """A call by its identifier and the beginning of its title."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.identifier} · {Truncator(obj.title).chars(60)}"


class ShortlistForm(forms.Form):
    """A new list: only for value chains that the member leads, and calls that aren't closed."""

    title = forms.CharField(label=_("Title"), max_length=200)
    value_chain = forms.ModelChoiceField(ValueChain.objects.none(), label=_("Value chain"))
    call = CallField(Call.objects.none(), label=_("Call"), required=False, empty_label=_("None"))
    purpose = forms.CharField(
        label=_("Purpose"),
        required=False,
        max_length=MAX_PURPOSE_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the list is for: a call, a meeting of the board, an event."),
    )

    def __init__(self, *args: Any, by: Member, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chains, calls = self.fields["value_chain"], self.fields["call"]
        assert isinstance(chains, forms.ModelChoiceField)
        assert isinstance(calls, forms.ModelChoiceField)
        chains.queryset = curated_chains(by)
        calls.queryset = choosable(at)


class TagsField(forms.CharField):
    """Short labels between commas; as typed while they are shown, a list once they are read."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [tag for tag in super().clean(value).split(",") if tag.strip()]


class RationaleForm(forms.Form):
    """Why an idea is on a list, and the leads' own labels for it."""

    rationale = forms.CharField(
        label=_("Why it is here"),
        required=False,
        max_length=MAX_RATIONALE_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tags = TagsField(
        label=_("Labels"),
        required=False,
        max_length=MAX_TAGS_CHARS,
        help_text=_("Short words of your own, with commas between them: five at the most."),
    )


class MoveForm(forms.Form):
    """The place where an entry shall stand, and the version of the list on which the reader decided it."""

    position = forms.IntegerField(min_value=1, max_value=FAR)
    version = forms.IntegerField(min_value=0)


class AddForm(RationaleForm):
    """Which of the lists that lack the idea, and why."""

    shortlist = forms.ModelChoiceField(
        Shortlist.objects.none(),
        label=_("Shortlist"),
        error_messages={"invalid_choice": _("This list can't take the idea: it has it already, or was published.")},
    )
    field_order = ["shortlist", "rationale", "tags"]

    def __init__(self, *args: Any, by: Member, idea: Idea, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = self.fields["shortlist"]
        assert isinstance(lists, forms.ModelChoiceField)
        lists.queryset = open_shortlists_for(by, idea)
