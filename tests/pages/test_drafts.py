"""Forms of ideas while they are typed: kept, restored, thrown away; nobody else's to meet."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ideas.actions.drafts import MAX_DRAFTS
from ideas.choices import IdeaState
from ideas.models import Draft, Idea, Member, ValueChain
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import make_call, make_idea

pytestmark = pytest.mark.django_db
KEY = "kept-under-this-name"


def save(client: Client, **fields: Any) -> Any:
    return client.post(reverse("drafts:save"), {"draft": KEY, **fields})


def shown(client: Client, url: str = "/ideas/new/") -> dict[str, Any]:
    form = client.get(url).context["form"]
    return {name: form[name].value() for name in ("title", "problem", "budget_eur", "is_open", "kets", "call")}


def test_what_is_typed_comes_back_as_it_was_whatever_is_wrong_with_it(researcher: Member):
    client = signed_in(researcher)

    answer = save(client, title="x" * 300, problem="Half a sen\x00", budget_eur="a lot", is_open="on", kets=["7", "9"])

    assert (answer.status_code, list(answer.json())) == (200, ["saved_at"])
    assert shown(signed_in(researcher)) == {
        "title": "x" * 300, "problem": "Half a sen", "budget_eur": "a lot", "is_open": True, "kets": ["7", "9"],
        "call": None,
    }  # fmt: skip
    assert (Idea.objects.count(), Change.objects.count()) == (0, 0)


def test_a_form_goes_on_under_its_name(researcher: Member):
    client = signed_in(researcher)
    save(client, title="First")

    form_key = client.get("/ideas/new/").context["form_key"]
    save(client, title="Second")

    assert form_key == KEY
    assert [draft.title for draft in Draft.objects.all()] == ["Second"]


def test_a_saved_idea_leaves_no_form_behind_not_even_by_a_late_word(researcher: Member, chain: ValueChain):
    client = signed_in(researcher)
    save(client, title="Typed")

    fields = {"title": "Typed", "value_chain": chain.pk, "language": "en", "visibility": "members", "draft": KEY}
    answer = client.post("/ideas/new/", fields)
    save(client, title="Typed, and late")

    assert answer.status_code == 303
    assert shown(client)["title"] is None


def test_a_refused_form_is_kept_without_scripts_too(researcher: Member):
    client = signed_in(researcher)

    answer = client.post("/ideas/new/", {"title": "", "problem": "Long thoughts", "draft": KEY})

    assert answer.status_code == 400
    assert shown(client)["problem"] == "Long thoughts"


def test_an_idea_being_edited_is_restored_on_its_own_form_alone(researcher: Member, idea: Idea):
    client = signed_in(researcher)
    edit = reverse("ideas:edit", args=[idea.reference])

    save(client, draft_of=idea.reference, title="Changed", version="1")

    assert (shown(client, edit)["title"], shown(client)["title"]) == ("Changed", None)
    idea.refresh_from_db()
    assert (idea.title, idea.version) == ("Open idea", 1)


def test_its_writer_throws_it_away(researcher: Member, idea: Idea):
    client = signed_in(researcher)
    save(client, draft_of=idea.reference, title="Changed", version="1")

    answer = client.post(reverse("drafts:discard"), {"draft": KEY, "draft_of": idea.reference})

    edit = reverse("ideas:edit", args=[idea.reference])
    assert (answer.status_code, answer["Location"]) == (303, edit)
    assert shown(client, edit)["title"] == "Open idea"


def test_several_new_ideas_are_kept_apart(researcher: Member):
    client = signed_in(researcher)
    for number in range(MAX_DRAFTS + 2):
        save(client, draft=f"form-{number:04d}", title=f"Idea {number}")

    page = client.get("/ideas/new/").context

    assert (page["restored"].title, len(page["others"])) == (f"Idea {MAX_DRAFTS + 1}", MAX_DRAFTS - 1)
    assert shown(client, page["others"][0]["url"])["title"] == f"Idea {MAX_DRAFTS}"
    assert shown(client, page["fresh"])["title"] is None


@pytest.mark.parametrize(
    "fields", [{"draft": "short"}, {"draft": "x" * 41}, {"draft": "a\x00bcdefghij"}, {"draft": ""}]
)
def test_an_impossible_name_is_refused(researcher: Member, fields: dict[str, str]):
    answer = save(signed_in(researcher), title="x", **fields)

    assert (answer.status_code, Draft.objects.count()) == (400, 0)


def test_what_is_too_long_is_refused_with_words(researcher: Member):
    answer = save(signed_in(researcher), problem="x" * 130_000)

    assert (answer.status_code, answer.json()) == (
        400,
        {"errors": ["È troppo lungo per essere conservato. Accorcialo."]},
    )


def test_nobody_else_meets_it(researcher: Member, outsider: Member, company: Member, secret: Idea, idea: Idea):
    save(signed_in(researcher), title="CANARY")

    assert "CANARY" not in signed_in(outsider).get("/ideas/new/").content.decode()
    assert save(signed_in(outsider), draft_of=secret.reference, title="x").status_code == 404
    assert save(signed_in(company), draft_of=idea.reference, title="x").status_code == 403
    # The same name is another form of another member.
    save(signed_in(outsider), title="Theirs")
    signed_in(outsider).post(reverse("drafts:discard"), {"draft": KEY})
    assert shown(signed_in(researcher))["title"] == "CANARY"


def test_visitor_is_asked_to_sign_in(db: None):
    answer = save(Client(), title="x")

    assert (answer.status_code, answer["Location"][:15], Draft.objects.count()) == (302, "/account/login/", 0)


# A session that ends while somebody writes --------------------------------------------------------------------------


def test_a_form_sent_after_the_session_ended_waits_for_its_writer(researcher: Member):
    client = Client()

    asked = client.post("/ideas/new/", {"title": "Late", "problem": "Thoughts", "draft": KEY, "writer": researcher.pk})
    client.force_login(researcher)

    assert (asked.status_code, asked["Location"]) == (302, "/account/login/?next=/ideas/new/")
    assert (shown(client)["title"], shown(client)["problem"]) == ("Late", "Thoughts")


def test_who_else_signs_in_at_that_machine_meets_nothing_of_it(researcher: Member, outsider: Member):
    client = Client()

    client.post("/ideas/new/", {"title": "Late", "draft": KEY, "writer": researcher.pk})
    client.force_login(outsider)

    assert shown(client)["title"] is None
    assert Draft.objects.count() == 0


def test_an_edit_sent_after_the_session_ended_waits_for_its_writer(researcher: Member, idea: Idea):
    client, edit = Client(), reverse("ideas:edit", args=[idea.reference])

    client.post(edit, {"title": "Late", "version": "1", "draft": KEY, "writer": researcher.pk})
    client.force_login(researcher)

    assert shown(client, edit)["title"] == "Late"


# A deadline that passes while somebody writes -----------------------------------------------------------------------


def test_a_call_that_closed_meanwhile_is_named_and_nothing_is_lost(researcher: Member, chain: ValueChain):
    call = make_call("CLOSED-MEANWHILE")
    closed = timezone.now() - timedelta(minutes=1)
    call.deadlines.update(at=closed)
    call.closes_at = closed
    call.save()
    fields = {"title": "Typed", "value_chain": chain.pk, "language": "en", "visibility": "members", "call": call.pk}

    answer = signed_in(researcher).post("/ideas/new/", {**fields, "problem": "Long thoughts"})

    form = answer.context["form"]
    assert answer.status_code == 400
    assert form.errors == {"call": ["Questo bando è chiuso. Scegline un altro, o nessuno."]}
    assert (form["problem"].value(), form["call"].value()) == ("Long thoughts", str(call.pk))
    assert "CLOSED-MEANWHILE" in answer.content.decode()


def test_a_draft_of_an_idea_that_went_to_another_state_is_still_its_writers(researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, state=IdeaState.DRAFT)
    client = signed_in(researcher)
    save(client, draft_of=idea.reference, title="Typed before", version="1")

    client.post(reverse("ideas:state", args=[idea.reference]), {"state": "open"})

    assert shown(client, reverse("ideas:edit", args=[idea.reference]))["title"] == "Typed before"


# What is there and what is missing ----------------------------------------------------------------------------------


def test_the_form_says_what_is_there_and_what_is_missing(researcher: Member, chain: ValueChain):
    client = signed_in(researcher)
    save(client, title="Typed", problem="Thoughts", value_chain=chain.pk, budget_eur="0")

    page = client.get("/ideas/new/").context

    done = {section["name"]: (section["done"], section["total"]) for section in page["sections"]}
    assert done == {
        "what": (1, 3), "content": (1, 7), "classification": (1, 5), "project": (1, 4), "sought": (0, 3),
        "visibility": (0, 1),
    }  # fmt: skip
    missing = [(one["name"], one["id"]) for one in page["needed"] if one["missing"]]
    assert missing == [("teaser", "id_teaser"), ("approach", "id_approach")]
