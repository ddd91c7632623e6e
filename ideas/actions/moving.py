"""What goes along when one idea goes into another: comments, files, requests, places, people. Helpers, no actions."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Max
from django.utils import translation
from django.utils.translation import gettext as _

from ideas.actions.annexes import keep_for_partners
from ideas.actions.board import count_rows, count_slots, index_uncounted, write_moves
from ideas.actions.ideas import keep_version
from ideas.actions.join_steps import end, note
from ideas.actions.replies import reread_replies
from ideas.choices import (
    JOIN_LIVE,
    AttachmentAudience,
    CommentAudience,
    ConsortiumRole,
    IdeaState,
    JoinAct,
    JoinState,
    SearchKind,
)
from ideas.models import (
    Attachment,
    Comment,
    Idea,
    IdeaTransition,
    JoinRequest,
    Member,
    MergeProposal,
    PartnerSheet,
    RoleSlot,
    SearchEntry,
)
from ideas.queries.board_counts import Moves
from ideas.queries.comments import followers_of
from ideas.queries.joining import partners_of
from ideas.queries.search import gate_of
from ideas.rules.plans import is_on_team


@dataclass
class Merge:
    """What a merge did: how the counts of either idea moved, and the people of the one that went."""

    idea: Idea
    into: Idea
    people: list[Member] = field(default_factory=list)
    moves: Moves = field(default_factory=dict)
    into_moves: Moves = field(default_factory=dict)


def merge_ideas(proposal: MergeProposal, *, by: Member, at: datetime) -> Merge:
    """Move all that hangs on `proposal.idea` into `proposal.into`, both locked, and close the first.

    What was written in it stays with it, to be read by who could read it before: its text, its annex, its versions, its
    history, its plan, whose days are of its own deadline, and the entries of shortlists, which lead to it and so to the
    other.
    """
    idea, into = proposal.idea, proposal.into
    done = Merge(idea, into, people=_people_of(idea, by))
    before, into_before = count_rows(idea), count_rows(into)
    _invite(proposal)
    _move_slots(idea, into)
    _move_requests(proposal, by, at)
    _move_sheets(idea, into)
    _move_comments(idea, into)
    _move_attachments(idea, into)
    old_state, idea.state, idea.merged_into, idea.activity_at = idea.state, IdeaState.MERGED, into, at
    into.activity_at, into.version = at, into.version + 1
    for one in (idea, into):
        count_slots(one)
    kept = ["activity_at", "comment_count"]
    done.moves = index_uncounted(idea, before, also=["state", "merged_into", *kept, *reread_replies(idea)])
    done.into_moves = index_uncounted(into, into_before, also=["version", *kept, *reread_replies(into)])
    write_moves([done.moves, done.into_moves])
    IdeaTransition.objects.create(
        idea=idea, old_state=old_state, new_state=idea.state, by=by, at=at, reason=proposal.reason
    )
    # A new version: who has a form of it open must not write its authors over with those of before.
    keep_version(into, by=by, at=at)
    return done


def _people_of(idea: Idea, by: Member) -> list[Member]:
    """List who is told: authors, commenters and partners' people, and who waits for an answer."""
    waiting = Member.objects.filter(join_requests__idea=idea, join_requests__state__in=JOIN_LIVE).distinct()
    people = {member.pk: member for member in [*followers_of(idea, but=by), *waiting]}
    return list(people.values())


def _invite(proposal: MergeProposal) -> None:
    """Let the people of the idea see where it goes, and its partners' people still read it: their request moves on."""
    idea, into = proposal.idea, proposal.into
    if proposal.joins and proposal.idea_consent_by:
        into.authors.add(proposal.idea_consent_by)
    readers = {*idea.authors.values_list("pk", flat=True), *idea.invited.values_list("pk", flat=True)}
    into.invited.add(*(readers - set(into.authors.values_list("pk", flat=True))))
    partners = Member.objects.filter(
        affiliations__organisation__join_requests__idea=idea,
        affiliations__organisation__join_requests__state=JoinState.ACCEPTED,
    )
    idea.invited.add(*partners.distinct())
    keep_for_partners(idea)


def _move_slots(idea: Idea, into: Idea) -> None:
    last = into.slots.aggregate(last=Max("position"))["last"] or 0
    idea.slots.update(idea=into, position=F("position") + last)


def _move_requests(proposal: MergeProposal, by: Member, at: datetime) -> None:
    """Move the requests that live, partners among them; ended ones stay where they were answered.

    An organisation that is in both keeps what it has in one of them: where its request got further, or was the earlier
    one; the others are closed. Invitations end: the other idea's authors let nobody in by them.
    """
    idea, into = proposal.idea, proposal.into
    there = _live(into)
    for organisation, rows in _live(idea).items():
        asked = [row for row in rows if row.state != JoinState.INVITED]
        others = there.get(organisation, [])
        is_there = organisation == into.organisation_id
        if not asked or is_there or (others and min(map(_rank, others)) <= min(map(_rank, asked))):
            asked, others = [], []
        for row in [*(row for row in rows if row not in asked), *others]:
            _close(row, by, at)
        for row in asked:
            row.idea = into
            row.save(update_fields=["idea"])
        if asked:
            there[organisation] = asked
    if idea.organisation_id and idea.organisation_id not in {into.organisation_id, *there}:
        _take_in_proposer(proposal, at)


