from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ideas.choices import Alarm, ReviewState, Visibility
from ideas.models import Idea, Member, Organisation, Review, ReviewRound, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_comment, make_idea, make_join_request, make_shortlist, make_slot

DESK = "/desk/"
QUERIES_OF_PAGE = 24
LONG_AGO = timezone.now() - timedelta(days=40)


def shown(client: Client, query: str = "") -> str:
    return unescape(client.get(f"{DESK}{query}").content.decode())


def kinds(client: Client, query: str = "") -> list[tuple[str, int]]:
    desk = client.get(f"{DESK}{query}").context["desk"]
    return [(some["name"], some["total"]) for some in desk["alarms"]]


def acts(client: Client, kind: str) -> list[str]:
    desk = client.get(DESK).context["desk"]
    [line] = next(some["lines"] for some in desk["alarms"] if some["name"] == kind)
    return [act["url"] for act in line["acts"]]


# Who has one --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewer", ["outsider", "company", "researcher", "administrator"])
def test_who_leads_nothing_has_no_desk_and_no_way_to_one(viewer: str, request: pytest.FixtureRequest, idea: Idea):
    client = signed_in(request.getfixturevalue(viewer))

    assert client.get(DESK).status_code == 403
    assert f'href="{DESK}"' not in client.get("/calls/").content.decode()


def test_a_visitor_is_asked_to_sign_in():
    assert signed_in(None).get(DESK)["Location"] == "/account/login/?next=/desk/"


@pytest.mark.parametrize("viewer", ["lead", "staff"])
def test_leads_and_staff_find_their_desk_from_any_page(viewer: str, request: pytest.FixtureRequest):
    client = signed_in(request.getfixturevalue(viewer))

    assert f'href="{DESK}"' in client.get("/calls/").content.decode()
    assert client.get(DESK).status_code == 200


def test_a_lead_of_a_retired_chain_has_none(lead: Member, chain: ValueChain):
    chain.status = "retired"
    chain.save()
    client = signed_in(lead)

    assert client.get(DESK).status_code == 403
    assert f'href="{DESK}"' not in client.get("/calls/").content.decode()


def test_what_a_lead_doesnt_see_is_nowhere_on_it(lead: Member, secret: Idea, company: Member):
    Idea.objects.filter(pk=secret.pk).update(opened_at=LONG_AGO)

    page = shown(signed_in(lead))

    assert "CANARY" not in page
    assert secret.reference not in page


def test_who_asks_to_join_isnt_told(
    researcher: Member, lead: Member, chain: ValueChain, administrator: Member, firm: Organisation
):
    idea = make_idea(researcher, chain=chain, title="Asked for", at=LONG_AGO)
    make_join_request(idea, administrator, firm, at=timezone.now() - timedelta(days=9))

    page = shown(signed_in(lead))

    assert "Asked for" in page
    assert firm.name not in page
    assert administrator.name not in page


# By value chain -----------------------------------------------------------------------------------------------------


def test_one_chain_needs_no_switch_and_several_have_one(
    lead: Member, researcher: Member, chain: ValueChain, other_chain: ValueChain
):
    make_idea(researcher, chain=chain, title="Here", at=LONG_AGO)
    make_idea(researcher, chain=other_chain, title="There", at=LONG_AGO)
    client = signed_in(lead)
    assert (client.get(DESK).context["tabs"], "Here" in shown(client), "There" in shown(client)) == ([], True, False)

    other_chain.leads.add(lead)

    assert [tab["url"] for tab in client.get(DESK).context["tabs"]] == [
        DESK,
        "/desk/?value_chain=MOVES",
        "/desk/?value_chain=NAUTICA",
    ]
    assert [title for title in ("Here", "There") if title in shown(client, "?value_chain=NAUTICA")] == ["There"]


@pytest.mark.parametrize("code", ["NAUTICA", "NOTHING", "%00", "x" * 5_000])
def test_a_chain_that_isnt_ones_own_is_unknown(lead: Member, other_chain: ValueChain, code: str):
    assert signed_in(lead).get(f"{DESK}?value_chain={code}").status_code == 404


