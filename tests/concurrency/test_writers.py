"""Many at once: real threads with connections of their own, on whatever database the run uses."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ideas.actions.comments import post_comment
from ideas.actions.ideas import edit_idea
from ideas.actions.joining import accept_join_request, ask_to_join, withdraw_join_request
from ideas.actions.merging import consent_to_merge, propose_merge
from ideas.actions.shortlists import move_entry
from ideas.choices import AffiliationRole, JoinState, Visibility
from ideas.errors import Conflict
from ideas.models import (
    BoardCount,
    Comment,
    Idea,
    JoinRequest,
    Member,
    MergeProposal,
    Notification,
    RoleSlot,
    Shortlist,
    ValueChain,
)
from ideas.queries.shortlists import shortlists_visible_to, with_entries
from ideas.queries.topics import shortlist_topic
from realtime.log import position, read_after
from realtime.models import Change, Topic
from tests.factories import (
    affiliate,
    make_chain,
    make_idea,
    make_join_request,
    make_member,
    make_organisation,
    make_shortlist,
    make_slot,
)

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Begin all works together; returns what each gave: its value, or the code of its Conflict."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            start.wait(30)
            return work()
        except Conflict as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def numbers_have_no_holes() -> bool:
    return all(
        sorted(topic.changes.values_list("seq", flat=True)) == list(range(1, topic.head + 1))
        for topic in Topic.objects.all()
    )


def place_asked_by(number: int, idea: Idea) -> list[JoinRequest]:
    slot = make_slot(idea, wanted=1)
    requests = []
    for _ in range(number):
        organisation, member = make_organisation(), make_member()
        affiliate(member, organisation, AffiliationRole.ADMINISTRATOR)
        requests.append(make_join_request(idea, member, organisation, slot=slot))
    return requests


def test_the_same_comment_twenty_times_at_once_is_one(idea: Idea, company: Member):
    before = Change.objects.count()

    def post() -> int:
        return post_comment(by=company, idea=idea, body="Once.", client_id="same", at=timezone.now()).pk

    answers = at_once([post] * 20)

    assert answers == [Comment.objects.get().pk] * 20
    idea.refresh_from_db()
    assert (idea.comment_count, Notification.objects.count()) == (1, 1)
    # The comment, the card on the board, the author's bell.
    assert (Change.objects.count() - before, numbers_have_no_holes()) == (3, True)


def test_one_of_two_gets_the_last_place(idea: Idea, researcher: Member):
    for request in (requests := place_asked_by(2, idea)):
        assert request.state == JoinState.PENDING

    def accept(request: JoinRequest) -> str:
        return str(accept_join_request(by=researcher, request=request, at=timezone.now()).state)

    answers = at_once([lambda request=request: accept(request) for request in requests])

    assert sorted(answers) == ["accepted", "slot_filled"]
    assert sorted(JoinRequest.objects.values_list("state", flat=True)) == ["accepted", "pending"]
    idea.refresh_from_db()
    assert (RoleSlot.objects.get().filled, idea.partner_count, idea.open_slots) == (1, 1, 0)


def test_an_accept_against_a_withdrawal_leaves_one_truth(idea: Idea, researcher: Member):
    request = place_asked_by(1, idea)[0]

    answers = at_once(
        [
            lambda: accept_join_request(by=researcher, request=request, at=timezone.now()).state,
            lambda: withdraw_join_request(by=request.asked_by, request=request, at=timezone.now()).state,
        ]
    )

    # Accepted first, then left; or withdrawn first, and there was nothing to accept any more.
    assert answers in (["accepted", "withdrawn"], ["wrong_state", "withdrawn"])
    idea.refresh_from_db()
    assert JoinRequest.objects.get().state == JoinState.WITHDRAWN
    assert (RoleSlot.objects.get().filled, idea.partner_count, idea.open_slots) == (0, 0, 1)


def test_two_edits_of_one_version_are_one_save(idea: Idea, researcher: Member):
    def edit(title: str) -> str:
        content = {"title": title}
        return edit_idea(by=researcher, idea=idea, content=content, version=1, at=timezone.now()).title

    answers = at_once([lambda: edit("A"), lambda: edit("B")])

    idea.refresh_from_db()
    assert sorted(answers) == sorted([idea.title, "edited_meanwhile"])
    assert (idea.version, list(idea.versions.values_list("number", flat=True))) == (2, [2, 1])


def test_four_leads_order_one_list(chain: ValueChain, researcher: Member):
    ideas = [make_idea(researcher, chain=chain, title=title) for title in "ABCDEFGH"]
    leads = [make_member() for _ in range(4)]
    chain.leads.add(*leads)
    shortlist = make_shortlist(leads[0], chain, *ideas)
    # One that the first of them alone sees: the others move past it without knowing.
    ideas[3].invited.add(leads[0])
    Idea.objects.filter(pk=ideas[3].pk).update(visibility=Visibility.PRIVATE, audience="")
    follower, over = Follower(leads[1], shortlist), Event()

    def move(lead: Member, seed: int) -> Counter[str]:
        choose, told = random.Random(seed), Counter[str]()
        while told["moved"] < 50:
            # What their page shows, without its many words: this is read some thousand times.
            version = Shortlist.objects.get(pk=shortlist.pk).version
            rows = shortlist.entries.select_related("shortlist", "shortlist__value_chain").order_by("position")
            seen = [row for row in rows if lead == leads[0] or row.idea_id != ideas[3].pk]
            entry = choose.choice(seen)
            place = choose.choice([n for n in range(1, len(seen) + 1) if seen[n - 1] != entry])
            try:
                now = move_entry(by=lead, entry=entry, position=place, version=version, at=timezone.now())
                told["moved"] += now.version == version + 1
            except Conflict as refusal:
                told[refusal.code] += 1
        return told

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(follower.follow, over)
        told = sum(at_once([lambda lead=lead, n=n: move(lead, n) for n, lead in enumerate(leads)]), Counter())
        over.set()
        last = following.result(60)

    assert (set(told) <= {"moved", "stale_order"}, told["moved"]) == (True, 200)
    rows = list(shortlist.entries.order_by("position").values_list("position", "idea"))
    order = [idea for _, idea in rows]
    assert ([place for place, _ in rows], sorted(order)) == ([*range(1, 9)], sorted(idea.pk for idea in ideas))
    seen_by_all = [idea for idea in order if idea != ideas[3].pk]
    assert [_order(_read(lead, shortlist)) for lead in leads] == [order, *[seen_by_all] * 3]
    # Each move began from the order that the one before it left: none was lost, none made twice.
    moves = list(shortlist.changes.filter(act="moved").order_by("id").values_list("data", flat=True))
    ends = [move["after"] for move in moves]
    assert [move["before"] for move in moves] == [[idea.pk for idea in ideas], *ends[:-1]]
    version = shortlist.version + 200
    assert (ends[-1], len(moves), Shortlist.objects.get().version) == (order, 200, version)
    # Who only listened was told of every change, each once and in order, and ends with what is in the table.
    assert follower.hints == [*range(shortlist.version + 1, version + 1)]
    assert last == (version, seen_by_all)
    assert numbers_have_no_holes()


class Follower:
    """Somebody with the list open: reads it anew whenever the log tells of a version newer than what they have."""

    def __init__(self, member: Member, shortlist: Shortlist) -> None:
        self.member, self.shortlist, self.topic = member, shortlist, shortlist_topic(shortlist.pk)
        # The head before the rows, as a page takes it.
        self.heard = position(self.topic).head
        self.hints: list[int] = []
        self.shown = self.read()

    def read(self) -> tuple[int, list[int]]:
        seen = _read(self.member, self.shortlist)
        return seen.version, _order(seen)

    def follow(self, over: Event) -> tuple[int, list[int]]:
        """Listen until it is over and nothing is left to hear; returns what is on the screen then."""
        try:
            last_look = False
            while not last_look:
                last_look = over.wait(0.01)
                while rows := read_after(self.topic, self.heard):
                    self.heard = rows[-1].seq
                    self.hints += [row.payload["version"] for row in rows]
                    if self.hints[-1] > self.shown[0]:
                        self.shown = self.read()
            return self.shown
        finally:
            connection.close()


def _read(member: Member, shortlist: Shortlist) -> Any:
    return with_entries(shortlists_visible_to(member), member).get(pk=shortlist.pk)


def _order(seen: Any) -> list[int]:
    return [entry.idea_id for entry in seen.seen_entries]


def test_writers_whose_followers_cross_never_wait_in_a_circle(chain: ValueChain):
    authors = [make_member() for _ in range(8)]
    ideas = [make_idea(author, chain=chain) for author in authors]
    for number, idea in enumerate(ideas):
        for author in authors[number + 1 :] + authors[:number]:
            post_comment(by=author, idea=idea, body="I follow.", client_id="follow", at=timezone.now())

    def write(author: Member, seed: int) -> int:
        choose = random.Random(seed)
        for number in range(6):
            idea = choose.choice(ideas)
            post_comment(by=author, idea=idea, body="More.", client_id=f"more-{number}", at=timezone.now())
        return seed

    assert at_once([lambda a=author, n=n: write(a, n) for n, author in enumerate(authors)]) == list(range(8))
    assert Comment.objects.count() == 8 * 7 + 8 * 6
    assert sum(Idea.objects.values_list("comment_count", flat=True)) == Comment.objects.count()
    assert numbers_have_no_holes()


def test_ideas_that_change_chains_at_once_leave_the_counts_true(researcher: Member, chain: ValueChain):
    chains = [chain, make_chain("B"), make_chain("C")]
    ideas = [make_idea(researcher, chain=chain, visibility="value_chain") for _ in range(6)]

    def wander(idea: Idea, seed: int) -> None:
        choose = random.Random(seed)
        for version in range(1, 6):
            content = {"value_chain": choose.choice(chains), "other_chains": choose.sample(chains, 2)}
            edit_idea(by=researcher, idea=idea, content=content, version=version, at=timezone.now())

    at_once([lambda idea=idea, n=n: wander(idea, n) for n, idea in enumerate(ideas)])

    kept = BoardCount.objects.filter(facet="total", count__gt=0).values_list("audience", "count")
    assert dict(kept) == Counter(Idea.objects.values_list("audience", flat=True))
    assert numbers_have_no_holes()


def merging(researcher: Member, chain: ValueChain) -> tuple[Idea, Idea, MergeProposal]:
    """Two ideas, and a proposal to merge them that only the second one's author has to agree to."""
    other = make_member()
    idea, into = make_idea(researcher, chain=chain), make_idea(other, chain=chain)
    return idea, into, propose_merge(by=researcher, idea=idea, into=into, at=timezone.now())


