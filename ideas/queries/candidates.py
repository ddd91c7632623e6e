"""Reads of news that may be calls."""

from django.db.models import Count, Q, QuerySet

from ideas.models import Candidate

PAGE_SIZE = 50
# {name of the list: which candidates stand on it}
LISTS: dict[str, Q] = {
    "open": Q(settled_at=None),
    "aside": Q(settled_at__isnull=False, call=None),
    "calls": Q(call__isnull=False),
}


def candidate_page(which: str, before: int | None) -> tuple[list[Candidate], int | None]:
    """Read a page of one of the `LISTS`, the latest first. Returns (candidates, where the next page begins or None)."""
    rows: QuerySet[Candidate] = Candidate.objects.filter(LISTS[which]).select_related("call", "settled_by")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    page = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    return page[:PAGE_SIZE], page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None


def candidate_counts() -> dict[str, int]:
    """Count the candidates on each of the `LISTS`: {name: n}."""
    return Candidate.objects.aggregate(**{name: Count("pk", filter=which) for name, which in LISTS.items()})
