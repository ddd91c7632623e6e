"""Parsing of what staff do with words of the vocabulary; what is allowed is the actions' business."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ideas.choices import CompetenceKind, CompetenceState
from ideas.forms.filters import chosen, searched
from ideas.models import Competence
from ideas.models.competences import NAME_CHARS
from ideas.queries.competences import CompetenceFilters, accepted_words


def read_competence_filters(params: QueryDict) -> CompetenceFilters:
    """Read which words to show: `state`, `kind`, `q`. Unknown values are left out; without any, the proposals."""
    kinds = chosen(params, "kind", CompetenceKind.values)
    states = chosen(params, "state", [*CompetenceState.values, "all"])
    state = states[0] if states else CompetenceState.PROPOSED
    return CompetenceFilters("" if state == "all" else state, kinds[0] if kinds else "", searched(params))


class NamesForm(forms.Form):
    """The names of a word, one at least, and the version of it that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    name_it = forms.CharField(label=_("In Italian"), max_length=NAME_CHARS, required=False)
    name_en = forms.CharField(label=_("In English"), max_length=NAME_CHARS, required=False)


class NewCompetenceForm(NamesForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=CompetenceKind.choices)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ("kind", "name_it", "name_en")


class MergeCompetenceForm(forms.Form):
    """Which word takes another one's place: by its name, in either language."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    into = forms.ModelChoiceField(
        Competence.objects.none(),
        label=_("Into"),
        error_messages={"invalid_choice": _("Choose one of the accepted words.")},
    )

    def __init__(self, *args: Any, competence: Competence, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["into"]
        field.queryset = accepted_words(competence.kind).exclude(pk=competence.pk)


class RetireCompetenceForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    take_away = forms.BooleanField(label=_("Take it away from who has it, too"), required=False)