def test_what_is_said_and_asked_while_two_ideas_merge_is_kept_or_refused(researcher: Member, chain: ValueChain):
    idea, into, proposal = merging(researcher, chain)
    talkers = [make_member() for _ in range(4)]
    partners = [make_member() for _ in range(4)]
    for partner in partners:
        affiliate(partner, make_organisation(), AffiliationRole.ADMINISTRATOR)

    def say(member: Member) -> Any:
        return post_comment(by=member, idea=idea, body="Now.", client_id="now", at=timezone.now())

    def ask(member: Member) -> Any:
        organisation = member.organisations.get()
        return ask_to_join(
            by=member, idea=idea, organisation=organisation, contribution="X", role="beneficiary", at=timezone.now()
        )

    def consent() -> Any:
        return consent_to_merge(by=into.created_by, proposal=proposal, at=timezone.now())

    works = [lambda m=m: say(m) for m in talkers] + [lambda m=m: ask(m) for m in partners]
    told = at_once([*works, consent])

    kept = [one for one in told[:8] if not isinstance(one, str)]
    assert {one for one in told[:8] if isinstance(one, str)} <= {"commenting_closed", "joining_closed"}
    assert Comment.objects.filter(idea=into).count() + JoinRequest.objects.filter(idea=into).count() == len(kept)
    assert (idea.comments.count(), idea.join_requests.count()) == (0, 0)
    counts = dict(Idea.objects.values_list("pk", "comment_count"))
    assert counts == {idea.pk: 0, into.pk: Comment.objects.count()}
    assert numbers_have_no_holes()


