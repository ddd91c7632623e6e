"""What a reader asks of the calls, read from the address; and the form in which staff write one."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas.actions.calls import FIELDS, TAGS, state_of
from ideas.choices import CallStatus, Language, Level
from ideas.forms.deadlines import QuietForm
from ideas.forms.filters import chosen, searched
from ideas.forms.typed import ShownForm, TypedText
from ideas.models import Call, Candidate, Member
from ideas.queries.calls import CLOSING_DAYS, CallFilters
from ideas.queries.catalogue import BUDGETS, TRLS
from ideas.queries.taxonomy import chains_in_use, kets_in_use

# Groups of three between points, commas, blanks or apostrophes; cents behind the last mark.
_AMOUNT = re.compile(r"(\d{1,12}|\d{1,3}(?:[., ’'\u00a0]\d{3}){1,4})(?:[.,](\d{1,2}))?", re.ASCII)
SUMMARY_CHARS = 10_000


def read_call_filters(params: QueryDict) -> CallFilters:
    """Turn the address into filters. Levels, statuses and numbers of days that don't exist are left out."""
    days = params.get("days", "")
    return CallFilters(
        level=chosen(params, "level", Level.values),
        programme=chosen(params, "programme"),
        value_chain=chosen(params, "value_chain"),
        ket=chosen(params, "ket"),
        status=chosen(params, "status", CallStatus.values),
        budget=chosen(params, "budget", [str(start) for start in BUDGETS]),
        trl=chosen(params, "trl", [str(trl) for trl in TRLS]),
        q=searched(params),
        days=int(days) if days in map(str, CLOSING_DAYS) else None,
    )


class AmountField(forms.CharField):
    """An amount in euros, with the marks that Italians or others put into it. Gives a Decimal, or None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=30, **options)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.0f}" if isinstance(value, Decimal) and value == int(value) else value

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value).replace("€", "").strip()
        if not text:
            return None
        match = _AMOUNT.fullmatch(text)
        if not match:
            raise ValidationError(_("Write an amount in euros, such as 1500000 or 1.500.000,50."), code="amount")
        return Decimal(f"{re.sub(r'[^0-9]', '', match[1])}.{match[2] or 0}")


class ThingsField(forms.ModelMultipleChoiceField):
    """Value chains or KETs to tick."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        if value and any("\x00" in str(key) or not str(key).isdecimal() or len(str(key)) > 18 for key in value):
            raise ValidationError(_("Choose among those that are offered."), code="invalid_choice")
        return super().clean(value)


def _line(label: Any, limit: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=limit, required=False, **options)


def _count(label: Any, largest: int, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=largest, required=False, **options)


def _trl(label: Any) -> forms.TypedChoiceField:
    choices = [("", "—"), *((str(level), f"TRL {level}") for level in range(1, 10))]
    return forms.TypedChoiceField(label=label, choices=choices, coerce=int, empty_value=None, required=False)


class CallForm(QuietForm, ShownForm):
    """All that staff write of a call, but for its dates, and what it asks (`forms.rule_sets`).

    `content()` is what `actions.calls` takes.
    """

    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=500)
    identifier = forms.CharField(
        label=gettext_lazy("Identifier"),
        max_length=120,
        help_text=gettext_lazy("As the funder writes it; else a short name of your own, with the year."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the text"), choices=Language.choices, widget=forms.RadioSelect
    )
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=[("", "—"), *Level.choices])
    funder = _line(gettext_lazy("Funder"), 200)
    programme = _line(
        gettext_lazy("Programme"),
        120,
        help_text=gettext_lazy("Written as in other calls: people follow programmes by name."),
        widget=forms.TextInput(attrs={"list": "programmes"}),
    )
    call_identifier = _line(gettext_lazy("Identifier of the call it is part of"), 120)
    call_title = _line(gettext_lazy("Title of the call it is part of"), 300)
    action_type = _line(gettext_lazy("Type of action"), 120)
    url = forms.URLField(
        label=gettext_lazy("Page of the call"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("Where the funder published it."),
    )
    languages = _line(
        gettext_lazy("Languages of proposals"), 60, help_text=gettext_lazy("For example: Italian, English.")
    )
    summary = TypedText(
        label=gettext_lazy("Summary"),
        max_length=SUMMARY_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("In your own words: who may ask, for what, and what is peculiar."),
    )
    budget_total = AmountField(label=gettext_lazy("Whole budget in euros"), required=False)
    budget_min = AmountField(label=gettext_lazy("For a project, from"), required=False)
    budget_max = AmountField(label=gettext_lazy("For a project, up to"), required=False)
    expected_grants = _count(gettext_lazy("Grants expected"), 32_767)
    trl_min = _trl(gettext_lazy("TRL from"))
    trl_max = _trl(gettext_lazy("TRL up to"))
    value_chains = ThingsField(label=gettext_lazy("Value chains"), queryset=None, required=False)
    kets = ThingsField(label=gettext_lazy("Key enabling technologies"), queryset=None, required=False)
    note = _line(
        gettext_lazy("Why dates change"),
        300,
        help_text=gettext_lazy("Kept with every change of a date, and shown on the call's page."),
    )

    def __init__(self, *args: Any, call: Call | None = None, **options: Any) -> None:
        options["initial"] = {**(_initial(call) if call else {}), **options.get("initial", {})}
        super().__init__(*args, **options)
        self._offer("value_chains", chains_in_use(), call)
        self._offer("kets", kets_in_use(), call)
        if call is None:
            del self.fields["note"]

    def _offer(self, name: str, in_use: QuerySet[Any], call: Call | None) -> None:
        """Offer what is in use, and what the call has already."""
        field: Any = self.fields[name]
        offered = Q(pk__in=in_use.values("pk"))
        if call:
            offered |= Q(pk__in=getattr(call, name).values("pk"))
        field.queryset = in_use.model._default_manager.filter(offered)

    def content(self) -> dict[str, Any]:
        """Give what was typed, by names of `actions.calls.CONTENT`."""
        typed = self.cleaned_data
        return {name: typed[name] for name in (*FIELDS, *TAGS)}


def initial_for(by: Member, candidate: Candidate | None) -> dict[str, Any]:
    """The values of a new call's form: those of the news it is made from, where there is one."""
    if candidate is None:
        return {"language": by.language}
    return {
        "language": by.language,
        "title": candidate.title,
        "url": candidate.url,
        "summary": candidate.summary[:SUMMARY_CHARS],
    }


def _initial(call: Call) -> dict[str, Any]:
    return {
        **{name: getattr(call, name) for name in FIELDS},
        **{name: [thing.pk for thing in getattr(call, name).all()] for name in TAGS},
        "version": state_of(call),
    }
