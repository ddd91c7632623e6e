"""The outline of a call in the form of an idea: shown, written into empty fields, taken away, never over a word."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from ideas.actions.drafts import MAX_CHARS
from ideas.choices import IdeaState
from ideas.forms.ideas import TEXTS
from ideas.models import Call, Draft, Idea, Member, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_idea

pytestmark = pytest.mark.django_db
KEY = "kept-under-this-name"
VISION = "# La visione\n\n\n# Il bisogno non risolto\n"


@pytest.fixture
def eic() -> Call:
    return make_call("HORIZON-EIC-1", action_type="HORIZON EIC Grants")


def press(client: Client, act: str = "outline", url: str = "/ideas/new/", **fields: Any) -> Any:
    return client.post(url, {"act": act, "draft": KEY, "language": "it", **fields}, follow=True)


def texts_in(answer: Any) -> dict[str, str]:
    form = answer.context["form"]
    return {name: form[name].value() or "" for name in TEXTS}


def test_an_idea_begun_at_a_call_shows_its_outline(researcher: Member, eic: Call):
    answer = signed_in(researcher).get("/ideas/new/", {"call": eic.identifier})

    shown = answer.content.decode()
    assert ('id="outline"' in shown, 'value="outline"' in shown, 'value="outline_away"' in shown) == (True, True, False)
    assert "Una novità radicale, non un miglioramento." in shown
    assert "Quanto serve dopo, e da chi?" in shown
    assert texts_in(answer) == dict.fromkeys(TEXTS, "")


def test_the_reader_reads_it_in_their_language(researcher: Member, eic: Call):
    client = signed_in(researcher)

    shown = client.get("/ideas/new/", {"call": eic.identifier}, headers={"accept-language": "en"}).content.decode()

    assert "A radical novelty, not an improvement." in shown


def test_without_a_call_or_with_one_of_no_kind_there_is_none(researcher: Member):
    make_call("HORIZON-COFUND", action_type="HORIZON Programme Cofund Actions")
    client = signed_in(researcher)

    answers = [client.get("/ideas/new/", asked) for asked in ({}, {"call": "HORIZON-COFUND"}, {"call": "\x00"})]

    assert [answer.context["outline"] for answer in answers] == [None] * 3


def test_a_press_fills_empty_fields_alone_and_saves_nothing(researcher: Member, eic: Call):
    answer = press(signed_in(researcher), call=eic.pk, approach="My words.", title="Mine", budget_eur="a lot")

    assert answer.redirect_chain == [(f"/ideas/new/?draft={KEY}&outlined=1#part-content", 303)]
    written = texts_in(answer)
    assert (written["problem"], written["approach"]) == (VISION, "My words.")
    assert [answer.context["form"][name].value() for name in ("title", "budget_eur", "call")] == [
        "Mine", "a lot", str(eic.pk),
    ]  # fmt: skip
    said = answer.context["outline"]["headed"].split(", ")
    assert said == [str(answer.context["form"][name].label) for name in ("problem", "expected_result", "advantage")]
    assert answer.content.decode().count('<details class="disclosure" open>') == 3
    assert (Idea.objects.count(), Draft.objects.get().key) == (0, KEY)
    assert f'data-draft-saved="{answer.context["draft_key"]}"' in answer.content.decode()


def test_it_is_written_in_the_language_of_the_text(researcher: Member, eic: Call):
    answer = press(signed_in(researcher), call=eic.pk, language="en")

    assert texts_in(answer)["problem"].startswith("# The vision\n")


def test_a_second_press_takes_the_headings_away_and_no_word(researcher: Member, eic: Call):
    client = signed_in(researcher)
    written = texts_in(press(client, call=eic.pk))
    assert 'value="outline_away"' in client.get(f"/ideas/new/?draft={KEY}").content.decode()

    mine = written | {"approach": written["approach"] + "\nMy words.", "advantage": "# My own heading"}
    after = texts_in(press(client, "outline_away", call=eic.pk, **mine))

    assert after == {"problem": "", "expected_result": "", "approach": mine["approach"], "advantage": mine["advantage"]}


@pytest.mark.parametrize("call", ["", "7", "9" * 300, "\x00", "٣"])
def test_without_a_call_that_has_one_nothing_happens_but_a_word(researcher: Member, call: str):
    answer = press(signed_in(researcher), call=call, problem="Typed")

    assert (answer.status_code, texts_in(answer)["problem"], len(answer.context["messages"])) == (200, "Typed", 1)


def test_a_form_that_was_saved_in_another_tab_goes_on_under_another_name(
    researcher: Member, chain: ValueChain, eic: Call
):
    client = signed_in(researcher)
    fields = {"title": "Typed", "value_chain": chain.pk, "language": "en", "visibility": "members", "draft": KEY}
    client.post("/ideas/new/", fields)

    answer = press(client, call=eic.pk, title="Typed again")

    assert answer.context["form"]["title"].value() == "Typed again"
    assert answer.context["form_key"] != KEY


def test_a_form_too_long_to_be_kept_stays_in_the_answer(researcher: Member, eic: Call):
    answer = press(signed_in(researcher), call=eic.pk, problem="x" * (MAX_CHARS + 1))

    assert (answer.status_code, len(texts_in(answer)["problem"])) == (400, MAX_CHARS + 1)


def test_an_address_begins_with_the_headings(researcher: Member, eic: Call):
    answer = signed_in(researcher).get("/ideas/new/", {"call": eic.identifier, "outline": "1"})

    assert texts_in(answer)["problem"] == VISION


def test_an_idea_being_edited_gets_it_too_and_only_by_its_authors(
    researcher: Member, company: Member, idea: Idea, secret: Idea, eic: Call
):
    urls = [reverse("ideas:edit", args=[one.reference]) for one in (idea, secret)]

    answer = press(
        signed_in(researcher), url=urls[0], call=eic.pk, version=idea.version, problem="", draft_of=idea.reference
    )
    refused = [press(signed_in(company), url=url, call=eic.pk).status_code for url in urls]

    idea.refresh_from_db()
    assert (texts_in(answer)["problem"], idea.problem, refused) == (VISION, "A problem.", [403, 404])


def test_headings_alone_open_no_idea_and_are_shown_to_nobody(researcher: Member, chain: ValueChain):
    draft = make_idea(researcher, chain=chain, state=IdeaState.DRAFT, problem=VISION.strip(), advantage=VISION.strip())
    client = signed_in(researcher)

    answer = client.post(reverse("ideas:state", args=[draft.reference]), {"state": "open"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["problem"])
    assert [one["name"] for one in answer.context["needed"] if one["missing"]] == ["problem"]
    draft.refresh_from_db()
    assert (draft.state, sorted(draft.html)) == (IdeaState.DRAFT, ["approach"])


def test_the_part_for_the_script_is_for_members(researcher: Member, eic: Call):
    url = reverse("outlines:panel")

    shown = signed_in(researcher).get(url, {"call": eic.pk, "headed": ["problem", "no_field"]}).content.decode()
    nothing = signed_in(researcher).get(url, {"call": "9" * 300})

    assert ("<html" in shown, 'value="outline_away"' in shown, shown.count(" open>")) == (False, True, 1)
    assert (nothing.status_code, nothing.content.decode().count("<details")) == (200, 0)
    assert signed_in(None).get(url, {"call": eic.pk}).status_code == 302


@pytest.mark.parametrize("calls", [1, 3])
def test_form_asks_as_much_for_one_call_as_for_three(
    researcher: Member, eic: Call, calls: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(calls - 1):
        make_call(action_type="HORIZON EIC Grants")
    client = signed_in(researcher)
    client.get("/ideas/new/")

    with django_assert_num_queries(13):
        client.get("/ideas/new/", {"call": eic.identifier})
