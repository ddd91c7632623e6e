"""Decisions: staged among leads, published together, told once; and the way of a revision there and back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ideas.actions.decisions import as_published, publish_decisions, stage_decision, withdraw_decision
from ideas.actions.ideas import aim_again, change_state, edit_idea
from ideas.actions.merging import propose_merge
from ideas.actions.shortlists import move_entry, publish_shortlist, remove_entry
from ideas.choices import (
    IdeaState,
    NotificationKind,
    Outcome,
    ReviewState,
    ScoresShown,
    ShortlistAct,
    ShortlistState,
)
from ideas.errors import Conflict, NotAllowed
from ideas.models import (
    ConflictOfInterest,
    Decision,
    Idea,
    IdeaTransition,
    Member,
    Notification,
    Review,
    ReviewRound,
    Shortlist,
    ValueChain,
)
from ideas.queries.ideas import visible_to
from ideas.queries.notifications import notifications_of
from ideas.queries.shortlists import entries_seen
from realtime.models import Change
from tests.actions.test_organisations import counts_moved
from tests.factories import make_call, make_idea, make_member, make_shortlist

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


@pytest.fixture
def other(chain: ValueChain) -> Member:
    """A second author."""
    return make_member("Otto Other", email="other@example.org")


@pytest.fixture
def ideas(researcher: Member, other: Member, chain: ValueChain) -> list[Idea]:
    """A and C are the researcher's, B is the other's."""
    return [
        make_idea(by, chain=chain, title=title) for by, title in [(researcher, "A"), (other, "B"), (researcher, "C")]
    ]


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, ideas: list[Idea]) -> Shortlist:
    return make_shortlist(lead, chain, *ideas, title="Spring")


def entry(shortlist: Shortlist, title: str) -> Any:
    return shortlist.entries.get(idea__title=title)


def stage(
    by: Member, shortlist: Shortlist, title: str, outcome: str, text: str = "Words.", version: int = 0
) -> Decision:
    return stage_decision(by=by, entry=entry(shortlist, title), outcome=outcome, text=text, version=version, at=NOW)


def make_round(shortlist: Shortlist, by: Member, **fields: Any) -> ReviewRound:
    return ReviewRound.objects.create(shortlist=shortlist, opened_by=by, opened_at=NOW, **fields)


def make_review(of: Any, reviewer: Member, mark: str, remark: str = "", **fields: Any) -> Review:
    codes = ("excellence", "impact", "implementation")
    fields = {"state": ReviewState.DONE, "done_at": NOW, "idea_version": of.idea.version, **fields}
    return Review.objects.create(
        entry=of, reviewer=reviewer, asked_by=reviewer, asked_at=NOW, marks=dict.fromkeys(codes, mark),
        remarks={"impact": remark} if remark else {}, **fields,
    )  # fmt: skip


def told(member: Member, *kinds: str) -> list[tuple[str, str, str]]:
    """What a member's bell has of these kinds, oldest first: (kind, title of the idea, outcome)."""
    rows = Notification.objects.filter(member=member).order_by("pk")
    rows = rows.filter(kind__in=kinds) if kinds else rows
    return [(row.kind, row.data["title"], row.data.get("outcome", "")) for row in rows]


def changes_after(last: int) -> list[tuple[str, str]]:
    rows = Change.objects.filter(pk__gt=last).select_related("topic").order_by("pk")
    return [(row.topic.name, row.kind) for row in rows]


def last_change() -> int:
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


# Staging ------------------------------------------------------------------------------------------------------------


def test_a_staged_decision_is_told_to_leads_by_a_hint_and_to_nobody_else(lead, researcher, shortlist):
    before, bells = last_change(), Notification.objects.count()

    row = stage(lead, shortlist, "A", Outcome.DECLINE, "  CANARY\r\nwords ")

    shortlist.refresh_from_db()
    assert (row.outcome, row.text, row.version, row.staged_by, row.published_at) == (
        "decline",
        "CANARY\nwords",
        1,
        lead,
        None,
    )
    assert changes_after(before) == [(f"shortlist.{shortlist.pk}", "shortlist.changed")]
    assert "CANARY" not in str(list(Change.objects.filter(pk__gt=before).values_list("payload", flat=True)))
    assert Notification.objects.count() == bells
    assert shortlist.changes.first().data == {"outcome": "decline"}


