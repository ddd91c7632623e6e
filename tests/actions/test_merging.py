from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.attachments import remove_attachment
from ideas.actions.comments import delete_comment, post_comment
from ideas.actions.ideas import change_state, edit_idea
from ideas.actions.merging import consent_to_merge, end_merge, propose_merge
from ideas.choices import IDEA_JOINABLE, IDEA_NEXT, AffiliationRole, IdeaState, JoinState, MergeState, Visibility
from ideas.errors import Conflict, NotAllowed
from ideas.models import (
    Attachment,
    BoardCount,
    Comment,
    Idea,
    Member,
    MergeProposal,
    Notification,
    Organisation,
    ValueChain,
)
from ideas.queries.attachments import Payer, attachments_visible_to, used_bytes
from ideas.queries.ideas import visible_to
from ideas.queries.plans import plans_visible_to
from ideas.queries.search import SearchEntry  # type: ignore[attr-defined]
from realtime.models import Change
from tests.factories import (
    affiliate,
    make_attachment,
    make_comment,
    make_idea,
    make_join_request,
    make_member,
    make_organisation,
    make_partner,
    make_planned,
    make_shortlist,
    make_slot,
)
from tests.told import changes, last

pytestmark = pytest.mark.django_db


def propose(idea: Idea, into: Idea, by: Member, **more: Any) -> MergeProposal:
    return propose_merge(by=by, idea=idea, into=into, at=timezone.now(), **more)


def merged(idea: Idea, into: Idea, **more: Any) -> MergeProposal:
    proposal = propose(idea, into, idea.created_by, **more)
    return consent_to_merge(by=into.created_by, proposal=proposal, at=timezone.now())


# Consent ------------------------------------------------------------------------------------------------------------


def test_an_authors_proposal_is_their_consent_and_the_other_side_is_asked(
    idea: Idea, into: Idea, researcher: Member, other_author: Member
):
    before, at = last(), timezone.now()

    proposal = propose_merge(by=researcher, idea=idea, into=into, reason="One project.", at=at)

    assert (proposal.state, proposal.idea_consent_by, proposal.idea_consent_at) == (MergeState.OPEN, researcher, at)
    assert (proposal.into_consent_by, idea.state) == (None, IdeaState.OPEN)
    told = Notification.objects.get()
    assert (told.member, told.kind, told.url) == (other_author, "merge.proposed", proposal.get_absolute_url())
    assert changes(before) == [(f"member.{other_author.pk}", "notification.added")]


def test_a_leads_proposal_needs_both(idea: Idea, into: Idea, lead: Member, researcher: Member, other_author: Member):
    proposal = propose(idea, into, lead)
    assert (proposal.idea_consent_by, proposal.into_consent_by) == (None, None)

    proposal = consent_to_merge(by=other_author, proposal=proposal, at=timezone.now())
    assert proposal.state == MergeState.OPEN

    proposal = consent_to_merge(by=researcher, proposal=proposal, at=timezone.now())
    idea.refresh_from_db()
    assert (proposal.state, idea.state, idea.merged_into) == (MergeState.DONE, IdeaState.MERGED, into)


def test_consent_twice_is_once(idea: Idea, into: Idea, researcher: Member):
    proposal = propose(idea, into, researcher)
    first = proposal.idea_consent_at

    proposal = consent_to_merge(by=researcher, proposal=proposal, at=timezone.now())

    assert (proposal.state, proposal.idea_consent_at) == (MergeState.OPEN, first)


def test_who_writes_both_merges_them_at_once(idea: Idea, researcher: Member, chain: ValueChain):
    second = make_idea(researcher, chain=chain)

    assert propose(idea, second, researcher).state == MergeState.DONE


def test_others_neither_propose_nor_consent_nor_end(
    idea: Idea, into: Idea, researcher: Member, company: Member, outsider: Member, staff: Member, other_author: Member
):
    for member in (company, outsider, staff, other_author):
        with pytest.raises(NotAllowed):
            propose(idea, into, member)
    proposal = propose(idea, into, researcher)
    before = last()

    for member in (company, outsider, staff):
        with pytest.raises(NotAllowed):
            consent_to_merge(by=member, proposal=proposal, at=timezone.now())
        with pytest.raises(NotAllowed):
            end_merge(by=member, proposal=proposal, at=timezone.now())

    assert changes(before) == []


