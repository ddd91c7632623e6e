"""Output shapes of shortlists."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from ideas.exchange.cells import Cell
from ideas.models import Idea, Shortlist, ShortlistEntry
from ideas.serializers.exports import instant

# What an export says of an entry, a column each.
COLUMNS = (
    "place", "reference", "title", "acronym", "teaser", "state", "decision", "score", "scores", "rationale", "labels",
    "added_by", "added_at",
)  # fmt: skip


def text_of(entry: ShortlistEntry) -> dict[str, Any]:
    """Give {title, acronym, teaser, state, html, outcome, scores} of an entry; on a published list, of that day.

    `outcome` and `scores` ({} for none) are those that everybody reads on a published list.
    """
    bare = {"outcome": "", "scores": {}}
    # What was published before long texts were kept has none.
    return bare | text_now(entry.idea) | ({} if entry.frozen is None else {"html": {}, **entry.frozen})


def text_now(idea: Idea) -> dict[str, Any]:
    """Give {title, acronym, teaser, state, html} of an idea as they are now."""
    return {
        "title": idea.title, "acronym": idea.acronym, "teaser": idea.teaser, "state": idea.state, "html": idea.html,
    }  # fmt: skip


def entry_line(entry: ShortlistEntry) -> list[Cell]:
    """Give an entry as cells in the order of `COLUMNS`; `place` is of `queries.shortlists.with_entries`."""
    text = text_of(entry)
    record = {
        "place": entry.place,  # type: ignore[attr-defined]  # by with_entries
        "reference": entry.idea.reference,
        "decision": text["outcome"],
        "score": text["scores"].get("overall", ""),
        "scores": "; ".join(
            f"{one['label'] or one['code']}: {one['mean']}" for one in text["scores"].get("criteria", ())
        ),
        "rationale": entry.rationale,
        "labels": "; ".join(entry.tags),
        "added_by": entry.added_by.name,
        "added_at": instant(entry.added_at),
    }
    return [(text | record)[name] for name in COLUMNS]


class EntrySerializer(serializers.Serializer[ShortlistEntry]):
    """An entry. On a published list the texts are those of the day when it was published.

    `position` counts the entries that the reader sees (`place` of `queries.shortlists.with_entries`): a gap would tell
    of an idea that they may not know of.
    """

    id = serializers.IntegerField()
    idea = serializers.IntegerField(source="idea_id")
    reference = serializers.CharField(source="idea.reference")
    title = serializers.SerializerMethodField()
    position = serializers.IntegerField(source="place")
    rationale = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    outcome = serializers.SerializerMethodField(help_text="shortlist or reserve, once that is published.")
    score = serializers.SerializerMethodField(help_text="Overall score as text, where the leads chose to show it.")

    def get_title(self, entry: ShortlistEntry) -> str:
        return str(text_of(entry)["title"])

    def get_outcome(self, entry: ShortlistEntry) -> str:
        return str(text_of(entry)["outcome"])

    def get_score(self, entry: ShortlistEntry) -> str:
        return str(text_of(entry)["scores"].get("overall", ""))


class ShortlistSerializer(serializers.Serializer[Shortlist]):
    """A list with the entries that the reader may see (`queries.shortlists.with_entries`)."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    purpose = serializers.CharField()
    value_chain = serializers.CharField(source="value_chain.code")
    call = serializers.CharField(source="call.identifier", allow_null=True, default=None)
    state = serializers.CharField()
    version = serializers.IntegerField()
    published_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    public_teaser = serializers.BooleanField()
    entries = EntrySerializer(source="seen_entries", many=True)


class OrderSerializer(serializers.Serializer[Shortlist]):
    """{id, version, state}: a hint that the list changed. No entry is named: not every follower sees every idea."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.CharField()
