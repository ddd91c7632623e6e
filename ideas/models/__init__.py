"""The tables, one noun a file."""

from ideas.models.calls import Call, CatalogueStamp
from ideas.models.candidates import Candidate
from ideas.models.comments import Comment
from ideas.models.deadlines import Deadline, DeadlineChange
from ideas.models.drafts import Draft
from ideas.models.following import CallFollow, Reminded
from ideas.models.ideas import BoardCount, Idea, IdeaTransition
from ideas.models.imports import Import
from ideas.models.joining import JoinRequest, RoleSlot
from ideas.models.mails import Mail
from ideas.models.members import Affiliation, Invitation, Member
from ideas.models.notifications import Notification
from ideas.models.organisations import Organisation
from ideas.models.plans import Milestone, PlanStep
from ideas.models.search import SearchEntry
from ideas.models.shortlists import Shortlist, ShortlistEntry
from ideas.models.taxonomy import Term, ValueChain
from ideas.models.versions import IdeaVersion

__all__ = [
    "Affiliation",
    "BoardCount",
    "Call",
    "CallFollow",
    "Candidate",
    "CatalogueStamp",
    "Comment",
    "Deadline",
    "DeadlineChange",
    "Draft",
    "Idea",
    "IdeaTransition",
    "IdeaVersion",
    "Import",
    "Invitation",
    "JoinRequest",
    "Mail",
    "Member",
    "Milestone",
    "Notification",
    "Organisation",
    "PlanStep",
    "Reminded",
    "RoleSlot",
    "SearchEntry",
    "Shortlist",
    "ShortlistEntry",
    "Term",
    "ValueChain",
]
