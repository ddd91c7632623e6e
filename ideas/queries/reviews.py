"""Who reads which reviews, what they add up to, and what waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from ideas.choices import REVIEW_DUE, ReviewState, ShortlistState
from ideas.models import Decision, Idea, Member, Review, ReviewRound, Shortlist, ShortlistEntry
from ideas.queries.conflicts import own_interest
from ideas.queries.ideas import visible_to
from ideas.rules.reviews import Marks, below_threshold, criteria_of, disagree, mean, overall, read_marks

# How long before a review is due its reviewer is reminded.
REMIND_AHEAD = timedelta(days=2)


@dataclass(frozen=True)
class Summary:
    """What the reviews of an entry say together, out of those that are done.

    `overall` is the mean of the reviewers' overalls, `criteria` {code: (mean, lowest, highest)}, `points` {code: every
    mark, lowest first}, with "overall" among the codes of both. `below` names what lies below its threshold. With
    `hidden` the reader has a review of their own to finish first: how many there are is all that is said.
    """

    done: int = 0
    asked: int = 0
    overall: Decimal | None = None
    criteria: Mapping[str, tuple[Decimal, Decimal, Decimal]] = field(default_factory=dict)
    points: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    below: tuple[str, ...] = ()
    disagreement: bool = False
    hidden: bool = False


# Seeing -------------------------------------------------------------------------------------------------------------


def free_to_review(member: Member, audiences: Sequence[str] | None = None) -> QuerySet[Idea]:
    """Select the ideas whose reviews may concern a member at all: seen, and of no interest to them. For ever so:
    neither a decision nor a published list opens the reviews of an idea to who has an interest in it.
    """
    return visible_to(member, audiences).exclude(own_interest(member)).order_by()


def reviews_concerning(member: Member) -> QuerySet[Review]:
    """Select the reviews of which a member may know that they are there: their own, and those of the lists that they
    curate. What is said in them is `readable_reviews`.
    """
    concerned = Q(reviewer=member) | _curates(member)
    free = free_to_review(member).values("id")
    return Review.objects.filter(concerned, entry__idea__in=free).select_related(
        "reviewer", "entry__idea", "entry__shortlist__round", "entry__shortlist__value_chain"
    )


def readable_reviews(member: Member) -> QuerySet[Review]:
    """Select the reviews that a member may read: their own; others' once these are done, for who curates the list or
    has reviewed the idea, too, and not before a review of their own is in.
    """
    own = Review.objects.filter(entry=OuterRef("entry"), reviewer=member).order_by()
    others = Q(_curates(member) | Exists(own.filter(state=ReviewState.DONE)), state=ReviewState.DONE)
    free = free_to_review(member).values("id")
    return Review.objects.filter(
        Q(reviewer=member) | (others & ~Exists(own.filter(state__in=REVIEW_DUE))), entry__idea__in=free
    ).select_related("reviewer", "entry__idea", "entry__shortlist__round", "entry__shortlist__value_chain")


def without_asides(reviews: Iterable[Review], member: Member) -> list[Review]:
    """Take out of reviews what is for the leads only, where the member neither wrote them nor curates their list.

    Not to be saved. One query at the most.
    """
    rows = list(reviews)
    lists = Shortlist.objects.filter(_curates(member, ""), id__in={row.entry.shortlist_id for row in rows})
    curated = set(lists.values_list("id", flat=True))
    for row in rows:
        if row.reviewer_id != member.pk and row.entry.shortlist_id not in curated:
            row.aside = ""
    return rows


def _curates(member: Member, shortlist: str = "entry__shortlist__") -> Q:
    if member.is_staff:
        return ~Q(pk__in=[])
    return Q(**{f"{shortlist}value_chain__in": member.led_chains.values("id")})


def entries_open_to_reviews() -> QuerySet[ShortlistEntry]:
    """Select the entries of which reviews can still be written: undecided on a list in preparation, or decided to be
    revised and answered by the authors.
    """
    published = Decision.objects.filter(entry=OuterRef("pk"), published_at__isnull=False).order_by("-id")
    entries = ShortlistEntry.objects.order_by().annotate(
        decided=Exists(published), answered=Subquery(published.values("answered_at")[:1])
    )
    undecided = Q(decided=False, shortlist__state=ShortlistState.DRAFT)
    return entries.filter(undecided | Q(answered__isnull=False))


def is_open(review: Review) -> bool:
    """Whether a review can still be written or opened again."""
    return entries_open_to_reviews().filter(pk=review.entry_id).exists()


# A reviewer's own ---------------------------------------------------------------------------------------------------


def own_reviews(member: Member) -> QuerySet[Review]:
    """Select a member's own reviews, the soonest due first, each with `open`: whether it can still be written."""
    free = free_to_review(member).values("id")
    open_ = Q(entry__in=entries_open_to_reviews().values("id"))
    return (
        Review.objects.filter(reviewer=member, entry__idea__in=free)
        .select_related("entry__idea", "entry__shortlist__round", "entry__shortlist__value_chain", "asked_by")
        .annotate(open=Exists(entries_open_to_reviews().filter(pk=OuterRef("entry"))))
        .exclude(~open_, state__in=REVIEW_DUE)
        .order_by(F("entry__shortlist__round__due").asc(nulls_last=True), "id")
    )


