"""What publishing decisions writes, freezes and tells, and how a revised idea comes back. Helpers, no actions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from ideas.actions.board import write_moves
from ideas.actions.lifecycle import take_step, tell_of_step
from ideas.actions.notifications import notify
from ideas.choices import IdeaState, NotificationKind, Outcome, ReviewState, ShortlistAct, ShortlistState
from ideas.models import (
    Decision,
    Idea,
    IdeaTransition,
    Member,
    Notification,
    Review,
    Shortlist,
    ShortlistChange,
    ShortlistEntry,
)
from ideas.queries.board_counts import Moves
from ideas.queries.conflicts import conflicted_members
from ideas.queries.decisions import last_published, revisions_awaited
from ideas.rules.decisions import SHOWN, goes_back
from ideas.rules.ideas import is_published
from ideas.serializers.decisions import Scores, scores_of
from ideas.serializers.shortlists import text_now

# Publishing ---------------------------------------------------------------------------------------------------------


@dataclass
class Done:
    """What publishing did: the ideas whose authors have something to read, those that went back, who is told."""

    decisions: list[Decision] = field(default_factory=list)
    steps: list[tuple[Idea, Moves]] = field(default_factory=list)
    told: list[Notification] = field(default_factory=list)

    @property
    def ideas(self) -> list[Idea]:
        return [decision.entry.idea for decision in self.decisions]


def staged_on(shortlist: Shortlist) -> list[Decision]:
    """Read what is staged on a locked list, whoever may see it."""
    staged = Decision.objects.filter(entry__shortlist=shortlist, published_at=None)
    return list(staged.select_related("entry", "staged_by").order_by("entry__position"))


def publish_staged(shortlist: Shortlist, staged: Sequence[Decision], *, by: Member, at: datetime) -> Done:
    """Publish decisions of a locked list: their rows, the steps back of those to be revised, what authors are told.

    Of an idea that its authors withdrew nothing is said any more: what was staged for it goes.
    """
    done, scores = Done(), scores_of(shortlist, [row.entry for row in staged])
    ideas = _lock_ideas(row.entry.idea_id for row in staged)
    for row in staged:
        row.entry.idea = idea = ideas[row.entry.idea_id]
        row.entry.shortlist = shortlist
        if not is_published(idea):
            row.delete()
            continue
        row.published_by, row.published_at, row.idea_version = by, at, idea.version
        row.scores = scores.get(row.entry_id, Scores()).to_authors
        row.save()
        done.decisions.append(row)
        done.told += _send_back(row, done, at) if _is_sent_back(row) else _tell_authors(row, by, at)
    write_moves(moves for _, moves in done.steps)
    return done


def _lock_ideas(ids: Iterable[int]) -> dict[int, Idea]:
    """Load ideas for a write in the order of their ids, so that two writers never wait in a circle."""
    return {row.pk: row for row in Idea.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk")}


def _is_sent_back(row: Decision) -> bool:
    return row.outcome == Outcome.REVISE and goes_back(row.entry.idea)


def _send_back(row: Decision, done: Done, at: datetime) -> list[Notification]:
    """Ask the authors for more, as a lead asks by hand, in the name of who decided.

    The step says no reason: an idea's history is read by everybody who sees it, the text is for its authors.
    """
    idea = row.entry.idea
    step, moves = take_step(idea, IdeaState.NEEDS_INFO, by=row.staged_by, at=at)
    done.steps.append((idea, moves))
    return tell_of_step(step, [], said=row.text)


def _tell_authors(row: Decision, by: Member, at: datetime) -> list[Notification]:
    idea, shortlist = row.entry.idea, row.entry.shortlist
    return notify(
        members=idea.authors.all(), kind=NotificationKind.DECISION_PUBLISHED, idea=idea,
        url=f"{idea.get_absolute_url()}#decisions", key=f"decision.{row.pk}",
        data={"title": idea.title, "actor": by.name, "outcome": row.outcome, "shortlist": shortlist.title}, at=at,
    )  # fmt: skip


def freeze(shortlist: Shortlist, entries: Sequence[ShortlistEntry]) -> None:
    """Keep entries as they are now: texts, scores as the lead chose to show them, and whether members read them.

    As long as nothing is decided members read all of a list; then what was decided for it.
    """
    last, scores = last_published(entries), scores_of(shortlist, entries)
    for entry in entries:
        outcome = last[entry.pk].outcome if entry.pk in last else ""
        entry.frozen = text_now(entry.idea) | {
            "outcome": outcome if outcome in SHOWN else "",
            "scores": scores.get(entry.pk, Scores()).to_members,
        }
        entry.shown = outcome in SHOWN if last else True
    ShortlistEntry.objects.bulk_update(entries, ["frozen", "shown"])


def note(
    shortlist: Shortlist, act: ShortlistAct, by: Member, at: datetime, *, of: int | None = None, **data: Any
) -> None:
    """Write a line of a list's history, and count its version on; `of` is the idea."""
    write_line(shortlist, act, by, at, of=of, **data)
    shortlist.version += 1
    shortlist.save(update_fields=["version"])


