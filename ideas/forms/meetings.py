"""Parsing of what is planned and pressed in meetings; what is allowed is the actions' business."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.actions.decisions import MAX_TEXT_CHARS
from ideas.actions.meeting_room import MAX_HALVES, MAX_NOTE_CHARS, MAX_TIMER_MINUTES
from ideas.actions.meetings import MAX_TITLE_CHARS
from ideas.choices import Outcome
from ideas.models import Idea, Meeting, Member
from ideas.queries.meetings import addable_to, who_came

FAR = 1_000_000
# Ids beyond this are none of ours; the database couldn't even compare some of them.
MOST_ID = 10**18
DAY_AND_HOUR = "%Y-%m-%dT%H:%M"


class MeetingForm(forms.Form):
    """Title, and when: on the reader's clock."""

    title = forms.CharField(label=_("Title"), max_length=MAX_TITLE_CHARS)
    starts_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=DAY_AND_HOUR),
        help_text=_("On your clock. The meeting begins when somebody presses so."),
    )


class PressForm(forms.Form):
    """A press, and the version of the meeting that the presser saw."""

    version = forms.IntegerField(min_value=0, max_value=FAR)


class EditForm(MeetingForm, PressForm):
    """A planned meeting's title and time, as they were when somebody began to change them."""

    version = forms.IntegerField(min_value=0, max_value=FAR, widget=forms.HiddenInput)


class PlaceForm(PressForm):
    position = forms.IntegerField(min_value=1, max_value=FAR)


class TurnForm(PressForm):
    """On or back by one, or to an item by its id."""

    step = forms.IntegerField(min_value=-1, max_value=1, required=False)
    to = forms.IntegerField(min_value=1, max_value=MOST_ID, required=False)


class MarkForm(forms.Form):
    """A mark in halves: 7 is 3.5."""

    halves = forms.IntegerField(min_value=0, max_value=MAX_HALVES)


class TimerForm(PressForm):
    minutes = forms.IntegerField(min_value=0, max_value=MAX_TIMER_MINUTES)


class PassForm(PressForm):
    """To whom of those who came."""

    to = forms.ModelChoiceField(Member.objects.none(), label=_("To"))

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["to"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = who_came(meeting).exclude(pk=meeting.facilitator_id)


class DecideForm(PressForm):
    """What the meeting decides of its idea; `staged` is the version of what was decided before (0: nothing)."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=Outcome.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Text to the authors"),
        required=False,
        max_length=MAX_TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("They read it when the decisions are published. It can still be changed until then."),
    )
    staged = forms.IntegerField(min_value=0, max_value=FAR, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, max_value=FAR, widget=forms.HiddenInput)


class NoteForm(forms.Form):
    """A line for the minutes: of the idea of which was spoken when it was begun, or of the whole."""

    body = forms.CharField(
        label=_("A line for the minutes"),
        max_length=MAX_NOTE_CHARS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input"}),
    )
    item = forms.IntegerField(min_value=1, max_value=MOST_ID, required=False, widget=forms.HiddenInput)
    client_id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class AddForm(forms.Form):
    """An idea that came onto the list after the agenda was made."""

    idea = forms.ModelChoiceField(Idea.objects.none(), label=_("Idea"))

    def __init__(self, *args: Any, meeting: Meeting, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ideas = self.fields["idea"]
        assert isinstance(ideas, forms.ModelChoiceField)
        ideas.queryset = addable_to(meeting, by)
