"""The catalogue of live changes: every topic and kind, and the only caller of `realtime.log`.

Each function stands last in an action, inside its transaction: the change is committed with the write, or not at all.
`told` are the notifications of the same action: one call a transaction, so that two writers never wait in a circle.
"""

from collections.abc import Iterable
from typing import Any

from ideas.choices import AttachmentAudience, CommentAudience, ShortlistState
from ideas.models import (
    Attachment,
    Comment,
    DeadlineChange,
    Idea,
    JoinRequest,
    Meeting,
    Member,
    Notification,
    Shortlist,
)
from ideas.queries.board_counts import Moves
from ideas.queries.ideas import CARD_FIELDS
from ideas.queries.joining import Consortium, consortium_of, readers_of
from ideas.queries.merging import ids_merged_into
from ideas.queries.notifications import Unread
from ideas.queries.plans import plan_of
from ideas.queries.topics import (
    board_topic,
    call_topic,
    idea_topic,
    meeting_topic,
    member_topic,
    plan_topic,
    shortlist_topic,
)
from ideas.serializers.calls import DeadlineChangeSerializer
from ideas.serializers.comments import CommentSerializer
from ideas.serializers.ideas import IdeaChangeSerializer, IdeaRowSerializer
from ideas.serializers.joining import ConsortiumSerializer
from ideas.serializers.notifications import NotificationSerializer
from ideas.serializers.plans import PlanSerializer
from ideas.serializers.shortlists import OrderSerializer
from realtime import log, revoke, revoke_topic

Told = Iterable[Notification]
Entry = tuple[str, str, dict[str, Any]]


def comment_posted(comment: Comment, told: Told = ()) -> None:
    """Where it stands, and on the idea's card; what is for partners only on the team's topic alone."""
    _append(_comment("comment.posted", comment), *_card_of(comment), told=told)


def comment_edited(comment: Comment) -> None:
    _append(_comment("comment.edited", comment))


def comment_deleted(comment: Comment) -> None:
    """The payload has no body, and the rows that had it lose it: what was deleted is told to nobody again."""
    _append(_comment("comment.deleted", comment), *_card_of(comment))
    own = _room_topic(comment)
    log.erase(own, where={"id": comment.pk, "client_id": comment.client_id}, fields=["body", "html"])
    # It was told where it was written, too, if that idea went into this one since; its client_id may be another now.
    for idea_id in ids_merged_into(comment.idea_id):
        log.erase(idea_topic(idea_id), where={"id": comment.pk}, fields=["body", "html"])


def _comment(kind: str, comment: Comment) -> Entry:
    return _room_topic(comment), kind, dict(CommentSerializer(comment).data)


def _room_topic(comment: Comment) -> str:
    within = comment.audience == CommentAudience.PARTNERS
    return plan_topic(comment.idea_id) if within else idea_topic(comment.idea_id)


def _card_of(comment: Comment) -> list[Entry]:
    return _board(comment.idea) if comment.audience == CommentAudience.ALL else []


def idea_changed(
    idea: Idea,
    moves: Moves,
    told: Told = (),
    *,
    revised_for: Iterable[Shortlist] = (),
    closed_to_some: bool = False,
    author_left: bool = False,
) -> None:
    """An idea's text, target or state changed: {id, reference, title, state, version}; and its card on the board.

    The lists to which it came back revised hear so: {id}. Where it left an audience, or is closed to people who saw
    it, its followers are checked before they are told; those of its plan, where it lost an author.
    """
    payload = dict(IdeaChangeSerializer(idea).data)
    back = [(shortlist_topic(one.pk), "decisions.answered", {"id": one.pk}) for one in revised_for]
    _append((idea_topic(idea.pk), "idea.changed", payload), *_board(idea, moves), *back, told=told)
    if closed_to_some or set(moves) - {idea.audience}:
        revoke_topic(idea_topic(idea.pk))
    if author_left:
        revoke_topic(plan_topic(idea.pk))


def ideas_merged(idea: Idea, into: Idea, moves: Moves, into_moves: Moves, told: Told = ()) -> None:
    """One idea went into another: both changed, with their line-ups and cards. Neither is told of the other.

    The partners of the first are its partners no more.
    """
    entries = []
    for one, moved in ((idea, moves), (into, into_moves)):
        changed = idea_topic(one.pk), "idea.changed", dict(IdeaChangeSerializer(one).data)
        entries += [_panel(consortium_of(one)), changed, *_board(one, moved)]
    _append(*entries, told=told)
    revoke_topic(idea_topic(idea.pk))
    revoke_topic(plan_topic(idea.pk))


