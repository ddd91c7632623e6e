import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ideas.actions.ideas import change_state, edit_idea
from ideas.choices import IdeaState, Visibility
from ideas.models import Idea, IdeaTransition, Member, Organisation, ValueChain
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import (
    make_call,
    make_comment,
    make_idea,
    make_ket,
    make_member,
    make_partner,
    make_shortlist,
    make_slot,
)

pytestmark = pytest.mark.django_db
HEADERS = {"Accept-Language": "en"}


def body(client: Client, url: str, **query: str) -> str:
    return client.get(url, query, headers=HEADERS).content.decode()


def listed(client: Client, **query: str) -> list[str]:
    """The titles on the board, in order."""
    return re.findall(r'data-text="title">([^<]*)<', body(client, "/", **query))


def count_of(page: str, key: str) -> str:
    found = re.search(rf'data-count="{key}">([^<]*)<', page)
    return found[1] if found else "absent"


def without_tokens(page: str, *words: str) -> str:
    """A page without what differs from request to request."""
    page = re.sub(r"(csrfmiddlewaretoken\" value=|X-CSRFToken\": )\"[^\"]*\"|nonce=\"[^\"]*\"", "", page)
    for word in words:
        page = page.replace(word, "REFERENCE")
    return page


def typed(chain: ValueChain, **fields: object) -> dict[str, object]:
    return {
        "title": "Typed idea",
        "value_chain": str(chain.pk),
        "language": "en",
        "visibility": Visibility.MEMBERS,
        **fields,
    }


# The board ----------------------------------------------------------------------------------------------------------


def test_member_finds_an_open_idea_with_its_counts(company: Member, idea: Idea):
    page = body(signed_in(company), "/")

    assert re.findall(r'data-reference="(JVL[^"]+)"', page) == [idea.reference]
    assert count_of(page, "total") == "1"
    assert count_of(page, "chain-MOVES") == "1"
    assert count_of(page, "state-open") == "1"


def test_card_shows_state_deadline_slots_and_comments(company: Member, researcher: Member, chain: ValueChain):
    call = make_call("HORIZON-X", closes_in=timedelta(days=5, hours=2))
    idea = make_idea(researcher, chain=chain, call=call, kets=[make_ket("AMT")], language="it")
    make_slot(idea, wanted=3)
    make_comment(idea, company)

    page = body(signed_in(company), "/")

    card = page[page.index(f'data-reference="{idea.reference}"') :].split("</article>")[0]
    assert count_of(card, "slots") == "3"
    assert count_of(card, "comments") == "1"
    assert re.findall(r'data-text="call_title">([^<]*)<', card) == ["HORIZON-X"]
    assert re.findall(r'<span class="countdown([^"]*)"', card) == [" is-urgent"]
    assert re.findall(r'<p class="idea__teaser" lang="(\w+)"', card) == ["it"]
    assert re.findall(r'title="(Technology [^"]*)"', card) == ["Technology AMT"]


def test_board_is_narrowed_by_its_address(company: Member, researcher: Member, chain: ValueChain):
    ai, other = make_ket("DSC"), make_idea(researcher, chain=chain, title="Zebra")
    call = make_call("HORIZON-X", closes_in=timedelta(days=3))
    make_idea(researcher, chain=chain, title="Aardvark", kets=[ai], call=call)
    client = signed_in(company)

    assert listed(client) == ["Aardvark", "Zebra"]
    assert listed(client, ket="DSC") == ["Aardvark"]
    assert listed(client, value_chain="MOVES", q="zeb") == ["Zebra"]
    assert listed(client, call="HORIZON-X") == ["Aardvark"]
    assert listed(client, closing_soon="1") == ["Aardvark"]
    assert listed(client, sort="closing") == ["Aardvark"]
    assert listed(client, state="parked") == []
    assert listed(client, q=other.reference) == ["Zebra"]
    assert listed(client, mine="1") == []
    assert listed(signed_in(researcher), mine="1") == ["Aardvark", "Zebra"]


