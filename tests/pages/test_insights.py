import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from ideas.choices import IdeaState, Visibility
from ideas.models import Idea, Member, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_ket, make_organisation, make_slot

QUERIES_OF_PAGE = 22


def english(member: Member | None) -> Client:
    client = signed_in(member)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def table(client: Client, name: str, query: str = "") -> list[list[str]]:
    body = b"".join(client.get(f"/insights/{name}.csv{query}"))
    return list(csv.reader(StringIO(body.decode("utf-8-sig"), newline="")))[1:]


def test_map_counts_an_idea_in_all_its_chains_and_technologies(
    researcher: Member, chain: ValueChain, other_chain: ValueChain
):
    ket = make_ket("AMT")
    make_idea(researcher, chain=chain, other_chains=[other_chain], kets=[ket])
    make_idea(researcher, chain=chain)

    rows = table(english(researcher), "map")

    # Columns: AI (of the cast), AMT, all ideas.
    assert rows == [["Chain MOVES", "0", "1", "2"], ["Chain NAUTICA", "0", "1", "1"]]


def test_pipeline_follows_the_lifecycle(researcher: Member, chain: ValueChain):
    for state in (IdeaState.PARKED, IdeaState.DRAFT, IdeaState.OPEN, IdeaState.OPEN):
        make_idea(researcher, chain=chain, state=state)

    assert table(english(researcher), "states") == [["Draft", "1"], ["Open", "2"], ["Parked", "1"]]


def test_months_name_the_empty_ones_between(researcher: Member, chain: ValueChain):
    for days in (30, 30, 100):
        make_idea(researcher, chain=chain, call=make_call(closes_in=timedelta(days=days)))
    make_idea(researcher, chain=chain)

    counts = [int(n) for _month, n in table(english(researcher), "months")]

    assert (counts[0], counts[-2], counts[-1], len(counts) >= 4) == (2, 1, 1, True)


def test_places_stand_beside_who_knows_the_subject_in_either_language(researcher: Member, chain: ValueChain):
    make_slot(make_idea(researcher, chain=chain, language="en"), expertise="Battery", wanted=2)
    make_organisation("Cells", competences=["batterie al litio"])
    make_organisation("Others", competences=["tessuti"])

    rows = {row[0]: row[1:] for row in table(english(researcher), "places")}

    assert rows["battery"] == ["2", "1", "1"]
    # Who reads Italian reads the subject in Italian, although nobody has written it so.
    assert {row[0] for row in table(signed_in(researcher), "places")} == {"batteria"}


@pytest.mark.parametrize("query", ["?value_chain=NAUTICA", "?ket=AMT", "?call=HORIZON-1", "?year=2001", "?q=nothing"])
def test_filters_narrow_what_is_counted(researcher: Member, idea: Idea, query: str):
    make_ket("AMT")

    assert table(english(researcher), "states", query) == []


def test_year_is_when_an_idea_was_written(researcher: Member, idea: Idea):
    assert table(english(researcher), "states", f"?year={idea.created_at.year}") == [["Open", "1"]]


def test_outsider_is_told_nothing_of_what_is_hidden(outsider: Member, secret: Idea, chain: ValueChain):
    secret.call = make_call("CANARY-CALL")
    secret.save()
    make_slot(secret, expertise="Battery packs")
    make_idea(secret.created_by, chain=chain, title="Seen", visibility=Visibility.MEMBERS)
    client = english(outsider)

    page = client.get("/insights/").content.decode()
    book = load_workbook(BytesIO(b"".join(client.get("/insights.xlsx"))))

    assert ("CANARY" in page, "battery" in page) == (False, False)
    assert list(book["states"].iter_rows(values_only=True)) == [("State", "Ideas"), ("Open", 1)]
    assert book["places"].max_row == 1


@pytest.mark.parametrize("address", ["/insights/", "/insights/map.csv", "/insights.xlsx"])
def test_insights_are_for_members(idea: Idea, address: str):
    assert signed_in(None).get(address)["Location"].startswith("/account/login/")


def test_there_is_no_other_table(researcher: Member):
    assert signed_in(researcher).get("/insights/members.csv").status_code == 404


@pytest.mark.parametrize("year", ["0", "-1", "99999999999999999999", "²", "abc", "2026\x00"])
def test_year_that_is_none_is_left_out(researcher: Member, idea: Idea, year: str):
    answer = english(researcher).get("/insights/", {"year": year})

    assert (answer.status_code, "What 1 idea" in answer.content.decode()) == (200, True)


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_a_fixed_number_of_queries(
    researcher: Member, chain: ValueChain, django_assert_num_queries: DjangoAssertNumQueries, count: int
):
    for _ in range(count):
        make_slot(make_idea(researcher, chain=chain, call=make_call()))
    client = english(researcher)
    client.get("/insights/")

    with django_assert_num_queries(QUERIES_OF_PAGE):
        client.get("/insights/")


def test_numbers_are_in_the_drawing_and_in_the_table(researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, kets=[make_ket("AMT")])

    page = english(researcher).get("/insights/").content.decode()

    assert '<text class="heat__figure is-strong"' in page
    assert '<td data-label="Technology AMT" class="is-figure">1</td>' in page