def consortium_changed(idea: Idea, told: Told = (), *, partner_left: bool = False) -> None:
    """The whole panel as it is now: slots, and partners accepted. Requests under way aren't in it.

    Who saw the idea as a partner's people may see it no more: then its followers are checked first.
    """
    _append(_panel(consortium_of(idea)), *_board(idea), told=told)
    if partner_left:
        revoke_topic(idea_topic(idea.pk))
        revoke_topic(plan_topic(idea.pk))


def organisation_changed(moved: Iterable[tuple[Idea, Moves]] = (), told: Told = ()) -> None:
    """What ideas show of an organisation changed, or before the rules of calls it counts as one with another now: the
    line-up and the card of each idea in which it takes part.

    Its own page has no topic: it is read anew.
    """
    entries = []
    for idea, moves in moved:
        entries += [_panel(consortium_of(idea)), *_board(idea, moves)]
    _append(*entries, told=told)


def rules_changed(judged: Iterable[tuple[Consortium, Moves | None]]) -> None:
    """What calls ask changed: the panel of every idea aimed at them, and each card that says otherwise now."""
    entries = []
    for line_up, moves in judged:
        entries += [_panel(line_up), *(_board(line_up.idea, moves) if moves is not None else [])]
    _append(*entries)


def _panel(line_up: Consortium) -> Entry:
    return idea_topic(line_up.idea.pk), "consortium.changed", dict(ConsortiumSerializer(line_up).data)


def partners_changed(idea: Idea) -> None:
    """Somebody filled in a line of the consortium sheet: {idea}, to the team, whose pages ask for the figures."""
    _append((plan_topic(idea.pk), "partners.changed", {"idea": idea.pk}))


def letter_signed(idea: Idea, letter: Attachment, told: Told) -> None:
    """A partner gave its signed letter: the line-up as it is now, and to the team that a file came."""
    _append(_panel(consortium_of(idea)), *_file("attachment.added", letter), *_board(idea), told=told)


def attachment_added(attachment: Attachment) -> None:
    """A file came to stand beside an idea: {id, idea}. What is for partners only is told to the team alone."""
    _append(*_file("attachment.added", attachment))


def attachment_removed(attachment: Attachment) -> None:
    """A file went: {id, idea}."""
    _append(*_file("attachment.removed", attachment))


def _file(kind: str, attachment: Attachment) -> list[Entry]:
    """Names and sizes stay out of the log, which keeps what is gone."""
    idea = attachment.idea
    payload = {"id": attachment.pk, "idea": idea.pk}
    if attachment.audience == AttachmentAudience.PARTNERS:
        return [(plan_topic(idea.pk), kind, payload)]
    return [(idea_topic(idea.pk), kind, payload), *_board(idea)]


def plan_changed(idea: Idea) -> None:
    """The whole plan as it is now: its deadline, its steps with their days, and who ticked them. To the team alone."""
    _append((plan_topic(idea.pk), "plan.changed", dict(PlanSerializer(plan_of(idea)).data)))


def request_changed(request: JoinRequest, told: Told = (), *, closes: bool = False) -> None:
    """A request to join came or went on: {id, idea, state}, to those who see it and aren't notified of it anyway.

    An invitation that ends closes the idea to those who saw it for that reason alone (`closes`): they are checked.
    """
    told = list(told)
    others = sorted({*readers_of(request)} - {row.member_id for row in told})
    payload = {"id": request.pk, "idea": request.idea_id, "state": request.state}
    _append(*((member_topic(reader), "request.changed", payload) for reader in others), told=told)
    if closes:
        revoke_topic(idea_topic(request.idea_id))


def shortlist_changed(shortlist: Shortlist, told: Told = ()) -> None:
    """A shortlist has a new version: {id, version, state}. The page asks for the entries its reader may see."""
    _append(_listed(shortlist), told=told)