def test_one_kind_of_alarm_fills_the_page_and_an_unknown_one_is_none(
    lead: Member, researcher: Member, chain: ValueChain
):
    make_idea(researcher, chain=chain, at=LONG_AGO)
    client = signed_in(lead)

    assert kinds(client) == [("silent", 1), ("untargeted", 1)]
    assert kinds(client, "?only=silent") == [("silent", 1)]
    assert kinds(client, "?only=%00") == [("silent", 1), ("untargeted", 1)]


# What one could do --------------------------------------------------------------------------------------------------


def test_each_alarm_leads_on(
    researcher: Member, lead: Member, chain: ValueChain, company: Member, administrator: Member, firm: Organisation
):
    idea = make_idea(researcher, chain=chain, at=LONG_AGO, call=make_call(closes_in=timedelta(days=9)))
    make_slot(idea, expertise="Battery packs")
    make_join_request(idea, administrator, firm, at=timezone.now() - timedelta(days=9))
    comment = make_comment(idea, company, at=LONG_AGO)
    untargeted = make_idea(researcher, chain=chain, at=LONG_AGO)
    client, url = signed_in(lead), idea.get_absolute_url()

    assert {kind: acts(client, kind) for kind in Alarm.values} == {
        "places": ["/organisations/?q=Battery+packs", f"{url}partner-search/"],
        "requests": [f"{url}#composer"],
        "unanswered": [f"{url}#comment-{comment.pk}", f"{url}#composer"],
        "silent": [f"{untargeted.get_absolute_url()}#composer"],
        "untargeted": [f"{untargeted.get_absolute_url()}calls/"],
    }
    for kind in Alarm.values:
        assert {client.get(address.split("#")[0]).status_code for address in acts(client, kind)} == {200}


def test_a_leads_own_idea_leads_to_what_authors_can_do(lead: Member, chain: ValueChain):
    idea = make_idea(lead, chain=chain, at=LONG_AGO, call=make_call(closes_in=timedelta(days=9)))
    make_slot(idea)
    client, url = signed_in(lead), idea.get_absolute_url()

    assert acts(client, "places") == [f"{url}partners/", f"{url}partner-search/"]
    assert acts(client, "silent") == [f"{url}partners/"]
    assert {client.get(address).status_code for address in acts(client, "places")} == {200}


# The page -----------------------------------------------------------------------------------------------------------


def test_an_empty_desk_says_what_one_could_do(lead: Member):
    response = signed_in(lead).get(DESK)

    assert response.context["desk"]["is_clear"]
    assert 'class="empty"' in response.content.decode()


def test_a_part_of_the_page_is_what_scripts_ask_for(lead: Member, researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, title="Quiet", at=LONG_AGO)
    client = signed_in(lead)

    part = client.get(client.get(DESK).context["part_url"]).content.decode()

    assert part.lstrip().startswith("<div")
    assert "data-desk-part" in part
    assert "Quiet" in part


@pytest.mark.parametrize("n", [1, 3])
def test_queries_are_as_many_however_many_ideas(
    n: int,
    researcher: Member,
    company: Member,
    lead: Member,
    chain: ValueChain,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    for _ in range(n):
        idea = make_idea(researcher, chain=chain, at=LONG_AGO, call=make_call(closes_in=timedelta(days=20)))
        make_slot(idea)
        make_comment(idea, company, at=LONG_AGO)
        shortlist = make_shortlist(lead, chain, idea)
        ReviewRound.objects.create(shortlist=shortlist, opened_by=lead, opened_at=LONG_AGO)
        Review.objects.create(
            entry=shortlist.entries.get(), reviewer=lead, state=ReviewState.ASKED, asked_by=lead, asked_at=LONG_AGO
        )
    client = signed_in(lead)

    with django_assert_num_queries(QUERIES_OF_PAGE):
        desk = client.get(DESK).context["desk"]

    assert [(some["name"], some["total"]) for some in desk["alarms"]] == [("places", n), ("unanswered", n)]


def test_a_title_in_markup_stays_text(lead: Member, researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, title="<img src=x>", at=LONG_AGO, visibility=Visibility.MEMBERS)

    assert "<img src=x>" not in signed_in(lead).get(DESK).content.decode()
