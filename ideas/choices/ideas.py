"""Enumerations and the lifecycle of ideas, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class MergeState(models.TextChoices):
    """Where a proposal to merge two ideas stands. It is overtaken where one of them went elsewhere meanwhile."""

    OPEN = "open", pgettext_lazy("proposal", "Open")
    DONE = "done", _("Merged")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    OVERTAKEN = "overtaken", _("Overtaken")


class AttachmentAudience(models.TextChoices):
    """Who may read a file, of those who see its idea."""

    ALL = "all", _("Everybody who sees the idea")
    PARTNERS = "partners", _("Authors and partners only")


class CommentAudience(models.TextChoices):
    """Which of an idea's two discussions a comment stands in."""

    ALL = "all", _("Everybody who sees the idea")
    PARTNERS = "partners", _("Partners only")


class SearchKind(models.TextChoices):
    """What the search finds. A teaser is what visitors may find of an idea."""

    IDEA = "idea", _("Ideas")
    CALL = "call", _("Calls")
    ORGANISATION = "organisation", _("Organisations")
    MEMBER = "member", _("People")
    COMMENT = "comment", _("Comments")
    TEASER = "teaser", _("Teasers")
