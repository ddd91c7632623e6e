"""The form in which an idea is written, and the small one of its state: HTML parsing only."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas.choices import IdeaState, IprStatus, Language, Level, Nature, Scheme, Visibility
from ideas.forms.typed import PeopleField, ShownForm, TypedText, date_field, names_of, text_field, with_blank
from ideas.models import Call, Deadline, Idea, Member
from ideas.models.ideas import LONG
from ideas.queries.calls import choosable, in_time_order
from ideas.queries.members import organisations_of
from ideas.queries.taxonomy import all_kets, chains_in_use, terms

TITLE_CALL_CHARS = 70
# The steps taken by hand; another idea is needed for a merge.
STEPS = (
    IdeaState.OPEN,
    IdeaState.NEEDS_INFO,
    IdeaState.PREPARING,
    IdeaState.SUBMITTED,
    IdeaState.FUNDED,
    IdeaState.NOT_FUNDED,
    IdeaState.PARKED,
    IdeaState.WITHDRAWN,
)
TEXTS = ("problem", "approach", "expected_result", "advantage")
PICKED = ("value_chain", "s3_area", "call", "deadline", "organisation")
PICKED_MANY = ("other_chains", "kets")
PEOPLE = ("authors", "invited")


_levels = with_blank((str(level), f"TRL {level}") for level in range(1, 10))


class IdeaForm(ShownForm):
    """All that an author writes of an idea. `content()` is what `actions.ideas` takes.

    Only a title and a value chain are required: the rest may come later. `initial_of` fills it from an idea.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200, help_text=gettext_lazy("What the project will do, in one line.")
    )
    acronym = forms.CharField(label=gettext_lazy("Acronym"), max_length=30, required=False)
    teaser = text_field(
        gettext_lazy("Teaser"),
        400,
        help_text=gettext_lazy("Two or three sentences that make a partner want to read on. Needed to open the idea."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the text"), choices=Language.choices, widget=forms.RadioSelect
    )

    problem = text_field(
        gettext_lazy("Problem"),
        LONG,
        6,
        help_text=gettext_lazy("Who has it, how large it is, why now. Needed to open the idea."),
    )
    approach = text_field(
        gettext_lazy("Approach"),
        LONG,
        6,
        help_text=gettext_lazy("What you want to do, and how. Needed to open the idea."),
    )
    expected_result = text_field(
        gettext_lazy("Expected result"), LONG, 4, help_text=gettext_lazy("What will exist at the end, and for whom.")
    )
    advantage = text_field(
        gettext_lazy("State of the art and advantage"),
        LONG,
        4,
        help_text=gettext_lazy("What exists today, and what this does better."),
    )
    trl_now = forms.TypedChoiceField(
        label=gettext_lazy("TRL now"), choices=_levels, coerce=int, empty_value=None, required=False
    )
    trl_target = forms.TypedChoiceField(
        label=gettext_lazy("TRL at the end"), choices=_levels, coerce=int, empty_value=None, required=False
    )
    ipr_status = forms.ChoiceField(
        label=gettext_lazy("Protection of results"), choices=with_blank(IprStatus.choices), required=False
    )

    value_chain = forms.ChoiceField(label=gettext_lazy("Value chain"), help_text=gettext_lazy("The one it fits best."))
    other_chains = forms.MultipleChoiceField(
        label=gettext_lazy("Other value chains"), required=False, widget=forms.CheckboxSelectMultiple
    )
    kets = forms.MultipleChoiceField(
        label=gettext_lazy("Key enabling technologies"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Those that the project develops, not all that it uses."),
    )
    s3_area = forms.ChoiceField(label=gettext_lazy("Smart specialisation area"), required=False)
    nature = forms.ChoiceField(label=gettext_lazy("Nature"), choices=with_blank(Nature.choices), required=False)
    keywords = forms.CharField(
        label=gettext_lazy("Keywords"), max_length=300, required=False, help_text=gettext_lazy("Between commas.")
    )
    is_open = forms.BooleanField(
        label=gettext_lazy("Open"), required=False, help_text=gettext_lazy("Open innovation: results will be shared.")
    )
    is_disruptive = forms.BooleanField(
        label=gettext_lazy("Disruptive"),
        required=False,
        help_text=gettext_lazy("It would change how things are done, with the risk that goes with it."),
    )

    call = forms.ChoiceField(
        label=gettext_lazy("Target call"),
        required=False,
        help_text=gettext_lazy("Calls that are not closed, the next to close first."),
    )
    deadline = forms.ChoiceField(
        label=gettext_lazy("Deadline"),
        required=False,
        help_text=gettext_lazy("Only where the call has several; otherwise its next one holds."),
    )
    duration_months = forms.IntegerField(
        label=gettext_lazy("Duration in months"), min_value=1, max_value=240, required=False
    )
    budget_eur = forms.IntegerField(
        label=gettext_lazy("Indicative budget in euros"), min_value=0, max_value=2_000_000_000, required=False
    )
    organisation = forms.ChoiceField(label=gettext_lazy("Proposing organisation"), required=False)
    authors = PeopleField(
        label=gettext_lazy("Co-authors"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Names or addresses of members, one a line. They may edit everything, and are told."),
    )

    geography = forms.CharField(
        label=gettext_lazy("Where partners are sought"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For example: Emilia-Romagna, or two more EU countries."),
    )
    interest_until = date_field(gettext_lazy("Expressions of interest until"))
    valid_until = date_field(
        gettext_lazy("Valid until"), help_text=gettext_lazy("When the idea will be out of date if nobody renews it.")
    )

    visibility = forms.ChoiceField(
        label=gettext_lazy("Who may see it"),
        choices=Visibility.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("A draft is seen by its authors alone, whatever you choose here."),
    )
    public_teaser = forms.BooleanField(
        label=gettext_lazy("Public teaser"),
        required=False,
        help_text=gettext_lazy("Visitors see title, teaser and tags, and nothing else. Never for a private idea."),
    )
    invited = PeopleField(
        label=gettext_lazy("People invited to read"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Names or addresses of members, one a line. They see the idea when others can't."),
    )

    def __init__(self, *args: Any, by: Member, at: datetime, idea: Idea | None = None, **options: Any) -> None:
        options["initial"] = {**initial_of(idea, by), **options.get("initial", {})}
        super().__init__(*args, **options)
        chains = list(chains_in_use())
        kept_chains = [idea.value_chain, *idea.other_chains.all()] if idea else []
        chains += [chain for chain in kept_chains if chain not in chains]
        kept_kets = set(idea.kets.all()) if idea else set()
        # One that closed while its idea was written is named still: it is the action that refuses it.
        kept_call = _as_id(self.data.get("call")) or _as_id(self.initial.get("call"))
        calls = list(choosable(at, keep=kept_call or (idea.call_id if idea else None)).prefetch_related("deadlines"))
        organisations = list(organisations_of(by))
        if idea and idea.organisation and idea.organisation not in organisations:
            organisations.append(idea.organisation)
        self.things: dict[str, dict[str, Model]] = {
            "value_chain": _by_id(chains),
            "other_chains": _by_id(chains),
            "kets": _by_id(term for term in all_kets() if not term.retired or term in kept_kets),
            "s3_area": _by_id(terms(Scheme.S3)),
            "call": _by_id(calls),
            "deadline": _by_id(deadline for call in calls for deadline in _closings(call)),
            "organisation": _by_id(organisations),
        }
        # A call's only closing is chosen by itself.
        if self.initial.get("deadline") not in self.things["deadline"]:
            self.initial["deadline"] = ""
        for name in ("value_chain", "s3_area", "organisation"):
            self._offer(name, with_blank((key, str(thing)) for key, thing in self.things[name].items()))
        for name in PICKED_MANY:
            self._offer(name, [(key, str(thing)) for key, thing in self.things[name].items()])
        self._offer("call", [("", _("None yet")), *_grouped(calls)])
        self._offer("deadline", [("", _("The next one")), *_deadlines(calls)])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def content(self) -> dict[str, Any]:
        """Give what was typed, by names of `actions.ideas.CONTENT`: rows for choices, members for addresses."""
        content = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        for name in PICKED:
            content[name] = self.things[name].get(content[name])
        for name in PICKED_MANY:
            content[name] = [self.things[name][key] for key in content[name]]
        return content


class StateForm(forms.Form):
    """A step of the lifecycle, with its reason."""

    state = forms.ChoiceField(choices=[(state, state.label) for state in STEPS])
    reason = TypedText(required=False, max_length=1_000)


class RenewForm(forms.Form):
    """Until when an idea goes on."""

    until = date_field(gettext_lazy("Valid until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].required = True


def initial_of(idea: Idea | None, by: Member) -> dict[str, Any]:
    """The form's values for an idea, or for a new one by this member."""
    if idea is None:
        return {"language": by.language, "visibility": Visibility.MEMBERS, **_own_organisation(by)}
    plain = (
        "version", "title", "acronym", "teaser", "language", *TEXTS, "trl_now", "trl_target", "ipr_status", "nature",
        "keywords", "is_open", "is_disruptive", "duration_months", "budget_eur", "geography", "interest_until",
        "valid_until", "visibility", "public_teaser",
    )  # fmt: skip
    values: dict[str, Any] = {name: getattr(idea, name) for name in plain}
    for name in PICKED:
        values[name] = str(getattr(idea, f"{name}_id") or "")
    for name in PICKED_MANY:
        values[name] = [str(thing.pk) for thing in getattr(idea, name).all()]
    authors = [author for author in idea.authors.all() if author.pk != idea.created_by_id]
    values["authors"], values["invited"] = names_of(authors), names_of(idea.invited.all())
    return values


def _own_organisation(by: Member) -> dict[str, str]:
    own = list(organisations_of(by)[:2])
    return {"organisation": str(own[0].pk)} if len(own) == 1 else {}


def _as_id(typed: Any) -> int | None:
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _by_id(things: Iterable[Model]) -> dict[str, Any]:
    return {str(thing.pk): thing for thing in things}


def _closings(call: Call) -> list[Deadline]:
    """A call's closings where there is a choice between them."""
    closings = [deadline for deadline in in_time_order(call) if deadline.is_closing]
    return closings if len(closings) > 1 else []


def _grouped(calls: list[Call]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for level, label in Level.choices:
        group = [(str(call.pk), _call_label(call)) for call in calls if call.level == level]
        if group:
            yield str(label), group


def _call_label(call: Call) -> str:
    title = Truncator(call.title).chars(TITLE_CALL_CHARS)
    if call.closes_at is None:
        return f"{call.identifier} · {title}"
    day = date_format(timezone.localtime(call.closes_at), "SHORT_DATE_FORMAT")
    return f"{call.identifier} · {day} · {title}"


def _deadlines(calls: list[Call]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for call in calls:
        group = [
            (str(deadline.pk), f"{deadline.get_kind_display()} · {date_format(deadline.local, 'DATETIME_FORMAT')}")
            for deadline in _closings(call)
        ]
        if group:
            yield call.identifier, group
