"""Who may propose that one idea goes into another, and who speaks for which of the two."""

from ideas.choices import IDEA_JOINABLE, IDEA_NEXT, IdeaState, MergeState
from ideas.models import Idea, Member, MergeProposal, ValueChain
from ideas.rules.ideas import is_author

SIDES = ("idea", "into")


def can_propose_merge(member: Member, idea: Idea) -> bool:
    """The idea's authors, and the leads of its value chains (who see it: the caller loaded it by `visible_to`)."""
    if is_author(member, idea):
        return True
    chains = ValueChain.objects.filter(leads=member, code__in=idea.tags["chains"])
    return chains.exists()


def can_go_elsewhere(idea: Idea) -> bool:
    """Whether the idea's state lets it go into another one."""
    return IdeaState.MERGED in IDEA_NEXT[idea.state]


def can_take_another(idea: Idea) -> bool:
    """Whether the idea's state lets another one come into it: comments and requests must find it at work."""
    return idea.state in IDEA_JOINABLE


def sides_of(member: Member, proposal: MergeProposal) -> list[str]:
    """List the sides for which the member may speak: of "idea" and "into" those that they are an author of."""
    return [side for side in SIDES if is_author(member, getattr(proposal, side))]


def can_end_merge(member: Member, proposal: MergeProposal) -> bool:
    """Who proposed it, and the authors of both, while it is open."""
    if proposal.state != MergeState.OPEN:
        return False
    return proposal.proposed_by_id == member.pk or bool(sides_of(member, proposal))