def test_of_two_leads_the_second_is_told_that_the_first_has_decided(lead, staff, shortlist):
    stage(lead, shortlist, "A", Outcome.SHORTLIST, "First.")

    with pytest.raises(Conflict, match="edited_meanwhile"):
        stage(staff, shortlist, "A", Outcome.DECLINE, "Second.")

    assert Decision.objects.get().text == "First."
    assert stage(staff, shortlist, "A", Outcome.DECLINE, "Second.", version=1).version == 2
    assert Decision.objects.get().staged_by == staff


def test_staging_what_stands_there_changes_nothing(lead, staff, shortlist):
    stage(lead, shortlist, "A", Outcome.SHORTLIST)
    before = last_change()

    stage(staff, shortlist, "A", Outcome.SHORTLIST, version=1)

    assert changes_after(before) == []
    assert (Decision.objects.get().staged_by, Decision.objects.get().version) == (lead, 1)


@pytest.mark.parametrize(
    ("outcome", "text", "field"),
    [
        ("", "Words.", "outcome"),
        ("accept", "Words.", "outcome"),
        ("revise", "  ", "text"),
        ("decline", "x" * 5_001, "text"),
        ("decline", "nul \x00", "text"),
    ],
)
def test_what_cannot_be_staged_is_refused_beside_its_field(lead, shortlist, outcome, text, field):
    before = last_change()

    with pytest.raises(ValidationError) as refusal:
        stage(lead, shortlist, "A", outcome, text)

    assert list(refusal.value.message_dict) == [field]
    assert (Decision.objects.count(), changes_after(before)) == (0, [])


@pytest.mark.parametrize("state", [IdeaState.PREPARING, IdeaState.PARKED])
def test_an_idea_that_cannot_go_back_is_not_staged_for_revision(lead, researcher, chain, state):
    shortlist = make_shortlist(lead, chain, make_idea(researcher, chain=chain, title="A", state=state))

    with pytest.raises(ValidationError) as refusal:
        stage(lead, shortlist, "A", Outcome.REVISE)

    assert list(refusal.value.message_dict) == ["outcome"]


def test_nobody_decides_of_their_own_idea_nor_in_conflict_nor_from_outside(
    lead, researcher, company, outsider, chain, shortlist, ideas
):
    chain.leads.add(researcher)
    conflicted = make_member("Carla Conflicted", email="conflicted@example.org")
    chain.leads.add(conflicted)
    ConflictOfInterest.objects.create(member=conflicted, idea=ideas[0], declared_at=NOW)

    for member in (researcher, conflicted, company, outsider):
        with pytest.raises(NotAllowed):
            stage(member, shortlist, "A", Outcome.SHORTLIST)

    assert Decision.objects.count() == 0
    assert stage(conflicted, shortlist, "B", Outcome.SHORTLIST).staged_by == conflicted


def test_a_decision_of_an_idea_taken_off_meanwhile_is_refused(lead, staff, shortlist):
    row = entry(shortlist, "A")
    remove_entry(by=staff, entry=row, at=NOW)

    with pytest.raises(Conflict, match="stale_order"):
        stage_decision(by=lead, entry=row, outcome=Outcome.DECLINE, text="Words.", version=0, at=NOW)


def test_withdrawing_takes_the_decision_and_keeps_its_words_in_the_history(lead, staff, shortlist):
    stage(lead, shortlist, "A", Outcome.DECLINE, "Kept words.")

    with pytest.raises(Conflict, match="edited_meanwhile"):
        withdraw_decision(by=staff, entry=entry(shortlist, "A"), version=7, at=NOW)
    withdraw_decision(by=staff, entry=entry(shortlist, "A"), version=1, at=NOW)
    with pytest.raises(Conflict, match="nothing_staged"):
        withdraw_decision(by=staff, entry=entry(shortlist, "A"), version=1, at=NOW)

    line = shortlist.changes.first()
    assert (line.act, line.by, line.data) == (
        ShortlistAct.UNSTAGED,
        staff,
        {"outcome": "decline", "text": "Kept words."},
    )
    assert Decision.objects.count() == 0


# Publishing ---------------------------------------------------------------------------------------------------------