def test_declined_and_withdrawn_are_over_and_told(idea: Idea, into: Idea, researcher: Member, other_author: Member):
    declined = end_merge(by=other_author, proposal=propose(idea, into, researcher), answer="No.", at=timezone.now())
    withdrawn = end_merge(by=researcher, proposal=propose(idea, into, researcher), at=timezone.now())

    assert (declined.state, declined.answer, withdrawn.state) == (MergeState.DECLINED, "No.", MergeState.WITHDRAWN)
    told = Notification.objects.filter(kind="merge.ended").order_by("pk").values_list("member", "data__state")
    assert list(told) == [(researcher.pk, "declined"), (other_author.pk, "withdrawn")]
    for proposal in (declined, withdrawn):
        with pytest.raises(Conflict) as refusal:
            consent_to_merge(by=other_author, proposal=proposal, at=timezone.now())
        assert refusal.value.code == "merge_ended"


def test_only_one_proposal_at_a_time(idea: Idea, into: Idea, researcher: Member, lead: Member):
    propose(idea, into, researcher)

    with pytest.raises(Conflict) as refusal:
        propose(idea, into, lead)

    assert refusal.value.code == "merge_proposed"


def test_an_idea_cannot_go_into_itself(idea: Idea, researcher: Member):
    with pytest.raises(ValidationError) as refusal:
        propose(idea, idea, researcher)

    assert list(refusal.value.message_dict) == ["into"]


@pytest.mark.parametrize("reason", ["nul\x00", "x" * 1_001])
def test_a_reason_that_cannot_be_kept_is_refused(idea: Idea, into: Idea, researcher: Member, reason: str):
    with pytest.raises(ValidationError) as refusal:
        propose(idea, into, researcher, reason=reason)

    assert (list(refusal.value.message_dict), MergeProposal.objects.count()) == (["reason"], 0)


@pytest.mark.parametrize("state", IdeaState.values)
def test_which_states_may_go_and_which_take_another_in(
    idea: Idea, into: Idea, researcher: Member, other_author: Member, chain: ValueChain, state: str
):
    def code_of(going: Idea, taking: Idea, by: Member) -> str:
        try:
            propose(going, taking, by)
        except Conflict as refusal:
            return refusal.code
        return ""

    audience = "" if state in {IdeaState.DRAFT, IdeaState.WITHDRAWN} else "members"
    Idea.objects.filter(pk=idea.pk).update(state=state, audience=audience)
    idea.invited.add(other_author)

    going = code_of(idea, into, researcher)
    taking = code_of(into, idea, other_author)

    if state == IdeaState.DRAFT:
        assert (going, taking) == ("wrong_state", "merge_target_closed")
    else:
        assert going == ("" if IdeaState.MERGED in IDEA_NEXT[state] else "wrong_state")
        assert taking == ("" if state in IDEA_JOINABLE else "merge_target_closed")


def test_both_sides_must_be_able_to_read_what_they_agree_to(into: Idea, secret: Idea, researcher: Member):
    with pytest.raises(Conflict) as refusal:
        propose(secret, into, researcher)

    assert refusal.value.code == "merge_not_shared"


def test_what_withdraws_meanwhile_is_merged_no_more(idea: Idea, into: Idea, researcher: Member, other_author: Member):
    proposal = propose(idea, into, researcher)
    change_state(by=researcher, idea=idea, state=IdeaState.WITHDRAWN, at=timezone.now())

    proposal.refresh_from_db()
    assert proposal.state == MergeState.OVERTAKEN
    with pytest.raises(Conflict) as refusal:
        consent_to_merge(by=other_author, proposal=proposal, at=timezone.now())
    assert refusal.value.code == "merge_ended"


