import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ideas.actions.searches import save_search
from ideas.choices import Scheme
from ideas.models import Member, SavedSearch, Term, ValueChain
from ideas.queries.filters import IdeaFilters
from tests.cast import signed_in
from tests.factories import make_idea

pytestmark = pytest.mark.django_db


def kept(by: Member, **filters: Any) -> SavedSearch:
    return save_search(by=by, name="Drives", filters=IdeaFilters(**filters), alerts=True, at=timezone.now())


def test_the_board_offers_to_save_what_is_asked_and_it_is_found_again(
    company: Member, researcher: Member, chain: ValueChain
):
    client = signed_in(company)
    board = client.get("/", {"value_chain": "MOVES", "q": "cold", "sort": "closing"}).content.decode()
    address = re.findall(r'href="(/searches/new/[^"]*)"', board)[0].replace("&amp;", "&")

    answer = client.post(address, {"name": "Cold drives", "alerts": "on"})
    make_idea(researcher, chain=chain, title="Cold start")

    assert answer["Location"] == "/searches/"
    rows = client.get("/searches/").context["rows"]
    assert [(row["search"].name, row["new"]) for row in rows] == [("Cold drives", 1)]
    search = SavedSearch.objects.get()
    assert client.get(f"/searches/{search.pk}/")["Location"] == "/?value_chain=MOVES&q=cold&sort=newest"
    assert [row["new"] for row in client.get("/searches/").context["rows"]] == [0]


def test_a_search_without_a_name_or_filters_is_refused_and_kept_on_the_form(company: Member):
    client = signed_in(company)

    nameless = client.post("/searches/new/?q=cold", {"name": "", "alerts": "on"})
    empty = client.post("/searches/new/", {"name": "All of it"})
    long = client.post("/searches/new/?q=cold", {"name": "x" * 81})

    assert [answer.status_code for answer in (nameless, empty, long)] == [400, 400, 400]
    assert "All of it" in empty.content.decode()
    assert SavedSearch.objects.count() == 0


def test_alerts_are_turned_off_and_a_search_is_removed(company: Member):
    search, client = kept(company, q="cold"), signed_in(company)

    client.post(f"/searches/{search.pk}/alerts/", {})
    search.refresh_from_db()
    assert search.alerts is False

    assert client.post(f"/searches/{search.pk}/remove/")["Location"] == "/searches/"
    assert SavedSearch.objects.count() == 0


def test_outsider_finds_nobody_elses_search(company: Member, outsider: Member):
    search, client = kept(company, q="CANARY"), signed_in(outsider)

    answers = [
        client.get(f"/searches/{search.pk}/"),
        client.post(f"/searches/{search.pk}/alerts/"),
        client.post(f"/searches/{search.pk}/remove/"),
        client.get(f"/searches/{'9' * 300}/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert "CANARY" not in client.get("/searches/").content.decode()
    assert SavedSearch.objects.count() == 1


def test_visitors_sign_in_first(client: Client):
    assert client.get("/searches/")["Location"] == "/account/login/?next=/searches/"


def test_a_visit_says_how_many_are_new_and_then_they_are_not(company: Member, researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, at=timezone.now() - timedelta(days=2))
    search, client = kept(company, value_chain=("MOVES",)), signed_in(company)
    make_idea(researcher, chain=chain)

    row = client.get("/searches/").context["rows"][0]
    first, again = (client.get(f"/searches/{search.pk}/", follow=True) for _visit in range(2))

    assert (row["total"], row["new"]) == (2, 1)
    assert [[note.message[:1] for note in page.context["messages"]] for page in (first, again)] == [["1"], []]


def test_a_search_is_named_by_whole_words_and_provinces_by_their_names(company: Member):
    Term.objects.create(scheme=Scheme.PROVINCE, code="ITH54", name_it="Modena", name_en="Modena")

    page = signed_in(company).get("/searches/new/?province=ITH54&q=" + "+".join(["electrification"] * 8))

    assert page.context["form"]["name"].value() == "Modena," + " electrification" * 4 + "…"
