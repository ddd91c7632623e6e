"""Keeping what a member types before it is saved. Nobody else sees it, so that nothing is published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ideas.errors import NotAllowed
from ideas.models import Draft, Idea, Member
from ideas.rules.ideas import can_edit_idea

MAX_CHARS = 120_000
# Forms kept for a member; of more than these the oldest goes.
MAX_DRAFTS = 20


@transaction.atomic(durable=True)
def keep_draft(*, by: Member, key: str, idea: Idea | None, fields: Mapping[str, Any], at: datetime) -> Draft:
    """Keep a form as it stands, in the place of what was kept of it before.

    Of a form that was saved or thrown away meanwhile nothing is kept. Raises NotAllowed, and ValidationError where it
    is longer than any form of ours.
    """
    if idea is not None and not can_edit_idea(by, idea):
        raise NotAllowed
    typed = {name: _without_nul(value) for name, value in fields.items()}
    if sum(len(str(value)) for value in typed.values()) > MAX_CHARS:
        raise ValidationError(_("This is too long to be kept. Shorten it."))
    draft, made = Draft.objects.select_for_update().get_or_create(
        member=by, key=key, defaults={"idea": idea, "fields": typed, "saved_at": at}
    )
    if made:
        _forget_oldest(by)
    elif draft.closed_at is None:
        draft.fields, draft.saved_at = typed, at
        draft.save(update_fields=["fields", "saved_at"])
    return draft


@transaction.atomic(durable=True)
def close_draft(*, by: Member, key: str, at: datetime) -> None:
    """Let go of what was kept of a form: it was saved, or its writer doesn't want it. One unknown is closed ahead."""
    Draft.objects.update_or_create(member=by, key=key, defaults={"fields": {}, "saved_at": at, "closed_at": at})


def _forget_oldest(by: Member) -> None:
    kept = Draft.objects.filter(member=by).values_list("pk", flat=True)[:MAX_DRAFTS]
    Draft.objects.filter(member=by).exclude(pk__in=list(kept)).delete()


def _without_nul(value: Any) -> Any:
    """PostgreSQL keeps no null character; it would refuse the whole form for it."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    return [_without_nul(one) for one in value] if isinstance(value, list) else value
