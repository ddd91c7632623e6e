"""What time does to requests to join and to invitations: a reminder, then an end. Taken by the tick."""

from datetime import datetime

from django.db import transaction

from ideas import publish
from ideas.actions.board import lock_with_idea
from ideas.actions.join_steps import administrators_of, end, seeing, tell, tell_of_end
from ideas.actions.joining import REQUESTS
from ideas.choices import JOIN_DUE, JoinState, NotificationKind
from ideas.models import JoinRequest, Member
from ideas.queries.joining import requests_due, requests_to_remind
from ideas.rules.joining import has_expired

# Of one round; the next one goes on.
BATCH = 200


def expire_requests(*, at: datetime) -> int:
    """End what nobody answered in time, and tell both sides. Returns how many ended.

    One transaction each: an answer that comes in the same moment is before it or after it, never beside it.
    """
    return sum(_expire(request, at) for request in list(requests_due(at)[:BATCH]))


@transaction.atomic(durable=True)
def _expire(request: JoinRequest, at: datetime) -> bool:
    request = lock_with_idea(request, REQUESTS)
    if not has_expired(request, at):
        return False
    authors = [] if request.state == JoinState.UNAUTHORISED else list(request.idea.authors.all())
    concerned = seeing(request, [*_organisations(request), *authors])
    was_invited = request.state == JoinState.INVITED
    end(request, JoinState.EXPIRED, by=None, at=at)
    publish.request_changed(request, tell_of_end(request, concerned, by=None, at=at), closes=was_invited)
    return True


def remind_of_requests(*, at: datetime) -> int:
    """Remind, five days before the end, whoever has to act: authors to answer, administrators to authorise or answer.

    Returns how many requests somebody was reminded of. Each is told of once, however often this runs.
    """
    return sum(_remind(request, at) for request in list(requests_to_remind(at)[:BATCH]))


@transaction.atomic(durable=True)
def _remind(request: JoinRequest, at: datetime) -> bool:
    request = lock_with_idea(request, REQUESTS)
    if request.reminded or request.state not in JOIN_DUE or has_expired(request, at):
        return False
    request.reminded = True
    request.save(update_fields=["reminded"])
    pending = request.state == JoinState.PENDING
    acting = list(request.idea.authors.all()) if pending else administrators_of(request)
    step = f"{request.state}.expiring"
    publish.members_told(tell(acting, NotificationKind.JOIN_EXPIRING, step, request, by=None, at=at))
    return True


def _organisations(request: JoinRequest) -> list[Member]:
    """The people of the organisation whom an end concerns: who asked, and who would have acted."""
    asked = [] if request.state == JoinState.INVITED else [request.asked_by]
    acting = [] if request.state == JoinState.PENDING else administrators_of(request)
    return [*asked, *acting]
