"""Writes of ideas: post, edit, change of state."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.board import count_rows, index_idea, lock_idea, new_reference, overtake_merges, write_moves
from ideas.actions.deciding import Answered, answer_revisions
from ideas.actions.lifecycle import (
    LONG_TEXTS,
    check_complete,
    check_reason,
    end_requests,
    says_something,
    take_step,
    tell_of_step,
)
from ideas.actions.notifications import notify
from ideas.actions.replies import reread_replies
from ideas.choices import IDEA_AGAIN, IDEA_AIMING, CallStatus, IdeaState, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Call, Idea, IdeaTransition, IdeaVersion, Member, Notification, TargetChange
from ideas.queries.calls import next_closing, status_of_call
from ideas.queries.ideas import expiring
from ideas.rules.ideas import can_change_state, can_edit_idea, can_review, is_author
from ideas.rules.joining import belongs_to

SHORT_TEXTS = ("title", "acronym", "teaser", "keywords", "geography")
CHOICES = (
    "language", "trl_now", "trl_target", "ipr_status", "value_chain", "s3_area", "nature", "is_open", "is_disruptive",
    "call", "deadline", "duration_months", "budget_eur", "interest_until", "valid_until", "visibility",
    "public_teaser", "organisation",
)  # fmt: skip
SETS = ("other_chains", "kets", "invited", "authors")
CONTENT = (*LONG_TEXTS, *SHORT_TEXTS, *CHOICES, *SETS)
# What actions and the model set, so that no check of it is asked of the database.
NOT_TYPED = ["created_by", "id", "reference", "audience", "state"]
LONGEST_VALIDITY = timedelta(days=5 * 366)
# Ideas whose authors are reminded in one round; the next one goes on.
BATCH = 500


@transaction.atomic(durable=True)
def post_idea(*, by: Member, content: Mapping[str, Any], at: datetime, is_demo: bool = False) -> Idea:
    """Write down a new idea as a draft, which only its authors see.

    `content` maps names of `CONTENT` to values. Raises ValidationError by field.
    """
    idea = Idea(
        created_by=by, created_at=at, activity_at=at, reference=new_reference(at), is_demo=is_demo,
        visibility=content.get("visibility") or Idea.visibility.field.get_default(),
    )  # fmt: skip
    fill_idea(idea, content, by=by, at=at)
    idea.save(force_insert=True)
    idea.authors.add(by)
    fill_sets(idea, content)
    moves = index_idea(idea)
    keep_version(idea, by=by, at=at)
    told = [] if is_demo else _tell_new_authors(idea, {by.pk}, by=by, at=at)
    publish.idea_changed(idea, moves, told)
    return idea


@transaction.atomic(durable=True)
def edit_idea(*, by: Member, idea: Idea, content: Mapping[str, Any], version: int, at: datetime) -> Idea:
    """Save new content over the version that the author had in front of them.

    Raises NotAllowed, ValidationError by field, Conflict("edited_meanwhile") if somebody saved in between.
    """
    return _save(_lock_version(by, idea, version), content, by=by, at=at)


@transaction.atomic(durable=True)
def aim_again(*, by: Member, idea: Idea, call: Call, reason: str = "", version: int, at: datetime) -> Idea:
    """Aim an idea at another call, with everything in it as it is; one not funded or parked opens again.

    Raises NotAllowed, ValidationError by field, Conflict("edited_meanwhile", "wrong_state").
    """
    idea = _lock_version(by, idea, version)
    if idea.state not in IDEA_AIMING:
        raise Conflict("wrong_state")
    if status_of_call(call, at) == CallStatus.CLOSED:
        raise ValidationError({"call": _("This call is closed. Choose another one, or none.")})
    state = IdeaState.OPEN if idea.state in IDEA_AGAIN else ""
    content = {"call": call, "deadline": None}
    return _save(idea, content, by=by, at=at, state=state, reason=text.clean_field("reason", reason))


@transaction.atomic(durable=True)
def renew_idea(*, by: Member, idea: Idea, until: date, at: datetime) -> Idea:
    """Say that an idea goes on until a day. Raises NotAllowed, and ValidationError where the day isn't ahead."""
    idea = lock_idea(idea.pk)
    if not can_edit_idea(by, idea):
        raise NotAllowed
    today = timezone.localdate(at)
    if not today < until <= today + LONGEST_VALIDITY:
        raise ValidationError({"until": _("Choose a day after today, within the next five years.")})
    return _save(idea, {"valid_until": until}, by=by, at=at)


