"""Output shapes of outlines, in both languages: they are content, not interface."""

from rest_framework import serializers

from ideas.queries.outlines import Outline, Prompt, Role


class SaidSerializer(serializers.Serializer[dict[str, str]]):
    it = serializers.CharField()
    en = serializers.CharField()


class PromptSerializer(serializers.Serializer[Prompt]):
    """A heading, and what to answer under it."""

    heading = SaidSerializer()
    asks = SaidSerializer()


class OutlineRoleSerializer(serializers.Serializer[Role]):
    role = serializers.CharField()
    why = SaidSerializer()


class OutlineFieldsSerializer(serializers.Serializer[dict[str, list[Prompt]]]):
    """The four long texts of an idea, each with its prompts."""

    problem = PromptSerializer(many=True)
    approach = PromptSerializer(many=True)
    expected_result = PromptSerializer(many=True)
    advantage = PromptSerializer(many=True)


class OutlineSerializer(serializers.Serializer[Outline]):
    """How an idea for one kind of call is best begun."""

    code = serializers.CharField()
    name = SaidSerializer()
    about = SaidSerializer()
    looks_for = SaidSerializer(many=True)
    roles = OutlineRoleSerializer(many=True)
    fields = OutlineFieldsSerializer()  # type: ignore[assignment]  # the answer's name; DRF takes it off the class
