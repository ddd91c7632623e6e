"""Reads of shortlists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from ideas.choices import ShortlistAct, ShortlistState
from ideas.models import Call, Idea, Member, Shortlist, ShortlistChange, ShortlistEntry, ValueChain
from ideas.queries.conflicts import own_interest
from ideas.queries.ideas import Viewer, audiences_of, public_teasers, visible_to
from ideas.queries.taxonomy import chains_in_use
from ideas.rules.ideas import is_published

# Of a list's history a page shows so many of the newest lines.
MOST_CHANGES = 200


@dataclass(frozen=True)
class Move:
    """From which place to which an idea went, counting those that the reader sees."""

    was: int
    now: int


def shortlists_visible_to(member: Viewer, audiences: Sequence[str] | None = None) -> QuerySet[Shortlist]:
    """Published lists for every member; lists in preparation for the chain's leads and cluster staff.

    A published list is never empty, so one whose ideas the member may not see isn't there for them: as an empty list
    it would tell of a hidden idea. `audiences` saves a query where the caller has them.
    """
    if not isinstance(member, Member) or not member.is_active:
        return Shortlist.objects.none()
    seen = entries_seen(member, audiences).filter(shortlist=OuterRef("pk")).order_by()
    return Shortlist.objects.filter(_in_preparation(member) | Q(Exists(seen), state=ShortlistState.PUBLISHED))


def _in_preparation(member: Member) -> Q:
    return Q(state=ShortlistState.DRAFT) & _curated_by(member)


def entries_seen(member: Viewer, audiences: Sequence[str] | None = None) -> QuerySet[ShortlistEntry]:
    """Select the entries that a member reads on lists that they may see: the one place that says which.

    Of ideas that they may see; on a list in preparation, none of an idea in which they have an interest. On a
    published one what was decided for it (`shown`); the rest only who curates it, unless they have an interest.
    """
    entries = ShortlistEntry.objects.filter(idea__in=visible_to(member, audiences).values("id"))
    if not isinstance(member, Member):
        return entries
    free = Q(shortlist__state=ShortlistState.DRAFT) | _curated_by(member, "shortlist__")
    return entries.filter(_SHOWN | (free & ~Q(own_interest(member, "idea"))))


# What every member who sees the idea reads of a published list.
_SHOWN = Q(shown=True, shortlist__state=ShortlistState.PUBLISHED)


def _curated_by(member: Member, shortlist: str = "") -> Q:
    if member.is_staff:
        return ~Q(pk__in=[])
    return Q(**{f"{shortlist}value_chain__in": member.led_chains.values("id")})


def shortlist_rows(member: Viewer) -> QuerySet[Shortlist]:
    """The lists for an overview, newest first, each with `entry_count` of the entries that the member may see."""
    audiences = audiences_of(member)
    seen = entries_seen(member, audiences).order_by().values("id")
    return (
        shortlists_visible_to(member, audiences)
        .select_related("value_chain", "call", "created_by")
        .annotate(entry_count=Count("entries", filter=Q(entries__in=seen)))
        .order_by("-id")
    )


def shortlists_to_read(member: Viewer, audiences: Sequence[str] | None = None) -> QuerySet[Shortlist]:
    """The lists that the member may see, each with the entries that they may see (`with_entries`)."""
    audiences = audiences_of(member) if audiences is None else audiences
    return with_entries(shortlists_visible_to(member, audiences), member, audiences)


def with_entries(
    shortlists: QuerySet[Shortlist], member: Viewer, audiences: Sequence[str] | None = None
) -> QuerySet[Shortlist]:
    """Add `seen_entries`: the entries that the member reads, in order (`entries_seen`). The others aren't even
    counted: `place` numbers those seen, 1 being the first.
    """
    entries = (
        entries_seen(member, audiences)
        .annotate(place=Window(RowNumber(), partition_by=F("shortlist"), order_by=F("position").asc()))
        .select_related("idea", "idea__value_chain", "added_by")
        .order_by("position")
    )
    return shortlists.select_related("value_chain", "call", "created_by", "published_by").prefetch_related(
        Prefetch("entries", queryset=entries, to_attr="seen_entries")
    )


def open_shortlists_for(member: Member, idea: Idea) -> QuerySet[Shortlist]:
    """The lists in preparation to which the member may add the idea, newest first; none for a draft, and none for an
    idea in which they have an interest: which lists lack it would tell which have it.
    """
    if not is_published(idea):
        return Shortlist.objects.none()
    fitting = Shortlist.objects.filter(state=ShortlistState.DRAFT, value_chain__code__in=idea.tags["chains"])
    if not member.is_staff:
        fitting = fitting.filter(value_chain__leads=member)
    return fitting.exclude(entries__idea=idea).exclude(own_interest(member, idea)).order_by("-id")


def published_entries_of(idea_id: int) -> QuerySet[ShortlistEntry]:
    """The published lists on which members read of an idea, newest first. The caller may see the idea."""
    return (
        ShortlistEntry.objects.filter(_SHOWN, idea_id=idea_id)
        .select_related("shortlist", "shortlist__value_chain")
        .order_by(F("shortlist__published_at").desc())
    )


def public_shortlists() -> QuerySet[Shortlist]:
    """Select the published lists of which everybody may read title, value chain, call, and `public_ideas_of`."""
    return Shortlist.objects.filter(state=ShortlistState.PUBLISHED, public_teaser=True)


def public_ideas_of(shortlist: Shortlist) -> QuerySet[Idea]:
    """Select what everybody may read of a public list: its ideas with a public teaser, in order. Without places, which
    would tell of the others.
    """
    listed = Q(shortlist_entries__shortlist=shortlist, shortlist_entries__shown=True)
    return public_teasers().filter(listed).order_by("shortlist_entries__position")


def published_shortlists_for(member: Viewer, call: Call, audiences: Sequence[str] | None = None) -> list[Shortlist]:
    """Read the published lists made for a call, newest first; for visitors those that are public."""
    seen = shortlists_visible_to(member, audiences) if isinstance(member, Member) else public_shortlists()
    lists = seen.filter(call=call, state=ShortlistState.PUBLISHED)
    return list(lists.select_related("value_chain").order_by("-published_at", "-id"))


def curated_chains(member: Viewer) -> QuerySet[ValueChain]:
    """Select the value chains for which a member may make shortlists: those they lead; cluster staff, every one."""
    if not isinstance(member, Member) or not member.is_active:
        return ValueChain.objects.none()
    return chains_in_use() if member.is_staff else chains_in_use().filter(leads=member)


def lists_with(member: Member, idea: Idea) -> QuerySet[Shortlist]:
    """Select the lists on which the member reads of an idea, newest first.

    The caller has found the idea through `visible_to`, so that a published list with it is none that looks empty.
    """
    published = Q(state=ShortlistState.PUBLISHED)
    free = (_in_preparation(member) | (published & _curated_by(member))) & ~Q(own_interest(member, idea))
    return Shortlist.objects.filter(free | (published & Q(entries__shown=True)), entries__idea=idea).order_by("-id")


def curated_codes(member: Viewer) -> set[str]:
    """Read the codes of the value chains for which a member may make shortlists; a visitor costs no query."""
    return set(curated_chains(member).values_list("code", flat=True))


def history_of(shortlist: Shortlist, member: Member, audiences: Sequence[str] | None = None) -> list[ShortlistChange]:
    """Read what was done to a list, newest first, in two queries.

    What speaks of ideas that the member may not see, or in which they have an interest, is left out, for good: it
    tells of reasons that were taken back. A move has `move`; one only past such ideas is no move for this reader.
    """
    changes = list(shortlist.changes.select_related("by", "idea").order_by("-id")[:MOST_CHANGES])
    named = {change.idea_id for change in changes if change.idea_id is not None}
    named |= {pk for change in changes for pk in change.data.get("before", ())}
    visible = visible_to(member, audiences).filter(id__in=named).exclude(own_interest(member))
    seen = set(visible.values_list("id", flat=True))
    shown = []
    for change in changes:
        if change.idea_id is not None and change.idea_id not in seen:
            continue
        if change.act == ShortlistAct.MOVED:
            move = change.move = _move(change, seen)  # type: ignore[attr-defined]  # for the page
            if move.was == move.now:
                continue
        shown.append(change)
    return shown


def _move(change: ShortlistChange, seen: set[int]) -> Move:
    def place(order: Iterable[int]) -> int:
        return [pk for pk in order if pk in seen].index(change.idea_id) + 1  # type: ignore[arg-type]  # a move has one

    return Move(place(change.data["before"]), place(change.data["after"]))
