"""An idea's versions: who saved when, what changed; for its authors alone."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from ideas.actions.ideas import edit_idea
from ideas.models import Idea, Member, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_chain, make_idea, make_ket, make_member

pytestmark = pytest.mark.django_db


def save(by: Member, idea: Idea, **content: Any) -> Idea:
    idea.refresh_from_db()
    return edit_idea(by=by, idea=idea, content=content, version=idea.version, at=timezone.now())


def versions(member: Member, idea: Idea, **query: int) -> Any:
    return signed_in(member).get(reverse("versions:list", args=[idea.reference]), query)


def told(page: Any) -> dict[str, list[tuple[str, str]]]:
    return {
        change["label"]: [(piece.kind, piece.text) for piece in change["pieces"]] for change in page.context["changes"]
    }


@pytest.fixture
def edited(researcher: Member, company: Member, chain: ValueChain, other_chain: ValueChain) -> Idea:
    """Three versions: as written, a word and a call by the co-author, chains and people by the author."""
    idea = make_idea(researcher, chain=chain, problem="A thin heater.", authors=[researcher, company])
    save(company, idea, problem="A thick heater.", call=make_call("HORIZON-Y"), trl_now=3, is_open=True)
    save(researcher, idea, other_chains=[other_chain], kets=[make_ket("AMT")], invited=[company])
    return idea


def test_the_last_save_is_shown_word_by_word(researcher: Member, company: Member, edited: Idea):
    page = versions(researcher, edited)

    assert told(page) == {
        "Altre value chain": [("added", "Filiera NAUTICA")],
        "Tecnologie abilitanti (KET)": [("added", "Tecnologia AMT")],
        "Persone invitate a leggere": [("added", "Carlo Company")],
    }
    assert [(row["number"], row["by"]) for row in page.context["versions"]] == [
        (3, researcher.name), (2, company.name), (1, researcher.name),
    ]  # fmt: skip


def test_any_two_are_compared_older_first(company: Member, edited: Idea):
    page = versions(company, edited, **{"from": 2, "to": 1})

    changes = told(page)
    assert (page.context["old"].number, page.context["new"].number) == (1, 2)
    assert changes["Problema"] == [
        ("same", "A "), ("removed", "thin "), ("added", "thick "), ("same", "heater."),
    ]  # fmt: skip
    assert changes["Bando di riferimento"] == [("added", "HORIZON-Y")]
    assert changes["Aperta"] == [("removed", "no "), ("added", "sì")]
    html = page.content.decode()
    assert ("<del>" in html, "<ins>" in html) == (True, True)


def test_a_first_version_says_so(researcher: Member, idea: Idea):
    page = versions(researcher, idea)

    assert (page.status_code, page.context["changes"]) == (200, [])


def test_what_was_taken_out_is_its_authors_alone(lead: Member, staff: Member, outsider: Member, edited: Idea):
    assert [versions(member, edited).status_code for member in (lead, staff, outsider)] == [403] * 3
    assert signed_in(None).get(reverse("versions:list", args=[edited.reference])).status_code == 302


def test_a_secret_has_no_versions_for_others(outsider: Member, company: Member, secret: Idea):
    assert [versions(member, secret).status_code for member in (outsider, company)] == [404, 404]


@pytest.mark.parametrize("number", ["7", "0", "-1", "1e3", "9" * 300, "\x00", "٣"])
def test_an_unknown_version_is_not_found(researcher: Member, edited: Idea, number: str):
    answer = signed_in(researcher).get(reverse("versions:list", args=[edited.reference]), {"to": number})

    assert answer.status_code == 404


@pytest.mark.parametrize("saves", [1, 3])
def test_it_asks_the_database_a_fixed_number_of_times(
    researcher: Member, idea: Idea, saves: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(saves):
        save(researcher, idea, title=f"Title {number}")
    client = signed_in(researcher)
    address = reverse("versions:list", args=[idea.reference])
    client.get(address)

    with django_assert_num_queries(11):
        client.get(address)


# Two save at once ---------------------------------------------------------------------------------------------------


def test_what_others_saved_is_taken_over_where_the_writer_changed_nothing(
    researcher: Member, company: Member, chain: ValueChain
):
    ket, other = make_ket("AMT"), make_chain("OTHER")
    idea = make_idea(researcher, chain=chain, authors=[researcher, company], kets=[ket], is_open=True, trl_now=3)
    client, url = signed_in(researcher), reverse("ideas:edit", args=[idea.reference])
    shown = client.get(url).context["form"]
    values = {name: shown[name].value() for name in shown.fields}
    fields = {name: "on" if value is True else value for name, value in values.items() if value not in (None, False)}
    theirs = {
        "title": "Theirs", "keywords": "new, words", "kets": [], "other_chains": [other], "is_open": False,
        "is_disruptive": True, "trl_now": None, "visibility": "private", "valid_until": date(2027, 5, 4),
        "authors": [researcher, company], "invited": [make_member("Ivo Invited")],
    }  # fmt: skip
    edit_idea(by=company, idea=idea, content=theirs, version=1, at=timezone.now())

    answer = client.post(url, {**fields, "title": "Mine", "problem": "A problem,\r\nand more."})

    assert answer.status_code == 409
    found = [(row["theirs"], row["mine"]) for row in answer.context["differences"]]
    assert found == [("Theirs", "Mine"), ("A problem.", "A problem,\nand more.")]
    assert len(answer.context["taken"]) == 9
    again = {name: answer.context["form"][name].value() for name in shown.fields}
    client.post(url, {name: value for name, value in again.items() if value not in (None, False)})
    idea.refresh_from_db()
    assert (idea.title, idea.problem, idea.version) == ("Mine", "A problem,\nand more.", 3)
    assert (idea.keywords, idea.is_open, idea.is_disruptive, idea.trl_now) == ("new, words", False, True, None)
    assert (idea.visibility, idea.valid_until, list(idea.kets.all())) == ("private", date(2027, 5, 4), [])
    assert (list(idea.other_chains.all()), [one.name for one in idea.invited.all()]) == ([other], ["Ivo Invited"])
