"""The tables, one noun a file."""

from ideas.models.affiliations import AffiliationChange, AffiliationRequest
from ideas.models.annexes import Annex, AnnexOpening
from ideas.models.attachments import Attachment
from ideas.models.calls import Call, CatalogueStamp
from ideas.models.candidates import Candidate
from ideas.models.comments import Comment
from ideas.models.competences import Competence
from ideas.models.conflicts import ConflictOfInterest
from ideas.models.deadlines import Deadline, DeadlineChange
from ideas.models.decisions import Decision
from ideas.models.drafts import Draft
from ideas.models.following import CallFollow, Reminded
from ideas.models.ideas import BoardCount, BoardStamp, Idea, IdeaTransition, TargetChange
from ideas.models.imports import Import
from ideas.models.intake import Intake
from ideas.models.joining import JoinRequest, JoinStep, RoleSlot
from ideas.models.mails import Mail
from ideas.models.meetings import Meeting, MeetingItem, MeetingMark, MeetingMinute
from ideas.models.members import Affiliation, Invitation, Member
from ideas.models.merging import MergeProposal
from ideas.models.notifications import Notification
from ideas.models.organisations import DirectoryStamp, Organisation, PastProject
from ideas.models.partners import PartnerLetter, PartnerSheet
from ideas.models.plans import Milestone, PlanStep
from ideas.models.reviews import Review, ReviewRound
from ideas.models.rule_sets import RuleSet
from ideas.models.search import SearchEntry
from ideas.models.searches import SavedSearch
from ideas.models.shortlists import Shortlist, ShortlistChange, ShortlistEntry
from ideas.models.suggestions import SuggestionMark, SuggestionStamp
from ideas.models.taxonomy import Term, ValueChain
from ideas.models.versions import IdeaVersion

__all__ = [
    "Affiliation",
    "AffiliationChange",
    "AffiliationRequest",
    "Annex",
    "AnnexOpening",
    "Attachment",
    "BoardCount",
    "BoardStamp",
    "Call",
    "CallFollow",
    "Candidate",
    "CatalogueStamp",
    "Comment",
    "Competence",
    "ConflictOfInterest",
    "Deadline",
    "DeadlineChange",
    "Decision",
    "DirectoryStamp",
    "Draft",
    "Idea",
    "IdeaTransition",
    "IdeaVersion",
    "Import",
    "Intake",
    "Invitation",
    "JoinRequest",
    "JoinStep",
    "Mail",
    "Meeting",
    "MeetingItem",
    "MeetingMark",
    "MeetingMinute",
    "Member",
    "MergeProposal",
    "Milestone",
    "Notification",
    "Organisation",
    "PartnerLetter",
    "PartnerSheet",
    "PastProject",
    "PlanStep",
    "Reminded",
    "Review",
    "ReviewRound",
    "RoleSlot",
    "RuleSet",
    "SavedSearch",
    "SearchEntry",
    "Shortlist",
    "ShortlistChange",
    "ShortlistEntry",
    "SuggestionMark",
    "SuggestionStamp",
    "TargetChange",
    "Term",
    "ValueChain",
]
