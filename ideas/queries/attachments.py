"""Reads of attachments: who may read which, what an idea's page shows, and how much is kept for an organisation."""

from dataclasses import dataclass
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet, Sum

from ideas.choices import AttachmentAudience, JoinState
from ideas.errors import Conflict
from ideas.exchange.attachments import FORMATS
from ideas.exchange.downloads import StoredFile
from ideas.models import Attachment, Idea, Member, Organisation, PartnerLetter
from ideas.queries.ideas import Viewer, visible_to
from ideas.queries.plans import plans_visible_to


@dataclass(frozen=True)
class Payer:
    """Against whose quota a file counts: an organisation's, or that of a member who has none."""

    member: Member
    organisation: Organisation | None


def attachments_visible_to(member: Viewer) -> QuerySet[Attachment]:
    """Select the attachments that the viewer may read: the one gate of pages, API, downloads and thumbnails.

    Those for everybody, of the ideas that the viewer sees; those for partners, of the ideas on whose team they are.
    """
    seen = Q(idea__in=visible_to(member).values("id")) & ~Q(audience=AttachmentAudience.PARTNERS)
    own = Q(idea__in=plans_visible_to(member).values("id"))
    return Attachment.objects.filter(seen | own).select_related("idea", "uploaded_by")


def attachments_of(idea_id: int, *, team: bool) -> QuerySet[Attachment]:
    """Select an idea's attachments, oldest first; those for partners only where the reader is on its team.

    The caller loaded the idea through `visible_to`, and asked `plans_visible_to`.
    """
    rows = Attachment.objects.filter(idea_id=idea_id).select_related("uploaded_by", "idea").order_by("id")
    return rows if team else rows.exclude(audience=AttachmentAudience.PARTNERS)


def is_on_its_team(member: Viewer, idea: Idea) -> bool:
    """Whether the viewer reads what is for partners only: authors, and the people of partners. One query."""
    return plans_visible_to(member).filter(pk=idea.pk).exists()


def payer_of(member: Member, idea: Idea) -> Payer:
    """Find whose space a member's file takes: the organisation that proposes the idea where it is theirs, or their
    first one.
    """
    own = member.affiliations.order_by("id").values_list("organisation_id", flat=True)
    ids = list(own)
    chosen = idea.organisation_id if idea.organisation_id in ids else next(iter(ids), None)
    return Payer(member, Organisation.objects.get(pk=chosen) if chosen else None)


def used_bytes(payer: Payer) -> int:
    """Sum up what is kept for an organisation, or for a member who has none."""
    rows = Attachment.objects.filter(organisation=payer.organisation)
    if payer.organisation is None:
        rows = rows.filter(uploaded_by=payer.member)
    total: int | None = rows.aggregate(total=Sum("size_bytes"))["total"]
    return total or 0


def is_standing_letter(attachment: Attachment) -> bool:
    """Whether a file is the signed letter of an organisation that is a partner still."""
    return PartnerLetter.objects.filter(attachment=attachment, request__state=JoinState.ACCEPTED).exists()


def shared_names(idea_id: int) -> list[str]:
    """List the names of an idea's attachments that everybody who sees it may read, for the search."""
    rows = Attachment.objects.filter(idea_id=idea_id).exclude(audience=AttachmentAudience.PARTNERS)
    return list(rows.order_by("id").values_list("name", flat=True))


def kept_names(names: list[str]) -> set[str]:
    """Pick those names of files in the storage that belong to an attachment."""
    rows = Attachment.objects.filter(Q(kept_as__in=names) | Q(thumbnail_as__in=names))
    return {name for pair in rows.values_list("kept_as", "thumbnail_as") for name in pair if name}


def stored_file(attachment: Attachment) -> StoredFile:
    """Open an attachment's file, to be sent. The caller found it through `attachments_visible_to`.

    Raises Conflict("file_lost") where the storage has it no more.
    """
    return StoredFile(
        stream=_open(attachment.kept_as),
        size=attachment.size_bytes,
        name=attachment.name,
        content_type=FORMATS[attachment.suffix].content_type,
        tag=attachment.kept_as.rpartition("/")[2],
    )


def thumbnail_bytes(attachment: Attachment) -> bytes:
    """Read an attachment's small picture, a few kilobytes. Raises Conflict("file_lost")."""
    with _open(attachment.thumbnail_as) as picture:
        return picture.read()


def _open(name: str) -> BinaryIO:
    try:
        return cast(BinaryIO, default_storage.open(name))
    except FileNotFoundError:
        raise Conflict("file_lost") from None