def write_line(
    shortlist: Shortlist, act: ShortlistAct, by: Member, at: datetime, *, of: int | None = None, **data: Any
) -> None:
    """Write a line of a list's history, which only those who curate it read; the list's version stays."""
    ShortlistChange.objects.create(shortlist=shortlist, act=act, idea_id=of, by=by, at=at, data=data)


# Coming back --------------------------------------------------------------------------------------------------------


@dataclass
class Answered:
    """The lists in preparation to which a revised idea came back, and who is told."""

    lists: list[Shortlist] = field(default_factory=list)
    told: list[Notification] = field(default_factory=list)


def answer_revisions(step: IdeaTransition) -> Answered:
    """Bring an idea that its authors opened back to those who asked them to revise it.

    Reviews that were done go back to their reviewers with the marks that they gave. Who is told once isn't told of the
    step again. Only the idea is locked: lists are locked before ideas, never after.
    """
    answered = Answered()
    if step.new_state != IdeaState.OPEN or step.old_state == IdeaState.DRAFT:
        return answered  # nobody reads a draft, so nobody asked for anything
    awaited = revisions_awaited(step.idea)
    conflicted = set(conflicted_members(step.idea).values_list("pk", flat=True)) if awaited else set()
    for row in awaited:
        row.answered_at = step.at
        row.save(update_fields=["answered_at"])
        people = [*_reopen_reviews(row.entry), *row.entry.shortlist.value_chain.leads.all(), row.staged_by]
        # A published list is followed by everybody: its leads are told by the bell.
        if row.entry.shortlist.state == ShortlistState.DRAFT:
            answered.lists.append(row.entry.shortlist)
        members = [member for member in people if member.pk not in conflicted | {step.by_id}]
        answered.told += _tell_of_answer(step, row, members)
    return answered


def _tell_of_answer(step: IdeaTransition, row: Decision, members: Iterable[Member]) -> list[Notification]:
    return notify(
        members=members, kind=NotificationKind.DECISION_ANSWERED, idea=step.idea,
        url=reverse("decisions:changes", args=[row.entry_id]), key=f"transition.{step.pk}",
        data={"title": step.idea.title, "actor": step.by.name, "shortlist": row.entry.shortlist.title}, at=step.at,
    )  # fmt: skip


def _reopen_reviews(entry: ShortlistEntry) -> list[Member]:
    """Give reviews that are done back to their reviewers, with their marks; returns the reviewers."""
    rows = list(entry.reviews.filter(state=ReviewState.DONE).select_related("reviewer"))
    for row in rows:
        row.state, row.done_at, row.saved_in, row.version = ReviewState.DRAFT, None, "", row.version + 1
    Review.objects.bulk_update(rows, ["state", "done_at", "saved_in", "version"])
    return [row.reviewer for row in rows]
