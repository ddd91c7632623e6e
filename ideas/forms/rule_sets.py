"""Parsing of the rules that staff write for calls and kinds of call, and of the line-ups on which they try them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas.actions.rule_sets import (
    MAX_NAME_CHARS,
    MAX_NUMBER,
    MAX_PARTIES,
    MAX_POSITION,
    check_rules,
    rules_state,
    state_of,
)
from ideas.choices import OrganisationKind
from ideas.models import Call, Organisation, RuleSet
from ideas.queries.rule_sets import organisations_named
from ideas.radar import CallRule, Certainty, Party, numbers_in

SPARE_ROWS = 2
FIRST_ROWS = 5
CERTAINTIES = [
    (str(Certainty.CONFIRMED.value), gettext_lazy("Confirmed")),
    (str(Certainty.INTERESTED.value), gettext_lazy("Interested")),
    (str(Certainty.PENDING.value), gettext_lazy("Waits for an answer")),
]
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)


class RulesForm(forms.Form):
    """A number for each rule. After `is_valid`, `rules` is {rule: number or None}."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, of_kind: Mapping[str, int] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.of_kind = of_kind
        for rule in CallRule:
            self.fields[rule.value] = forms.IntegerField(
                label=capfirst(rule.label), min_value=0, max_value=100, required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input"}),
            )  # fmt: skip

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The rules as a table shows them: [{"field", "kind": what the kind asks for, None where it asks nothing}]."""
        return [{"field": self[rule], "kind": (self.of_kind or {}).get(rule)} for rule in CallRule.values]

    @property
    def rules(self) -> dict[str, int | None]:
        """What was typed. Numbers that can't be read are left out, so that a line-up can be tried on the others."""
        found = getattr(self, "cleaned_data", {})
        return {rule: found.get(rule) for rule in CallRule.values}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            check_rules({rule: cleaned.get(rule) for rule in CallRule.values}, self.of_kind)
        except ValidationError as refusal:
            for name, errors in refusal.update_error_dict({}).items():
                self.add_error(name, errors)
        return cleaned


class CallRulesForm(RulesForm):
    """A call's own rules: empty is as its kind asks, 0 asks nothing."""

    def __init__(self, *args: Any, call: Call, of_kind: Mapping[str, int], **options: Any) -> None:
        numbers = {name: value for name, value in call.rules.items() if type(value) is int}
        options["initial"] = {"seen": rules_state(call), **{name: numbers.get(name) for name in CallRule.values}}
        super().__init__(*args, of_kind=of_kind, **options)

    @property
    def effective(self) -> dict[str, int]:
        """What the call would ask with what is typed."""
        own = {rule: number for rule, number in self.rules.items() if number is not None}
        return numbers_in({**(self.of_kind or {}), **own})


class PatternsField(forms.CharField):
    """Some patterns, one a line. Gives a list."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.widget.attrs |= {"rows": 3}

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class RuleSetForm(RulesForm):
    """A kind of call; `content` is what the action takes."""

    name_it = forms.CharField(label=gettext_lazy("Name in Italian"), max_length=MAX_NAME_CHARS)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=MAX_NAME_CHARS)
    programmes = PatternsField(
        label=gettext_lazy("Programmes"),
        help_text=gettext_lazy("One a line, as the calls write them. * stands for any text. Empty: any programme."),
    )
    action_types = PatternsField(
        label=gettext_lazy("Types of action"),
        help_text=gettext_lazy("One a line, as the calls write them. * stands for any text. Empty: any type."),
    )
    position = forms.IntegerField(
        label=gettext_lazy("Place in the list"), min_value=0, max_value=MAX_POSITION, required=False,
        help_text=gettext_lazy("A call takes its rules from the first kind that fits it."),
    )  # fmt: skip
    retired = forms.BooleanField(
        label=gettext_lazy("Not in use"), required=False, help_text=gettext_lazy("Then it is no call's kind.")
    )
    facts = ("name_it", "name_en", "programmes", "action_types", "position", "retired")

    def __init__(self, *args: Any, rule_set: RuleSet | None = None, copied: bool = False, **options: Any) -> None:
        if rule_set:
            values = {name: getattr(rule_set, name) for name in self.facts}
            options["initial"] = {**values, **rule_set.rules, "seen": "" if copied else state_of(rule_set)}
        super().__init__(*args, **options)
        if rule_set is None or copied:
            del self.fields["retired"]

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields but for the rules, in their order."""
        return [self[name] for name in self.facts if name in self.fields]

    @property
    def content(self) -> dict[str, Any]:
        """By names of `actions.rule_sets.CONTENT`."""
        return {name: self.cleaned_data.get(name) for name in self.facts} | {"rules": self.rules}

    @property
    def effective(self) -> dict[str, int]:
        """What its calls would ask with what is typed."""
        return numbers_in(self.rules)


