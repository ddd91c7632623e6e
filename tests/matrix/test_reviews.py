"""Who reads which review when: canaries in marks, remarks and asides, looked for at every address of the site."""

import json
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from django.utils.translation import override

from ideas.actions.conflicts import declare_conflict
from ideas.actions.mails import make_mails
from ideas.actions.reviews import Opinion, finish_review, save_review
from ideas.actions.shortlists import publish_shortlist
from ideas.models import Idea, Mail, Member, Notification, Review, Shortlist
from ideas.pages.review_words import overall_words
from ideas.queries.reviews import summaries
from ideas.queries.topics import followable
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import (
    affiliate,
    make_idea,
    make_member,
    make_organisation,
    make_partner,
    make_review,
    make_round,
    make_shortlist,
)
from tests.matrix.test_matrix import OF_THE_IDEA, OF_THE_SITE, routes

pytestmark = pytest.mark.django_db
CANARY, ASIDE = "CANARYREMARK", "CANARYASIDE"
# A mark that nothing else on a page looks like: 4.5, 4.5 and 5, so 14 of 15.
MARKS = ("4.5", "4.5", "5.0")
SAID = {"remarks": dict.fromkeys(("excellence", "impact", "implementation"), CANARY), "aside": ASIDE}
# By what somebody has an interest in it, all of them leads of its value chain.
CONFLICTED = ("author", "co_author", "colleague", "partner", "declared")


@pytest.fixture
def judged(idea: Idea, laboratory: Any) -> Idea:
    """The open idea, proposed from the laboratory; every member sees it."""
    idea.organisation = laboratory
    idea.save(update_fields=["organisation"])
    return idea


@pytest.fixture
def other_idea(researcher: Member, other_author: Member, chain: Any) -> Idea:
    """Another idea on the list, of no interest to those who have one in the first."""
    return make_idea(other_author, chain=chain, title="Harmless")


@pytest.fixture
def shortlist(lead: Member, chain: Any, judged: Idea, other_idea: Idea) -> Shortlist:
    shortlist = make_shortlist(lead, chain, judged, other_idea)
    make_round(lead, shortlist)
    return shortlist


@pytest.fixture
def done(lead: Member, shortlist: Shortlist, judged: Idea, company: Member) -> Review:
    """The company's review, which is in."""
    return make_review(lead, shortlist, judged, company, *MARKS, **SAID)


def conflicted_lead(kind: str, judged: Idea, researcher: Member, laboratory: Any, chain: Any) -> Member:
    """Somebody with an interest, who leads the value chain all the same."""
    member = researcher if kind == "author" else make_member(f"Lead {kind}")
    if kind == "co_author":
        judged.authors.add(member)
    if kind == "colleague":
        affiliate(member, laboratory)
    if kind == "partner":
        firm = make_organisation("Joining")
        affiliate(member, firm, "administrator")
        make_partner(judged, member, firm)
    chain.leads.add(member)
    if kind == "declared":
        declare_conflict(by=member, idea=judged, at=timezone.now())
    return member


@pytest.fixture(params=CONFLICTED)
def conflicted(request: pytest.FixtureRequest, judged: Idea, researcher: Member, laboratory: Any, chain: Any) -> Member:
    return conflicted_lead(request.param, judged, researcher, laboratory, chain)


def addresses(done: Review) -> list[str]:
    """Every address of the site, for this review, its idea and its list; the table is held to the resolver."""
    assert {name for name in routes(get_resolver().url_patterns) if not name.startswith("admin:")} - {
        "style:page"
    } == set(OF_THE_IDEA) | set(OF_THE_SITE) - {"style:page"}
    fields = {
        "id": done.entry.idea_id, "reference": done.entry.idea.reference, "typed": done.entry.idea.reference,
        "shortlist": done.entry.shortlist_id, "entry": done.entry_id, "review": done.pk,
        "organisation": "laboratory", "token": "none", "call": "none",
    }  # fmt: skip
    paths = [path for path in (*OF_THE_IDEA.values(), *OF_THE_SITE.values()) if path]
    filled = [re.sub(r"\{(\w+)\}", lambda found: str(fields.get(found[1], 1)), path) for path in paths]
    number = f"/shortlists/{done.entry.shortlist_id}"
    return [
        *filled,
        f"{number}/?fragment=1",
        f"{number}/reviews/?part=1",
        f"{number}/list.xlsx",
        f"/search/?q={ASIDE[:8]}",
    ]


_OF_LISTS = re.compile(r"shortlist|review|meeting|decision|conflict|interest|desk|notifications|^/$|/ideas/JVL-[^/]*/$")


def text_of(answer: Any) -> str:
    return (b"".join(answer) if answer.streaming else answer.content).decode("utf-8", "replace")


def overall_of(review: Review) -> str:
    """What pages say a review gives overall, in the language of these tests."""
    with override("it"):
        return overall_words(review, review.entry.shortlist.round)


def leaks(client: Client, paths: list[str], *words: str) -> list[tuple[str, str]]:
    """Where any of the words is shown."""
    found = []
    for path in paths:
        cache.clear()
        shown = text_of(client.get(path))
        found += [(path, word) for word in words if word in shown]
    return found


def told(member: Member) -> str:
    """All that ever left for a member beside pages: bell, mails, and the topics that they may follow."""
    make_mails(at=timezone.now())
    topics = sorted(set(Change.objects.values_list("topic__name", flat=True)))
    rows = Change.objects.filter(topic__name__in=followable(member, topics))
    bell = list(Notification.objects.filter(member=member).values("data", "url", "kind"))
    mails = list(Mail.objects.filter(member=member).values_list("subject", "body"))
    return json.dumps([[row.payload for row in rows], bell, mails], default=str)