def decisions_published(
    shortlist: Shortlist, ideas: Iterable[Idea], steps: Iterable[tuple[Idea, Moves]], told: Told
) -> None:
    """Decisions went out: the list's new version, a hint to the team of each idea ({idea}: its authors ask for what was
    decided), and the ideas that went back to their authors, on their topic and their card.
    """
    entries = [_listed(shortlist)]
    entries += [(plan_topic(idea.pk), "decisions.published", {"idea": idea.pk}) for idea in ideas]
    for idea, moves in steps:
        changed = idea_topic(idea.pk), "idea.changed", dict(IdeaChangeSerializer(idea).data)
        entries += [changed, *_board(idea, moves)]
    _append(*entries, told=told)


def _listed(shortlist: Shortlist) -> Entry:
    return shortlist_topic(shortlist.pk), "shortlist.changed", dict(OrderSerializer(shortlist).data)


def meeting_changed(meeting: Meeting, *, decided_on: Shortlist | None = None) -> None:
    """Something of a meeting changed: {id, version}. No idea, mark or line is named: a page asks for what its reader
    may see. `version` counts what presses depend on; a mark given or a line written leaves it.

    `decided_on` is its list, where a decision was staged there.
    """
    changed = meeting_topic(meeting.pk), "meeting.changed", {"id": meeting.pk, "version": meeting.version}
    _append(changed, *([_listed(decided_on)] if decided_on else []))


def reviews_changed(*shortlists: Shortlist, told: Told = ()) -> None:
    """Reviews of lists in preparation came or went: {id}. Of which idea, and what they say, each page asks for what
    its reader may know. A published list has other followers, its authors among them: they are told nothing.
    """
    hints = {row.pk: row for row in shortlists if row.state == ShortlistState.DRAFT}
    _append(*((shortlist_topic(pk), "reviews.changed", {"id": pk}) for pk in hints), told=told)


def deadlines_changed(
    changes: Iterable[DeadlineChange],
    moved: Iterable[tuple[Idea, Moves]] = (),
    told: Told = (),
    *,
    line_ups: Iterable[Consortium] = (),
) -> None:
    """A call's deadlines came, moved or went: on the call's topic, on that of every idea aimed at it, and its card.

    `line_ups`: of these ideas, where what the call asks changed, too.
    """
    moved, entries = list(moved), []
    for change in changes:
        topics = [call_topic(change.call_id), *(idea_topic(idea.pk) for idea, _ in moved)]
        payload = dict(DeadlineChangeSerializer(change).data)
        entries += [(topic, "deadline.changed", payload) for topic in topics]
    cards = [entry for idea, moves in moved for entry in _board(idea, moves)]
    panels = [_panel(line_up) for line_up in line_ups]
    _append(*entries, *cards, *panels, told=told)


def members_told(told: Told) -> None:
    """Members hear of something that changed nothing: a reminder, calls that came."""
    _append(told=told)


def notifications_read(member: Member, unread: Unread) -> None:
    """The member has read some of what the bell counts: {unread, newest}; whatever comes after `newest` adds to it."""
    _append((member_topic(member.pk), "notification.read", {"unread": unread.count, "newest": unread.newest}))


def affiliation_changed(member: Member, told: Told = ()) -> None:
    """A member came to an organisation, left it, or has another role there: their sockets are checked, too."""
    _append(told=told)
    revoke(member.pk)


def rights_changed(member: Member) -> None:
    """A member may see other things than before: their sockets are checked before anything more is sent to them."""
    revoke(member.pk)


def _board(idea: Idea, moves: Moves | None = None) -> list[Entry]:
    """The idea's card for every board on which it is (`card.changed`), and for those it has left (`card.gone`).

    {id, counts: [[facet, value, one more or one less], …]}, and the whole card: `IdeaRowSerializer`.
    """
    moves = moves or {}
    row = dict(IdeaRowSerializer({name: getattr(idea, name) for name in CARD_FIELDS}).data)
    entries: list[Entry] = []
    for audience in sorted({*moves, idea.audience} - {""}):
        payload = {"id": idea.pk, "counts": moves.get(audience, [])}
        if audience == idea.audience:
            entries.append((board_topic(audience), "card.changed", {**payload, "card": row}))
        else:
            entries.append((board_topic(audience), "card.gone", payload))
    return entries


def _append(*entries: Entry, told: Told = ()) -> None:
    bells = [(member_topic(row.member_id), "notification.added", _bell(row)) for row in told]
    log.append_many([*entries, *bells])


def _bell(row: Notification) -> dict[str, Any]:
    shape: Any = NotificationSerializer(row)  # the stubs take its field `data` for the property
    return dict(shape.data)