def remind_of_expiry(*, at: datetime) -> int:
    """Remind the authors of ideas that end soon, or ended lately, once for each day on which an idea ends.

    Each in a transaction of its own, safe to be done by any number of schedulers. Returns how many were reminded.
    """
    return sum(_remind_of_expiry(pk, at) for pk in list(expiring(at).values_list("pk", flat=True)[:BATCH]))


@transaction.atomic(durable=True)
def _remind_of_expiry(idea_id: int, at: datetime) -> int:
    lock_idea(idea_id)
    idea = expiring(at).filter(pk=idea_id).first()
    if idea is None or idea.valid_until is None:
        return 0
    idea.expiry_told = idea.valid_until
    idea.save(update_fields=["expiry_told"])
    told = notify(
        members=idea.authors.all(), kind=NotificationKind.IDEA_EXPIRING, idea=idea,
        url=f"{idea.get_absolute_url()}#renew", key=f"expiry.{idea.pk}.{idea.valid_until.isoformat()}",
        data={"title": idea.title, "until": idea.valid_until.isoformat()}, at=at,
    )  # fmt: skip
    publish.members_told(told)
    return len(told)


def _lock_version(by: Member, idea: Idea, version: int) -> Idea:
    """Load an idea for a write over the version that its author had in front of them."""
    idea = lock_idea(idea.pk)
    if not can_edit_idea(by, idea):
        raise NotAllowed
    if idea.version != version:
        raise Conflict("edited_meanwhile")
    return idea


def _save(
    idea: Idea, content: Mapping[str, Any], *, by: Member, at: datetime, state: str = "", reason: str = ""
) -> Idea:
    """Write content over a locked idea, as a new version, and take it to another state where one is given."""
    before, people, authors = count_rows(idea), _people_of(idea), _authors_of(idea)
    old_call, old_state, back = idea.call, idea.state, Answered()
    fill_idea(idea, content, by=by, at=at)
    if state:
        check_complete(idea)
        idea.state = state
        step = IdeaTransition(idea=idea, old_state=old_state, new_state=state, by=by, at=at, reason=reason)
        step.save()
        back = answer_revisions(step)
    idea.version += 1
    idea.activity_at = at
    idea.save()
    fill_sets(idea, content)
    kept = reread_replies(idea) if _authors_of(idea) != authors else []
    moves = index_idea(idea, before, also=kept)
    keep_version(idea, by=by, at=at)
    if idea.call != old_call:
        TargetChange.objects.create(
            idea=idea, old_call=old_call, new_call=idea.call, by=by, at=at, reason="" if state else reason
        )
    publish.idea_changed(
        idea,
        moves,
        [*back.told, *_tell_new_authors(idea, authors, by=by, at=at)],
        revised_for=back.lists,
        closed_to_some=bool(people - _people_of(idea)),
        author_left=bool(authors - _authors_of(idea)),
    )
    return idea


@transaction.atomic(durable=True)
def change_state(*, by: Member, idea: Idea, state: str, reason: str = "", at: datetime) -> Idea:
    """Take an idea to another state of its lifecycle, and keep who, when and why.

    Raises NotAllowed, Conflict("wrong_state"), and ValidationError by field where opening needs more text. Withdrawing
    ends the requests that wait for an answer, and tells who asked, as far as they still see the idea. Only a reviewer
    asks for more information, with a reason: the authors are told, and whoever asked is once it is open again. Merging
    is `actions.merging`.
    """
    idea = lock_idea(idea.pk)
    if not can_change_state(by, idea, state):
        if is_author(by, idea) or (can_review(by, idea) and state == IdeaState.NEEDS_INFO):
            raise Conflict("wrong_state")
        raise NotAllowed
    if state == IdeaState.OPEN:
        check_complete(idea)
    reason = text.clean_field("reason", reason)
    check_reason(state, reason)
    before = count_rows(idea)
    waiting = end_requests(idea, at) if state == IdeaState.WITHDRAWN else []
    if state == IdeaState.WITHDRAWN:
        overtake_merges(idea, by=by, at=at)
    step, moves = take_step(idea, state, by=by, at=at, reason=reason, before=before)
    write_moves([moves])
    back = answer_revisions(step)
    # Who was only invited, to read or to join, sees it no more; of a private one no count moves.
    shut = state == IdeaState.WITHDRAWN and (bool(waiting) or idea.invited.exists())
    told = [*back.told, *tell_of_step(step, waiting)]
    publish.idea_changed(idea, moves, told, closed_to_some=shut, revised_for=back.lists)
    return idea


