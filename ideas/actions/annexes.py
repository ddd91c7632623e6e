"""Writes of annexes: the text, and the record of who opened it. Their words stay out of the log, bell and search."""

from datetime import datetime

from django.db import transaction

from ideas import publish, text
from ideas.actions.board import lock_idea
from ideas.actions.notifications import notify
from ideas.choices import AttachmentAudience, CommentAudience, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Annex, AnnexOpening, Attachment, Comment, Idea, Member, Notification, Organisation
from ideas.models.annexes import MAX_CHARS
from ideas.queries.annexes import just_opened, partners_people, reads_for, waiting_to_hear
from ideas.queries.joining import partners_of
from ideas.queries.merging import ids_merged_into
from ideas.rules.annexes import can_write_annex, is_recorded


@transaction.atomic(durable=True)
def write_annex(*, by: Member, idea: Idea, source: str, version: int, at: datetime) -> Annex:
    """Save an annex over the version that its author had in front of them, and tell the confirmed partners.

    `source` is Markdown, "" takes the annex away; `version` is 0 where there was none. Saving the same text again
    changes nothing. Raises NotAllowed, ValidationError on `text`, Conflict("edited_meanwhile").
    """
    idea = lock_idea(idea.pk)
    if not can_write_annex(by, idea):
        raise NotAllowed
    annex = Annex.objects.filter(idea=idea).first() or Annex(idea=idea)
    annex.idea = idea
    if annex.version != version:
        raise Conflict("edited_meanwhile")
    written = text.clean_field("text", source, most=MAX_CHARS)
    if written == annex.text:
        return annex
    came = not annex.text
    with text.beside("text"):
        annex.html = text.render(written)
    annex.text, annex.version, annex.changed_at, annex.changed_by = written, version + 1, at, by
    annex.save()
    publish.members_told(_tell_partners(annex, by, at, came=came) if written else ())
    return annex


def open_annex(*, by: Member, annex: Annex, at: datetime) -> Annex:
    """Give a reader the text as it is now, and keep that they opened it: once an hour and version.

    Of authors nothing is kept. The caller found it through `annexes_visible_to`. Raises NotAllowed for who lost it
    meanwhile.
    """
    if is_recorded(by, annex.idea) and not just_opened(by, annex, at, version=annex.version):
        return _note_reading(by=by, idea=annex.idea, at=at)
    return annex


def note_download(*, by: Member, attachment: Attachment, at: datetime) -> None:
    """Keep in the annex's record that somebody downloads a file that is for partners only: once an hour and file.

    Of authors nothing is kept. The caller found it through `attachments_visible_to`. Raises NotAllowed for who lost it
    meanwhile.
    """
    if attachment.audience != AttachmentAudience.PARTNERS or not is_recorded(by, attachment.idea):
        return
    annex = Annex.objects.filter(idea=attachment.idea_id).first()
    if annex is None or not just_opened(by, annex, at, attachment=attachment):
        _note_download(by=by, attachment=attachment, at=at)


# Parts --------------------------------------------------------------------------------------------------------------


def keep_for_partners(idea: Idea) -> None:
    """Before an idea goes into another one and its partners with it: they read its annex on, and what they said among
    themselves. A helper for actions.
    """
    annex = Annex.objects.filter(idea=idea).first()
    if annex is None and Comment.objects.filter(idea=idea, audience=CommentAudience.PARTNERS).exists():
        annex = Annex.objects.create(idea=idea)
    if annex is not None:
        annex.kept_for.add(*partners_of(idea))


def keep_no_more(idea: Idea, organisation: Organisation) -> None:
    """A partner leaves an idea: of those that went into it, it reads no annex any more. A helper for actions."""
    kept = Annex.kept_for.through.objects.filter(annex__idea__in=ids_merged_into(idea.pk), organisation=organisation)
    kept.delete()


@transaction.atomic(durable=True)
def _note_reading(*, by: Member, idea: Idea, at: datetime) -> Annex:
    idea = lock_idea(idea.pk)
    organisation = _reader(by, idea)
    annex = Annex.objects.select_related("idea", "changed_by").get(idea=idea)
    if annex.text and not just_opened(by, annex, at, version=annex.version):
        AnnexOpening.objects.create(annex=annex, member=by, organisation=organisation, version=annex.version, at=at)
    return annex


@transaction.atomic(durable=True)
def _note_download(*, by: Member, attachment: Attachment, at: datetime) -> None:
    idea = lock_idea(attachment.idea_id)
    organisation = _reader(by, idea)
    annex, _made = Annex.objects.get_or_create(idea=idea)
    # What was removed in this moment can't be named by its row any more.
    known = Attachment.objects.filter(pk=attachment.pk).first()
    if known is None or not just_opened(by, annex, at, attachment=known):
        AnnexOpening.objects.create(
            annex=annex, member=by, organisation=organisation, attachment=known, file_name=attachment.name, at=at
        )


def _reader(by: Member, idea: Idea) -> Organisation:
    organisation = reads_for(by, idea)
    if organisation is None:
        raise NotAllowed
    return organisation


def _tell_partners(annex: Annex, by: Member, at: datetime, *, came: bool) -> list[Notification]:
    """Tell the confirmed partners' people, but for those whom the last word of it hasn't reached yet."""
    idea = annex.idea
    people = partners_people(idea).exclude(pk=by.pk).exclude(pk__in=waiting_to_hear(idea).values("member"))
    return notify(
        members=people, kind=NotificationKind.ANNEX_CHANGED, idea=idea, url=annex.get_absolute_url(),
        key=f"annex.{idea.pk}.{annex.version}", data={"title": idea.title, "actor": by.name, "came": came}, at=at,
    )  # fmt: skip