def test_a_target_that_is_submitted_meanwhile_takes_nothing_in(
    idea: Idea, into: Idea, researcher: Member, other_author: Member
):
    proposal = propose(idea, into, researcher)
    for state in (IdeaState.PREPARING, IdeaState.SUBMITTED):
        change_state(by=other_author, idea=into, state=state, at=timezone.now())

    with pytest.raises(Conflict) as refusal:
        consent_to_merge(by=other_author, proposal=proposal, at=timezone.now())

    assert refusal.value.code == "merge_target_closed"


# What goes along ----------------------------------------------------------------------------------------------------


def test_merge_keeps_comments_in_their_order(idea: Idea, into: Idea, company: Member, researcher: Member):
    first = make_comment(idea, company, "First", client_id="same")
    second = make_comment(into, company, "Second", client_id="same")
    reply = make_comment(idea, researcher, "Reply", parent=first)

    merged(idea, into)

    rows = Comment.objects.filter(idea=into).order_by("pk")
    assert [(row.pk, row.body, row.parent_id) for row in rows] == [
        (first.pk, "First", None),
        (second.pk, "Second", None),
        (reply.pk, "Reply", first.pk),
    ]
    counts = dict(Idea.objects.values_list("pk", "comment_count"))
    assert counts == {idea.pk: 0, into.pk: 3}
    assert set(SearchEntry.objects.filter(kind="comment").values_list("idea", flat=True)) == {into.pk}


def test_a_comment_sent_again_after_the_merge_is_the_same_one(idea: Idea, into: Idea, company: Member):
    comment = make_comment(idea, company, client_id="mine")
    merged(idea, into)

    again = post_comment(by=company, idea=idea, body="A comment.", client_id="mine", at=timezone.now())

    assert (again, Comment.objects.count()) == (comment, 1)
    with pytest.raises(Conflict) as refusal:
        post_comment(by=company, idea=idea, body="Another.", client_id="new", at=timezone.now())
    assert refusal.value.code == "commenting_closed"


def test_a_comment_deleted_after_the_merge_is_erased_where_it_was_told(idea: Idea, into: Idea, company: Member):
    comment = make_comment(idea, company, "TO BE FORGOTTEN")
    merged(idea, into)

    delete_comment(by=company, comment=comment, at=timezone.now())

    assert [row.payload for row in Change.objects.all() if "TO BE FORGOTTEN" in str(row.payload)] == []


def test_merge_keeps_places_requests_and_partners(
    idea: Idea, into: Idea, administrator: Member, firm: Organisation, laboratory: Organisation, researcher: Member
):
    edit_idea(by=researcher, idea=idea, content={"organisation": laboratory}, version=idea.version, at=timezone.now())
    make_slot(into, expertise="Theirs")
    slot = make_slot(idea, expertise="Ours")
    partner = make_partner(idea, administrator, firm, slot=slot)
    second, member = make_organisation(), make_member()
    affiliate(member, second, AffiliationRole.ADMINISTRATOR)
    waiting = make_join_request(idea, member, second)

    merged(idea, into)

    into.refresh_from_db()
    idea.refresh_from_db()
    assert [(row.expertise, row.filled) for row in into.slots.all()] == [("Theirs", 0), ("Ours", 1)]
    rows = {row.organisation: (row.state, row.slot) for row in into.join_requests.all()}
    assert rows == {
        firm: (JoinState.ACCEPTED, slot),
        second: (JoinState.PENDING, None),
        laboratory: (JoinState.ACCEPTED, None),
    }
    assert {partner.pk, waiting.pk} < set(into.join_requests.values_list("pk", flat=True))
    assert (into.partner_count, into.open_slots, idea.partner_count, idea.open_slots) == (2, 1, 0, 0)


def files_of(idea: Idea, reader: Member) -> list[str]:
    """Names of the files of an idea that a member may read."""
    return sorted(attachments_visible_to(reader).filter(idea=idea).values_list("name", flat=True))