def _live(idea: Idea) -> dict[int, list[JoinRequest]]:
    """{organisation: its requests that live, in the order in which they came}"""
    rows = JoinRequest.objects.filter(idea=idea, state__in=JOIN_LIVE)
    found: dict[int, list[JoinRequest]] = {}
    for row in rows.select_related("asked_by", "idea").order_by("pk"):
        found.setdefault(row.organisation_id, []).append(row)
    return found


def _rank(row: JoinRequest) -> tuple[bool, datetime, int]:
    """The lowest one stays: partners before those who wait, then who asked first."""
    return row.state != JoinState.ACCEPTED, row.asked_at, row.pk


def _close(row: JoinRequest, by: Member, at: datetime) -> None:
    was_partner = row.state == JoinState.ACCEPTED
    if was_partner and row.slot_id:
        RoleSlot.objects.filter(pk=row.slot_id).update(filled=F("filled") - 1)
    with translation.override(row.asked_by.language):
        row.reason = (
            _("The idea went into another one.")
            if row.state == JoinState.INVITED
            else _("Two ideas were merged, and your organisation was in both: its other place stays.")
        )
    row.answered_by, row.answered_at = by, at
    state = JoinState.WITHDRAWN if was_partner else JoinState.EXPIRED
    end(row, state, by=by, reason=row.reason, at=at)


def _take_in_proposer(proposal: MergeProposal, at: datetime) -> None:
    """The organisation that proposed the idea is a partner of the other one from now on."""
    proposer = proposal.idea.organisation
    assert proposer
    asked_by = proposal.idea_consent_by or proposal.idea.created_by
    with translation.override(proposal.into.language):
        told = _("It proposed an idea that was merged into this one.")
    taken_in = JoinRequest.objects.create(
        idea=proposal.into, organisation=proposer, role=ConsortiumRole.BENEFICIARY,
        state=JoinState.ACCEPTED, contribution=told, asked_by=asked_by, asked_at=at, joined_at=at,
        answered_by=proposal.into_consent_by, answered_at=at,
    )  # fmt: skip
    note(taken_in, JoinAct.ACCEPTED, by=proposal.into_consent_by, at=at, reason=told)


def _move_sheets(idea: Idea, into: Idea) -> None:
    """Move what organisations filled in along with them; of one that is in both, what it said in the other stays."""
    there = set(PartnerSheet.objects.filter(idea=into).values_list("organisation", flat=True))
    came = set(partners_of(into).values_list("pk", flat=True)) - there
    PartnerSheet.objects.filter(idea=idea, organisation__in=came).update(idea=into)


def _move_comments(idea: Idea, into: Idea) -> None:
    """Move every comment that all could read, tombstones and threads as they are; their place in the order of time is
    their id's. What partners said among themselves stays: the other team isn't whom they said it to.
    """
    taken = set(Comment.objects.filter(idea=into).values_list("author", "client_id"))
    moving = Comment.objects.filter(idea=idea, audience=CommentAudience.ALL)
    for pk, *pair in moving.values_list("pk", "author", "client_id"):
        if tuple(pair) in taken:
            Comment.objects.filter(pk=pk).update(client_id=f"merged-{pk}")
    moving.update(idea=into)
    gate = gate_of(SearchKind.COMMENT, into.audience)
    SearchEntry.objects.filter(kind=SearchKind.COMMENT, idea=idea).update(idea=into, gate=gate)
    into.comment_count, idea.comment_count = into.comment_count + idea.comment_count, 0


def _move_attachments(idea: Idea, into: Idea) -> None:
    """Move the files, each for the same audience; whose quota they take doesn't change.

    One for partners only stays where it is if whoever gave it isn't on the other idea's team: they would lose it, to
    people whom they never let in.
    """
    rows = list(Attachment.objects.filter(idea=idea).select_related("uploaded_by").order_by("pk"))
    givers = {row.uploaded_by for row in rows if row.audience == AttachmentAudience.PARTNERS}
    off_team = {member.pk for member in givers if not is_on_team(member, into)}
    taken = set(Attachment.objects.filter(idea=into).values_list("uploaded_by", "client_id"))
    for row in rows:
        if row.audience == AttachmentAudience.PARTNERS and row.uploaded_by_id in off_team:
            continue
        if (row.uploaded_by_id, row.client_id) in taken:
            row.client_id = f"merged-{row.pk}"
        row.idea = into
        row.save(update_fields=["idea", "client_id"])
