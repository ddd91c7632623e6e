"""Writes of attachments: files first, then the row; whatever fails in between leaves neither."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import BinaryIO, cast
from zlib import crc32

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from ideas import publish
from ideas.actions.board import lock_idea, lock_with_idea
from ideas.actions.search import index_idea_words
from ideas.choices import AttachmentAudience
from ideas.errors import Conflict, NotAllowed
from ideas.exchange.attachments import FORMATS, check_file, make_thumbnail
from ideas.models import Attachment, Idea, Member, Organisation
from ideas.queries.attachments import is_standing_letter, kept_names, payer_of, used_bytes
from ideas.rules.attachments import MAX_PER_IDEA, can_attach, can_remove_attachment, takes_attachments

logger = logging.getLogger(__name__)
FOLDER = "attachments"
# Files lie in sixteen folders by the first letter of their name, so that looking through one is quick.
_LETTERS = "0123456789abcdef"
# A file that is younger may belong to an upload that isn't through yet.
ORPHAN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Kept:
    """A file that was looked at and stored: its shown name, its size, and where it and its small picture are."""

    name: str
    suffix: str
    size_bytes: int
    kept_as: str
    thumbnail_as: str


def add_attachment(
    *, by: Member, idea: Idea, file: "File[bytes]", name: str, audience: str, client_id: str, at: datetime
) -> Attachment:
    """Put a file beside an idea, and tell everyone who may read it.

    `client_id` (1–64 characters, chosen by the sender's browser) makes it safe to send again: the same one gives the
    same attachment. Only authors and the people of partners may. What is for partners only changes nothing that
    others see. Raises NotAllowed, Conflict("attaching_closed"), ValidationError on `file` (codes of
    `exchange.attachments.check_file`, and "quota", "too_many"), Conflict("file_not_kept") where the storage fails.
    """
    if known := _sent_before(by, idea, client_id):
        return known
    _require(by, idea)
    kept = keep_file(file, name)
    attachment = None
    try:
        attachment = _write(by=by, idea=idea, kept=kept, audience=audience, client_id=client_id, at=at)
    finally:
        if attachment is None or attachment.kept_as != kept.kept_as:
            forget_files([kept.kept_as, kept.thumbnail_as])
    return attachment


@transaction.atomic(durable=True)
def remove_attachment(*, by: Member, attachment: Attachment) -> None:
    """Take a file away for good. Twice is once. Raises NotAllowed, Conflict("letter_kept") for a partner's letter."""
    try:
        attachment = lock_with_idea(attachment, Attachment.objects.all())
    except Attachment.DoesNotExist:
        return
    if not can_remove_attachment(by, attachment):
        raise NotAllowed
    if is_standing_letter(attachment):
        raise Conflict("letter_kept")
    Attachment.objects.filter(pk=attachment.pk).delete()
    index_idea_words(attachment.idea)
    names = [attachment.kept_as, attachment.thumbnail_as]
    transaction.on_commit(lambda: forget_files(names), robust=True)
    publish.attachment_removed(attachment)


def sweep_files(*, at: datetime) -> int:
    """Delete files that belong to no attachment: a server died between file and row, or a backup went back in time.

    One of sixteen folders a call, by the minute of `at`. Returns how many went.
    """
    letter = _LETTERS[crc32(f"{at:%Y%m%d%H%M}".encode()) % 16]
    folder = f"{FOLDER}/{letter}"
    try:
        names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    except FileNotFoundError:  # nothing was kept there yet
        return 0
    gone = 0
    for start in range(0, len(names), 500):
        batch = names[start : start + 500]
        orphans = [name for name in {*batch} - kept_names(batch) if _is_old(name, at)]
        forget_files(orphans)
        gone += len(orphans)
    return gone


# Parts --------------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def _write(*, by: Member, idea: Idea, kept: Kept, audience: str, client_id: str, at: datetime) -> Attachment:
    idea = lock_idea(idea.pk)
    if known := _sent_before(by, idea, client_id):
        return known
    _require(by, idea)
    attachment = put_beside(idea, kept, by=by, audience=audience, client_id=client_id, at=at)
    if audience == AttachmentAudience.ALL:
        idea.activity_at = at
        idea.save(update_fields=["activity_at"])
        index_idea_words(idea)
    publish.attachment_added(attachment)
    return attachment


def put_beside(idea: Idea, kept: Kept, *, by: Member, audience: str, client_id: str, at: datetime) -> Attachment:
    """Write the row of a stored file beside an idea that the caller has locked, if there is room. A helper for actions.

    Raises ValidationError on `file`: "quota", "too_many".
    """
    organisation = _take_space(by, idea, kept.size_bytes)
    attachment = Attachment(
        idea=idea, uploaded_by=by, organisation=organisation, client_id=client_id, name=kept.name, suffix=kept.suffix,
        audience=audience, size_bytes=kept.size_bytes, kept_as=kept.kept_as, thumbnail_as=kept.thumbnail_as,
        uploaded_at=at,
    )  # fmt: skip
    attachment.full_clean(exclude=["idea", "uploaded_by", "organisation"])
    attachment.save(force_insert=True)
    return attachment


def _sent_before(by: Member, idea: Idea, client_id: str) -> Attachment | None:
    return Attachment.objects.filter(idea=idea, uploaded_by=by, client_id=client_id).first()


def _require(by: Member, idea: Idea) -> None:
    if can_attach(by, idea):
        return
    if not takes_attachments(idea):
        raise Conflict("attaching_closed")
    raise NotAllowed


def _take_space(by: Member, idea: Idea, size_bytes: int) -> Organisation | None:
    """See whether there is room, one writer of an organisation after the other. Returns who pays, None the member."""
    if idea.attachments.count() >= MAX_PER_IDEA:
        raise _refused(
            _("An idea can have %(limit)d files. Remove one that isn't needed any more."), "too_many",
            limit=MAX_PER_IDEA,
        )  # fmt: skip
    payer = payer_of(by, idea)
    if payer.organisation:
        Organisation.objects.select_for_update().get(pk=payer.organisation.pk)
    else:
        Member.objects.select_for_update().get(pk=by.pk)
    quota = settings.ATTACHMENT_QUOTA_BYTES
    if used_bytes(payer) + size_bytes > quota:
        raise _refused(
            _("There is no room for it: the files of %(who)s may take %(quota)s together. Remove some first."), "quota",
            who=payer.organisation or by.name, quota=filesizeformat(quota),
        )  # fmt: skip
    return payer.organisation


def _refused(text: str, code: str, **params: object) -> ValidationError:
    return ValidationError({"file": ValidationError(text, code=code, params=params)})


def keep_file(file: "File[bytes]", name: str) -> Kept:
    """Look at a file and store it, and its small picture, under names that nobody can guess."""
    try:
        stream = cast(BinaryIO, file)
        shown, suffix = check_file(stream, name, file.size)
        picture = make_thumbnail(stream) if FORMATS[suffix].is_image else b""
    except ValidationError as error:
        raise ValidationError({"file": error}) from error
    size, token, stored = file.size, token_hex(16), []
    file.seek(0)
    try:
        stored.append(default_storage.save(f"{FOLDER}/{token[0]}/{token}", file))
        if picture:
            stored.append(default_storage.save(f"{FOLDER}/{token[0]}/{token}.webp", ContentFile(picture)))
    except BaseException as error:
        # A disk that is full leaves half a file behind.
        forget_files([*stored, f"{FOLDER}/{token[0]}/{token}", f"{FOLDER}/{token[0]}/{token}.webp"])
        if isinstance(error, OSError):
            raise Conflict("file_not_kept") from error
        raise
    return Kept(shown, suffix, size, stored[0], stored[1] if picture else "")


def forget_files(names: Iterable[str]) -> None:
    """Delete files; what a storage that can't be reached keeps of them, the sweep finds later."""
    for name in filter(None, names):
        try:
            default_storage.delete(name)
        except Exception:  # each kind of storage has its own
            logger.exception("A file could not be deleted: %s", name)


def _is_old(name: str, at: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < at - ORPHAN_AFTER
    except FileNotFoundError:  # another sweep was quicker
        return False