def reviews_to_remind(at: datetime) -> QuerySet[Review]:
    """Select the reviews that are due within two days, and of whose due time the reviewer wasn't reminded yet."""
    soon = Q(entry__shortlist__round__due__gt=at, entry__shortlist__round__due__lte=at + REMIND_AHEAD)
    told = Q(reminded_of=F("entry__shortlist__round__due"), reminded_of__isnull=False)
    waiting = Review.objects.filter(soon, state__in=REVIEW_DUE, entry__in=entries_open_to_reviews().values("id"))
    return waiting.exclude(told).order_by("id")


# What they add up to ------------------------------------------------------------------------------------------------


def counts_of(shortlist: Shortlist, member: Member, audiences: Sequence[str] | None = None) -> dict[str, int]:
    """Count a list's reviews for a member, of ideas in which they have no interest: {done, asked, mine}, `mine` being
    those of their own that wait. One query.
    """
    free = free_to_review(member, audiences).values("id")
    reviews = Review.objects.filter(entry__shortlist=shortlist, entry__idea__in=free)
    counts: dict[str, int] = reviews.exclude(state=ReviewState.DECLINED).aggregate(
        done=Count("id", filter=Q(state=ReviewState.DONE)),
        asked=Count("id"),
        mine=Count("id", filter=Q(reviewer=member, state__in=REVIEW_DUE)),
    )
    return counts


def round_of(shortlist: Shortlist) -> ReviewRound | None:
    """Read a list's round; None where it has none."""
    return ReviewRound.objects.filter(shortlist=shortlist).first()


def summaries(
    entries: Iterable[ShortlistEntry], member: Member | None = None, audiences: Sequence[str] | None = None
) -> dict[int, Summary]:
    """Add up the reviews of entries: {entry id: Summary}, in two queries.

    With `member` it is what they may know: nothing of ideas in which they have an interest or that they don't see
    (three queries more), and no marks while a review of their own is open. Entries of lists without a round are left
    out.
    """
    found = list(entries)
    rounds = {
        row.shortlist_id: row for row in ReviewRound.objects.filter(shortlist__in={e.shortlist_id for e in found})
    }
    listed = [entry for entry in found if entry.shortlist_id in rounds]
    if member is not None:
        seen = free_to_review(member, audiences).filter(id__in={entry.idea_id for entry in listed})
        free = set(seen.values_list("id", flat=True))
        listed = [entry for entry in listed if entry.idea_id in free]
    by_entry: dict[int, list[Review]] = defaultdict(list)
    for review in Review.objects.filter(entry__in=listed).exclude(state=ReviewState.DECLINED):
        by_entry[review.entry_id].append(review)
    shut = _shut(listed, by_entry, member) if member else set()
    return {
        entry.pk: _summary(by_entry[entry.pk], rounds[entry.shortlist_id], hidden=entry.pk in shut) for entry in listed
    }


def _shut(entries: Sequence[ShortlistEntry], by_entry: Mapping[int, list[Review]], member: Member) -> set[int]:
    """Pick the entries whose marks the member may not read now: as `readable_reviews` has it."""
    own = {entry.pk: [row for row in by_entry.get(entry.pk, ()) if row.reviewer_id == member.pk] for entry in entries}
    lists = Shortlist.objects.filter(_curates(member, ""), id__in={entry.shortlist_id for entry in entries})
    curated = set(lists.values_list("id", flat=True))
    return {
        entry.pk
        for entry in entries
        if (own[entry.pk] and own[entry.pk][0].state in REVIEW_DUE)
        or (entry.shortlist_id not in curated and not own[entry.pk])
    }


def _summary(reviews: Sequence[Review], review_round: ReviewRound, *, hidden: bool) -> Summary:
    done = [review for review in reviews if review.state == ReviewState.DONE]
    if hidden or not done:
        return Summary(done=len(done), asked=len(reviews), hidden=hidden)
    marked = [read_marks(review.marks) for review in done]
    points = {one.code: _given(marked, one.code) for one in criteria_of(review_round)}
    points["overall"] = tuple(sorted(one for row in done if (one := overall(row.marks, review_round)) is not None))
    spread = {code: (mean(given) or Decimal(0), given[0], given[-1]) for code, given in points.items() if given}
    means: Marks = {code: middle for code, (middle, _lowest, _highest) in spread.items()}
    return Summary(
        done=len(done),
        asked=len(reviews),
        overall=means.get("overall"),
        criteria=spread,
        points={code: given for code, given in points.items() if given},
        below=tuple(below_threshold(means, review_round)),
        disagreement=disagree(marked, review_round),
    )


def _given(marked: Sequence[Marks], code: str) -> tuple[Decimal, ...]:
    return tuple(sorted(mark for marks in marked if (mark := marks.get(code)) is not None))
