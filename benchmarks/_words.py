"""The search's entries of generated ideas, two ideas with many comments, and the pages to measure with them."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from ideas.choices import SearchKind, Visibility
from ideas.models import Comment, Idea, SearchEntry
from ideas.queries.search import gate_of
from ideas.stems import stems_of
from ideas.text import render

RARE, RARE_IDEAS = "zirconia", 20
BATCH = 2_000
# `battery` is in two of three ideas, `zirconia` in twenty, whatever their number.
PAGES = {
    "deep": "/?cursor=2026-01-01T00:00:00%2B00:00~1",
    "filtered": "/?state=open",
    "narrow": "/?state=funded&trl=4",
    "common": "/?q=battery%20",
    "rare": f"/?q={RARE}%20",
    "prefix": "/?q=batt",
    "found": "/search/?q=battery",
    "idea-50": "/ideas/BENCH-50/",
    "idea-2000": "/ideas/BENCH-2000/",
}


@transaction.atomic
def generate_words(reader: Any) -> None:
    """Write an entry for each idea, as `actions.search` would: title before teaser; and the ideas with comments."""
    rows = Idea.objects.order_by("-id").values_list("id", "reference", "title", "teaser", "audience", "created_at")
    batch: list[SearchEntry] = []
    rare = 0
    for pk, reference, title, teaser, audience, at in rows.iterator(BATCH):
        more = f" {RARE}" if audience.startswith("members") and rare < RARE_IDEAS else ""
        rare += bool(more)
        batch.append(
            SearchEntry(
                kind=SearchKind.IDEA, object_id=pk, idea_id=pk, names=reference.lower().replace("-", " "),
                head=stems_of(title, "en"), body=stems_of(teaser + more, "en"),
                gate=gate_of(SearchKind.IDEA, audience), at=at,
            )
        )  # fmt: skip
        if len(batch) == BATCH:
            SearchEntry.objects.bulk_create(batch)
            batch = []
    SearchEntry.objects.bulk_create(batch)
    for count in (50, 2_000):
        _discussed(reader, count)


def _discussed(reader: Any, count: int) -> None:
    at = timezone.now()
    idea = Idea.objects.filter(audience__startswith="members", visibility=Visibility.MEMBERS).order_by("id")[
        0 if count < 100 else 1
    ]
    idea.reference = f"BENCH-{count}"
    idea.comment_count = count
    idea.save(update_fields=["reference", "comment_count"])
    body = "What about the interface to the test bench, and who brings the pilot line?"
    Comment.objects.bulk_create(
        Comment(idea=idea, author=reader, body=body, html=render(body), created_at=at, client_id=f"{count}-{number}")
        for number in range(count)
    )
