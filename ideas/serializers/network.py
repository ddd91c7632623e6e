"""Output shape of who works with whom."""

from rest_framework import serializers

from ideas.queries.network import Link, Network, Node


class NodeSerializer(serializers.Serializer[Node]):
    """An organisation, and in how many of these ideas it works with others."""

    id = serializers.IntegerField(source="organisation.pk")
    name = serializers.CharField(source="organisation.name")
    slug = serializers.CharField(source="organisation.slug")
    kind = serializers.CharField(source="organisation.kind")
    ideas = serializers.IntegerField()


class LinkSerializer(serializers.Serializer[Link]):
    """Two organisations by id, and the references of the ideas that they have in common, newest first."""

    one = serializers.IntegerField()
    other = serializers.IntegerField()
    ideas = serializers.SerializerMethodField()

    def get_ideas(self, link: Link) -> list[str]:
        return [idea.reference for idea in link.ideas]


class NetworkSerializer(serializers.Serializer[Network]):
    """Organisations by name, links with most in common first; `is_cut`: the newest ideas alone are counted."""

    organisations = NodeSerializer(source="nodes", many=True)
    links = LinkSerializer(many=True)
    ideas = serializers.IntegerField()
    is_cut = serializers.BooleanField()