def test_two_consents_at_once_merge_once(researcher: Member, lead: Member, chain: ValueChain):
    other = make_member()
    idea, into = make_idea(researcher, chain=chain), make_idea(other, chain=chain)
    proposal = propose_merge(by=lead, idea=idea, into=into, at=timezone.now())

    def consent(by: Member) -> str:
        return str(consent_to_merge(by=by, proposal=proposal, at=timezone.now()).state)

    told = at_once([lambda: consent(researcher), lambda: consent(other)])

    assert sorted(told) == ["done", "open"]
    assert (idea.transitions.filter(new_state="merged").count(), MergeProposal.objects.get().state) == (1, "done")
    assert numbers_have_no_holes()


def test_two_ideas_that_go_into_each_other_at_once_leave_one(researcher: Member, chain: ValueChain):
    idea, into, there = merging(researcher, chain)
    back = propose_merge(by=into.created_by, idea=into, into=idea, at=timezone.now())

    def consent(by: Member, proposal: MergeProposal) -> Any:
        return str(consent_to_merge(by=by, proposal=proposal, at=timezone.now()).state)

    told = at_once([lambda: consent(into.created_by, there), lambda: consent(researcher, back)])

    assert sorted(told) == ["done", "merge_ended"]
    assert sorted(Idea.objects.values_list("state", flat=True)) == ["merged", "open"]
