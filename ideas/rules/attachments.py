"""Who may put files beside an idea, and take them away. Who may read one is `queries.attachments`."""

from ideas.choices import IDEA_COMMENTABLE
from ideas.models import Attachment, Idea, Member
from ideas.rules.ideas import is_author
from ideas.rules.plans import is_on_team

# Of one idea, so that its page stays a page.
MAX_PER_IDEA = 40


def takes_attachments(idea: Idea) -> bool:
    """Whether files may still come: the idea isn't withdrawn or merged."""
    return idea.state in IDEA_COMMENTABLE


def can_attach(member: Member, idea: Idea) -> bool:
    """Its authors, and the people of its partners, as long as the idea takes files."""
    return member.is_active and takes_attachments(idea) and is_on_team(member, idea)


def can_remove_attachment(member: Member, attachment: Attachment) -> bool:
    """Who put it there, the idea's authors, and cluster staff; of those, who sees it."""
    return attachment.uploaded_by_id == member.pk or member.is_staff or is_author(member, attachment.idea)