def test_chips_take_one_filter_away_and_the_search_keeps_the_others(company: Member, idea: Idea):
    page = body(signed_in(company), "/", value_chain="MOVES", q="open", state="open")

    assert re.findall(r'class="chip" href="([^"]*)"', page) == [
        "?state=open&amp;q=open",
        "?value_chain=MOVES&amp;q=open",
        "/?value_chain=MOVES&amp;state=open",
    ]
    assert re.findall(r'<input type="hidden" name="(value_chain|state)" value="(\w+)">', page) == [
        ("value_chain", "MOVES"),
        ("state", "open"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"value_chain": "NO", "ket": "NO", "call": "NO", "state": "NO", "sort": "NO", "mine": "NO"},
        {"cursor": "nonsense"},
        {"cursor": "0001-01-01T00:00:00+14:00~1"},
        {"cursor": "2026-01-01T00:00:00+00:00~" + "9" * 60},
        {"cursor": "2026-01-01T00:00:00+00:00~-1", "sort": "closing"},
        {"q": "\x00 %_\\' OR 1"},
        {"ket": "\x00", "call": "x" * 5_000},
        {"q": "word " * 500},
    ],
)
@pytest.mark.parametrize("member", [True, False])
def test_a_bad_address_is_no_error(company: Member, idea: Idea, query: dict[str, str], member: bool):
    assert signed_in(company if member else None).get("/", query).status_code == 200


def test_board_refuses_to_be_posted_to(company: Member):
    assert signed_in(company).post("/").status_code == 405


