"""Output shapes of suggestions: organisations for a place, ideas for an organisation, and what nobody can fill."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ideas.partner_fit import DESCRIPTION, SOURCES, PartnerFit
from ideas.queries.gaps import Gap
from ideas.queries.refusals import Refusal
from ideas.queries.suggested_ideas import SuggestedIdea
from ideas.queries.suggestions import SlotSuggestions, Suggestion
from ideas.serializers.ideas import IdeaRowSerializer
from ideas.serializers.organisations import PartnerOrganisationSerializer

CODES = [*SOURCES, DESCRIPTION, "value_chain", "ket", "kind", "accredited", "brings", "role", "took_part", "province"]


class PartnerReasonSerializer(serializers.Serializer[Any]):
    """Why an organisation and a place fit.

    `values` by `code`: `competence`, `equipment` and `service` the organisation's terms; `description` words of it;
    `value_chain` and `ket` codes; `kind` the organisation's; `brings` what the call asks for and the line-up lacks;
    `role` the place's role, and in how many other ideas the organisation has it; `took_part` in how many it has
    another; `accredited` and `province` none.
    """

    code = serializers.ChoiceField(CODES)
    values = serializers.ListField(child=serializers.CharField())


class RefusalSerializer(serializers.Serializer[Refusal]):
    """What happened before, in an idea of the reader's.

    `state` is how the request or the invitation ended (declined, removed, withdrawn, expired); "": the suggestion was
    set aside.
    """

    idea = serializers.CharField(source="reference")
    state = serializers.CharField(allow_blank=True)
    was_invited = serializers.BooleanField(source="invited")
    about = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(default_timezone=UTC)


class _FitSerializer(serializers.Serializer[Any]):
    score = serializers.FloatField(source="fit.score")
    reasons = serializers.SerializerMethodField()
    refusals = RefusalSerializer(many=True)

    @extend_schema_field(PartnerReasonSerializer(many=True))
    def get_reasons(self, one: Any) -> list[dict[str, Any]]:
        return _reasons(one.fit, one)


class SuggestionSerializer(_FitSerializer):
    """An organisation, how well it fits (`score`, for comparison within one answer only), and why.

    `sees_idea`: somebody of it may see the idea; `may_answer`: somebody could answer an invitation.
    """

    organisation = PartnerOrganisationSerializer()
    sees_idea = serializers.BooleanField(source="sees")
    may_answer = serializers.BooleanField()


class SlotSuggestionsSerializer(serializers.Serializer[SlotSuggestions]):
    """A place, who fits it, and who would but was refused or set aside."""

    slot = serializers.IntegerField(source="slot.pk")
    expertise = serializers.CharField(source="slot.expertise")
    found = SuggestionSerializer(many=True)
    left_out = SuggestionSerializer(many=True)


class SuggestedIdeaSerializer(_FitSerializer):
    """An idea, the place in it that fits an organisation best, how well, and why."""

    idea = IdeaRowSerializer(source="row")
    slot = serializers.IntegerField(source="slot.pk")
    expertise = serializers.CharField(source="slot.expertise")


class GapSerializer(serializers.Serializer[Gap]):
    """What is asked for and nobody has, how many partners are looked for, and the ideas that ask."""

    expertise = serializers.CharField()
    wanted = serializers.IntegerField()
    ideas = serializers.SerializerMethodField()

    def get_ideas(self, gap: Gap) -> list[str]:
        return list(dict.fromkeys(slot.idea.reference for slot in gap.slots))


def _reasons(fit: PartnerFit, one: Suggestion | SuggestedIdea) -> list[dict[str, Any]]:
    terms: Mapping[str, list[str]] = {
        source: [said.term for said in one.evidence if said.source == source] for source in SOURCES
    } | {DESCRIPTION: list(one.described)}
    shown = []
    for reason in fit.reasons:
        # What the row doesn't bear out any more is no reason.
        if reason.code in terms and not terms[reason.code]:
            continue
        values = [] if reason.code == "province" else terms.get(reason.code, list(map(str, reason.values)))
        shown.append({"code": reason.code, "values": values})
    return shown