def test_authors_hear_together_and_once(lead, staff, researcher, other, shortlist, ideas):
    stage(lead, shortlist, "A", Outcome.SHORTLIST)
    stage(lead, shortlist, "B", Outcome.DECLINE)
    stage(staff, shortlist, "C", Outcome.RESERVE)
    before = last_change()

    publish_decisions(by=lead, shortlist=shortlist, at=LATER)
    with pytest.raises(Conflict, match="nothing_staged"):
        publish_decisions(by=staff, shortlist=shortlist, at=LATER)

    kind = NotificationKind.DECISION_PUBLISHED
    assert told(researcher) == [(kind, "A", "shortlist"), (kind, "C", "reserve")]
    assert told(other) == [(kind, "B", "decline")]
    assert set(Decision.objects.values_list("published_by", "published_at")) == {(lead.pk, LATER)}
    hints = [("decisions.published", f"idea.{idea.pk}.plan") for idea in ideas]
    assert sorted((kind, topic) for topic, kind in changes_after(before)) == sorted([
        *hints,
        ("shortlist.changed", f"shortlist.{shortlist.pk}"),
        *[("notification.added", f"member.{member.pk}") for member in (researcher, researcher, other)],
    ])  # fmt: skip


def test_a_list_in_preparation_stays_so_when_its_decisions_go_out(lead, researcher, shortlist):
    stage(lead, shortlist, "A", Outcome.SHORTLIST)

    publish_decisions(by=lead, shortlist=shortlist, at=LATER)

    shortlist.refresh_from_db()
    assert shortlist.state == ShortlistState.DRAFT
    assert set(shortlist.entries.values_list("frozen", flat=True)) == {None}
    with pytest.raises(Conflict, match="decision_told"):
        remove_entry(by=lead, entry=entry(shortlist, "A"), at=LATER)


def test_publishing_a_list_publishes_what_is_staged_and_shows_members_what_was_decided_for_it(
    lead, researcher, other, company, shortlist
):
    stage(lead, shortlist, "A", Outcome.RESERVE)
    stage(lead, shortlist, "B", Outcome.DECLINE)

    publish_shortlist(by=lead, shortlist=shortlist, at=LATER)

    def read_by(member: Member) -> str:
        rows = entries_seen(member).filter(shortlist=shortlist).order_by("position")
        return "".join(rows.values_list("idea__title", flat=True))

    assert (read_by(company), read_by(researcher), read_by(other)) == ("A", "A", "A")
    assert read_by(lead) == "ABC"
    assert [row.frozen["outcome"] for row in shortlist.entries.order_by("position")] == ["reserve", "", ""]
    # C was decided by nobody: it isn't on what members read, and nobody is told that it is.
    assert told(researcher) == [(NotificationKind.DECISION_PUBLISHED, "A", "reserve")]
    assert told(other) == [(NotificationKind.DECISION_PUBLISHED, "B", "decline")]


def test_a_list_without_decisions_shows_all_of_it_as_ever(lead, researcher, other, company, shortlist):
    publish_shortlist(by=lead, shortlist=shortlist, at=LATER)

    assert entries_seen(company).filter(shortlist=shortlist).count() == 3
    assert told(other) == [(NotificationKind.IDEA_SHORTLISTED, "B", "")]
    assert Decision.objects.count() == 0


def test_an_author_told_of_the_choice_before_hears_of_the_list_once_it_is_out(lead, researcher, other, shortlist):
    stage(lead, shortlist, "A", Outcome.SHORTLIST)
    stage(lead, shortlist, "B", Outcome.DECLINE)
    publish_decisions(by=lead, shortlist=shortlist, at=NOW)

    publish_shortlist(by=lead, shortlist=shortlist, at=LATER)

    kinds = [kind for kind, _title, _outcome in told(researcher)]
    assert kinds == [NotificationKind.DECISION_PUBLISHED, NotificationKind.IDEA_SHORTLISTED]
    assert [kind for kind, _title, _outcome in told(other)] == [NotificationKind.DECISION_PUBLISHED]


def test_a_later_decision_on_a_published_list_moves_its_own_entry_alone(lead, company, researcher, shortlist, ideas):
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)
    edit_idea(by=researcher, idea=ideas[0], content={"title": "A new"}, version=1, at=NOW)
    stage_decision(
        by=lead, entry=shortlist.entries.get(idea=ideas[0]), outcome=Outcome.SHORTLIST, text="", version=0, at=NOW
    )
    stage(lead, shortlist, "B", Outcome.DECLINE)

    publish_decisions(by=lead, shortlist=shortlist, at=LATER)

    rows = entries_seen(company).filter(shortlist=shortlist).order_by("position")
    assert [row.frozen["title"] for row in rows] == ["A new", "C"]


