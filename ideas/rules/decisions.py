"""What may be decided of an idea on a list. Who may decide is `queries.decisions.entries_decided_by`."""

from ideas.choices import IDEA_NEXT, IdeaState, Outcome
from ideas.models import Idea

# What members read of on a published list; of the others only the authors know.
SHOWN = frozenset({Outcome.SHORTLIST, Outcome.RESERVE})


def can_be_revised(idea: Idea) -> bool:
    """Whether an idea can go back to its authors, or is with them already, so that they can open it again."""
    return idea.state == IdeaState.NEEDS_INFO or goes_back(idea)


def goes_back(idea: Idea) -> bool:
    """Whether a revision takes the idea a step back in its lifecycle."""
    return IdeaState.NEEDS_INFO in IDEA_NEXT[idea.state]
