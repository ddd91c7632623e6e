"""The page of the search and its proposals, as each viewer meets them."""

import re

import pytest
from django.test import Client

from ideas.actions.search import index_calls, index_members, index_organisations
from tests.cast import signed_in
from tests.factories import make_call, make_comment, make_idea, make_organisation

pytestmark = pytest.mark.django_db


def titles(client: Client, **query: str) -> list[str]:
    page = client.get("/search/", query).content.decode()
    found = re.findall(r'<h2 class="idea__title"[^>]*>(.*?)</h2>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", title).split()) for title in found]


def test_members_find_ideas_calls_organisations_people_and_comments(researcher, outsider, chain):
    idea = make_idea(researcher, chain=chain, title="Turbine a idrogeno")
    make_comment(idea, researcher, "La turbina gira.")
    index_calls([make_call("HORIZON-H2-1", title="Hydrogen turbines")])
    index_organisations([make_organisation("Turbine Rossi")])
    index_members([researcher])

    found = ["Turbine a idrogeno", "Hydrogen turbines", "Turbine a idrogeno"]
    assert titles(signed_in(outsider), q="turbina") == found
    assert titles(signed_in(outsider), q="turbine") == ["Turbine Rossi", *found]
    assert titles(signed_in(outsider), q="turbine", kind="organisation") == ["Turbine Rossi"]
    assert titles(signed_in(outsider), q="hydrogen") == ["Hydrogen turbines"]
    assert titles(signed_in(outsider), q=researcher.name) == [researcher.name]


def test_what_was_asked_for_is_marked_and_cannot_be_markup(researcher, chain):
    make_idea(researcher, chain=chain, title="<b>Turbine</b> & co")

    page = signed_in(researcher).get("/search/", {"q": "turbine"}).content.decode()

    assert "&lt;b&gt;<mark>Turbine</mark>&lt;/b&gt; &amp; co" in page


def test_visitors_find_no_people_and_no_words_behind_a_teaser(researcher, chain):
    make_idea(researcher, chain=chain, title="Shown", teaser="To all.", problem="CANARY", public_teaser=True)

    index_members([researcher])

    assert titles(Client(), q="shown") == ["Shown"]
    assert titles(Client(), q="canary") == []
    assert titles(Client(), q=researcher.name) == []


def test_outsiders_find_no_trace_of_a_private_idea(researcher, outsider, chain):
    idea = make_idea(researcher, chain=chain, title="CANARY", visibility="private")
    make_comment(idea, researcher, "CANARY")

    page = signed_in(outsider).get("/search/", {"q": "canar*"}).content.decode()
    proposals = signed_in(outsider).get("/search/suggestions/", {"q": "canar"}).json()

    assert "CANARY" not in page
    assert idea.reference not in page
    assert proposals == {"suggestions": []}
    assert titles(signed_in(researcher), q="canary") == ["CANARY", "CANARY"]


def test_proposals_lead_to_what_a_beginning_may_become(researcher, chain):
    idea = make_idea(researcher, chain=chain, title="Turbine a idrogeno")

    answer = signed_in(researcher).get("/search/suggestions/", {"q": "turbine idr"})

    [found] = answer.json()["suggestions"]
    assert (found["label"], found["url"]) == ("Turbine a idrogeno", idea.get_absolute_url())
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "query",
    [{}, {"q": ""}, {"q": "x" * 999}, {"q": "\x00"}, {"q": "a", "kind": "nonsense"}, {"q": "a", "cursor": "-1"}],
)
def test_a_bad_address_is_no_error(outsider, query):
    assert signed_in(outsider).get("/search/", query).status_code == 200
    assert signed_in(outsider).get("/search/suggestions/", query).status_code == 200


def test_nothing_found_says_what_to_do(outsider):
    page = signed_in(outsider).get("/search/", {"q": "xyzzy"}).content.decode()

    assert 'class="empty' in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_database_a_fixed_number_of_times(researcher, chain, count, django_assert_num_queries):
    for number in range(count):
        idea = make_idea(researcher, chain=chain, title=f"Turbine {number}")
        make_comment(idea, researcher, "Turbine, too.")
    client = signed_in(researcher)
    client.get("/search/", {"q": "turbine"})

    with django_assert_num_queries(QUERIES):
        client.get("/search/", {"q": "turbine"})


QUERIES = 17


def test_the_ideas_that_were_found_lead_to_the_board(researcher, chain):
    make_idea(researcher, chain=chain, title="Turbine & co")
    index_organisations([make_organisation("Rossi")])
    client = signed_in(researcher)

    assert client.get("/search/", {"q": "turbine & co"}).context["board"] == "/?q=turbine+co&sort=relevance"
    assert client.get("/search/", {"q": "rossi"}).context["board"] == ""
