"""Who may tick and change an idea's plan, who writes the template, and when it is too late to start.

Who may see a plan is `queries.plans.plans_visible_to`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ideas.choices import IDEA_COMMENTABLE, IDEA_JOINABLE, IdeaState, JoinState
from ideas.models import Idea, JoinRequest, Member
from ideas.rules.ideas import can_edit_idea, is_author

# So many days of delay a team can still catch up with; a plan that nobody has begun and that is later than that is
# told that the call is hardly reachable.
CATCH_UP_DAYS = 7
# Ideas whose proposal isn't in yet: the others are told nothing of being late.
STILL_AHEAD: frozenset[str] = IDEA_JOINABLE | {IdeaState.DRAFT}


def is_on_team(member: Member, idea: Idea) -> bool:
    """Whether the member is an author, or belongs to a partner: the same answer as `queries.plans.plans_visible_to`."""
    partners = JoinRequest.objects.filter(idea=idea, state=JoinState.ACCEPTED)
    return is_author(member, idea) or partners.filter(organisation__affiliations__member=member).exists()


def takes_ticks(idea: Idea) -> bool:
    """Whether its plan still goes on: the idea isn't withdrawn or merged."""
    return idea.state in IDEA_COMMENTABLE


def can_tick(member: Member, idea: Idea) -> bool:
    """Everybody on the team, as long as the plan goes on."""
    return takes_ticks(idea) and is_on_team(member, idea)


def can_change_plan(member: Member, idea: Idea) -> bool:
    """The idea's authors."""
    return can_edit_idea(member, idea)


def can_begin(idea: Idea, at: datetime) -> bool:
    """Whether there is something to plan for: a deadline ahead, and a proposal that isn't in yet nor given up."""
    return idea.deadline is not None and idea.deadline.at >= at and idea.state in STILL_AHEAD


def can_edit_steps(member: Member) -> bool:
    """Cluster staff."""
    return member.is_staff


@dataclass(frozen=True)
class Lateness:
    """How many steps are overdue, by how many days the first of them, and whether the call is hardly reachable."""

    overdue: int = 0
    days: int = 0
    too_late: bool = False


def lateness(steps: Sequence[tuple[date, bool]], today: date) -> Lateness:
    """Judge a plan on a day of the deadline's own clock. `steps` are (day, done).

    Too late to start: nothing is done yet, and the first step should have been for more than `CATCH_UP_DAYS`. Whoever
    has begun is only told what is overdue: they know better than a calendar whether they get there.
    """
    late = [day for day, done in steps if not done and day < today]
    if not late:
        return Lateness()
    behind = today - min(late)
    begun = any(done for _, done in steps)
    return Lateness(len(late), behind.days, not begun and behind > timedelta(days=CATCH_UP_DAYS))
