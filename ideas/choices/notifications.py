"""What members are told, and how often by mail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
    DECISION_PUBLISHED = "decision.published", _("Decision of the leads")
    DECISION_ANSWERED = "decision.answered", _("Revised idea back")
    REVIEW_ASKED = "review.asked", _("Review asked for")
    REVIEW_DUE = "review.due", _("Review about to be due")
    REVIEW_ENDED = "review.ended", _("A reviewer said no")
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
    REVIEWS = "reviews", _("Reviews that you are asked for")


class MailFrequency(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", _("Never")


# How many days before a closing members are reminded, unless they choose otherwise.
LEAD_DAYS = (30, 14, 7, 2, 1)