def fill_idea(idea: Idea, content: Mapping[str, Any], *, by: Member, at: datetime) -> None:
    """Set an idea's content and check it, without saving. Raises ValidationError by field."""
    unknown = set(content) - set(CONTENT)
    if unknown:
        raise TypeError(f"Not content of an idea: {sorted(unknown)}")
    old_call, old_organisation = idea.call_id, idea.organisation_id
    for names, clean in ((LONG_TEXTS, text.clean_field), (SHORT_TEXTS, text.clean_line)):
        for name in names:
            if name in content:
                setattr(idea, name, clean(name, content[name] or ""))
    for name in CHOICES:
        if name in content:
            setattr(idea, name, content[name])
    _check_target(idea, old_call, at)
    if idea.organisation and idea.organisation_id != old_organisation and not belongs_to(by, idea.organisation):
        raise ValidationError({"organisation": _("Choose an organisation that you belong to.")})
    idea.html = {name: _render(name, getattr(idea, name)) for name in LONG_TEXTS if says_something(idea, name)}
    idea.full_clean(exclude=NOT_TYPED)


def _render(name: str, source: str) -> str:
    with text.beside(name):
        return text.render(source)


def _check_target(idea: Idea, old_call: int | None, at: datetime) -> None:
    """Keep call and deadline consistent. A closed call can't be chosen, but one that closed meanwhile stays."""
    if idea.call is None:
        idea.deadline = None
        return
    if idea.call_id != old_call and status_of_call(idea.call, at) == CallStatus.CLOSED:
        raise ValidationError({"call": _("This call is closed. Choose another one, or none.")})
    if idea.deadline is None or idea.deadline.call_id != idea.call_id:
        idea.deadline = next_closing(idea.call, at)


def fill_sets(idea: Idea, content: Mapping[str, Any]) -> None:
    """Set what a saved idea has several of."""
    for name in SETS:
        if name in content:
            chosen = list(content[name])
            if name == "authors" and idea.created_by not in chosen:
                chosen.append(idea.created_by)
            getattr(idea, name).set(chosen)
    # A chain is the first one or another, never both: it would be counted twice.
    idea.other_chains.remove(idea.value_chain)


def _people_of(idea: Idea) -> set[int]:
    """List who sees the idea whatever its audience: authors and people invited."""
    return {*_authors_of(idea), *idea.invited.values_list("id", flat=True)}


def _authors_of(idea: Idea) -> set[int]:
    return set(idea.authors.values_list("id", flat=True))


def _tell_new_authors(idea: Idea, before: set[int], *, by: Member, at: datetime) -> list[Notification]:
    """Tell those whom this save made co-authors."""
    members = list(idea.authors.exclude(pk__in=before | {by.pk}))
    if not members:
        return []
    return notify(
        members=members, kind=NotificationKind.IDEA_SHARED, idea=idea, url=idea.get_absolute_url(),
        key=f"author.{idea.pk}.{idea.version}", data={"title": idea.title, "actor": by.name}, at=at,
    )  # fmt: skip


def keep_version(idea: Idea, *, by: Member, at: datetime) -> None:
    """Keep what the idea holds now under its number of version. A helper for actions."""
    content = {name: getattr(idea, name) for name in (*LONG_TEXTS, *SHORT_TEXTS)}
    for name, value in Idea.objects.values(*CHOICES).get(pk=idea.pk).items():
        content[name] = value.isoformat() if hasattr(value, "isoformat") else value
    for name in SETS:
        content[name] = sorted(getattr(idea, name).values_list("id", flat=True))
    IdeaVersion.objects.create(idea=idea, number=idea.version, by=by, at=at, content=content)