class PartyForm(forms.Form):
    """An organisation in a sample line-up: one that the directory knows, by its name, or any of a kind."""

    name = forms.CharField(
        label=gettext_lazy("Organisation"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"list": "organisations", "autocomplete": "off", "class": "input"}),
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("", "—"), *OrganisationKind.choices], required=False)
    country = forms.CharField(
        label=gettext_lazy("Country"), max_length=2, required=False,
        widget=forms.TextInput(attrs={"size": 2, "maxlength": 2, "class": "input", "placeholder": "IT"}),
    )  # fmt: skip
    certainty = forms.ChoiceField(
        label=gettext_lazy("How certain"), choices=CERTAINTIES, initial=CERTAINTIES[0][0], required=False
    )
    proposals = forms.IntegerField(
        label=gettext_lazy("Proposals"), min_value=1, max_value=MAX_NUMBER, required=False,
        widget=forms.NumberInput(attrs={"placeholder": "1", "class": "input"}),
    )  # fmt: skip
    accredited = forms.BooleanField(label=gettext_lazy("Accredited"), required=False)
    coordinates = forms.BooleanField(label=gettext_lazy("Coordinates"), required=False)

    def clean_country(self) -> str:
        country: str = self.cleaned_data["country"].strip()
        if country and not _COUNTRY.fullmatch(country):
            raise ValidationError(_("Two letters, such as IT or DE."), code="country")
        return country.upper()

    @property
    def is_empty(self) -> bool:
        found = getattr(self, "cleaned_data", {})
        return not found.get("name") and not found.get("kind")


class BaseLineUp(BaseFormSet):
    """The rows of a sample line-up; those without a name and a kind are nobody."""

    known: Mapping[str, Organisation]

    def clean(self) -> None:
        """Look the names up that have no kind beside them, in one query."""
        rows = [form for form in self.forms if not form.is_empty]
        self.known = organisations_named({form.cleaned_data.get("name", "") for form in rows})
        for form in rows:
            found = form.cleaned_data
            if not found.get("kind") and found.get("name", "").casefold() not in self.known:
                words = _("The directory has no such organisation: choose its kind.")
                form.add_error("name", ValidationError(words, code="unknown"))

    @property
    def parties(self) -> list[dict[str, Any]]:
        """What `actions.rule_sets.keep_sample` takes."""
        rows = [form.cleaned_data for form in self.forms if hasattr(form, "cleaned_data") and not form.is_empty]
        return [self._party(row) for row in rows if row.get("kind") or row["name"].casefold() in self.known]

    def _party(self, row: Mapping[str, Any]) -> dict[str, Any]:
        known = self.known.get((row.get("name") or "").casefold())
        return {
            "name": row.get("name") or "",
            "kind": row.get("kind") or (known.kind if known else ""),
            "country": row.get("country") or (known.country if known else "IT"),
            "accredited": bool(row.get("accredited") or (known and known.accredited and not row.get("kind"))),
            "coordinates": bool(row.get("coordinates")),
            "certainty": int(row.get("certainty") or Certainty.CONFIRMED),
            "proposals": row.get("proposals") or 1,
        }


LineUp = formset_factory(
    PartyForm, formset=BaseLineUp, extra=0, max_num=MAX_PARTIES, absolute_max=MAX_PARTIES, validate_max=True
)


def line_up(data: QueryDict | None = None, parties: Iterable[Mapping[str, Any]] = ()) -> Any:
    """The rows of a sample line-up: as typed, or drawn from a kept one; always some empty ones behind them."""
    if data is not None and "party-TOTAL_FORMS" in data:
        return LineUp(data, prefix="party")
    rows = [{**row, "certainty": str(row["certainty"])} for row in parties]
    formset: Any = LineUp(initial=rows, prefix="party")
    formset.extra = max(FIRST_ROWS - len(rows), SPARE_ROWS)
    return formset


def with_room(typed: Any) -> Any:
    """The same rows with empty ones behind them, where all are in use."""
    spare = sum(form.is_empty for form in typed.forms)
    if typed.total_form_count() >= MAX_PARTIES or spare >= SPARE_ROWS:
        return typed
    data = typed.data.copy()
    data["party-TOTAL_FORMS"] = str(min(typed.total_form_count() + SPARE_ROWS - spare, MAX_PARTIES))
    again: Any = LineUp(data, prefix="party")
    again.is_valid()
    return again


def as_parties(rows: Iterable[Mapping[str, Any]]) -> list[Party]:
    """Turn the rows of a line-up into what the radar counts. Two rows with one name are one organisation."""
    numbers: dict[str, int] = {}
    found = []
    for place, row in enumerate(rows, start=1):
        name = row["name"].casefold()
        number = numbers.setdefault(name, place) if name else place
        found.append(
            Party(
                number, row["country"], row["kind"], row["accredited"], row["coordinates"],
                Certainty(row["certainty"]), row["proposals"],
            )
        )  # fmt: skip
    return found
