from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from docx import Document
from pytest_django import DjangoAssertNumQueries

from ideas.models import Idea, Member, Organisation, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_ket, make_member, make_partner, make_slot

QUERIES_OF_PITCH = 12
PAPERS = ("pitch/", "pitch.docx", "partner-search/", "partner-search.txt", "partner-search.docx")


@pytest.fixture
def full(researcher: Member, chain: ValueChain, laboratory: Organisation) -> Idea:
    """An idea with everything that a paper says."""
    idea = make_idea(
        researcher, chain=chain, title="Cells that cool themselves", acronym="COOL", teaser="Less heat.", language="en",
        problem="Cells *overheat*.\n\n- first\n- second", approach="We cool them.", trl_now=3, trl_target=6,
        kets=[make_ket("AMT")], call=make_call("HORIZON-1"), organisation=laboratory, budget_eur=1_500_000,
        keywords="cooling, cells", geography="Two more EU countries",
    )  # fmt: skip
    make_slot(idea, expertise="Battery packs", wanted=2, kinds=["sme"], mandatory=True, work="Tests.")
    return idea


def text_of(client: Client, idea: Idea, query: str = "") -> str:
    return b"".join(client.get(f"/ideas/{idea.reference}/partner-search.txt{query}")).decode()


def document_of(client: Client, idea: Idea, name: str) -> Any:
    return Document(BytesIO(b"".join(client.get(f"/ideas/{idea.reference}/{name}"))))


def test_pitch_says_what_a_partner_must_know(company: Member, full: Idea):
    page = signed_in(company).get(f"/ideas/{full.reference}/pitch/").content.decode()

    said = ("COOL · Cells that cool themselves", "Less heat.", "<em>overheat</em>", "HORIZON-1", "TRL 3 → TRL 6")
    assert [words for words in said if words not in page] == []
    assert "Battery packs (" in page


def test_pitch_fits_a_page_however_long_the_text(company: Member, researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, problem="lorem " * 1000)

    page = signed_in(company).get(f"/ideas/{idea.reference}/pitch/").content.decode()

    assert page.count("lorem") == 90


def test_document_has_the_whole_text_with_its_lists(company: Member, full: Idea):
    document = document_of(signed_in(company), full, "pitch.docx?language=en")

    lines = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    assert lines[0] == ("Title", "COOL · Cells that cool themselves")
    assert ("Normal", "Cells overheat.") in lines
    assert [text for style, text in lines if style == "List Bullet"] == ["first", "second"]
    assert next(run.text for paragraph in document.paragraphs for run in paragraph.runs if run.italic) == "overheat"


def test_fields_of_a_partner_search_are_in_the_language_asked_for(company: Member, full: Idea):
    text = text_of(signed_in(company), full, "?language=en")

    assert "TITLE\nCells that cool themselves\n" in text
    assert "LANGUAGE OF THE TEXT\nEnglish\n" in text
    assert "DESCRIPTION\nCells overheat.\nfirst\nsecond\n\nWe cool them.\n" in text
    expected = "Battery packs (Beneficiary; 2 places; Small or medium enterprise; mandatory). Tests."
    assert f"EXPERTISE SOUGHT AND ROLE\n{expected}\n" in text


def test_place_that_is_filled_is_sought_no_more(
    researcher: Member, administrator: Member, firm: Organisation, idea: Idea
):
    make_partner(idea, administrator, firm, slot=make_slot(idea, expertise="Pilot line"))
    make_slot(idea, expertise="Sensors")

    text = text_of(signed_in(researcher), idea, "?language=en")

    assert ("Pilot line" in text, "Sensors" in text) == (False, True)


def test_author_may_give_their_own_address_away(researcher: Member, full: Idea):
    client = signed_in(researcher)

    assert researcher.email not in text_of(client, full)
    assert researcher.email in text_of(client, full, "?contact=1")


@pytest.mark.parametrize("paper", PAPERS)
def test_nobody_gives_away_an_authors_address(company: Member, researcher: Member, full: Idea, paper: str):
    answer = signed_in(company).get(f"/ideas/{full.reference}/{paper}?contact=1")
    body = b"".join(answer)

    if paper.endswith(".docx"):
        document = Document(BytesIO(body))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        shown = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    else:
        shown = body.decode()
    assert (full.title in shown, researcher.email in shown) == (True, False)


@pytest.mark.parametrize("paper", PAPERS)
def test_papers_of_a_hidden_idea_are_not_found(outsider: Member, secret: Idea, paper: str):
    client = signed_in(outsider)

    hidden = client.get(f"/ideas/{secret.reference}/{paper}")
    unknown = client.get(f"/ideas/JVL-2026-0000/{paper}")

    assert (hidden.status_code, unknown.status_code) == (404, 404)


def test_papers_are_for_members(full: Idea):
    answers = [signed_in(None).get(f"/ideas/{full.reference}/{paper}") for paper in PAPERS]

    assert {answer["Location"].partition("?")[0] for answer in answers} == {"/account/login/"}


def test_there_is_no_other_kind_of_file(researcher: Member, full: Idea):
    assert signed_in(researcher).get(f"/ideas/{full.reference}/partner-search.exe").status_code == 404


def test_language_that_is_none_is_the_readers(researcher: Member, full: Idea):
    answer = signed_in(researcher).get(f"/ideas/{full.reference}/partner-search/?language=xx")

    assert answer.status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_pitch_asks_a_fixed_number_of_queries(
    company: Member, idea: Idea, django_assert_num_queries: DjangoAssertNumQueries, count: int
):
    for _ in range(count):
        make_slot(idea)
        idea.kets.add(make_ket())
        idea.authors.add(make_member())
    client = signed_in(company)
    client.get(f"/ideas/{idea.reference}/pitch/")

    with django_assert_num_queries(QUERIES_OF_PITCH):
        client.get(f"/ideas/{idea.reference}/pitch/")