def test_pages_follow_each_other_without_gap_or_repeat(company: Member, researcher: Member, chain: ValueChain):
    at = timezone.now()
    for number in range(30):
        make_idea(researcher, chain=chain, title=f"Idea {number:02}", at=at - timedelta(minutes=number // 2))
    client = signed_in(company)

    first = body(client, "/")
    address = re.findall(r'rel="next" href="([^"]*)"', first)[0].replace("&amp;", "&")
    second = body(client, address)

    shown = re.findall(r'data-text="title">([^<]*)<', first + second)
    assert sorted(shown) == [f"Idea {number:02}" for number in range(30)]
    assert re.findall(r'rel="next"', second) == []


def test_outsider_finds_no_trace_of_a_private_idea_on_the_board(outsider: Member, secret: Idea):
    client = signed_in(outsider)

    for query in ({}, {"q": "CANARY"}, {"value_chain": "MOVES"}, {"state": "open"}, {"q": secret.reference}):
        page = body(client, "/", **query)
        assert re.findall(r'data-reference="(JVL[^"]+)"', page) == []
        assert count_of(page, "total") == "0"
        assert count_of(page, "chain-MOVES") == "0"
        assert secret.title not in page


def test_author_finds_a_private_idea_and_its_counts(researcher: Member, secret: Idea):
    page = body(signed_in(researcher), "/")

    assert re.findall(r'data-text="title">([^<]*)<', page) == [secret.title]
    assert count_of(page, "total") == "1"
    assert count_of(page, "mine-1") == "1"


def test_visitor_sees_public_teasers_alone(researcher: Member, idea: Idea, secret: Idea, chain: ValueChain):
    call = make_call("CANARY-CALL", closes_in=timedelta(days=3))
    shown = make_idea(
        researcher, chain=chain, title="Shown", teaser="To all.", public_teaser=True, call=call, problem="CANARY",
        acronym="CANARY", keywords="CANARY", geography="CANARY",
    )  # fmt: skip
    client = signed_in(None)

    page = body(client, "/")

    assert re.findall(r'data-reference="(JVL[^"]+)"', page) == [shown.reference]
    assert count_of(page, "total") == "1"
    listing = page[page.index('<ol class="rows">') :]
    assert "CANARY" not in listing
    assert re.findall(r'class="(?:state|countdown|count)', listing) == []
    assert listed(client, q="CANARY") == []
    assert listed(client, call="CANARY-CALL") == ["Shown"]
    assert listed(client, state="parked", mine="1", closing_soon="1") == ["Shown"]
    assert listed(client, value_chain="NAUTICA") == []


def test_empty_boards_teach_the_first_step(company: Member, chain: ValueChain):
    def action(page: str) -> str:
        return re.findall(r'<p class="empty__act"><a class="[^"]*" href="([^"]*)"', page)[0]

    assert action(body(signed_in(company), "/")) == reverse("ideas:new")
    assert action(body(signed_in(None), "/")) == reverse("calls:list")
    assert action(body(signed_in(company), "/", q="nothing like this")) == "/"


def test_ruler_and_strip_show_what_closes(researcher: Member, chain: ValueChain):
    soon = make_call("SOON", closes_in=timedelta(days=9))
    make_call("LATER", closes_in=timedelta(days=45))
    make_idea(researcher, chain=chain, acronym="MYIDEA", call=soon)

    page = body(signed_in(researcher), "/")

    strip = page[page.index('class="soon"') :].split("</section>")[0]
    assert re.findall(r'class="ref">([^<]*)<', strip) == ["SOON"]
    assert len(re.findall(r'class="ruler__mark ruler__mark--own', page)) == 1


@pytest.mark.parametrize(("query", "queries"), [({}, 13), ({"state": "open", "q": "idea"}, 14)])
@pytest.mark.parametrize("ideas", [1, 3, 30])
def test_board_asks_the_database_a_fixed_number_of_times(
    researcher: Member,
    company: Member,
    chain: ValueChain,
    ideas: int,
    query: dict[str, str],
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    for _ in range(ideas):
        call = make_call(rules={"min_companies": 2, "max_proposals": 1})  # the radar is on every card
        make_idea(researcher, chain=chain, call=call, kets=[make_ket()], other_chains=[], title="Some idea")
    client = signed_in(company)
    client.get("/")

    with django_assert_num_queries(queries):
        page = client.get("/", query)

    assert page.content.decode().count('data-lacking="min_companies"') == min(ideas, 25)


@pytest.mark.parametrize("query", [{"lacks": "min_companies"}, {"lacks": ["min_smes", "nothing"], "state": "open"}])
@pytest.mark.parametrize("ideas", [1, 3])
def test_a_board_narrowed_by_what_is_lacking_asks_a_fixed_number_of_times(
    researcher: Member,
    company: Member,
    chain: ValueChain,
    ideas: int,
    query: dict[str, Any],
    django_assert_num_queries: DjangoAssertNumQueries,
):
    for rule in ("min_companies", "min_smes"):
        call = make_call(rules={rule: 1})
        for _ in range(ideas):
            make_idea(researcher, chain=chain, call=call)
    client = signed_in(company)
    client.get("/")

    with django_assert_num_queries(13):
        page = client.get("/", query)

    assert page.content.decode().count(' data-lacking="min_') == ideas


def test_visitors_and_who_sees_a_teaser_learn_nothing_of_what_is_lacking(
    researcher: Member, laboratory: Organisation, chain: ValueChain
):
    call = make_call(rules={"min_companies": 2})
    shown = make_idea(researcher, chain=chain, call=call, organisation=laboratory, public_teaser=True)

    pages = [
        signed_in(None).get(path).content.decode()
        for path in ("/", "/?lacks=min_companies", f"/ideas/{shown.reference}/")
    ]

    words = ("idea__lacks", "lacking", "lacks-", "data-radar")
    assert [[word in page for word in words] for page in pages] == [[False] * 4] * 3
    assert all(shown.title in page for page in pages)


def test_the_board_begins_with_what_waits_for_its_reader(researcher: Member, company: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, state=IdeaState.DRAFT)

    lines = waiting(researcher)
    assert [(line["count"], line["url"]) for line in lines] == [(1, "/?state=draft&mine=1")]
    assert waiting(company) == []


def waiting(member: Member) -> list[dict[str, Any]]:
    """The lines at the head of the member's board."""
    lines: list[dict[str, Any]] = signed_in(member).get("/").context["ahead"].prepare()["today"]
    return lines


def live_of(page: str) -> dict[str, Any]:
    """What the board's script starts from."""
    found = re.search(r'data-board="([^"]*)"', page)
    assert found
    return dict(json.loads(html.unescape(found.group(1))))


def test_board_says_where_its_readers_topics_stand(
    researcher: Member, company: Member, outsider: Member, chain: ValueChain, secret: Idea
):
    make_idea(researcher, chain=chain)
    make_comment(make_idea(researcher, chain=chain, visibility=Visibility.VALUE_CHAIN), company)

    boards = {member: live_of(signed_in(member).get("/").content.decode()) for member in (company, outsider)}

    everybody = {"board.members": 1, "board.members+": 0}
    own, other = (f"board.chains:{pk}" for pk in (chain.pk, outsider.value_chains.get().pk))
    assert boards[company]["topics"] == {**everybody, own: 2, f"{own}+": 0}
    assert boards[outsider]["topics"] == {**everybody, other: 0, f"{other}+": 0}
    assert (boards[company]["mine"], boards[outsider]["mine"]) == ([], [])
    assert live_of(signed_in(researcher).get("/").content.decode())["mine"].count(secret.pk) == 1


def test_board_takes_its_own_address_apart_for_the_script(company: Member, idea: Idea):
    query = {"ket": "AI", "q": "idea", "closing_soon": "1", "sort": "closing"}

    live = live_of(signed_in(company).get("/", query).content.decode())

    assert (live["narrows"], live["cursor"], live["more"]) == (True, False, False)
    assert live["url"] == "/?ket=AI&q=idea&closing_soon=1&sort=closing"
    assert {name: value for name, value in live["asked"].items() if value} == {
        "ket": ["AI"],
        "q": "idea",
        "closing_soon": True,
        "sort": "closing",
    }


def test_a_visitors_board_has_nothing_to_follow(researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, public_teaser=True)

    page = signed_in(None).get("/").content.decode()

    names = ("data-board", "data-topic", "data-activity", "data-closes", "board-words", "board.js", "board.members")
    assert [name for name in names if name in page] == []


# One idea -----------------------------------------------------------------------------------------------------------


def test_member_reads_an_idea(company: Member, researcher: Member, chain: ValueChain, laboratory: Organisation):
    call = make_call("HORIZON-X", closes_in=timedelta(days=20))
    idea = make_idea(
        researcher, chain=chain, call=call, kets=[make_ket("AMT")], problem="A **bold** problem.", trl_now=3,
        trl_target=6, budget_eur=1_200_000, organisation=laboratory,
    )  # fmt: skip

    page = body(signed_in(company), idea.get_absolute_url())

    assert "<p>A <strong>bold</strong> problem.</p>" in page
    assert "3 → 6" in page
    assert re.findall(r'data-live-topic="([^"]*)" data-live-after="(\d+)"', page)[0] == (f"idea.{idea.pk}", "2")
    # Whoever may not act finds no way to.
    assert reverse("ideas:edit", args=[idea.reference]) not in page
    assert reverse("ideas:state", args=[idea.reference]) not in page


def test_author_finds_what_to_do(researcher: Member, idea: Idea):
    page = body(signed_in(researcher), idea.get_absolute_url())

    assert reverse("ideas:edit", args=[idea.reference]) in page
    assert re.findall(r'name="state" value="(\w+)"', page) == ["preparing", "parked", "withdrawn"]


def test_lead_may_add_it_to_a_list_in_preparation(lead: Member, company: Member, idea: Idea, chain: ValueChain):
    made = make_shortlist(lead, chain)

    def offered(member: Member) -> list[str]:
        return re.findall(rf'<option value="({made.pk})">', body(signed_in(member), idea.get_absolute_url()))

    assert offered(lead) == [str(made.pk)]
    assert offered(company) == []


def test_private_idea_is_not_found_like_an_unknown_one(outsider: Member, secret: Idea):
    for member in (outsider, None):
        client = signed_in(member)
        known = client.get(secret.get_absolute_url(), headers=HEADERS)
        unknown = client.get(reverse("ideas:detail", args=["JVL-1999-0001"]), headers=HEADERS)

        assert (known.status_code, unknown.status_code) == (404, 404)
        pages = [
            without_tokens(answer.content.decode(), secret.reference, "JVL-1999-0001") for answer in (known, unknown)
        ]
        assert pages[0] == pages[1]
        assert "CANARY" not in pages[0]


@pytest.mark.parametrize("state", [IdeaState.DRAFT, IdeaState.WITHDRAWN])
def test_what_is_not_published_is_not_found(company: Member, researcher: Member, chain: ValueChain, state: str):
    idea = make_idea(researcher, chain=chain, state=state, public_teaser=True, title="CANARY")

    assert signed_in(company).get(idea.get_absolute_url()).status_code == 404
    assert signed_in(None).get(idea.get_absolute_url()).status_code == 404
    assert signed_in(researcher).get(idea.get_absolute_url()).status_code == 200


def test_public_teaser_shows_title_teaser_and_tags_alone(outsider: Member, researcher: Member, chain: ValueChain):
    idea = make_idea(
        researcher, chain=chain, title="Shown", teaser="To all.", visibility=Visibility.VALUE_CHAIN, public_teaser=True,
        kets=[make_ket("AMT")], problem="CANARY", approach="CANARY", keywords="CANARY", acronym="CANARY",
        call=make_call("CANARY-CALL"),
    )  # fmt: skip
    make_comment(idea, researcher, "CANARY")

    for member in (outsider, None):
        page = body(signed_in(member), idea.get_absolute_url())

        main = page[page.index("<main") : page.index("</main>")]
        assert "CANARY" not in page
        assert researcher.name not in page
        assert re.findall(r"<h1[^>]*>([^<]*)</h1>", main) == ["Shown"]
        assert re.findall(r'class="tag">([^<]*)<', main) == ["Technology AMT"]
        assert "data-live-topic" not in page


def test_partners_and_invited_read_a_private_idea(secret: Idea, administrator: Member, firm: Organisation):
    friend = make_member()
    secret.invited.add(friend)
    client = signed_in(administrator)
    assert client.get(secret.get_absolute_url()).status_code == 404

    change_state(by=secret.created_by, idea=secret, state=IdeaState.PREPARING, at=timezone.now())
    make_partner(secret, administrator, firm)

    assert client.get(secret.get_absolute_url()).status_code == 200
    assert signed_in(friend).get(secret.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("reference", ["JVL", "%00", "JVL-2026-%FF", "x" * 300, "%E2%80%AE"])
def test_impossible_references_are_not_found(company: Member, reference: str):
    for suffix in ("", "edit/"):
        assert signed_in(company).get(f"/ideas/{reference}/{suffix}").status_code == 404
    assert signed_in(company).post(f"/ideas/{reference}/state/", {"state": "open"}).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_idea_page_asks_the_database_a_fixed_number_of_times(
    number: int,
    idea: Idea,
    researcher: Member,
    company: Member,
    lead: Member,
    chain: ValueChain,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    for _ in range(number):
        make_comment(idea, company)
        make_slot(idea)
        make_shortlist(lead, chain, idea)
        change_state(by=researcher, idea=idea, state=IdeaState.PREPARING, at=timezone.now())
        change_state(by=researcher, idea=idea, state=IdeaState.OPEN, at=timezone.now())
        idea.authors.add(make_member())
    client = signed_in(company)
    client.get(idea.get_absolute_url())

    with django_assert_num_queries(44):
        client.get(idea.get_absolute_url())


# Writing one --------------------------------------------------------------------------------------------------------


def test_visitor_is_asked_to_sign_in_before_writing(idea: Idea):
    client = signed_in(None)
    for url in (reverse("ideas:new"), reverse("ideas:edit", args=[idea.reference])):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (302, f"{reverse('account_login')}?next={url}")
    assert client.post(reverse("ideas:state", args=[idea.reference]), {"state": "withdrawn"}).status_code == 302
    idea.refresh_from_db()
    assert idea.state == IdeaState.OPEN


def test_a_title_and_a_chain_make_a_draft(researcher: Member, chain: ValueChain):
    answer = signed_in(researcher).post(reverse("ideas:new"), typed(chain))

    idea = Idea.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, idea.get_absolute_url())
    assert (idea.title, idea.state, idea.value_chain, idea.audience) == ("Typed idea", IdeaState.DRAFT, chain, "")
    assert list(idea.authors.all()) == [researcher]


def test_everything_that_is_typed_is_kept(
    researcher: Member, company: Member, outsider: Member, chain: ValueChain, laboratory: Organisation
):
    call, ket, other = make_call("HORIZON-X"), make_ket("AMT"), ValueChain.objects.get(code="NAUTICA")
    fields = typed(
        chain, acronym="ACRO", teaser="Short.", problem="One\r\ntwo", approach="How", expected_result="What",
        advantage="Better", trl_now="3", trl_target="7", ipr_status="filed", keywords="a, b", other_chains=[other.pk],
        kets=[ket.pk], nature="industrial_research", is_open="on", is_disruptive="on", call=call.pk,
        duration_months="24", budget_eur="500000", organisation=laboratory.pk, geography="Italy",
        interest_until="2030-01-02", valid_until="2030-02-03", visibility="private", public_teaser="on",
        authors=f"{company.email}", invited=f"{outsider.email.upper()}, ",
    )  # fmt: skip

    signed_in(researcher).post(reverse("ideas:new"), fields)

    idea = Idea.objects.get()
    assert (idea.acronym, idea.teaser, idea.problem, idea.approach) == ("ACRO", "Short.", "One\ntwo", "How")
    assert (idea.expected_result, idea.advantage, idea.keywords, idea.geography) == ("What", "Better", "a, b", "Italy")
    assert (idea.trl_now, idea.trl_target, idea.duration_months, idea.budget_eur) == (3, 7, 24, 500_000)
    assert (idea.ipr_status, idea.nature, idea.visibility) == ("filed", "industrial_research", "private")
    assert (idea.is_open, idea.is_disruptive, idea.public_teaser) == (True, True, True)
    assert (idea.call, idea.deadline, idea.organisation) == (call, call.deadlines.get(), laboratory)
    assert (str(idea.interest_until), str(idea.valid_until)) == ("2030-01-02", "2030-02-03")
    assert (list(idea.other_chains.all()), list(idea.kets.all())) == ([other], [ket])
    assert set(idea.authors.all()) == {researcher, company}
    assert list(idea.invited.all()) == [outsider]

    # And the form of the same idea shows it again: saving it as it stands changes nothing.
    client = signed_in(company)
    form = client.get(reverse("ideas:edit", args=[idea.reference])).context["form"]
    again = {name: form[name].value() for name in form.fields}
    again = {name: value for name, value in again.items() if value not in (None, False)}
    answer = client.post(reverse("ideas:edit", args=[idea.reference]), again)
    assert (answer.status_code, answer.context and answer.context["form"].errors) == (303, None)
    assert idea.versions.count() == 2
    first, second = (version.content for version in idea.versions.order_by("number"))
    assert first == second


def test_save_and_open_shows_the_idea_to_the_members(researcher: Member, company: Member, chain: ValueChain):
    fields = typed(chain, teaser="T", problem="P", approach="A", act="open")

    answer = signed_in(researcher).post(reverse("ideas:new"), fields)

    idea = Idea.objects.get()
    assert (answer.status_code, idea.state) == (303, IdeaState.OPEN)
    assert signed_in(company).get(idea.get_absolute_url()).status_code == 200


def test_opening_too_early_keeps_the_draft_and_says_what_is_missing(researcher: Member, chain: ValueChain):
    answer = signed_in(researcher).post(reverse("ideas:new"), typed(chain, teaser="T", act="open"), headers=HEADERS)

    idea = Idea.objects.get()
    assert (answer.status_code, idea.state) == (400, IdeaState.DRAFT)
    assert sorted(answer.context["form"].errors) == ["approach", "problem"]
    # The next save goes to the draft that there is now, not into a second one.
    assert f'action="{reverse("ideas:edit", args=[idea.reference])}"' in answer.content.decode()
    answer = signed_in(researcher).post(reverse("ideas:state", args=[idea.reference]), {"state": "open"})
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (400, ["approach", "problem"])


def test_a_refused_form_keeps_what_was_typed(researcher: Member, chain: ValueChain):
    answer = signed_in(researcher).post(
        reverse("ideas:new"),
        typed(chain, title="", problem="Long thoughts", trl_now="7", trl_target="3"),
        headers=HEADERS,
    )

    assert answer.status_code == 400
    assert Idea.objects.count() == 0
    assert "Long thoughts" in answer.content.decode()
    assert list(answer.context["form"].errors) == ["title"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("value_chain", "99999999999999999999999"),
        ("value_chain", "nonsense"),
        ("other_chains", ["1" * 60]),
        ("kets", ["\x00"]),
        ("call", "0"),
        ("deadline", "-1"),
        ("organisation", "1e9"),
        ("budget_eur", "9" * 40),
        ("duration_months", "-3"),
        ("trl_now", "12"),
        ("title", "nul\x00"),
        ("title", "x" * 201),
        ("problem", "nul\x00"),
        ("problem", "*" * 2_000),
        ("problem", "x" * 6_001),
        ("interest_until", "2026-02-31"),
        ("language", "xx"),
        ("visibility", "everyone"),
        ("authors", "nobody@example.org"),
        ("invited", "not an address"),
        ("invited", "a@b " * 60),
        ("authors", "\x00"),
    ],
)
def test_bad_input_is_an_error_beside_its_field(researcher: Member, chain: ValueChain, name: str, value: object):
    answer = signed_in(researcher).post(reverse("ideas:new"), typed(chain, **{name: value}))

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [name])
    assert Idea.objects.count() == 0


def test_an_organisation_of_others_cannot_be_named(researcher: Member, firm: Organisation, chain: ValueChain):
    answer = signed_in(researcher).post(reverse("ideas:new"), typed(chain, organisation=firm.pk))

    assert list(answer.context["form"].errors) == ["organisation"]


def test_the_address_names_the_call(researcher: Member):
    call = make_call("HORIZON-X")
    client = signed_in(researcher)

    def chosen(identifier: str) -> object:
        return client.get(reverse("ideas:new"), {"call": identifier}).context["form"]["call"].value()

    assert chosen("HORIZON-X") == str(call.pk)
    assert chosen("UNKNOWN\x00") is None


def test_closed_calls_are_not_offered_but_one_kept_stays(researcher: Member, chain: ValueChain):
    call = make_call("CLOSING", closes_in=timedelta(hours=1))
    idea = make_idea(researcher, chain=chain, call=call)
    call.deadlines.update(at=timezone.now() - timedelta(days=1))
    call.closes_at = timezone.now() - timedelta(days=1)
    call.save()
    client = signed_in(researcher)

    def offers(url: str) -> bool:
        return str(call.pk) in client.get(url).context["form"].things["call"]

    assert offers(reverse("ideas:new")) is False
    assert offers(reverse("ideas:edit", args=[idea.reference])) is True


def test_only_authors_edit(company: Member, outsider: Member, idea: Idea, secret: Idea):
    for method in ("get", "post"):
        answer = getattr(signed_in(company), method)(reverse("ideas:edit", args=[idea.reference]))
        assert answer.status_code == 403
        answer = getattr(signed_in(outsider), method)(reverse("ideas:edit", args=[secret.reference]))
        assert answer.status_code == 404
    idea.refresh_from_db()
    assert idea.version == 1


def test_a_save_over_a_newer_version_shows_both_texts(researcher: Member, company: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, title="First", authors=[researcher, company])
    edit_idea(by=company, idea=idea, content={"title": "Theirs"}, version=1, at=timezone.now())
    before = Change.objects.count()
    fields = typed(chain, title="Mine", problem="My problem", version="1")

    answer = signed_in(researcher).post(reverse("ideas:edit", args=[idea.reference]), fields, headers=HEADERS)

    assert answer.status_code == 409
    assert {row["label"]: (row["theirs"], row["mine"]) for row in answer.context["differences"]} == {
        "Title": ("Theirs", "Mine"),
        "Teaser": ("A teaser.", ""),
        "Problem": ("A problem.", "My problem"),
        "Approach": ("An approach.", ""),
        "Language of the text": ("Italian", "English"),
        "Co-authors": (company.name, ""),
    }
    assert company.name in answer.content.decode()
    assert Change.objects.count() == before
    idea.refresh_from_db()
    assert (idea.title, idea.version) == ("Theirs", 2)
    # The form holds what was typed and the new version: saving it again goes over theirs, knowingly.
    form = answer.context["form"]
    assert (form["title"].value(), form["version"].value()) == ("Mine", "2")
    answer = signed_in(researcher).post(reverse("ideas:edit", args=[idea.reference]), {**fields, "version": "2"})
    idea.refresh_from_db()
    assert (answer.status_code, idea.title, idea.version) == (303, "Mine", 3)


def test_a_missing_version_is_an_old_one(researcher: Member, idea: Idea, chain: ValueChain):
    answer = signed_in(researcher).post(reverse("ideas:edit", args=[idea.reference]), typed(chain))

    assert answer.status_code == 409


@pytest.mark.parametrize("calls", [1, 3])
def test_form_asks_the_database_a_fixed_number_of_times(
    researcher: Member, idea: Idea, calls: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(calls):
        make_call()
        make_ket()
    client = signed_in(researcher)
    client.get(reverse("ideas:new"))

    with django_assert_num_queries(12):
        client.get(reverse("ideas:new"))


# The lifecycle ------------------------------------------------------------------------------------------------------


def test_author_withdraws_with_a_reason(researcher: Member, company: Member, idea: Idea):
    answer = signed_in(researcher).post(
        reverse("ideas:state", args=[idea.reference]), {"state": "withdrawn", "reason": "No partner found."}
    )

    step = IdeaTransition.objects.latest("id")
    assert (answer.status_code, answer["Location"]) == (303, idea.get_absolute_url())
    assert (step.new_state, step.reason, step.by) == ("withdrawn", "No partner found.", researcher)
    assert signed_in(company).get(idea.get_absolute_url()).status_code == 404


def test_others_may_not_change_the_state(company: Member, outsider: Member, idea: Idea, secret: Idea):
    def post(member: Member, thing: Idea) -> int:
        url = reverse("ideas:state", args=[thing.reference])
        return signed_in(member).post(url, {"state": "withdrawn"}).status_code

    assert (post(company, idea), post(outsider, secret)) == (403, 404)
    assert set(Idea.objects.values_list("state", flat=True)) == {IdeaState.OPEN}


def test_a_step_that_the_lifecycle_lacks_is_a_conflict(researcher: Member, idea: Idea):
    client, url = signed_in(researcher), reverse("ideas:state", args=[idea.reference])

    assert client.post(url, {"state": "funded"}).status_code == 409
    # Nobody asks themselves for information.
    assert client.post(url, {"state": "needs_info", "reason": "Why?"}).status_code == 409
    # Merging isn't a step that a page offers; what isn't a state isn't either.
    for state in ("merged", "draft", "nonsense", "", "\x00"):
        assert client.post(url, {"state": state}).status_code == 303
    assert client.get(url).status_code == 405
    idea.refresh_from_db()
    assert idea.state == IdeaState.OPEN


def test_a_lead_asks_and_the_authors_answer_by_the_page(
    researcher: Member, lead: Member, company: Member, staff: Member, idea: Idea
):
    page, url = idea.get_absolute_url(), reverse("ideas:state", args=[idea.reference])
    offered = [
        'popovertarget="ask-info"' in signed_in(member).get(page).content.decode()
        for member in (lead, staff, company, researcher)
    ]

    answer = signed_in(lead).post(url, {"state": "needs_info", "reason": "Who owns\nthe model?"})

    assert (offered, answer.status_code) == ([True, True, False, False], 303)
    authors, others = (signed_in(member).get(page).content.decode() for member in (researcher, company))
    assert ('id="question"' in authors, "Who owns<br>the model?" in authors) == (True, True)
    # Everybody who sees the idea reads its history, and only authors are asked for something.
    assert ('id="question"' in others, "Who owns\nthe model?" in others) == (False, True)

    assert [(line["count"], line["urgent"]) for line in waiting(researcher)] == [(1, True)]
    assert idea.title in signed_in(researcher).get(waiting(researcher)[0]["url"]).content.decode()

    signed_in(researcher).post(url, {"state": "open"})
    assert 'id="question"' not in signed_in(researcher).get(page).content.decode()
    bell = signed_in(lead).get(reverse("notifications:list")).content.decode()
    assert (idea.title in bell, researcher.name in bell) == (True, True)


def test_only_a_reviewer_who_sees_the_idea_asks_and_says_what(
    lead: Member, company: Member, outsider: Member, idea: Idea, secret: Idea
):
    def ask(member: Member, thing: Idea, reason: str = "Why?") -> int:
        url = reverse("ideas:state", args=[thing.reference])
        return signed_in(member).post(url, {"state": "needs_info", "reason": reason}).status_code

    assert [ask(company, idea), ask(outsider, idea), ask(outsider, secret), ask(lead, secret)] == [403, 403, 404, 404]
    assert ask(lead, idea, " ") == 303
    assert set(Idea.objects.values_list("state", flat=True)) == {IdeaState.OPEN}
