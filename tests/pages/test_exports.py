import csv
import json
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from ideas.choices import IdeaState
from ideas.models import Idea, Member, Organisation, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_ket, make_slot

QUERIES_OF_EXPORT = 10


def body_of(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200
    return b"".join(answer)


def exported(client: Client, query: str = "") -> list[dict[str, Any]]:
    return json.loads(body_of(client, f"/export/ideas.json{query}"))["ideas"]


def csv_rows(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(body_of(client, f"/export/ideas.csv{query}").decode("utf-8-sig"), newline="")))


def test_export_has_what_the_board_shows_in_its_order(researcher: Member, chain: ValueChain):
    for title, state in (("A", IdeaState.OPEN), ("B", IdeaState.PARKED), ("C", IdeaState.OPEN)):
        make_idea(researcher, chain=chain, title=title, state=state)

    rows = exported(signed_in(researcher), "?state=open&value_chain=MOVES")

    assert [row["title"] for row in rows] == ["C", "A"]


def test_export_says_who_took_it_when_and_by_which_filters(researcher: Member, idea: Idea):
    head = json.loads(body_of(signed_in(researcher), "/export/ideas.json?state=open"))

    assert (head["format"], head["exported_by"], head["filters"], head["total"]) == (
        "jvl-ideas",
        "Ada Researcher",
        [["state", "open"]],
        1,
    )


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_export_holds_nothing_that_its_reader_may_not_see(outsider: Member, idea: Idea, secret: Idea, kind: str):
    body = body_of(signed_in(outsider), f"/export/ideas.{kind}").decode()

    assert ("Open idea" in body, "CANARY" in body, secret.reference in body) == (True, False, False)


def test_workbook_holds_nothing_that_its_reader_may_not_see(outsider: Member, idea: Idea, secret: Idea):
    book = load_workbook(BytesIO(body_of(signed_in(outsider), "/export/ideas.xlsx")))

    cells = [str(value) for page in book for row in page.iter_rows(values_only=True) for value in row]

    assert ("Open idea" in cells, [value for value in cells if "CANARY" in value]) == (True, [])


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_export_is_for_members(idea: Idea, kind: str):
    answer = signed_in(None).get(f"/export/ideas.{kind}")

    assert (answer.status_code, answer["Location"].startswith("/account/login/")) == (302, True)


def test_there_is_no_other_kind_of_export(researcher: Member):
    assert signed_in(researcher).get("/export/ideas.exe").status_code == 404


def test_export_names_no_address_of_a_person(company: Member, idea: Idea):
    assert "@" not in body_of(signed_in(company), "/export/ideas.json").decode()


@pytest.mark.parametrize("text", ["=1+1", "+39 051", "-2", "@cmd", "'=1+1"])
def test_no_cell_is_a_formula(researcher: Member, chain: ValueChain, text: str):
    make_idea(researcher, chain=chain, title=text)

    title = csv_rows(signed_in(researcher))[0]["title"]

    assert title == f"'{text}"


def test_workbook_holds_text_and_no_formula(researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, title="=1+1", budget_eur=500_000)

    page = load_workbook(BytesIO(body_of(signed_in(researcher), "/export/ideas.xlsx"))).worksheets[0]
    row = {head.value: cell for head, cell in zip(page[1], page[2], strict=True)}

    assert (row["title"].value, row["title"].data_type) == ("'=1+1", "s")
    assert (row["budget_eur"].value, row["budget_eur"].data_type) == (500_000, "n")


def test_line_of_a_table_writes_several_values_in_one_cell(
    researcher: Member, chain: ValueChain, other_chain: ValueChain, laboratory: Organisation
):
    kets = [make_ket("AMT"), make_ket("MNE")]
    call = make_call("HORIZON-1")
    idea = make_idea(researcher, chain=chain, other_chains=[other_chain], kets=kets, call=call, organisation=laboratory)
    make_slot(idea, expertise="Battery packs", wanted=2)

    row = csv_rows(signed_in(researcher))[0]

    assert (row["value_chain"], row["other_chains"], row["kets"]) == ("MOVES", "NAUTICA", "AMT; MNE")
    assert (row["call"], row["organisation"], row["slots"]) == (
        "HORIZON-1",
        "Laboratory",
        "beneficiary: Battery packs x2",
    )


@pytest.mark.parametrize("count", [1, 3])
def test_export_asks_a_fixed_number_of_queries(
    researcher: Member, chain: ValueChain, django_assert_num_queries: DjangoAssertNumQueries, count: int
):
    for _ in range(count):
        make_slot(make_idea(researcher, chain=chain))
    client = signed_in(researcher)
    exported(client)

    with django_assert_num_queries(QUERIES_OF_EXPORT):
        assert len(exported(client)) == count


def test_export_is_kept_by_nobody(researcher: Member, idea: Idea):
    answer = signed_in(researcher).get("/export/ideas.csv")
    answer.close()

    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("private, no-store", "nosniff")
    assert answer["Content-Disposition"].startswith('attachment; filename="jvl-ideas-')


def test_board_offers_what_it_shows(researcher: Member, idea: Idea):
    page = signed_in(researcher).get("/?state=open&q=Open").content.decode()

    assert 'href="/export/ideas.csv?state=open&amp;q=Open"' in page
