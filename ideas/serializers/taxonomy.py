"""Output shapes of value chains and KETs. `name` is in the reader's language, beside both."""

from rest_framework import serializers

from ideas.models import Term, ValueChain


class ValueChainSerializer(serializers.Serializer[ValueChain]):
    code = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    name_it = serializers.CharField()
    name_en = serializers.CharField()
    description_it = serializers.CharField()
    description_en = serializers.CharField()
    status = serializers.CharField()
    glyph = serializers.CharField()


class KetSerializer(serializers.Serializer[Term]):
    """A retired term stays visible on old ideas, and can't be chosen any more."""

    code = serializers.CharField()
    scheme = serializers.CharField()
    name = serializers.CharField()
    name_it = serializers.CharField()
    name_en = serializers.CharField()
    retired = serializers.BooleanField()
