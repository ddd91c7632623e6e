"""Enumerations and lifecycles as data; terms that staff may edit (value chains, KETs, …) are rows, not these."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Language(models.TextChoices):
    IT = "it", _("Italian")
    EN = "en", _("English")


class OrganisationKind(models.TextChoices):
    RESEARCH = "research", _("Research organisation")
    COMPANY = "company", _("Company")
    SME = "sme", _("Small or medium enterprise")
    STARTUP = "startup", _("Start-up")
    TRAINING = "training", _("Training body")
    NETWORK = "network", _("Business network")
    OTHER = "other", _("Other")


class CompetenceKind(models.TextChoices):
    """What an organisation says of itself in words of the vocabulary (`Competence`)."""

    COMPETENCE = "competence", _("Competence")
    EQUIPMENT = "equipment", _("Equipment")
    SERVICE = "service", _("Service")


class CompetenceState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("word", "Proposed")
    ACCEPTED = "accepted", pgettext_lazy("word", "Accepted")
    MERGED = "merged", pgettext_lazy("word", "Merged")
    RETIRED = "retired", pgettext_lazy("word", "Retired")


class AffiliationRole(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    MEMBER = "member", _("Member")


class AffiliationState(models.TextChoices):
    """Where a member's wish to be one of an organisation's people stands."""

    PENDING = "pending", _("Pending")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class AffiliationAct(models.TextChoices):
    """What happened between somebody and an organisation."""

    CAME = "came", _("came")
    ADMINISTRATOR = "administrator", _("became an administrator")
    MEMBER = "member", _("is no longer an administrator")
    LEFT = "left", _("left")
    REMOVED = "removed", _("was removed")


class InvitationState(models.TextChoices):
    """Always derived (`Invitation.state_at`), never stored."""

    OPEN = "open", pgettext_lazy("invitation", "Open")
    ACCEPTED = "accepted", _("Accepted")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Scheme(models.TextChoices):
    KET_2018 = "ket-2018", _("Key Enabling Technologies (2018)")
    KET_2009 = "ket-2009", _("Key Enabling Technologies (2009)")
    S3 = "s3-2021", _("Smart specialisation areas")
    TRL = "trl", _("Technology readiness levels")
    PROVINCE = "nuts3", _("Provinces")


class ChainStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    COLLECTING = "collecting", _("Collecting interest")
    UNDER_REVIEW = "under_review", _("Under review")
    INCUBATING = "incubating", _("Incubating")
    ACTIVE = "active", _("Active")
    REJECTED = "rejected", _("Rejected")
    DORMANT = "dormant", _("Dormant")
    RETIRED = "retired", _("Retired")


class Level(models.TextChoices):
    REGIONAL = "regional", _("Regional")
    NATIONAL = "national", _("National")
    EUROPEAN = "european", _("European")
    OTHER = "other", _("Other level")


class DeadlineKind(models.TextChoices):
    OPENING = "opening", _("Opening")
    SINGLE = "single", _("Deadline")
    STAGE_1 = "stage_1", _("First stage")
    STAGE_2 = "stage_2", _("Second stage")
    CUT_OFF = "cut_off", _("Cut-off")
    CLICK_DAY = "click_day", _("Click day")
    UNTIL_EXHAUSTED = "until_exhausted", _("Until the budget is exhausted")
    MILESTONE = "milestone", _("The cluster's own date")


# Dates of a call at which nothing closes.
NOT_CLOSING: frozenset[str] = frozenset({DeadlineKind.OPENING, DeadlineKind.MILESTONE})


class CallTags(models.TextChoices):
    """Which calls staff look through when they tag them."""

    FEW = "few", _("Without value chain or KET")
    NONE = "none", _("Without any tag")
    ALL = "all", _("All")


class CallStatus(models.TextChoices):
    """Always derived from the dates (`Call.status_at`), never stored."""

    FORTHCOMING = "forthcoming", _("Forthcoming")
    OPEN = "open", pgettext_lazy("call", "Open")
    CLOSING_SOON = "closing_soon", _("Closing soon")
    BETWEEN_STAGES = "between_stages", _("Between stages")
    CLOSED = "closed", _("Closed")
    UNKNOWN = "unknown", _("No dates yet")


class ImportOutcome(models.TextChoices):
    """What an import does with a call, or did."""

    CREATED = "created", pgettext_lazy("calls", "New")
    CHANGED = "changed", pgettext_lazy("calls", "Changed")
    UNCHANGED = "unchanged", pgettext_lazy("calls", "Unchanged")
    REFUSED = "refused", pgettext_lazy("rows of a file", "Refused")
    MISSING = "missing", _("No longer listed")


class IdeaState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    NEEDS_INFO = "needs_info", _("Needs information")
    PREPARING = "preparing", _("Preparing the proposal")
    SUBMITTED = "submitted", _("Submitted")
    FUNDED = "funded", _("Funded")
    NOT_FUNDED = "not_funded", _("Not funded")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MERGED = "merged", _("Merged")
    PARKED = "parked", _("Parked")


# From a state, the states it may go to. Anything else is refused with Conflict("wrong_state").
IDEA_NEXT: dict[str, frozenset[str]] = {
    IdeaState.DRAFT: frozenset({IdeaState.OPEN, IdeaState.WITHDRAWN}),
    IdeaState.OPEN: frozenset(
        {IdeaState.PREPARING, IdeaState.NEEDS_INFO, IdeaState.WITHDRAWN, IdeaState.MERGED, IdeaState.PARKED}
    ),
    IdeaState.NEEDS_INFO: frozenset({IdeaState.OPEN, IdeaState.WITHDRAWN, IdeaState.MERGED, IdeaState.PARKED}),
    IdeaState.PREPARING: frozenset(
        {IdeaState.OPEN, IdeaState.SUBMITTED, IdeaState.WITHDRAWN, IdeaState.MERGED, IdeaState.PARKED}
    ),
    IdeaState.SUBMITTED: frozenset({IdeaState.FUNDED, IdeaState.NOT_FUNDED, IdeaState.WITHDRAWN}),
    IdeaState.FUNDED: frozenset(),
    IdeaState.NOT_FUNDED: frozenset({IdeaState.OPEN}),
    IdeaState.WITHDRAWN: frozenset(),
    IdeaState.MERGED: frozenset(),
    IdeaState.PARKED: frozenset({IdeaState.OPEN, IdeaState.WITHDRAWN, IdeaState.MERGED}),
}
# Where an author can't take an idea by hand: a review asks for information, and a merge needs the others' consent.
IDEA_NOT_BY_HAND: frozenset[str] = frozenset({IdeaState.NEEDS_INFO, IdeaState.MERGED})
# From where an idea can open again against another call.
IDEA_AGAIN: frozenset[str] = frozenset({IdeaState.NOT_FUNDED, IdeaState.PARKED})
# What others than its authors may see at all, given a wide enough visibility.
IDEA_PUBLISHED: frozenset[str] = frozenset(IdeaState.values) - {IdeaState.DRAFT, IdeaState.WITHDRAWN}
# Where organisations may still ask to join, and comments are still taken.
IDEA_JOINABLE: frozenset[str] = frozenset({IdeaState.OPEN, IdeaState.NEEDS_INFO, IdeaState.PREPARING})
IDEA_COMMENTABLE: frozenset[str] = frozenset(IdeaState.values) - {IdeaState.WITHDRAWN, IdeaState.MERGED}
# Where it may be aimed at a call, or at another one.
IDEA_AIMING: frozenset[str] = IDEA_AGAIN | IDEA_JOINABLE | {IdeaState.DRAFT}


class Visibility(models.TextChoices):
    PRIVATE = "private", _("Private: authors and the people they invite")
    VALUE_CHAIN = "value_chain", _("Value chain: members enrolled in its value chains")
    MEMBERS = "members", _("Members: everybody in the cluster")


class Nature(models.TextChoices):
    INDUSTRIAL_RESEARCH = "industrial_research", _("Industrial research")
    EXPERIMENTAL_DEVELOPMENT = "experimental_development", _("Experimental development")
    COLLABORATIVE_RESEARCH = "collaborative_research", _("Collaborative research")


class IprStatus(models.TextChoices):
    NONE = "none", _("No protection yet")
    SECRET = "secret", _("Kept as trade secret")
    FILED = "filed", _("Patent filed")
    GRANTED = "granted", _("Patent granted")
    COPYRIGHT = "copyright", _("Copyright or software licence")
    OPEN = "open", _("Open results intended")


class ConsortiumRole(models.TextChoices):
    COORDINATOR = "coordinator", _("Coordinator")
    BENEFICIARY = "beneficiary", _("Beneficiary")
    AFFILIATED_ENTITY = "affiliated_entity", _("Affiliated entity")
    ASSOCIATED_PARTNER = "associated_partner", _("Associated partner")
    SUBCONTRACTOR = "subcontractor", _("Subcontractor")
    THIRD_PARTY = "third_party", _("Third party giving in-kind contributions")
    END_USER = "end_user", _("End user or pilot site")


class JoinState(models.TextChoices):
    """Where a request to join stands, or an invitation (`JoinRequest.invited_by`). Who left is withdrawn, too."""

    INVITED = "invited", _("Invited")
    UNAUTHORISED = "unauthorised", _("Awaiting authorisation")
    PENDING = "pending", _("Pending")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WAITLISTED = "waitlisted", _("On the waiting list")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REMOVED = "removed", pgettext_lazy("partner", "Removed")
    EXPIRED = "expired", _("Expired")


JOIN_NEXT: dict[str, frozenset[str]] = {
    JoinState.INVITED: frozenset({JoinState.ACCEPTED, JoinState.DECLINED, JoinState.WITHDRAWN, JoinState.EXPIRED}),
    JoinState.UNAUTHORISED: frozenset({JoinState.PENDING, JoinState.WITHDRAWN, JoinState.EXPIRED}),
    JoinState.PENDING: frozenset(
        {JoinState.ACCEPTED, JoinState.DECLINED, JoinState.WAITLISTED, JoinState.WITHDRAWN, JoinState.EXPIRED}
    ),
    JoinState.WAITLISTED: frozenset({JoinState.ACCEPTED, JoinState.DECLINED, JoinState.WITHDRAWN, JoinState.EXPIRED}),
    JoinState.ACCEPTED: frozenset({JoinState.WITHDRAWN, JoinState.REMOVED}),
    JoinState.DECLINED: frozenset(),
    JoinState.WITHDRAWN: frozenset(),
    JoinState.REMOVED: frozenset(),
    JoinState.EXPIRED: frozenset(),
}
# An organisation asks, without an answer, or with one that isn't the last.
JOIN_WAITING: frozenset[str] = frozenset({JoinState.UNAUTHORISED, JoinState.PENDING, JoinState.WAITLISTED})
# Somebody still has to act; what stands so for too long expires. On the waiting list nobody has to.
JOIN_DUE: frozenset[str] = frozenset({JoinState.INVITED, JoinState.UNAUTHORISED, JoinState.PENDING})
# What ends with the idea.
JOIN_UNSETTLED: frozenset[str] = JOIN_WAITING | {JoinState.INVITED}
# An organisation has at most one row in these states for a place of an idea, or for a role beside its places: a
# database constraint.
JOIN_LIVE: frozenset[str] = JOIN_UNSETTLED | {JoinState.ACCEPTED}


class JoinAct(models.TextChoices):
    """What somebody did with a request to join, or with an invitation: a line of its history."""

    ASKED = "asked", _("Asked to join")
    INVITED = "invited", _("Invited")
    AUTHORISED = "authorised", _("Authorised")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WAITLISTED = "waitlisted", _("Put on the waiting list")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    LEFT = "left", _("Left the consortium")
    REMOVED = "removed", _("Removed from the consortium")
    CONFIRMED = "confirmed", _("Confirmed that it takes part")
    SIGNED = "signed", _("Letter signed")


class SuggestionSide(models.TextChoices):
    """Who said something of a suggestion."""

    AUTHORS = "authors", _("The idea's authors")
    ORGANISATION = "organisation", _("The organisation")


class SuggestionVerdict(models.TextChoices):
    ASIDE = "aside", _("Set it aside")
    AGAIN = "again", _("Suggest again")


class MergeState(models.TextChoices):
    """Where a proposal to merge two ideas stands. It is overtaken where one of them went elsewhere meanwhile."""

    OPEN = "open", pgettext_lazy("proposal", "Open")
    DONE = "done", _("Merged")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    OVERTAKEN = "overtaken", _("Overtaken")


class Commitment(models.TextChoices):
    INTERESTED = "interested", _("Interested")
    CONFIRMED = "confirmed", _("Confirmed")
    LETTER_SIGNED = "letter_signed", _("Letter signed")


COMMITMENT_NEXT: dict[str, str] = {
    Commitment.INTERESTED: Commitment.CONFIRMED,
    Commitment.CONFIRMED: Commitment.LETTER_SIGNED,
}


class AttachmentAudience(models.TextChoices):
    """Who may read a file, of those who see its idea."""

    ALL = "all", _("Everybody who sees the idea")
    PARTNERS = "partners", _("Authors and partners only")


class CommentAudience(models.TextChoices):
    """Which of an idea's two discussions a comment stands in."""

    ALL = "all", _("Everybody who sees the idea")
    PARTNERS = "partners", _("Partners only")