def test_a_conflicted_lead_publishes_what_others_staged_and_cannot_tell(
    lead, chain, researcher, other, shortlist, ideas
):
    blind = make_member("Bruna Blind", email="blind@example.org")
    chain.leads.add(blind)
    ConflictOfInterest.objects.create(member=blind, idea=ideas[0], declared_at=NOW)
    stage(lead, shortlist, "A", Outcome.DECLINE)

    with pytest.raises(Conflict, match="nothing_staged"):
        publish_decisions(by=blind, shortlist=shortlist, at=LATER)
    assert told(researcher) == []
    stage(blind, shortlist, "B", Outcome.SHORTLIST)
    publish_decisions(by=blind, shortlist=shortlist, at=LATER)

    assert told(researcher) == [(NotificationKind.DECISION_PUBLISHED, "A", "decline")]
    assert told(other) == [(NotificationKind.DECISION_PUBLISHED, "B", "shortlist")]


def test_only_who_curates_publishes(researcher, company, outsider, lead, shortlist):
    stage(lead, shortlist, "A", Outcome.DECLINE)

    for member in (researcher, company, outsider):
        with pytest.raises(NotAllowed):
            publish_decisions(by=member, shortlist=shortlist, at=NOW)

    assert Decision.objects.get().published_at is None


def test_what_was_staged_for_an_idea_withdrawn_meanwhile_is_said_to_nobody(lead, researcher, other, shortlist, ideas):
    stage(lead, shortlist, "A", Outcome.SHORTLIST)
    stage(lead, shortlist, "B", Outcome.SHORTLIST)
    change_state(by=researcher, idea=ideas[0], state=IdeaState.WITHDRAWN, at=NOW)

    publish_decisions(by=lead, shortlist=shortlist, at=LATER)

    assert told(researcher, NotificationKind.DECISION_PUBLISHED) == []
    assert [row.entry.idea.title for row in Decision.objects.all()] == ["B"]


@pytest.mark.parametrize(
    ("shown", "members_read"),
    [
        (ScoresShown.NONE, {}),
        (ScoresShown.OVERALL, {"overall": "12.00", "out_of": "15"}),
        (
            ScoresShown.CRITERIA,
            {
                "overall": "12.00",
                "out_of": "15",
                "criteria": [
                    {"code": code, "label": "", "mean": "4.00"} for code in ("excellence", "impact", "implementation")
                ],
            },
        ),
    ],
)
def test_scores_are_frozen_as_the_lead_chose_and_remarks_go_to_authors_alone(
    lead, staff, company, shortlist, shown, members_read
):
    make_round(shortlist, lead, scores_shown=shown)
    of = entry(shortlist, "A")
    make_review(of, staff, "4.5", "Beta remark")
    make_review(of, company, "3.5", "Alpha remark")
    make_review(of, lead, "0.0", "CANARY unfinished", state=ReviewState.DRAFT)
    stage(lead, shortlist, "A", Outcome.SHORTLIST)

    publish_shortlist(by=lead, shortlist=shortlist, at=LATER)

    assert entry(shortlist, "A").frozen["scores"] == members_read
    # In the order of the alphabet, which isn't the order in which they came.
    remarks = [{"code": "impact", "label": "", "said": ["Alpha remark", "Beta remark"]}]
    assert Decision.objects.get().scores == {**members_read, "remarks": remarks}


def test_looking_at_a_decision_as_its_authors_will_leaves_nothing_behind(lead, researcher, shortlist):
    staged = stage(lead, shortlist, "A", Outcome.DECLINE, "Staged.")
    before, bells = last_change(), Notification.objects.count()

    with as_published(by=lead, entry=entry(shortlist, "A"), outcome=Outcome.REVISE, text="Typed.", at=LATER) as (
        row,
        done,
    ):
        seen = (row.text, [(one.kind, one.member) for one in done.told], row.entry.idea.state)

    assert seen == ("Typed.", [(NotificationKind.INFO_ASKED, researcher)], IdeaState.NEEDS_INFO)
    staged.refresh_from_db()
    assert (staged.outcome, staged.text, staged.version, staged.published_at) == ("decline", "Staged.", 1, None)
    assert (changes_after(before), Notification.objects.count()) == ([], bells)
    assert entry(shortlist, "A").idea.state == IdeaState.OPEN


