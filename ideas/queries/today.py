"""What waits for a member today: the numbers of the line at the head of the board."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Func, IntegerField, Q, QuerySet, Subquery

from ideas.choices import IDEA_JOINABLE, AffiliationRole, IdeaState, JoinState, ShortlistState
from ideas.models import Idea, JoinRequest, Member, Shortlist
from ideas.queries.ideas import Viewer


@dataclass(frozen=True)
class Today:
    """How many requests and invitations to answer, requests to authorise, own ideas still drafts, asked about by a reviewer or on a closed
    call, and shortlists still to publish.
    """

    answer: int = 0
    authorise: int = 0
    drafts: int = 0
    shortlists: int = 0
    stranded: int = 0
    asked: int = 0


def waiting_for(member: Viewer, at: datetime) -> Today:
    """Count what waits for the member, in one query; nothing waits for a visitor, and that costs none."""
    if not isinstance(member, Member):
        return Today()
    authored = Idea.authors.through.objects.filter(member_id=member.pk).values("idea_id")
    administered = member.affiliations.filter(role=AffiliationRole.ADMINISTRATOR).values("organisation")
    led = member.led_chains.values("id")
    counts = Member.objects.filter(pk=member.pk).values(
        answer=_count(
            JoinRequest.objects.filter(
                Q(idea__in=authored, state=JoinState.PENDING)
                | Q(organisation__in=administered, state=JoinState.INVITED)
            )
        ),
        authorise=_count(JoinRequest.objects.filter(organisation__in=administered, state=JoinState.UNAUTHORISED)),
        drafts=_count(Idea.objects.filter(pk__in=authored, state=IdeaState.DRAFT)),
        asked=_count(Idea.objects.filter(pk__in=authored, state=IdeaState.NEEDS_INFO)),
        stranded=_count(Idea.objects.filter(pk__in=authored, state__in=IDEA_JOINABLE, call__closes_at__lt=at)),
        shortlists=_count(Shortlist.objects.filter(value_chain__in=led, state=ShortlistState.DRAFT)),
    )
    return Today(**counts.get())


def _count(rows: QuerySet[Any]) -> Subquery:
    number = Func("pk", function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=number).values("number"))
