import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from ideas.actions.shortlists import move_entry, publish_shortlist, remove_entry
from ideas.choices import Visibility
from ideas.models import Idea, Member, Shortlist, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_shortlist

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LIST = "/shortlists/"
QUERIES_OF_LIST = 8
QUERIES_OF_DETAIL = 22


@pytest.fixture
def ideas(researcher: Member, chain: ValueChain) -> list[Idea]:
    return [make_idea(researcher, chain=chain, title=title) for title in "ABC"]


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, ideas: list[Idea]) -> Shortlist:
    return make_shortlist(lead, chain, *ideas, title="Spring list")


@pytest.fixture
def published(lead: Member, shortlist: Shortlist) -> Shortlist:
    return publish_shortlist(by=lead, shortlist=shortlist, at=NOW)


def english(member: Member | None) -> Client:
    client = signed_in(member)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def address(shortlist: Shortlist, title: str, act: str) -> str:
    return f"/shortlist-entries/{shortlist.entries.get(idea__title=title).pk}/{act}/"


def order(shortlist: Shortlist) -> str:
    return "".join(shortlist.entries.order_by("position").values_list("idea__title", flat=True))


def shown(response) -> str:
    return "".join(entry["title"] for entry in response.context["entries"])


# Who sees what ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [LIST, "/shortlists/new/", "/shortlists/{pk}/", "/shortlists/{pk}/publish/", "/ideas/{idea}/shortlist/"]
)
def test_visitor_is_asked_to_sign_in(published, ideas, path: str):
    path = path.format(pk=published.pk, idea=ideas[0].reference)

    response = signed_in(None).get(path)

    assert (response.status_code, response["Location"]) == (302, f"/account/login/?next={path}")


@pytest.mark.parametrize("act", ["move", "rationale", "remove"])
def test_visitor_changes_nothing(shortlist, act: str):
    response = signed_in(None).post(address(shortlist, "A", act))

    assert (response.status_code, order(shortlist)) == (302, "ABC")


def test_draft_list_does_not_exist_for_an_outsider(outsider, shortlist, ideas):
    client = signed_in(outsider)

    pages = [client.get(f"/shortlists/{shortlist.pk}/"), client.get(f"/shortlists/{shortlist.pk}/?fragment=1")]
    acts = [client.post(address(shortlist, "A", act)) for act in ("move", "rationale", "remove")]
    acts.append(client.post(f"/shortlists/{shortlist.pk}/publish/"))
    overview = client.get(LIST)

    assert {response.status_code for response in pages + acts} == {404}
    assert (overview.context["drafts"], overview.context["published"]) == ([], [])
    assert "Spring list" not in overview.content.decode()


def test_private_idea_on_a_published_list_is_neither_shown_nor_counted(outsider, researcher, published, ideas):
    Idea.objects.filter(pk=ideas[0].pk).update(title="CANARY", visibility=Visibility.PRIVATE, audience="")
    client = signed_in(outsider)

    page, overview = client.get(published.get_absolute_url()), client.get(LIST)

    assert [(entry["place"], entry["title"]) for entry in page.context["entries"]] == [(1, "B"), (2, "C")]
    assert [row.entry_count for row in overview.context["published"]] == [2]
    assert "CANARY" not in page.content.decode()
    assert ideas[0].reference not in page.content.decode()
    assert shown(signed_in(researcher).get(published.get_absolute_url())) == "ABC"


def test_entry_of_an_idea_that_went_private_is_not_found(lead, shortlist, ideas):
    Idea.objects.filter(pk=ideas[0].pk).update(visibility=Visibility.PRIVATE, audience="")

    response = signed_in(lead).post(address(shortlist, "A", "rationale"), {})

    assert response.status_code == 404


def test_published_texts_stay_as_they_were(researcher, published, ideas):
    Idea.objects.filter(pk=ideas[0].pk).update(title="Changed", teaser="Changed")

    response = signed_in(researcher).get(published.get_absolute_url())

    first = response.context["entries"][0]
    assert (first["title"], first["teaser"]) == ("A", "A teaser.")
    assert "Changed" not in response.content.decode()


