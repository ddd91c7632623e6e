"""What every write of an idea keeps true for the board: audience, tags, search text, closing, counts. No actions."""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import F, Q, QuerySet

from ideas.actions.search import index_idea_words
from ideas.choices import JoinState, MergeState, Visibility
from ideas.models import (
    Attachment,
    BoardCount,
    Call,
    Comment,
    Idea,
    JoinRequest,
    Member,
    MergeProposal,
    RoleSlot,
)
from ideas.queries.board_counts import Moves, facet_values
from ideas.queries.calls import next_closing
from ideas.queries.ideas import PUBLIC
from ideas.queries.joining import Consortium, consortiums_of
from ideas.queries.radar import radar_of
from ideas.radar import NOT_KEPT, Check, lacking
from ideas.rules.ideas import is_published

CountRow = tuple[str, str, str]  # audience, facet, value
Row = TypeVar("Row", Attachment, Comment, JoinRequest, RoleSlot)  # what moves when an idea goes into another


def lock_idea(idea_id: int) -> Idea:
    """Load an idea for a write, inside a transaction: the next writer of the same idea waits.

    PostgreSQL locks the row; on SQLite the transaction holds the only write lock from its start.
    """
    return Idea.objects.select_for_update().get(pk=idea_id)


def lock_with_idea(row: Row, rows: QuerySet[Row]) -> Row:
    """Load a row of an idea for a write, from `rows`, with the idea in which it is now, locked, as its `idea`.

    That idea may have taken in the one in which the row was read. Raises the model's DoesNotExist.
    """
    idea_id = row.idea_id
    while True:
        idea = lock_idea(idea_id)
        row = rows.get(pk=row.pk)
        if row.idea_id == idea.pk:
            row.idea = idea
            return row
        idea_id = row.idea_id


def new_reference(at: datetime) -> str:
    """Draw a free reference number of the year at random: a gap in a row of numbers would tell of a secret idea."""
    for digits in (4, 4, 4, 4, 5, 5, 6, 7, 9):
        reference = f"JVL-{at.year}-{secrets.randbelow(10**digits - 1) + 1:0{digits}d}"
        if not Idea.objects.filter(reference=reference).exists():
            return reference
    raise RuntimeError("No free reference number was found.")


def audience_of(idea: Idea) -> str:
    """Name who may see the idea in full, as one key; "" for its authors and the people they invite.

    `members`, or `chains:1.3` (ids of its value chains, rising); a `+` behind it opens the teaser to everybody.
    """
    if not is_published(idea) or idea.visibility == Visibility.PRIVATE:
        return ""
    public = PUBLIC if idea.public_teaser else ""
    if idea.visibility == Visibility.MEMBERS:
        return f"members{public}"
    chains = {idea.value_chain_id, *idea.other_chains.values_list("id", flat=True)}
    return f"chains:{'.'.join(str(chain) for chain in sorted(chains))}{public}"


def count_rows(idea: Idea) -> set[CountRow]:
    """List the counts in which the idea stands, from its row as it was loaded or indexed last."""
    if not idea.audience:
        return set()
    values = facet_values(idea.tags, idea.state, idea.closes_at, idea.lacking)
    return {(idea.audience, facet, value) for facet, value in values}


def index_idea(idea: Idea, before: Iterable[CountRow] = (), *, also: Iterable[str] = ()) -> Moves:
    """Write what the board reads of an idea (and the fields of `also`), and move the counts from `before` to now.

    Returns how the counts moved, by audience, for `publish`.
    """
    moves = index_uncounted(idea, before, also=also)
    write_moves([moves])
    return moves


def index_uncounted(idea: Idea, before: Iterable[CountRow], *, also: Iterable[str] = ()) -> Moves:
    """As `index_idea`, for one of several ideas: the caller moves the counts of all together, by `write_moves`."""
    idea.audience = audience_of(idea)
    idea.closes_at = idea.deadline.at if idea.deadline else None
    idea.tags = tags_of(idea)
    _write_checks(idea, _checks(idea))
    idea.save(update_fields=["audience", "closes_at", "tags", "lacking", *also])
    index_idea_words(idea)
    return _moves(set(before), count_rows(idea))


def reindex(ideas: Iterable[Idea]) -> list[tuple[Idea, Moves]]:
    """Write what the board reads of ideas anew; returns each with how the counts moved."""
    moved = [(idea, index_uncounted(idea, count_rows(idea))) for idea in ideas]
    write_moves(moves for _, moves in moved)
    return moved


def tags_of(idea: Idea) -> dict[str, object]:
    """Collect what a card shows of other tables, but for what its line-up lacks (`lacks`, see `_write_checks`).

    {"chains": [code, …], "kets": [code, …], "call": {…} or None}
    """
    others = idea.other_chains.exclude(pk=idea.value_chain_id).values_list("code", flat=True)
    call = idea.call
    return {
        "chains": [idea.value_chain.code, *others],
        "kets": list(idea.kets.order_by("scheme", "position").values_list("code", flat=True)),
        "call": {"identifier": call.identifier, "slug": call.slug, "title": call.title} if call else None,
    }


