"""The search's entries of generated ideas, two ideas with many comments, and the pages to measure with them."""

from collections.abc import Callable
from functools import cache, partial
from sys import getsizeof
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks._generate import BATCH, write_rows
from ideas.choices import SearchKind, Visibility
from ideas.models import Comment, Idea, SearchEntry
from ideas.queries.board_index import board_index, forget
from ideas.queries.board_words import forget_words
from ideas.queries.search import gate_of
from ideas.stems import stems_of
from ideas.text import render

RARE, RARE_IDEAS = "zirconia", 20
# `battery` is in two of three ideas, `zirconia` in twenty, whatever their number.
PAGES = {
    "page": "/",
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


def measurements(get: Callable[[str], Callable[[], float]]) -> dict[str, Callable[[], float]]:
    """Name the pages, with what it takes when memory has nothing yet or something has changed; and two counts."""

    def after(prepare: Callable[[], Any], once: Callable[[], float]) -> Callable[[], float]:
        def prepared() -> float:
            prepare()
            return once()

        return prepared

    pages = {name: get(path) for name, path in PAGES.items()}
    return {
        **pages,
        "common-first": after(forget_words, pages["common"]),
        "common-changed": after(_rewrite_one, pages["common"]),
        "filtered-first": after(forget, pages["filtered"]),
        "megabytes": _megabytes,
        **{f"queries of {name}": partial(_queries, once) for name, once in pages.items()},
    }


def _rewrite_one() -> None:
    """Write the words of an idea again: its bucket is stamped, as by every edit."""
    SearchEntry.objects.filter(pk=SearchEntry.objects.filter(kind=SearchKind.IDEA).order_by("-id")[:1]).update(
        body=F("body")
    )


def _queries(once: Callable[[], float]) -> float:
    with CaptureQueriesContext(connection) as queries:
        once()
    return len(queries)


def _megabytes() -> float:
    """Weigh what the board keeps in memory."""
    known = board_index()
    numbers = [bits for values in known.bits.values() for bits in values.values()]
    numbers += [bits for bucket in known.buckets for bits in bucket.bits.values()]
    return sum(map(getsizeof, [*numbers, *(bucket.ids for bucket in known.buckets)])) / 1e6


@transaction.atomic
def generate_words(reader: Any) -> None:
    """Write an entry for each idea, as `actions.search` would: title before teaser; and the ideas with comments."""
    rows = Idea.objects.order_by("-id").values_list("id", "reference", "title", "teaser", "audience", "created_at")
    columns = ["kind", "object_id", "idea_id", "names", "head", "body", "gate", "at"]
    batch: list[tuple[Any, ...]] = []
    rare = 0
    for pk, reference, title, teaser, audience, at in rows.iterator(BATCH):
        more = f" {RARE}" if audience.startswith("members") and rare < RARE_IDEAS else ""
        rare += bool(more)
        names, head, body = reference.lower().replace("-", " "), _stems(title), _stems(teaser) + more
        instant = SearchEntry._meta.get_field("at").get_db_prep_save(at, connection)
        batch.append((SearchKind.IDEA, pk, pk, names, head, body, gate_of(SearchKind.IDEA, audience), instant))
        if len(batch) == BATCH:
            write_rows(SearchEntry._meta.db_table, columns, batch)
            batch = []
    write_rows(SearchEntry._meta.db_table, columns, batch)
    for count in (50, 2_000):
        _discussed(reader, count)


@cache
def _stems(text: str) -> str:
    return stems_of(text, "en")


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