def test_members_may_only_read_a_published_list(researcher, published):
    client = signed_in(researcher)

    page = client.get(published.get_absolute_url())
    refused = [client.post(address(published, "A", "move"), {"position": 2, "version": 1})]
    refused.append(client.post(f"/shortlists/{published.pk}/publish/"))

    assert page.context["may"] == {"change": False}
    assert "data-move" not in page.content.decode()
    assert [response.status_code for response in refused] == [403, 403]


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999999", "x"])
def test_unknown_addresses_are_not_found(lead, pk: str):
    client = signed_in(lead)

    assert client.get(f"/shortlists/{pk}/").status_code == 404
    assert client.post(f"/shortlist-entries/{pk}/move/").status_code == 404


def test_acts_take_post_only(lead, shortlist):
    assert signed_in(lead).get(address(shortlist, "A", "move")).status_code == 405
    assert signed_in(lead).get(address(shortlist, "A", "rationale")).status_code == 405
    assert signed_in(lead).post(LIST).status_code == 405


# Making one ---------------------------------------------------------------------------------------------------------


def test_lead_begins_a_list(lead, chain):
    call = make_call()
    response = signed_in(lead).post(
        "/shortlists/new/", {"title": "For the board", "value_chain": chain.pk, "call": call.pk, "purpose": "Vote"}
    )

    shortlist = Shortlist.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/shortlists/{shortlist.pk}/")
    assert (shortlist.title, shortlist.call, shortlist.purpose) == ("For the board", call, "Vote")


def test_lead_chooses_among_the_chains_they_lead(lead, chain, other_chain):
    client = signed_in(lead)

    response = client.post("/shortlists/new/", {"title": "Mine", "value_chain": other_chain.pk})

    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["value_chain"]
    assert response.context["form"]["title"].value() == "Mine"
    assert list(response.context["form"].fields["value_chain"].queryset) == [chain]


def test_null_characters_are_an_error_of_the_form(lead, chain):
    response = signed_in(lead).post("/shortlists/new/", {"title": "a\x00b", "value_chain": chain.pk})

    assert (response.status_code, list(response.context["form"].errors)) == (400, ["title"])


def test_others_begin_no_list(researcher):
    assert signed_in(researcher).get("/shortlists/new/").status_code == 403
    assert signed_in(researcher).get(LIST).context["may"] == {"new": False}


# Order --------------------------------------------------------------------------------------------------------------


def test_buttons_post_the_next_places(lead, shortlist):
    entries = signed_in(lead).get(shortlist.get_absolute_url()).context["entries"]

    assert [(entry["up"], entry["down"]) for entry in entries] == [(None, 2), (1, 3), (2, None)]


def test_move_comes_back_to_the_entry(lead, shortlist):
    entry = shortlist.entries.get(idea__title="C")

    response = signed_in(lead).post(address(shortlist, "C", "move"), {"position": 1, "version": shortlist.version})

    assert (response.status_code, order(shortlist)) == (303, "CAB")
    assert response["Location"] == f"/shortlists/{shortlist.pk}/#entry-{entry.pk}"


def test_move_by_a_script_answers_with_the_new_list(lead, shortlist):
    response = english(lead).post(
        address(shortlist, "C", "move") + "?fragment=1", {"position": 1, "version": shortlist.version}
    )

    assert (response.status_code, shown(response)) == (200, "CAB")
    assert response.context["said"] == "“C” is now at place 1 of 3."
    assert "<html" not in response.content.decode()


@pytest.mark.parametrize("query", ["", "?fragment=1"])
def test_stale_move_is_refused_with_the_true_order(lead, staff, shortlist, query: str):
    move_entry(by=staff, entry=shortlist.entries.get(idea__title="C"), position=1, version=shortlist.version, at=NOW)

    response = english(lead).post(
        address(shortlist, "A", "move") + query, {"position": 3, "version": shortlist.version}
    )

    assert (response.status_code, shown(response), order(shortlist)) == (409, "CAB", "CAB")
    assert "The list was changed meanwhile. This is the order as it is now." in response.content.decode()