@pytest.mark.parametrize("published", [False, True])
def test_who_has_an_interest_never_reads_a_word_a_mark_or_a_trace(lead, shortlist, done, conflicted, published):
    if published:
        publish_shortlist(by=lead, shortlist=shortlist, at=timezone.now())
    client, overall = signed_in(conflicted), overall_of(done)
    # Every address for two of them; for the others those on which anything of a list could be. It saves minutes.
    whole = conflicted.name == "Ada Researcher" or (conflicted.name == "Lead declared" and not published)
    paths = [path for path in addresses(done) if whole or _OF_LISTS.search(path)]

    assert leaks(client, paths, CANARY, ASIDE, f'href="/reviews/{done.pk}/', overall) == []
    assert [word for word in (CANARY, ASIDE, f"review-{done.pk}") if word in told(conflicted)] == []
    assert summaries(shortlist.entries.filter(idea=done.entry.idea), conflicted) == {}


def test_on_a_list_in_preparation_who_has_an_interest_finds_no_entry_nor_a_count(shortlist, done, judged, conflicted):
    client = signed_in(conflicted)

    page = client.get(f"/shortlists/{shortlist.pk}/").content.decode()
    overview = client.get(f"/shortlists/{shortlist.pk}/reviews/").context["rows"]
    summed = client.get(f"/api/v1/shortlists/{shortlist.pk}/reviews/").json()
    listed = client.get(f"/api/v1/shortlists/{shortlist.pk}/").json()["entries"]

    assert (judged.title in page, judged.reference in page, "Harmless" in page) == (False, False, True)
    assert [row["idea"].title for row in overview] == ["Harmless"]
    assert [(row["asked"], row["done"]) for row in summed] == [(0, 0)]
    assert [(row["title"], row["position"]) for row in listed] == [("Harmless", 1)]


@pytest.mark.parametrize(
    ("name", "published"), [("outsider", False), ("other_author", False), ("visitor", True), ("outsider", True)]
)
def test_who_does_not_judge_reads_nothing(request, lead, shortlist, done, name, published):
    if published:
        publish_shortlist(by=lead, shortlist=shortlist, at=timezone.now())
    member = None if name == "visitor" else request.getfixturevalue(name)

    assert leaks(signed_in(member), addresses(done), CANARY, ASIDE, overall_of(done)) == []
    assert member is None or (CANARY in told(member), ASIDE in told(member)) == (False, False)


@pytest.mark.parametrize("name", ["lead", "staff"])
def test_who_curates_and_was_not_asked_reads_at_once(request, done, name):
    client = signed_in(request.getfixturevalue(name))

    shown = client.get(f"/reviews/{done.pk}/").content.decode()
    answer = client.get(f"/api/v1/reviews/{done.pk}/").json()

    assert (CANARY in shown, ASIDE in shown, overall_of(done) in shown) == (True, True, True)
    assert (answer["aside"], answer["overall"]) == (ASIDE, "14.00")


@pytest.mark.parametrize("name", ["lead", "second"])
def test_others_are_hidden_until_one_s_own_is_in(lead, chain, shortlist, done, judged, name):
    member = lead
    if name == "second":
        member = make_member("Second")
        chain.members.add(member)
    own, client = make_review(lead, shortlist, judged, member), signed_in(member)
    save_review(by=member, review=own, opinion=Opinion(marks={"impact": "1.0"}), version=0, at=timezone.now())

    before = leaks(client, addresses(done), CANARY, ASIDE, overall_of(done))
    refused = client.get(f"/api/v1/reviews/{done.pk}/").status_code
    own.refresh_from_db()
    opinion = Opinion(marks=dict.fromkeys(("excellence", "impact", "implementation"), "4.0"), confidence="low")
    finish_review(by=member, review=own, opinion=opinion, version=own.version, at=timezone.now())
    after = client.get(f"/reviews/{done.pk}/").content.decode()

    assert (before, refused) == ([], 404)
    # What is for the leads only is for them: another reviewer reads the rest.
    assert (CANARY in after, ASIDE in after) == (True, name == "lead")
    assert client.get(f"/api/v1/reviews/{done.pk}/").json()["aside"] == (ASIDE if name == "lead" else "")


def test_what_is_not_done_is_its_writer_s_alone(lead, staff, shortlist, judged, company):
    review = make_review(lead, shortlist, judged, company)
    opinion = Opinion(marks={"impact": "4.5"}, remarks={"impact": CANARY}, aside=ASIDE)
    save_review(by=company, review=review, opinion=opinion, version=0, at=timezone.now())

    assert CANARY in signed_in(company).get(f"/reviews/{review.pk}/").content.decode()
    for member in (lead, staff):
        assert leaks(signed_in(member), addresses(review), CANARY, ASIDE) == []


def test_what_was_asked_before_the_interest_is_hidden_with_it(lead, shortlist, judged, company):
    review = make_review(lead, shortlist, judged, company)
    client = signed_in(company)
    before = f"review-{review.pk}" in client.get("/notifications/").content.decode()
    judged.authors.add(company)

    shown = {path: client.get(path) for path in (f"/reviews/{review.pk}/", "/reviews/", "/notifications/", "/")}

    assert before is True
    assert [answer.status_code for answer in shown.values()] == [404, 200, 200, 200]
    assert [f"review-{review.pk}" in answer.content.decode() for answer in shown.values()] == [False] * 4
    make_mails(at=timezone.now())
    assert Mail.objects.filter(member=company, body__contains="/reviews/").count() == 0


def test_hints_name_no_idea(shortlist, done):
    hints = [row.payload for row in Change.objects.filter(kind="reviews.changed")]

    assert hints == [{"id": shortlist.pk}] * len(hints)
    assert len(hints) >= 3