def _checks(idea: Idea) -> list[Check]:
    partners = idea.join_requests.filter(state=JoinState.ACCEPTED).select_related("organisation")
    return radar_of(idea, partners, proposals={})


def _write_checks(idea: Idea, checks: Sequence[Check]) -> None:
    """Put on an idea what its line-up lacks: in figures for the card, {rule: how many}, and in codes for the filter."""
    lacks = {one.rule: one.missing for one in checks if one.missing and one.rule not in NOT_KEPT}
    idea.tags = {**idea.tags, "lacks": lacks}
    idea.lacking = " ".join(lacking(checks))


def _moves(before: set[CountRow], now: set[CountRow]) -> Moves:
    """Take one from each count that is only in `before`, and give one to each that is only in `now`."""
    moves: Moves = {}
    for audience, facet, value in sorted(before ^ now):
        step = 1 if (audience, facet, value) in now else -1
        moves.setdefault(audience, []).append((facet, value, step))
    return moves


def write_moves(of_ideas: Iterable[Moves]) -> None:
    """Move each count once, by all steps together; in sorted order, so that two writers never wait in a circle.

    Once in a transaction, for the same reason: a count that was moved stays locked until its end.
    """
    steps: Counter[CountRow] = Counter()
    for moves in of_ideas:
        for audience, rows in moves.items():
            for facet, value, step in rows:
                steps[audience, facet, value] += step
    for (audience, facet, value), step in sorted(steps.items()):
        if step:
            row = BoardCount.objects.filter(audience=audience, facet=facet, value=value)
            if not row.update(count=F("count") + step):
                _, is_new = BoardCount.objects.get_or_create(
                    audience=audience, facet=facet, value=value, defaults={"count": step}
                )
                if not is_new:  # another writer's, made meanwhile
                    row.update(count=F("count") + step)


def count_slots(idea: Idea) -> None:
    """Keep on the idea how many places are open and organisations joined. The search's index is the caller's."""
    idea.open_slots = sum(max(slot.wanted - slot.filled, 0) for slot in idea.slots.all())
    partners = idea.join_requests.filter(state=JoinState.ACCEPTED).order_by().values("organisation").distinct()
    idea.partner_count = partners.count()
    idea.save(update_fields=["open_slots", "partner_count"])


def recount(idea: Idea) -> None:
    """Places and partners are on the card, in what the line-up lacks, and in the words that a search finds.

    No count of the board's filters moves with them.
    """
    count_slots(idea)
    index_idea(idea, count_rows(idea))


def overtake_merges(idea: Idea, *, by: Member, at: datetime) -> None:
    """End the open proposals to merge an idea that goes elsewhere."""
    about = MergeProposal.objects.filter(Q(idea=idea) | Q(into=idea), state=MergeState.OPEN)
    about.update(state=MergeState.OVERTAKEN, ended_by=by, ended_at=at)


def retarget(call: Call, at: datetime) -> list[tuple[Idea, Moves]]:
    """After a change of a call, give every idea that aims at it the call's dates and name as they are now.

    Returns those ideas, each with how the counts moved. An idea keeps its chosen deadline as long as the call has it.
    """
    ideas = list(Idea.objects.filter(call=call).select_for_update(of=("self",)).order_by("id"))
    for idea in ideas:
        idea.call = call
        if idea.deadline is None:
            idea.deadline = next_closing(call, at)
            idea.save(update_fields=["deadline"])
    return reindex(ideas)


def rejudge(calls: Iterable[Call]) -> list[tuple[Consortium, Moves | None]]:
    """After a change of what calls ask, hold the line-ups of all ideas that aim at them against it, and lock these.

    Returns every line-up with its radar as it is now, and how the counts moved; None where the idea's card stays as it
    was. A fixed number of queries, and one for each two hundred cards that change.
    """
    ideas = Idea.objects.filter(call__in=calls).select_for_update(of=("self",)).order_by("id")
    judged: list[tuple[Consortium, Moves | None]] = []
    changed = []
    for consortium in consortiums_of(list(ideas.select_related("call", "organisation"))):
        idea = consortium.idea
        before, was = count_rows(idea), (idea.tags, idea.lacking)
        _write_checks(idea, consortium.checks)
        moves = None
        if (idea.tags, idea.lacking) != was:
            changed.append(idea)
            moves = _moves(before, count_rows(idea))
        judged.append((consortium, moves))
    write_moves(moves for _, moves in judged if moves)
    Idea.objects.bulk_update(changed, ["tags", "lacking"], batch_size=200)
    return judged
