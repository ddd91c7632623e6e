"""Output shapes of ideas: the API's list and detail, and the live change."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from ideas.models import Idea
from ideas.serializers.members import AuthorSerializer

# What a visitor may know of an idea with a public teaser; everything else is null to them.
TEASER = ("id", "reference", "title", "teaser", "language", "value_chain", "value_chains", "kets")


class IdeaRowSerializer(serializers.Serializer[Any]):
    """A row of `queries.ideas.CARD_FIELDS`. Visitors get TEASER, and null for the rest (`context["teaser"]`)."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    title = serializers.CharField()
    acronym = serializers.CharField()
    teaser = serializers.CharField()
    language = serializers.CharField()
    state = serializers.CharField()
    visibility = serializers.CharField()
    public_teaser = serializers.BooleanField()
    value_chain = serializers.CharField()
    value_chains = serializers.ListField(child=serializers.CharField())
    kets = serializers.ListField(child=serializers.CharField())
    call = serializers.CharField(allow_null=True)
    lacks = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="How many of each the line-up still lacks by the call's rules, such as min_companies; of a limit, "
        "such as max_laboratories, how many are too many.",
    )
    lacking = serializers.ListField(
        child=serializers.CharField(),
        help_text="What it can be filtered by as `lacks`: the rules that aren't met, else `nothing` where the line-up "
        "can apply, `confirmation` where it can once who is interested confirms. Empty where the call asks nothing.",
    )
    closes_at = serializers.DateTimeField(allow_null=True, default_timezone=UTC)
    open_slots = serializers.IntegerField()
    partner_count = serializers.IntegerField()
    comment_count = serializers.IntegerField()
    activity_at = serializers.DateTimeField(default_timezone=UTC)
    valid_until = serializers.DateField(allow_null=True)
    is_demo = serializers.BooleanField()

    def to_representation(self, instance: dict[str, Any]) -> dict[str, Any]:
        # Not `self.fields`, which are copied for each list and aren't asked anything here.
        tags, names = instance["tags"], list(self._declared_fields)
        call = tags.get("call")
        row: dict[str, Any] = {
            "value_chain": tags["chains"][0],
            "value_chains": tags["chains"],
            "kets": tags["kets"],
            "call": call["identifier"] if call else None,
            "lacks": tags.get("lacks", {}),
            **{name: instance[name] for name in names if name in instance},
        }
        for name in ("closes_at", "activity_at"):
            row[name] = row[name].astimezone(UTC).isoformat().replace("+00:00", "Z") if row[name] else None
        row["lacking"] = row["lacking"].split()
        row["valid_until"] = row["valid_until"].isoformat() if row["valid_until"] else None
        if self.context.get("teaser"):
            return {name: row[name] if name in TEASER else None for name in names}
        return {name: row[name] for name in names}


class IdeaSerializer(serializers.Serializer[Idea]):
    """An idea in full, for who may see it in full. `merged_into`: the reference of the idea into which it went, if the
    reader sees that one, too (`context["merged_into"]`).
    """

    id = serializers.IntegerField()
    reference = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    acronym = serializers.CharField()
    teaser = serializers.CharField()
    language = serializers.CharField()
    problem = serializers.CharField()
    approach = serializers.CharField()
    expected_result = serializers.CharField()
    advantage = serializers.CharField()
    html = serializers.DictField(child=serializers.CharField())
    trl_now = serializers.IntegerField(allow_null=True)
    trl_target = serializers.IntegerField(allow_null=True)
    ipr_status = serializers.CharField()
    keywords = serializers.CharField()
    state = serializers.CharField()
    visibility = serializers.CharField()
    public_teaser = serializers.BooleanField()
    value_chain = serializers.CharField(source="value_chain.code")
    value_chains = serializers.SerializerMethodField()
    kets = serializers.SerializerMethodField()
    s3_area = serializers.CharField(source="s3_area.code", allow_null=True, default=None)
    nature = serializers.CharField()
    is_open = serializers.BooleanField()
    is_disruptive = serializers.BooleanField()
    call = serializers.CharField(source="call.identifier", allow_null=True, default=None)
    deadline = serializers.IntegerField(source="deadline_id", allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True, default_timezone=UTC)
    duration_months = serializers.IntegerField(allow_null=True)
    budget_eur = serializers.IntegerField(allow_null=True)
    geography = serializers.CharField()
    interest_until = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)
    organisation = serializers.IntegerField(source="organisation_id", allow_null=True)
    authors = AuthorSerializer(many=True)
    comment_count = serializers.IntegerField()
    open_slots = serializers.IntegerField()
    partner_count = serializers.IntegerField()
    created_at = serializers.DateTimeField(default_timezone=UTC)
    activity_at = serializers.DateTimeField(default_timezone=UTC)
    is_demo = serializers.BooleanField()
    merged_into = serializers.SerializerMethodField()

    def get_merged_into(self, idea: Idea) -> str | None:
        reference: str | None = self.context["merged_into"]
        return reference

    def get_value_chains(self, idea: Idea) -> list[str]:
        return list(idea.tags["chains"])

    def get_kets(self, idea: Idea) -> list[str]:
        return list(idea.tags["kets"])


class IdeaChangeSerializer(serializers.Serializer[Idea]):
    """{id, reference, title, state, version}: enough to see that the page is old."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    version = serializers.IntegerField()
