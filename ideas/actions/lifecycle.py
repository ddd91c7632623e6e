"""What a step of an idea's lifecycle asks for, ends and tells. Helpers, no actions."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from ideas.actions.board import CountRow, count_rows, index_uncounted
from ideas.actions.join_steps import administrators_of, end, seeing
from ideas.actions.notifications import notify
from ideas.choices import JOIN_UNSETTLED, IdeaState, JoinState, NotificationKind
from ideas.models import Idea, IdeaTransition, Member, Notification
from ideas.queries.board_counts import Moves
from ideas.queries.outlines import is_unwritten
from ideas.rules.ideas import NEEDED_TO_OPEN

LONG_TEXTS = ("problem", "approach", "expected_result", "advantage")
# Of a reason, in the bell; all of it stands in the idea's history.
MAX_TOLD_CHARS = 200


def says_something(idea: Idea, name: str) -> bool:
    """Whether a field of an idea holds anything; headings that wait for their text are nothing."""
    value = getattr(idea, name)
    return not is_unwritten(value) if name in LONG_TEXTS else bool(value)


def check_complete(idea: Idea) -> None:
    """An open idea needs what a reader needs to judge it. Raises ValidationError by field."""
    missing = [name for name in NEEDED_TO_OPEN if not says_something(idea, name)]
    if missing:
        raise ValidationError({name: _("Fill this in before you open the idea.") for name in missing})


def check_reason(state: str, reason: str) -> None:
    """Who asks for more information says which. Raises ValidationError on `reason`."""
    if state == IdeaState.NEEDS_INFO and not reason:
        raise ValidationError({"reason": _("Say what is missing: the authors read it.")})


def end_requests(idea: Idea, at: datetime) -> list[Member]:
    """End the requests and invitations that wait for an answer.

    Returns who is to be told: those who asked, or would have answered, and see the idea.
    """
    members: list[Member] = []
    for request in idea.join_requests.filter(state__in=sorted(JOIN_UNSETTLED)).select_related("asked_by"):
        request.idea = idea
        members += seeing(request, administrators_of(request) if request.is_invitation else [request.asked_by])
        with translation.override(request.asked_by.language):
            reason = _("The idea was withdrawn.")
        end(request, JoinState.EXPIRED, by=None, reason=reason, at=at)
    return members


def take_step(
    idea: Idea, state: str, *, by: Member, at: datetime, reason: str = "", before: Iterable[CountRow] | None = None
) -> tuple[IdeaTransition, Moves]:
    """Take a locked idea to another state, with its line of history; the caller moves the counts, by `write_moves`.

    `before` are its counts, where something else of it was changed already.
    """
    before = count_rows(idea) if before is None else before
    old_state, idea.state, idea.activity_at = idea.state, state, at
    if state == IdeaState.OPEN and idea.opened_at is None:
        idea.opened_at = at
    moves = index_uncounted(idea, before, also=["state", "activity_at", "opened_at"])
    step = IdeaTransition.objects.create(idea=idea, old_state=old_state, new_state=state, by=by, at=at, reason=reason)
    return step, moves


def tell_of_step(step: IdeaTransition, waiting: list[Member], *, said: str = "") -> list[Notification]:
    """Tell those whom a step concerns: of its end who waited, of a question the authors, of their answer who asked.

    `said` is what authors read instead of the step's reason, where that isn't for everybody.
    """
    idea, by, data = step.idea, step.by, {"title": step.idea.title, "actor": step.by.name}
    if step.new_state == IdeaState.WITHDRAWN:
        return _tell(step, NotificationKind.IDEA_WITHDRAWN, waiting, data, seen=False)
    if step.new_state == IdeaState.NEEDS_INFO:
        reason = Truncator(" ".join((said or step.reason).split())).chars(MAX_TOLD_CHARS)
        authors = idea.authors.exclude(pk=by.pk)
        return _tell(step, NotificationKind.INFO_ASKED, authors, data | {"reason": reason})
    if step.old_state == IdeaState.NEEDS_INFO and step.new_state == IdeaState.OPEN:
        return _tell(step, NotificationKind.INFO_GIVEN, _who_asked(idea, by), data)
    return []


def _tell(
    step: IdeaTransition, kind: NotificationKind, members: Iterable[Member], data: dict[str, str], *, seen: bool = True
) -> list[Notification]:
    """`seen`: only who sees the idea is told, and led to it."""
    return notify(
        members=members, kind=kind, idea=step.idea if seen else None,
        url=step.idea.get_absolute_url() if seen else "/", key=f"transition.{step.pk}", data=data, at=step.at,
    )  # fmt: skip


def _who_asked(idea: Idea, by: Member) -> list[Member]:
    asked = idea.transitions.filter(new_state=IdeaState.NEEDS_INFO).select_related("by").order_by("-id").first()
    return [asked.by] if asked and asked.by_id != by.pk else []