def test_files_go_along_for_the_same_readers_and_take_the_same_space(
    idea: Idea, into: Idea, researcher: Member, administrator: Member, company: Member, firm: Organisation,
    other_author: Member, outsider: Member, laboratory: Organisation,
):  # fmt: skip
    make_partner(idea, administrator, firm)
    open_file = make_attachment(idea, researcher, name="Sketch.png", client_id="one")
    make_attachment(idea, company, name="Budget.png", audience="partners")
    theirs = make_attachment(into, other_author, name="Theirs.png", client_id="one")
    Attachment.objects.filter(pk=theirs.pk).update(uploaded_by=researcher)
    used = used_bytes(Payer(researcher, laboratory)), used_bytes(Payer(company, firm))

    merged(idea, into)

    everything = ["Budget.png", "Sketch.png", "Theirs.png"]
    assert [files_of(into, member) for member in (researcher, company, other_author)] == [everything] * 3
    assert (files_of(into, outsider), files_of(idea, researcher)) == (["Sketch.png", "Theirs.png"], [])
    assert (used_bytes(Payer(researcher, laboratory)), used_bytes(Payer(company, firm))) == used
    assert set(into.attachments.values_list("client_id", flat=True)) >= {"one", f"merged-{open_file.pk}"}


def test_a_file_for_partners_stays_with_who_gave_it_and_is_not_on_the_other_team(
    idea: Idea, into: Idea, researcher: Member, other_author: Member
):
    make_attachment(idea, researcher, name="Secret.png", audience="partners")
    make_attachment(idea, researcher, name="Open.png")

    merged(idea, into, joins=False)

    assert (files_of(idea, researcher), files_of(into, researcher)) == (["Secret.png"], ["Open.png"])
    assert (files_of(idea, other_author), files_of(into, other_author)) == ([], ["Open.png"])


def test_a_file_read_before_the_merge_is_removed_where_it_is_now(idea: Idea, into: Idea, researcher: Member):
    file = make_attachment(idea, researcher)
    read = Attachment.objects.select_related("idea").get(pk=file.pk)
    merged(idea, into)
    before = last()

    remove_attachment(by=researcher, attachment=read)

    assert (f"idea.{into.pk}", "attachment.removed") in changes(before)
    assert not Attachment.objects.exists()


def test_words_of_files_are_found_with_the_idea_in_which_they_are_now(idea: Idea, into: Idea, researcher: Member):
    make_attachment(idea, researcher, name="Zeppelin.png")

    merged(idea, into)

    found = SearchEntry.objects.filter(kind="idea", body__icontains="zeppelin").values_list("idea", flat=True)
    assert list(found) == [into.pk]


def test_the_plan_stays_with_the_idea_whose_deadline_it_has(into: Idea, researcher: Member, chain: ValueChain):
    steps = make_planned(researcher, 45, 14, chain=chain, title="Planned")
    idea = steps[0].idea

    merged(idea, into)

    assert sorted(idea.milestones.values_list("days_before", flat=True)) == [14, 45]
    assert (into.milestones.count(), plans_visible_to(researcher).filter(pk=idea.pk).exists()) == (0, True)


@pytest.mark.parametrize(
    ("here", "there", "stays"),
    [("pending", "pending", "there"), ("accepted", "pending", "here"), ("accepted", "accepted", "there")],
)
def test_an_organisation_in_both_keeps_the_request_that_got_further(
    idea: Idea, into: Idea, administrator: Member, firm: Organisation, here: str, there: str, stays: str
):
    slot = make_slot(idea)
    make = {"pending": make_join_request, "accepted": make_partner}
    rows = {
        "there": make[there](into, administrator, firm),
        "here": make[here](idea, administrator, firm, slot=slot),
    }

    merged(idea, into)

    for row in rows.values():
        row.refresh_from_db()
    slot.refresh_from_db()
    live = into.join_requests.filter(state__in=["pending", "accepted"])
    assert list(live) == [rows[stays]]
    closed = rows["here" if stays == "there" else "there"]
    assert (closed.state in {JoinState.EXPIRED, JoinState.WITHDRAWN}, bool(closed.reason)) == (True, True)
    assert slot.filled == (stays == "here")


