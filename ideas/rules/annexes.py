"""Who writes an idea's annex, and whose reading of it is kept. Who may read it is `queries.annexes`."""

from datetime import timedelta

from ideas.models import Idea, Member
from ideas.rules.ideas import can_edit_idea, is_author

# Who opens the same thing twice within it has opened it once.
ONE_OPENING = timedelta(hours=1)


def can_write_annex(member: Member, idea: Idea) -> bool:
    """The idea's authors, as long as it isn't withdrawn or merged."""
    return can_edit_idea(member, idea)


def is_recorded(member: Member, idea: Idea) -> bool:
    """Whether it is kept that the member opened the annex: of everybody but the authors, who wrote it."""
    return not is_author(member, idea)
