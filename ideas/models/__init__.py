"""The tables, one noun a file."""

from ideas.models.calls import Call, Deadline, DeadlineChange, Import
from ideas.models.comments import Comment
from ideas.models.ideas import BoardCount, Idea, IdeaTransition, IdeaVersion
from ideas.models.joining import JoinRequest, RoleSlot
from ideas.models.members import Affiliation, Invitation, Member
from ideas.models.notifications import Notification
from ideas.models.organisations import Organisation
from ideas.models.shortlists import Shortlist, ShortlistEntry
from ideas.models.taxonomy import Term, ValueChain

__all__ = [
    "Affiliation",
    "BoardCount",
    "Call",
    "Comment",
    "Deadline",
    "DeadlineChange",
    "Idea",
    "IdeaTransition",
    "IdeaVersion",
    "Import",
    "Invitation",
    "JoinRequest",
    "Member",
    "Notification",
    "Organisation",
    "RoleSlot",
    "Shortlist",
    "ShortlistEntry",
    "Term",
    "ValueChain",
]