def test_the_organisation_that_proposes_the_other_is_not_its_partner_too(
    idea: Idea, into: Idea, administrator: Member, firm: Organisation, other_author: Member
):
    affiliate(other_author, firm)
    edit_idea(by=other_author, idea=into, content={"organisation": firm}, version=1, at=timezone.now())
    make_partner(idea, administrator, firm)

    merged(idea, into)

    assert (into.join_requests.count(), idea.join_requests.get().state) == (0, JoinState.WITHDRAWN)


@pytest.mark.parametrize("joins", [True, False])
def test_who_consents_becomes_an_author_if_they_agree_and_the_others_may_read(
    idea: Idea, into: Idea, researcher: Member, other_author: Member, outsider: Member, joins: bool
):
    idea.invited.add(outsider)
    into_version = into.version

    merged(idea, into, joins=joins)

    into.refresh_from_db()
    assert set(into.authors.all()) == ({researcher, other_author} if joins else {other_author})
    assert set(into.invited.all()) == ({outsider} if joins else {outsider, researcher})
    # Who has a form of it open must not write the new authors away.
    assert (into.version, into.versions.first().content["authors"]) == (  # type: ignore[union-attr]
        into_version + 1,
        sorted(into.authors.values_list("pk", flat=True)),
    )


def test_shortlists_lead_from_the_idea_that_went(idea: Idea, into: Idea, lead: Member, chain: ValueChain):
    shortlist = make_shortlist(lead, chain, idea)

    merged(idea, into)

    assert shortlist.entries.get().idea.merged_into == into


def test_partners_people_still_read_the_idea_that_went(
    researcher: Member, other_author: Member, administrator: Member, company: Member, firm: Organisation
):
    one = make_idea(researcher, visibility=Visibility.PRIVATE)
    other = make_idea(other_author, visibility=Visibility.PRIVATE)
    for idea in (one, other):
        idea.invited.add(researcher, other_author, administrator)
    make_partner(one, administrator, firm)

    merged(one, other)

    assert set(visible_to(company)) == {one, other}


# What is told -------------------------------------------------------------------------------------------------------


def test_merge_is_told_on_both_and_the_counts_stay_true(
    idea: Idea, into: Idea, company: Member, researcher: Member, other_author: Member
):
    make_comment(idea, company)
    proposal = propose(idea, into, researcher)
    before = last()

    consent_to_merge(by=other_author, proposal=proposal, at=timezone.now())

    told = [(topic, kind) for topic, kind in changes(before) if topic != "~"]
    assert told == sorted(
        [
            ("board.members", "card.changed"),
            ("board.members", "card.changed"),
            *((f"idea.{one.pk}", kind) for one in (idea, into) for kind in ("consortium.changed", "idea.changed")),
            (f"member.{company.pk}", "notification.added"),
            (f"member.{researcher.pk}", "notification.added"),
        ]
    )
    kept = BoardCount.objects.filter(facet="state", count__gt=0).values_list("value", "count")
    assert dict(kept) == {"merged": 1, "open": 1}


def test_an_outsider_learns_nothing_of_a_merge(
    secret: Idea, researcher: Member, other_author: Member, outsider: Member, lead: Member
):
    hidden = make_idea(other_author, visibility=Visibility.PRIVATE)
    for idea, reader in ((secret, other_author), (hidden, researcher)):
        idea.invited.add(reader)
    make_comment(secret, researcher, "CANARY")

    merged(secret, hidden)

    assert (list(visible_to(outsider)), list(visible_to(lead))) == ([], [])
    assert set(Notification.objects.values_list("member", flat=True)) <= {researcher.pk, other_author.pk}
    assert not Change.objects.filter(topic__name__startswith="board.").exists()


def test_who_cannot_read_the_other_hears_only_that_it_went(
    idea: Idea, company: Member, researcher: Member, other_author: Member
):
    hidden = make_idea(other_author, visibility=Visibility.PRIVATE, title="CANARY title")
    hidden.invited.add(researcher)
    make_comment(idea, company)

    merged(idea, hidden)

    told = Notification.objects.get(member=company, kind="idea.merged")
    assert (told.url, told.data) == (
        idea.get_absolute_url(),
        {"title": idea.title, "actor": other_author.name},
    )