class ShortlistState(models.TextChoices):
    DRAFT = "draft", _("In preparation")
    PUBLISHED = "published", _("Published")


class ShortlistAct(models.TextChoices):
    """What somebody did to a shortlist, as its history keeps it."""

    BEGUN = "begun", _("List begun")
    ADDED = "added", _("Idea added")
    MOVED = "moved", _("Idea moved")
    REASONED = "reasoned", _("Reason changed")
    REMOVED = "removed", _("Idea taken off")
    PUBLISHED = "published", _("List published")


class NotificationKind(models.TextChoices):
    COMMENT_POSTED = "comment.posted", _("New comment")
    ROOM_POSTED = "room.posted", _("New comment for partners")
    JOIN_REQUESTED = "join.requested", _("Request to join")
    JOIN_AUTHORISATION_ASKED = "join.authorisation_asked", _("Authorisation asked")
    JOIN_ANSWERED = "join.answered", _("Answer to a request to join")
    JOIN_COMMITTED = "join.committed", _("Partner confirmed")
    JOIN_INVITED = "join.invited", _("Invitation to join")
    JOIN_ENDED = "join.ended", _("Request or invitation ended")
    JOIN_EXPIRING = "join.expiring", _("Request or invitation about to expire")
    PLACE_FREE = "place.free", _("Place free again")
    IDEA_SHORTLISTED = "idea.shortlisted", _("On a shortlist")
    IDEA_WITHDRAWN = "idea.withdrawn", _("Idea withdrawn")
    IDEA_SHARED = "idea.shared", _("You are a co-author")
    IDEA_EXPIRING = "idea.expiring", _("Idea about to expire")
    INFO_ASKED = "info.asked", _("Information asked for")
    INFO_GIVEN = "info.given", _("Information given")
    IDEA_MERGED = "idea.merged", _("Ideas merged")
    MERGE_PROPOSED = "merge.proposed", _("Merge proposed")
    MERGE_ENDED = "merge.ended", _("Merge declined or withdrawn")
    DEADLINE_CHANGED = "deadline.changed", _("Deadline changed")
    DEADLINE_REMINDER = "deadline.reminder", _("Deadline ahead")
    CALL_ADDED = "call.added", _("New call")
    SEARCH_FOUND = "search.found", _("New ideas in a saved search")
    ANNEX_CHANGED = "annex.changed", _("Confidential annex")
    AFFILIATION_ASKED = "affiliation.asked", _("Somebody says that they work in your organisation")
    AFFILIATION_ANSWERED = "affiliation.answered", _("Answer of an organisation")
    AFFILIATION_CHANGED = "affiliation.changed", _("Your place in an organisation")
    UNIT_CHANGED = "unit.changed", _("Sub-units of an organisation")


class MailCategory(models.TextChoices):
    """What a member chooses a frequency of mail for. Each kind of notification is in one (`rules.mails`)."""

    DEADLINES = "deadlines", _("Deadlines: reminders and changes")
    CALLS = "calls", _("New calls in what I follow")
    IDEAS = "ideas", _("Ideas: comments, requests, shortlists")


class MailFrequency(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", _("Never")


# How many days before a closing members are reminded, unless they choose otherwise.
LEAD_DAYS = (30, 14, 7, 2, 1)


class SearchKind(models.TextChoices):
    """What the search finds. A teaser is what visitors may find of an idea."""

    IDEA = "idea", _("Ideas")
    CALL = "call", _("Calls")
    ORGANISATION = "organisation", _("Organisations")
    MEMBER = "member", _("People")
    COMMENT = "comment", _("Comments")
    TEASER = "teaser", _("Teasers")
