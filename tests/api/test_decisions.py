import pytest
from django.utils import timezone

from ideas.actions.decisions import publish_decisions, stage_decision
from ideas.choices import Outcome
from ideas.models import Decision, Idea, Member, Shortlist, ValueChain
from tests.api.conftest import Api, codes
from tests.factories import make_idea, make_member, make_shortlist

pytestmark = pytest.mark.django_db


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, idea: Idea) -> Shortlist:
    return make_shortlist(lead, chain, idea, title="Spring")


def path(shortlist: Shortlist, rest: str = "decisions/") -> str:
    return f"/api/v1/shortlists/{shortlist.pk}/{rest}"


def of_entry(shortlist: Shortlist) -> str:
    return path(shortlist, f"entries/{shortlist.entries.get().pk}/decision/")


def stage(by: Member, shortlist: Shortlist, text: str = "Words.", outcome: str = Outcome.DECLINE) -> Decision:
    entry = shortlist.entries.first()
    return stage_decision(by=by, entry=entry, outcome=outcome, text=text, version=0, at=timezone.now())


def test_a_lead_stages_reads_withdraws_and_publishes(lead, researcher, idea, shortlist):
    api = Api(lead)
    body = {"outcome": "shortlist", "text": "Chosen.", "version": 0}

    staged = api.put(of_entry(shortlist), body, format="json")
    stale = api.put(of_entry(shortlist), body | {"outcome": "decline"}, format="json")
    read = api.results(f"shortlists/{shortlist.pk}/decisions/")
    withdrawn = api.delete(f"{of_entry(shortlist)}?version=1")
    again = api.put(of_entry(shortlist), body, format="json")
    published = api.post(path(shortlist, "decisions/publish/"))
    twice = api.post(path(shortlist, "decisions/publish/"))

    assert (staged.status_code, staged.json()["version"], staged.json()["published_at"]) == (200, 1, None)
    assert (stale.status_code, codes(stale)) == (409, [("edited_meanwhile", None)])
    assert [(row["outcome"], row["text"], row["reference"]) for row in read] == [
        ("shortlist", "Chosen.", idea.reference)
    ]
    assert (withdrawn.status_code, again.status_code, published.status_code) == (204, 200, 204)
    assert (twice.status_code, codes(twice)) == (409, [("nothing_staged", None)])
    told = Api(researcher).results(f"ideas/{idea.reference}/decisions/")
    assert [(row["outcome"], row["text"], row["shortlist"]) for row in told] == [("shortlist", "Chosen.", "Spring")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"outcome": "accept", "version": 0}, "outcome"),
        ({"outcome": "revise", "version": 0}, "text"),
        ({"outcome": "decline", "text": "nul \x00", "version": 0}, "text"),
        ({"outcome": "decline", "text": "x" * 5_500, "version": 0}, "text"),
        ({"outcome": "decline", "version": 10**30}, "version"),
        ({"outcome": "decline"}, "version"),
    ],
)
def test_what_is_wrong_with_a_decision_is_said_by_field(lead, shortlist, body, field):
    answer = Api(lead).put(of_entry(shortlist), body, format="json")

    assert (answer.status_code, [where for _code, where in codes(answer)]) == (400, [field])


def test_who_does_not_decide_reads_and_writes_nothing(researcher, company, outsider, chain, lead, shortlist):
    stage(lead, shortlist, "CANARY")
    chain.leads.add(researcher)  # the author leads the value chain, too
    body = {"outcome": "shortlist", "version": 1}

    for member in (company, outsider):
        for answer in (
            Api(member).get(path(shortlist)),
            Api(member).post(path(shortlist, "decisions/publish/")),
            Api(member).put(of_entry(shortlist), body, format="json"),
            Api(member).delete(f"{of_entry(shortlist)}?version=1"),
        ):
            assert (answer.status_code, "CANARY" in answer.content.decode()) == (404, False)
    assert Api(researcher).results(f"shortlists/{shortlist.pk}/decisions/") == []
    assert Api(researcher).put(of_entry(shortlist), body, format="json").status_code == 404
    assert Api(researcher).post(path(shortlist, "decisions/publish/")).status_code == 409
    assert Api(None).get(path(shortlist)).status_code == 401
    assert Decision.objects.get().text == "CANARY"


def test_authors_read_what_is_published_and_nobody_else_does(researcher, company, outsider, lead, idea, shortlist):
    stage(lead, shortlist, "CANARY")
    url = f"/api/v1/ideas/{idea.pk}/decisions/"

    before = Api(researcher).results(f"ideas/{idea.pk}/decisions/")
    publish_decisions(by=lead, shortlist=shortlist, at=timezone.now())

    assert before == []
    assert [row["text"] for row in Api(researcher).results(f"ideas/{idea.pk}/decisions/")] == ["CANARY"]
    for member in (company, outsider, lead):
        answer = Api(member).get(url)
        assert (answer.status_code, "CANARY" in answer.content.decode()) == (403, False)
    assert Api(None).get(url).status_code == 401


@pytest.mark.parametrize("rows", [1, 3])
def test_decisions_take_a_fixed_number_of_queries(rows, lead, researcher, chain, django_assert_num_queries):
    shortlist = make_shortlist(lead, chain, *(make_idea(researcher, chain=chain) for _ in range(rows)))
    for entry in shortlist.entries.all():
        stage_decision(by=lead, entry=entry, outcome="decline", text="No.", version=0, at=timezone.now())
    api = Api(lead)

    with django_assert_num_queries(10):
        answer = api.get(path(shortlist))

    assert len(answer.json()["results"]) == rows


def test_publishing_a_list_says_whether_visitors_read_it(lead, shortlist):
    published = Api(lead).post(path(shortlist, "publish/"), {"public_teaser": True}, format="json")

    assert (published.status_code, published.json()["public_teaser"]) == (200, True)


def test_an_author_with_several_ideas_reads_of_the_one_that_was_asked(lead, researcher, chain):
    make_member("Bystander")
    ideas = [make_idea(researcher, chain=chain, title=title) for title in "AB"]
    shortlist = make_shortlist(lead, chain, *ideas)
    for entry in shortlist.entries.select_related("idea"):
        words = entry.idea.title
        stage_decision(by=lead, entry=entry, outcome="reserve", text=words, version=0, at=timezone.now())
    publish_decisions(by=lead, shortlist=shortlist, at=timezone.now())

    assert [row["text"] for row in Api(researcher).results(f"ideas/{ideas[1].pk}/decisions/")] == ["B"]
