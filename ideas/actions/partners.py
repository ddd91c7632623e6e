"""Writes of the consortium sheet: an organisation's line of it, and its signed letter.

They leave the idea's row alone, but for the letter, which is a step of the partner's commitment.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from ideas import publish
from ideas.actions.attachments import Kept, forget_files, keep_file, put_beside
from ideas.actions.board import lock_idea, lock_with_idea
from ideas.actions.joining import REQUESTS, keep_commitment
from ideas.choices import COMMITMENT_NEXT, AttachmentAudience, Commitment, JoinState
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, JoinRequest, Member, Notification, Organisation, PartnerLetter, PartnerSheet
from ideas.queries.partners import is_in_line_up, people_of
from ideas.rules.attachments import takes_attachments
from ideas.rules.joining import can_commit
from ideas.rules.partners import Rights, rights_on

FIGURES = ("budget_eur", "person_months")
LINE = ("contact", *FIGURES)


@transaction.atomic(durable=True)
def fill_in_line(
    *, by: Member, idea: Idea, organisation: Organisation, content: Mapping[str, Any], version: int, at: datetime
) -> PartnerSheet:
    """Save an organisation's line over the version that its writer had in front of them, and show the team.

    `content` maps names of `LINE`; what isn't in it stays. `version` is 0 where nobody has filled in anything. Saving
    the same again changes nothing. Lines are apart: two organisations never meet.
    Raises NotAllowed, ValidationError by field, Conflict("edited_meanwhile", "partner_gone").
    """
    idea = lock_idea(idea.pk)
    _require(rights_on(by, idea), organisation, content)
    if not is_in_line_up(idea, organisation.pk):
        raise Conflict("partner_gone")
    line = PartnerSheet.objects.filter(idea=idea, organisation=organisation).first()
    line = line or PartnerSheet(idea=idea, organisation=organisation)
    old = {name: getattr(line, name) for name in content}
    if old == dict(content):
        return line
    if line.version != version:
        raise Conflict("edited_meanwhile")
    for name, value in content.items():
        setattr(line, name, value)
    _check_contact(line)
    line.version, line.changed_at, line.changed_by = version + 1, at, by
    line.full_clean(exclude=["idea", "organisation", "changed_by"], validate_unique=False)
    line.save()
    publish.partners_changed(idea)
    return line


def sign_letter(
    *, by: Member, request: JoinRequest, file: "File[bytes]", name: str, client_id: str, at: datetime
) -> JoinRequest:
    """Take a partner's signed letter, a PDF for the team alone, and count it as its commitment; the authors are told.

    `client_id` makes it safe to send again. Raises NotAllowed, Conflict("wrong_state", "attaching_closed",
    "file_not_kept"), ValidationError on `file`: as for any attachment, and "wrong_kind" for what is no PDF.
    """
    if known := _signed_before(by, request, client_id):
        return known
    _require_signing(by, request)
    kept = keep_file(file, name)
    signed = None
    try:
        signed = _sign(by=by, request=request, kept=kept, client_id=client_id, at=at)
    finally:
        if signed is None or signed.letter.attachment.kept_as != kept.kept_as:
            forget_files([kept.kept_as, kept.thumbnail_as])
    return signed


# Parts --------------------------------------------------------------------------------------------------------------


def _require(rights: Rights, organisation: Organisation, content: Mapping[str, Any]) -> None:
    unknown = set(content) - set(LINE)
    if unknown:
        raise TypeError(f"Not content of a line: {sorted(unknown)}")
    if not rights.can_fill_in(organisation):
        raise NotAllowed
    if "contact" in content and not rights.can_name_contact(organisation):
        raise NotAllowed


def _check_contact(line: PartnerSheet) -> None:
    if line.contact_id and not people_of(line.organisation).filter(pk=line.contact_id).exists():
        raise ValidationError({"contact": _("Choose one of the people of the organisation.")})


def _require_signing(by: Member, request: JoinRequest) -> None:
    if not can_commit(by, request):
        raise NotAllowed
    is_next = COMMITMENT_NEXT.get(request.commitment) == Commitment.LETTER_SIGNED
    if request.state != JoinState.ACCEPTED or not is_next:
        raise Conflict("wrong_state")
    if not takes_attachments(request.idea):
        raise Conflict("attaching_closed")


@transaction.atomic(durable=True)
def _sign(*, by: Member, request: JoinRequest, kept: Kept, client_id: str, at: datetime) -> JoinRequest:
    request = lock_with_idea(request, REQUESTS)
    if known := _signed_before(by, request, client_id):
        return known
    _require_signing(by, request)
    if kept.suffix != "pdf":
        error = ValidationError(_("Give the letter as a PDF file."), code="wrong_kind")
        raise ValidationError({"file": error})
    attachment = put_beside(request.idea, kept, by=by, audience=AttachmentAudience.PARTNERS, client_id=client_id, at=at)
    # A letter of before stays a file beside the idea: the organisation left, and came back.
    PartnerLetter.objects.filter(request=request).delete()
    request.letter = PartnerLetter.objects.create(request=request, attachment=attachment)
    told: list[Notification] = keep_commitment(request, Commitment.LETTER_SIGNED, by=by, at=at)
    publish.letter_signed(request.idea, attachment, told)
    return request


def _signed_before(by: Member, request: JoinRequest, client_id: str) -> JoinRequest | None:
    rows = JoinRequest.objects.filter(
        pk=request.pk, letter__attachment__uploaded_by=by, letter__attachment__client_id=client_id
    )
    return rows.select_related("letter__attachment", "idea", "organisation").first()