# A revision ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def revised(lead: Member, company: Member, shortlist: Shortlist) -> Decision:
    """A goes back to its author, with a review that was done."""
    make_round(shortlist, lead)
    make_review(entry(shortlist, "A"), company, "2.5", "Too thin.")
    stage(lead, shortlist, "A", Outcome.REVISE, "Say who **measures**.")
    publish_decisions(by=lead, shortlist=shortlist, at=NOW)
    return Decision.objects.get()


def test_a_revision_takes_the_idea_back_by_the_one_lifecycle_and_tells_once(lead, researcher, revised, ideas):
    idea = Idea.objects.get(pk=ideas[0].pk)

    step = idea.transitions.first()
    assert (idea.state, step.old_state, step.new_state, step.by) == ("needs_info", "open", "needs_info", lead)
    # The history is for everybody who sees the idea, the words are for its authors.
    assert step.reason == ""
    bell = Notification.objects.get(member=researcher)
    assert (bell.kind, bell.data["reason"]) == (NotificationKind.INFO_ASKED, "Say who **measures**.")
    assert revised.idea_version == 1


def test_the_answer_comes_back_to_reviewers_and_leads_with_what_changed(
    lead, staff, researcher, company, revised, ideas, shortlist
):
    idea = edit_idea(by=researcher, idea=ideas[0], content={"approach": "We measure."}, version=1, at=LATER)
    before = last_change()

    change_state(by=researcher, idea=idea, state=IdeaState.OPEN, at=LATER)

    revised.refresh_from_db()
    review = Review.objects.get()
    assert revised.answered_at == LATER
    assert (review.state, review.marks["impact"], review.done_at, review.idea_version) == ("draft", "2.5", None, 1)
    answered = Notification.objects.filter(kind=NotificationKind.DECISION_ANSWERED)
    assert {row.member for row in answered} == {lead, company}
    assert {row.url for row in answered} == {f"/shortlist-entries/{revised.entry_id}/changes/"}
    # Not a second time for who had asked.
    assert not Notification.objects.filter(kind=NotificationKind.INFO_GIVEN).exists()
    assert (f"shortlist.{shortlist.pk}", "decisions.answered") in changes_after(before)


def test_after_the_answer_leads_decide_anew_and_the_newest_counts(lead, researcher, revised, ideas, shortlist):
    change_state(by=researcher, idea=ideas[0], state=IdeaState.OPEN, at=LATER)
    stage(lead, shortlist, "A", Outcome.SHORTLIST, "Well done.")
    publish_shortlist(by=lead, shortlist=shortlist, at=LATER)

    change_state(by=researcher, idea=Idea.objects.get(pk=ideas[0].pk), state=IdeaState.PARKED, at=LATER)
    change_state(by=researcher, idea=Idea.objects.get(pk=ideas[0].pk), state=IdeaState.OPEN, at=LATER + timedelta(1))

    assert list(Decision.objects.values_list("outcome", "answered_at")) == [("revise", LATER), ("shortlist", None)]
    assert entry(shortlist, "A").shown


def test_an_answer_is_not_told_to_who_came_into_conflict_meanwhile(lead, company, researcher, revised, ideas):
    ConflictOfInterest.objects.create(member=company, idea=ideas[0], declared_at=NOW)

    change_state(by=researcher, idea=ideas[0], state=IdeaState.OPEN, at=LATER)

    assert {row.member for row in Notification.objects.filter(kind=NotificationKind.DECISION_ANSWERED)} == {lead}


def test_authors_who_never_answer_hold_nothing_up(lead, researcher, revised, shortlist, ideas):
    stage(lead, shortlist, "A", Outcome.DECLINE, "Too late.")
    publish_shortlist(by=lead, shortlist=shortlist, at=LATER)
    change_state(by=researcher, idea=ideas[0], state=IdeaState.OPEN, at=LATER)

    # What they open again after a later decision answers nothing.
    assert list(Decision.objects.values_list("outcome", "answered_at")) == [("revise", None), ("decline", None)]
    assert Review.objects.get().state == ReviewState.DONE


