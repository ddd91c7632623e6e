import pytest

from ideas.actions.shortlists import publish_shortlist
from ideas.models import Idea, Member, ValueChain
from tests.cast import signed_in
from tests.factories import make_idea, make_shortlist
from tests.pages.test_shortlists import NOW


def way(idea: Idea) -> str:
    return f'href="/ideas/{idea.reference}/shortlist/?next='


@pytest.fixture
def elsewhere(researcher: Member, other_chain: ValueChain) -> Idea:
    return make_idea(researcher, chain=other_chain, title="Thermal elsewhere")


@pytest.mark.parametrize("page", ["/", "/search/?q=thermal"])
def test_leads_add_ideas_of_their_chains_from_board_and_search(page: str, lead, staff, researcher, chain, elsewhere):
    idea = make_idea(researcher, chain=chain, title="Thermal here")

    shown = {
        member.name: [way(one) in signed_in(member).get(page).content.decode() for one in (idea, elsewhere)]
        for member in (lead, staff, researcher)
    }

    assert shown == {lead.name: [True, False], staff.name: [True, True], researcher.name: [False, False]}


def test_a_visitor_is_offered_no_list(idea):
    Idea.objects.filter(pk=idea.pk).update(public_teaser=True)

    for page in ("/", "/search/?q=test"):
        assert "/shortlist/" not in signed_in(None).get(page).content.decode()


def test_who_came_from_the_board_goes_back_there(lead, chain, idea):
    shortlist = make_shortlist(lead, chain)

    done = signed_in(lead).post(f"/ideas/{idea.reference}/shortlist/?next=/%3Fq%3Dx", {"shortlist": shortlist.pk})

    assert (done.status_code, done["Location"]) == (303, "/?q=x")


@pytest.mark.parametrize("other", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1", ""])
def test_nobody_is_sent_to_another_site(lead, chain, idea, other: str):
    shortlist, url = make_shortlist(lead, chain), f"/ideas/{idea.reference}/shortlist/"

    done = signed_in(lead).post(f"{url}?{'next=' + other}", {"shortlist": shortlist.pk})

    assert done["Location"] == idea.get_absolute_url()


def test_the_page_says_on_which_lists_the_idea_is(lead, researcher, chain, idea):
    on, off = make_shortlist(lead, chain, idea, title="ON IT"), make_shortlist(lead, chain, title="OFF IT")

    page = signed_in(lead).get(f"/ideas/{idea.reference}/shortlist/")
    of_others = signed_in(researcher).get(f"/ideas/{idea.reference}/shortlist/")

    assert (list(page.context["lists"]), list(page.context["form"].fields["shortlist"].queryset)) == ([on], [off])
    assert (list(of_others.context["lists"]), "ON IT" in of_others.content.decode()) == ([], False)


def test_the_ideas_page_says_it_too_and_others_see_published_lists_alone(lead, researcher, chain, idea):
    draft, published = (make_shortlist(lead, chain, idea, title=title) for title in ("DRAFT LIST", "PUBLISHED LIST"))
    publish_shortlist(by=lead, shortlist=published, at=NOW)

    seen = {
        member.name: list(signed_in(member).get(idea.get_absolute_url()).context["shortlists"])
        for member in (lead, researcher)
    }

    assert seen == {lead.name: [published, draft], researcher.name: [published]}


def test_labels_come_along(lead, chain, idea):
    shortlist = make_shortlist(lead, chain)

    signed_in(lead).post(
        f"/ideas/{idea.reference}/shortlist/", {"shortlist": shortlist.pk, "tags": "pilot, two  words,"}
    )

    assert shortlist.entries.get().tags == ["pilot", "two words"]
