"""Which query parameters the API takes: repeat one for any of several values."""

from typing import Any

from rest_framework import serializers

from ideas.api.fields import ChainField, CodeField
from ideas.choices import (
    Alarm,
    CallStatus,
    CompetenceKind,
    CompetenceState,
    ConsortiumRole,
    IdeaState,
    Level,
    OrganisationKind,
)
from ideas.models import Organisation
from ideas.queries.calls import PAGE_SIZE
from ideas.queries.catalogue import BUDGETS, TRLS
from ideas.radar import LACKING


def _codes(**kwargs: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=140), max_length=50, default=list, **kwargs)


def _choices(choices: Any, **kwargs: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices), max_length=50, default=list, **kwargs)


class IdeaFilterInput(serializers.Serializer[Any]):
    value_chain = _codes(help_text="Codes of value chains.")
    ket = _codes(help_text="Codes of KETs.")
    call = _codes(help_text="Identifiers of calls.")
    state = _choices(IdeaState.choices)
    role = _choices(ConsortiumRole.choices, help_text="Of a place that is still open.")
    kind = _choices(OrganisationKind.choices, help_text="Of organisation that an open place looks for.")
    trl = _choices([str(trl) for trl in TRLS], help_text="A level of readiness between now and the end.")
    province = _codes(help_text="Codes of the provinces of who proposes it (NUTS 3).")
    lacks = _choices(
        LACKING,
        help_text="What the line-up lacks for its call, by rule; `nothing`: it can apply; `confirmation`: it can once "
        "who is interested confirms.",
    )
    q = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="Words, all of which must occur.")
    closing_soon = serializers.BooleanField(default=False, help_text="Its call closes within 30 days.")
    mine = serializers.BooleanField(default=False, help_text="One's own: as author, invited, or partner.")
    sort = serializers.ChoiceField(["activity", "newest", "closing"], default="activity")


class CallFilterInput(serializers.Serializer[Any]):
    level = _choices(Level.choices)
    programme = _codes()
    value_chain = _codes(help_text="Codes of value chains.")
    ket = _codes(help_text="Codes of KETs.")
    status = _choices(CallStatus.choices)
    budget = _choices(
        [str(start) for start in BUDGETS],
        help_text="What a project may ask for, in euros, from here to the next amount.",
    )
    trl = _choices([str(trl) for trl in TRLS], help_text="Levels of readiness that the call takes.")
    q = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="Words, all of which must occur.")
    days = serializers.IntegerField(
        min_value=0, max_value=36_500, allow_null=True, default=None, help_text="Closes within so many days."
    )
    page_size = serializers.IntegerField(min_value=1, max_value=100, default=PAGE_SIZE, help_text="Calls a page.")


class NetworkFilterInput(serializers.Serializer[Any]):
    value_chain = serializers.CharField(max_length=140, allow_blank=True, default="", help_text="Code of the chain.")
    year = serializers.IntegerField(
        min_value=2000, max_value=2099, allow_null=True, default=None, help_text="In which the ideas were written."
    )
    organisation = CodeField(
        "slug", queryset=Organisation.objects.all(), allow_null=True, default=None, help_text="Slug: its neighbourhood."
    )


class DeskFilterInput(serializers.Serializer[Any]):
    value_chain = ChainField(allow_null=True, default=None, help_text="Code of a chain that one leads.")
    only = serializers.ChoiceField(
        Alarm.choices, allow_blank=True, default="", help_text="One kind of alarm alone, at more length."
    )


class OrganisationFilterInput(serializers.Serializer[Any]):
    kind = _choices(OrganisationKind.choices)
    province = _codes(help_text="NUTS-3 codes.")
    value_chain = _codes(help_text="Codes of value chains.")
    ket = _codes(help_text="Codes of KETs.")
    competence = _codes(help_text="Slugs of words of the vocabulary.")
    equipment = _codes(help_text="Slugs of words of the vocabulary.")
    service = _codes(help_text="Slugs of words of the vocabulary.")
    accredited = serializers.BooleanField(default=False)
    member = serializers.BooleanField(default=False, help_text="Members of the cluster.")
    q = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="Words, all of which must occur.")


class CompetenceFilterInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(CompetenceKind.choices, allow_blank=True, default="")
    state = serializers.ChoiceField(CompetenceState.choices, allow_blank=True, default="")
    q = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="Parts of the name, all of them.")
