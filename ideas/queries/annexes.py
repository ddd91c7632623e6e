"""Reads of annexes: who may read one, what they have opened of it, and the record that its authors see."""

from datetime import datetime

from django.db.models import Q, QuerySet

from ideas.choices import AttachmentAudience, NotificationKind
from ideas.models import Annex, AnnexOpening, Attachment, Idea, Member, Notification, Organisation
from ideas.queries.attachments import attachments_visible_to
from ideas.queries.ideas import Viewer, visible_to
from ideas.queries.joining import partners_of
from ideas.queries.plans import plans_visible_to
from ideas.rules.annexes import ONE_OPENING

RECORD_PAGE = 50


def annexed_ideas(member: Viewer) -> QuerySet[Idea]:
    """Select the ideas whose annex the member may read, whether there is one or not; a part of `visible_to`.

    Authors, and the people of confirmed partners; of an idea that went into another one, those who were its partners
    then and haven't left the other since. Nobody else, neither leads nor cluster staff.
    """
    if not isinstance(member, Member) or not member.is_active:
        return Idea.objects.none()
    team = plans_visible_to(member).values("id")
    kept = Annex.kept_for.through.objects.filter(organisation__affiliations__member=member.pk)
    return visible_to(member, ()).filter(Q(id__in=team) | Q(id__in=kept.values("annex__idea")))


def annexes_visible_to(member: Viewer) -> QuerySet[Annex]:
    """Select the annexes that the member may read: the one gate of page, API, bell and mail.

    What was emptied isn't there.
    """
    rows = Annex.objects.filter(idea__in=annexed_ideas(member).values("id")).exclude(text="")
    return rows.select_related("idea", "changed_by")


def files_of(member: Viewer, idea: Idea) -> QuerySet[Attachment]:
    """Select an idea's files for partners that the member may read, oldest first."""
    rows = attachments_visible_to(member).filter(idea=idea, audience=AttachmentAudience.PARTNERS)
    return rows.order_by("id")


def reads_for(member: Member, idea: Idea) -> Organisation | None:
    """Find the partner for which a member reads an idea's annex, the first of several; None for nobody's."""
    confirmed = Q(pk__in=partners_of(idea).values("id"))
    kept = Q(pk__in=Annex.kept_for.through.objects.filter(annex__idea=idea).values("organisation"))
    return Organisation.objects.filter(confirmed | kept, affiliations__member=member).order_by("id").first()


def partners_people(idea: Idea) -> QuerySet[Member]:
    """Select the people of an idea's confirmed partners."""
    partners = partners_of(idea).values("id")
    return Member.objects.filter(affiliations__organisation__in=partners, is_active=True).distinct()


def waiting_to_hear(idea: Idea) -> QuerySet[Notification]:
    """Select what tells members of an idea's annex and has neither been read in the bell nor mailed yet."""
    return Notification.objects.filter(idea=idea, kind=NotificationKind.ANNEX_CHANGED, read_at=None, mail=None)


def has_opened(member: Member, annex: Annex) -> bool:
    """Whether the member has ever opened the text as it is now."""
    return annex.openings.filter(member=member, version=annex.version).exists()


def just_opened(
    member: Member, annex: Annex, at: datetime, *, version: int | None = None, attachment: Attachment | None = None
) -> bool:
    """Whether the member opened this version, or this file, so lately that it is the same opening."""
    rows = annex.openings.filter(member=member, version=version, at__gt=at - ONE_OPENING)
    return rows.filter(attachment=attachment).exists()


def record_of(idea: Idea, *, before: int | None = None) -> tuple[list[AnnexOpening], int | None]:
    """Read a page of who opened an idea's annex, the latest first: (rows, id before which the next page begins).

    One query.
    """
    rows = AnnexOpening.objects.filter(annex__idea=idea).select_related("member", "organisation").order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: RECORD_PAGE + 1])
    return found[:RECORD_PAGE], found[RECORD_PAGE - 1].pk if len(found) > RECORD_PAGE else None