def test_authors_who_withdraw_or_park_instead_leave_the_list_usable(lead, researcher, revised, shortlist, ideas):
    change_state(by=researcher, idea=ideas[0], state=IdeaState.WITHDRAWN, at=LATER)
    shortlist.refresh_from_db()

    move_entry(by=lead, entry=entry(shortlist, "C"), position=1, version=shortlist.version, at=LATER)
    publish_shortlist(by=lead, shortlist=shortlist, at=LATER)

    assert not visible_to(lead).filter(pk=ideas[0].pk).exists()
    assert not entry(shortlist, "A").shown


def test_an_idea_parked_with_its_revision_comes_back_when_it_is_aimed_again(lead, researcher, revised, ideas):
    idea = change_state(by=researcher, idea=ideas[0], state=IdeaState.PARKED, at=NOW)

    aim_again(by=researcher, idea=idea, call=make_call("NEXT"), version=idea.version, at=LATER)

    revised.refresh_from_db()
    assert revised.answered_at == LATER
    assert told(lead, NotificationKind.DECISION_ANSWERED) == [(NotificationKind.DECISION_ANSWERED, "A", "")]


def test_an_idea_that_goes_into_another_one_answers_nothing_and_hangs_nowhere(
    lead, researcher, revised, ideas, shortlist
):
    idea = Idea.objects.get(pk=ideas[0].pk)
    propose_merge(by=researcher, idea=idea, into=ideas[2], at=LATER)

    idea.refresh_from_db()
    assert idea.state == IdeaState.MERGED
    revised.refresh_from_db()
    assert revised.answered_at is None
    stage(lead, shortlist, "C", Outcome.SHORTLIST)
    publish_shortlist(by=lead, shortlist=shortlist, at=LATER)
    assert entry(shortlist, "C").shown


def test_a_revision_of_an_idea_that_moved_on_meanwhile_is_told_without_a_step(lead, researcher, shortlist, ideas):
    stage(lead, shortlist, "A", Outcome.REVISE, "Say more.")
    change_state(by=researcher, idea=ideas[0], state=IdeaState.PREPARING, at=NOW)
    steps = IdeaTransition.objects.count()

    publish_decisions(by=lead, shortlist=shortlist, at=LATER)

    assert Idea.objects.get(pk=ideas[0].pk).state == IdeaState.PREPARING
    assert IdeaTransition.objects.count() == steps
    assert told(researcher) == [(NotificationKind.DECISION_PUBLISHED, "A", "revise")]


def test_counts_of_ideas_that_go_back_move_once_and_in_one_order(lead: Member, shortlist: Shortlist, ideas: list[Idea]):
    for title in ("A", "B"):
        stage(lead, shortlist, title, Outcome.REVISE)

    with counts_moved() as moved:
        publish_decisions(by=lead, shortlist=shortlist, at=NOW)

    assert [(facet, value) for _, facet, value in moved] == [("state", "needs_info"), ("state", "open")]


# What followers can tell --------------------------------------------------------------------------------------------


def test_whoever_follows_a_published_list_cannot_tell_that_something_is_staged(lead, shortlist):
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)
    shortlist.refresh_from_db()
    before, version = last_change(), shortlist.version

    stage(lead, shortlist, "A", Outcome.DECLINE)
    withdraw_decision(by=lead, entry=entry(shortlist, "A"), version=1, at=NOW)

    shortlist.refresh_from_db()
    assert (changes_after(before), shortlist.version) == ([], version)
    assert [line.act for line in shortlist.changes.all()[:2]] == [ShortlistAct.UNSTAGED, ShortlistAct.STAGED]


def test_a_published_list_is_not_told_that_an_idea_came_back(lead, researcher, revised, shortlist, ideas):
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)
    before = last_change()

    change_state(by=researcher, idea=ideas[0], state=IdeaState.OPEN, at=LATER)

    assert [topic for topic, _kind in changes_after(before) if topic.startswith("shortlist")] == []
    assert told(lead, NotificationKind.DECISION_ANSWERED) != []


def test_who_comes_into_conflict_is_not_told_any_more_that_an_idea_came_back(lead, researcher, revised, ideas):
    change_state(by=researcher, idea=ideas[0], state=IdeaState.OPEN, at=LATER)
    kinds = [row.kind for row in notifications_of(lead)]

    ConflictOfInterest.objects.create(member=lead, idea=ideas[0], declared_at=LATER)

    assert kinds == [NotificationKind.DECISION_ANSWERED]
    assert notifications_of(lead) == []
