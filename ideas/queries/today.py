"""What waits for a member today: the numbers of the line at the head of the board."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, Q, QuerySet

from ideas.choices import IDEA_JOINABLE, REVIEW_DUE, AffiliationRole, IdeaState, JoinState, ShortlistState
from ideas.models import Affiliation, Idea, JoinRequest, Member, Review, Shortlist, ValueChain
from ideas.queries.conflicts import own_interest
from ideas.queries.ideas import Viewer
from ideas.queries.prepared import Prepared, Slot, counted


@dataclass(frozen=True)
class Today:
    """How many requests and invitations to answer, requests to authorise, own ideas still drafts, asked about by a
    reviewer or on a closed call, shortlists still to publish, and reviews to write for lists in preparation.
    """

    answer: int = 0
    authorise: int = 0
    drafts: int = 0
    shortlists: int = 0
    stranded: int = 0
    asked: int = 0
    to_review: int = 0
    # Value chains that they lead: nothing that waits, but asked here no page needs a query for it.
    leads: int = 0


def waiting_for(member: Viewer, at: datetime) -> Today:
    """Count what waits for the member, in one query; nothing waits for a visitor, and that costs none."""
    if not isinstance(member, Member):
        return Today()
    [counts] = _COUNTS.rows(member=member.pk, at=at)
    return Today(*counts)


def _counts(member: Slot, at: Slot) -> "QuerySet[Any, Any]":
    authored = Idea.authors.through.objects.filter(member_id=member).values("idea_id")
    affiliations = Affiliation.objects.filter(member_id=member, role=AffiliationRole.ADMINISTRATOR)
    administered = affiliations.values("organisation")
    leading = ValueChain.leads.through.objects.filter(member_id=member)
    led = leading.values("valuechain_id")
    to_answer = JoinRequest.objects.filter(
        Q(idea__in=authored, state=JoinState.PENDING) | Q(organisation__in=administered, state=JoinState.INVITED)
    )
    to_authorise = JoinRequest.objects.filter(organisation__in=administered, state=JoinState.UNAUTHORISED)
    own = Idea.objects.filter(pk__in=authored)
    reviews = Review.objects.filter(
        ~own_interest(member, "entry__idea"),
        reviewer=member, state__in=sorted(REVIEW_DUE), entry__shortlist__state=ShortlistState.DRAFT,
    )  # fmt: skip
    counts = Member.objects.filter(pk=member).annotate(
        answer=counted(to_answer),
        authorise=counted(to_authorise),
        drafts=counted(own.filter(state=IdeaState.DRAFT)),
        asked=counted(own.filter(state=IdeaState.NEEDS_INFO)),
        stranded=counted(own.filter(state__in=IDEA_JOINABLE, call__closes_at__lt=at)),
        shortlists=counted(Shortlist.objects.filter(value_chain__in=led, state=ShortlistState.DRAFT)),
        to_review=counted(reviews),
        leads=counted(leading),
    )
    return counts.values_list(*(field.name for field in fields(Today)))


_COUNTS = Prepared(_counts, member=BigIntegerField(), at=DateTimeField())
