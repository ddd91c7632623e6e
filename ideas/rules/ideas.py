"""Who may do what to an idea. Who may see it is `queries.ideas.visible_to`."""

from datetime import date, timedelta

from ideas.choices import IDEA_COMMENTABLE, IDEA_JOINABLE, IDEA_NEXT, IDEA_NOT_BY_HAND, IdeaState
from ideas.models import Idea, Member, ValueChain

# By how much an idea is renewed with one press.
RENEWAL = timedelta(days=182)
# An idea ends only while it is at work: what is parked, submitted or over waits for no renewal.
CAN_EXPIRE = IDEA_JOINABLE


# What a reader needs to judge an idea, so that it can be opened to others.
NEEDED_TO_OPEN = ("title", "value_chain", "teaser", "problem", "approach")


def is_author(member: Member, idea: Idea) -> bool:
    """Whether the member is one of the idea's authors."""
    return idea.authors.filter(pk=member.pk).exists()


def can_edit_idea(member: Member, idea: Idea) -> bool:
    """Authors, as long as the idea isn't withdrawn or merged."""
    return idea.state in IDEA_COMMENTABLE and is_author(member, idea)


def can_change_state(member: Member, idea: Idea, state: str) -> bool:
    """Authors, where the lifecycle allows the step and it is one of theirs; for more information asks a reviewer."""
    if state == IdeaState.NEEDS_INFO:
        return state in IDEA_NEXT[idea.state] and can_review(member, idea)
    return state in IDEA_NEXT[idea.state] - IDEA_NOT_BY_HAND and is_author(member, idea)


def can_review(member: Member, idea: Idea) -> bool:
    """The leads of its value chains and cluster staff, unless they write it.

    Of those, who see it: the caller loaded it by `visible_to`.
    """
    leads = ValueChain.objects.filter(leads=member, code__in=idea.tags["chains"])
    return (member.is_staff or leads.exists()) and not is_author(member, idea)


def next_states(member: Member, idea: Idea) -> list[str]:
    """List the states to which the member may take the idea now, in the order of the lifecycle."""
    allowed = IDEA_NEXT[idea.state] - IDEA_NOT_BY_HAND
    return [state for state in IdeaState.values if state in allowed] if is_author(member, idea) else []


def can_comment(member: Member, idea: Idea) -> bool:
    """Every active member who sees the idea (the caller loaded it through `visible_to`), while it takes comments."""
    return member.is_active and idea.state in IDEA_COMMENTABLE


def takes_requests(idea: Idea) -> bool:
    """Whether organisations may still ask to join."""
    return idea.state in IDEA_JOINABLE


def is_expired(state: str, valid_until: date | None, today: date) -> bool:
    """Whether an idea is past the day until which its authors said that it is valid; derived, never stored."""
    return valid_until is not None and valid_until < today and state in CAN_EXPIRE


def renewed_until(valid_until: date | None, today: date) -> date:
    """Propose a day to renew an idea until: half a year more."""
    return max(valid_until or today, today) + RENEWAL


def is_published(idea: Idea) -> bool:
    """Whether others than its authors may see the idea at all."""
    return idea.state not in {IdeaState.DRAFT, IdeaState.WITHDRAWN}
