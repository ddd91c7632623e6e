"""Reads of shortlists."""

from django.db.models import Count, F, Prefetch, Q, QuerySet

from ideas.choices import ShortlistState
from ideas.models import Member, Shortlist, ShortlistEntry
from ideas.queries.ideas import Viewer, visible_to


def shortlists_visible_to(member: Viewer) -> QuerySet[Shortlist]:
    """Published lists for every member; lists in preparation for the chain's leads and cluster staff."""
    if not isinstance(member, Member) or not member.is_active:
        return Shortlist.objects.none()
    if member.is_staff:
        return Shortlist.objects.all()
    led = member.led_chains.values("id")
    return Shortlist.objects.filter(Q(state=ShortlistState.PUBLISHED) | Q(value_chain__in=led))


def shortlist_rows(member: Viewer) -> QuerySet[Shortlist]:
    """The lists for an overview, newest first, each with `entry_count` of the entries that the member may see."""
    seen = visible_to(member).values("id")
    return (
        shortlists_visible_to(member)
        .select_related("value_chain", "call", "created_by")
        .annotate(entry_count=Count("entries", filter=Q(entries__idea__in=seen)))
        .order_by("-id")
    )


def with_entries(shortlists: QuerySet[Shortlist], member: Viewer) -> QuerySet[Shortlist]:
    """Add `seen_entries`: the entries, in order, whose ideas the member may see. The others aren't even counted."""
    entries = (
        ShortlistEntry.objects.filter(idea__in=visible_to(member).values("id"))
        .select_related("idea", "idea__value_chain", "added_by")
        .order_by("position")
    )
    return shortlists.select_related("value_chain", "call", "created_by", "published_by").prefetch_related(
        Prefetch("entries", queryset=entries, to_attr="seen_entries")
    )


def published_entries_of(idea_id: int) -> QuerySet[ShortlistEntry]:
    """The published lists on which an idea is, newest first. The caller may see the idea."""
    return (
        ShortlistEntry.objects.filter(idea_id=idea_id, shortlist__state=ShortlistState.PUBLISHED)
        .select_related("shortlist", "shortlist__value_chain")
        .order_by(F("shortlist__published_at").desc())
    )