def test_two_leads_at_once_end_with_one_order(lead, staff, shortlist):
    first, second = signed_in(lead), signed_in(staff)
    move = {"position": 1, "version": shortlist.version}

    answers = [
        first.post(address(shortlist, "C", "move"), move).status_code,
        second.post(address(shortlist, "B", "move"), move).status_code,
    ]

    assert (answers, order(shortlist)) == ([303, 409], "CAB")
    assert list(shortlist.entries.values_list("position", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize(
    "sent", [{}, {"position": "x", "version": 1}, {"position": 10**40, "version": 10**40}, {"position": 0}]
)
def test_an_unreadable_place_moves_nothing(lead, shortlist, sent: dict[str, object]):
    response = signed_in(lead).post(address(shortlist, "A", "move"), sent)

    assert (response.status_code, order(shortlist)) == (400, "ABC")


# Reasons, taking off, adding ----------------------------------------------------------------------------------------


def test_reason_is_written_in_place(lead, shortlist):
    entry = shortlist.entries.get(idea__title="A")

    response = signed_in(lead).post(address(shortlist, "A", "rationale"), {f"entry-{entry.pk}-rationale": "Strong <b>"})
    page = signed_in(lead).get(shortlist.get_absolute_url())

    assert response.status_code == 303
    assert page.context["entries"][0]["rationale"] == "Strong <b>"
    assert "Strong &lt;b&gt;" in page.content.decode()


def test_too_long_a_reason_stays_in_its_form(lead, shortlist):
    entry, words = shortlist.entries.get(idea__title="A"), "x" * 2001

    response = signed_in(lead).post(address(shortlist, "A", "rationale"), {f"entry-{entry.pk}-rationale": words})

    shown_entry = response.context["entries"][0]
    assert (response.status_code, shown_entry["typed"]) == (400, True)
    assert shown_entry["form"]["rationale"].value() == words


def test_reason_for_a_list_published_meanwhile_is_not_lost(lead, shortlist):
    entry = shortlist.entries.get(idea__title="A")
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)

    response = signed_in(lead).post(address(shortlist, "A", "rationale"), {f"entry-{entry.pk}-rationale": "Too late"})

    assert response.status_code == 409
    assert "Too late" in response.content.decode()


def test_idea_is_taken_off_after_a_question(lead, shortlist):
    client = signed_in(lead)

    asked = client.get(address(shortlist, "B", "remove"))
    done = client.post(address(shortlist, "B", "remove"))

    assert (asked.status_code, done.status_code, order(shortlist)) == (200, 303, "AC")


def test_entry_taken_off_meanwhile_is_not_found(lead, shortlist):
    entry = shortlist.entries.get(idea__title="B")
    remove_entry(by=lead, entry=entry, at=NOW)

    assert signed_in(lead).post(f"/shortlist-entries/{entry.pk}/rationale/").status_code == 404


def test_idea_is_added_from_its_page(lead, shortlist, researcher, chain):
    idea = make_idea(researcher, chain=chain, title="D")

    response = signed_in(lead).post(
        f"/ideas/{idea.reference}/shortlist/", {"shortlist": shortlist.pk, "rationale": "New"}
    )

    assert (response.status_code, response["Location"]) == (303, idea.get_absolute_url())
    assert (order(shortlist), shortlist.entries.last().rationale) == ("ABCD", "New")


def test_idea_that_is_listed_already_is_refused_without_losing_words(lead, shortlist, ideas):
    response = signed_in(lead).post(
        f"/ideas/{ideas[0].reference}/shortlist/", {"shortlist": shortlist.pk, "rationale": "Again"}
    )

    assert (response.status_code, response.context["form"]["rationale"].value()) == (400, "Again")
    assert order(shortlist) == "ABC"


def test_private_idea_has_no_page_to_be_added_from(lead, outsider, secret):
    for member in (lead, outsider):
        assert signed_in(member).get(f"/ideas/{secret.reference}/shortlist/").status_code == 404


def test_others_add_nothing(researcher, shortlist, chain):
    idea = make_idea(researcher, chain=chain)

    response = signed_in(researcher).post(f"/ideas/{idea.reference}/shortlist/", {"shortlist": shortlist.pk})

    assert (response.status_code, order(shortlist)) == (400, "ABC")


# Publishing ---------------------------------------------------------------------------------------------------------


def test_publishing_asks_and_then_freezes(lead, shortlist):
    client = signed_in(lead)

    asked = client.get(f"/shortlists/{shortlist.pk}/publish/")
    done = client.post(f"/shortlists/{shortlist.pk}/publish/")
    page = client.get(shortlist.get_absolute_url())

    assert (asked.status_code, done.status_code) == (200, 303)
    assert (page.context["shortlist"].state, page.context["may"]) == ("published", {"change": False})


def test_second_publication_is_refused_on_the_list(lead, published):
    response = english(lead).post(f"/shortlists/{published.pk}/publish/")

    assert response.status_code == 409
    assert "This shortlist is published: it can&#x27;t be changed any more." in response.content.decode()


def test_empty_list_is_not_published(lead, chain):
    shortlist = make_shortlist(lead, chain)

    assert signed_in(lead).post(f"/shortlists/{shortlist.pk}/publish/").status_code == 409


# Numbers ------------------------------------------------------------------------------------------------------------


def test_page_tells_where_its_topic_stands(lead, shortlist):
    live = signed_in(lead).get(shortlist.get_absolute_url()).context["live"]

    assert (live.topic, live.head) == (f"shortlist.{shortlist.pk}", shortlist.version)


@pytest.mark.parametrize("rows", [1, 3])
def test_overview_takes_a_fixed_number_of_queries(
    rows: int, lead: Member, idea: Idea, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(rows):
        make_shortlist(lead, idea.value_chain, idea, call=make_call())
    client = signed_in(lead)

    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(LIST)


@pytest.mark.parametrize("rows", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    rows: int, lead: Member, researcher: Member, chain: ValueChain, django_assert_num_queries: DjangoAssertNumQueries
):
    shortlist = make_shortlist(lead, chain, *(make_idea(researcher, chain=chain) for _ in range(rows)))
    client = signed_in(lead)

    with django_assert_num_queries(QUERIES_OF_DETAIL):
        client.get(shortlist.get_absolute_url())


# Labels and history -------------------------------------------------------------------------------------------------


def test_labels_are_written_beside_the_reason(lead, shortlist):
    entry = shortlist.entries.get(idea__title="A")
    sent = {f"entry-{entry.pk}-rationale": "Why", f"entry-{entry.pk}-tags": "pilot, <b>"}

    response = signed_in(lead).post(address(shortlist, "A", "rationale"), sent)
    page = signed_in(lead).get(shortlist.get_absolute_url())

    assert (response.status_code, page.context["entries"][0]["tags"]) == (303, ["pilot", "<b>"])
    assert page.context["entries"][0]["form"]["tags"].value() == "pilot, <b>"
    assert "&lt;b&gt;" in page.content.decode()


def test_too_many_labels_stay_in_their_form(lead, shortlist):
    entry = shortlist.entries.get(idea__title="A")
    sent = {f"entry-{entry.pk}-rationale": "Why", f"entry-{entry.pk}-tags": "a,b,c,d,e,f"}

    response = signed_in(lead).post(address(shortlist, "A", "rationale"), sent)

    form = response.context["entries"][0]["form"]
    assert (response.status_code, list(form.errors), form["tags"].value()) == (400, ["tags"], "a,b,c,d,e,f")
    assert form["rationale"].value() == "Why"


def test_history_is_for_those_who_curate(lead, staff, researcher, published):
    lines = {
        member.name: [line["text"] for line in english(member).get(published.get_absolute_url()).context["history"]]
        for member in (lead, staff, researcher)
    }

    told = ["List published", "“C” added", "“B” added", "“A” added", "List begun"]
    assert lines == {lead.name: told, staff.name: told, researcher.name: []}


def test_history_counts_places_among_the_ideas_that_its_reader_sees(lead, staff, shortlist, ideas):
    move_entry(by=lead, entry=shortlist.entries.get(idea__title="C"), position=1, version=shortlist.version, at=NOW)
    Idea.objects.filter(pk=ideas[0].pk).update(title="CANARY", visibility=Visibility.PRIVATE, audience="")

    page = english(lead).get(shortlist.get_absolute_url())

    assert page.context["history"][0]["text"] == "“C” moved from place 2 to 1"
    assert "CANARY" not in page.content.decode()


def test_history_keeps_a_reason_that_was_taken_off(lead, shortlist):
    entry = shortlist.entries.get(idea__title="B")
    sent = {f"entry-{entry.pk}-rationale": "Strong team", f"entry-{entry.pk}-tags": "pilot"}
    signed_in(lead).post(address(shortlist, "B", "rationale"), sent)
    signed_in(lead).post(address(shortlist, "B", "remove"))

    line = signed_in(lead).get(shortlist.get_absolute_url()).context["history"][0]

    assert (line["was"], line["tags"], line["who"]) == ("Strong team", ["pilot"], lead.name)


# What leaves --------------------------------------------------------------------------------------------------------


def table(client: Client, shortlist: Shortlist) -> list[list[str]]:
    body = b"".join(client.get(f"/shortlists/{shortlist.pk}/list.csv"))
    return list(csv.reader(StringIO(body.decode("utf-8-sig"), newline="")))[1:]


def test_a_published_list_leaves_as_it_was_published(researcher, outsider, lead, shortlist, ideas):
    Idea.objects.filter(pk=ideas[0].pk).update(title="=1+1", html={"problem": "<p>Of that day</p>"})
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)
    Idea.objects.filter(pk=ideas[0].pk).update(title="CANARY", html={"problem": "<p>CANARY</p>"})

    rows = table(signed_in(researcher), shortlist)
    paper = signed_in(researcher).get(f"/shortlists/{shortlist.pk}/paper/")
    page = signed_in(researcher).get(shortlist.get_absolute_url())

    assert [row[:3] for row in rows] == [
        [str(n), one.reference, title] for n, one, title in zip((1, 2, 3), ideas, ("'=1+1", "B", "C"), strict=True)
    ]
    for answer in (paper, page):
        assert "Of that day" in answer.content.decode()
        assert "CANARY" not in answer.content.decode()


def test_what_a_reader_may_not_see_does_not_leave(outsider, published, ideas):
    Idea.objects.filter(pk=ideas[0].pk).update(visibility=Visibility.PRIVATE, audience="")
    client = signed_in(outsider)

    rows = table(client, published)
    book = load_workbook(BytesIO(b"".join(client.get(f"/shortlists/{published.pk}/list.xlsx"))))
    paper = client.get(f"/shortlists/{published.pk}/paper/")

    assert [(row[0], row[2]) for row in rows] == [("1", "B"), ("2", "C")]
    assert [row[2].value for row in book["shortlist"].rows][1:] == ["B", "C"]
    assert [entry["title"] for entry in paper.context["entries"]] == ["B", "C"]
    assert ideas[0].reference not in paper.content.decode()


@pytest.mark.parametrize("path", ["list.csv", "list.xlsx", "list.pdf", "paper/"])
def test_a_draft_leaves_with_nobody_else(outsider, lead, shortlist, path: str):
    answers = [signed_in(member).get(f"/shortlists/{shortlist.pk}/{path}").status_code for member in (outsider, lead)]

    assert answers == [404, 404 if path == "list.pdf" else 200]


def test_what_was_published_before_long_texts_were_kept_is_still_shown(researcher, published):
    for entry in published.entries.all():
        entry.frozen = {name: entry.frozen[name] for name in ("title", "acronym", "teaser", "state")}
        entry.save(update_fields=["frozen"])

    paper = signed_in(researcher).get(f"/shortlists/{published.pk}/paper/")

    assert [(entry["title"], entry["texts"]) for entry in paper.context["entries"]] == [("A", []), ("B", []), ("C", [])]
