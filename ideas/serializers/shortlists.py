"""Output shapes of shortlists."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from ideas.exchange.cells import Cell
from ideas.models import Shortlist, ShortlistEntry
from ideas.serializers.exports import instant

# What an export says of an entry, a column each.
COLUMNS = ("place", "reference", "title", "acronym", "teaser", "state", "rationale", "labels", "added_by", "added_at")


def text_of(entry: ShortlistEntry) -> dict[str, Any]:
    """Give {title, acronym, teaser, state, html} of an entry, as they are now: what publishing keeps in `frozen`.

    On a published list they are those of that day.
    """
    idea = entry.idea
    now = {"title": idea.title, "acronym": idea.acronym, "teaser": idea.teaser, "state": idea.state, "html": idea.html}
    # What was published before long texts were kept has none.
    return now if entry.frozen is None else {**now, "html": {}, **entry.frozen}


def entry_line(entry: ShortlistEntry) -> list[Cell]:
    """Give an entry as cells in the order of `COLUMNS`; `place` is of `queries.shortlists.with_entries`."""
    text = text_of(entry)
    record = {
        "place": entry.place,  # type: ignore[attr-defined]  # by with_entries
        "reference": entry.idea.reference,
        "rationale": entry.rationale,
        "labels": "; ".join(entry.tags),
        "added_by": entry.added_by.name,
        "added_at": instant(entry.added_at),
    }
    return [(record | text)[name] for name in COLUMNS]


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

    def get_title(self, entry: ShortlistEntry) -> str:
        return str(text_of(entry)["title"])


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
    entries = EntrySerializer(source="seen_entries", many=True)


class OrderSerializer(serializers.Serializer[Shortlist]):
    """{id, version, state}: a hint that the list changed. No entry is named: not every follower sees every idea."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.CharField()
