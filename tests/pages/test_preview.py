"""An idea through others' eyes: what they would really get, and nothing stays of the looking."""

from typing import Any

import pytest
from django.urls import reverse

from ideas.actions.preview import ViewerKind
from ideas.choices import IdeaState, Visibility
from ideas.models import BoardCount, Idea, JoinRequest, Member, Organisation, ValueChain
from ideas.templatetags.kept import forget_parts
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import make_idea, make_partner

pytestmark = pytest.mark.django_db
CONTENT = {"title": "A title", "teaser": "A teaser.", "problem": "THE PROBLEM"}


def look(author: Member, idea: Idea, kind: str = "") -> Any:
    return signed_in(author).get(reverse("ideas:preview", args=[idea.reference]), {"as": kind})


def seen(author: Member, idea: Idea) -> dict[str, str]:
    """What each kind of viewer gets: the whole page, the teaser, or nothing."""
    found = {}
    for kind in ViewerKind.values:
        html = look(author, idea, kind).content.decode()
        found[kind] = "whole" if "THE PROBLEM" in html else "teaser" if "A teaser." in html else "nothing"
    return found


@pytest.mark.parametrize("state", [IdeaState.DRAFT, IdeaState.OPEN])
@pytest.mark.parametrize(
    ("visibility", "public", "expected"),
    [
        (Visibility.MEMBERS, False, ("whole", "whole", "whole", "nothing")),
        (Visibility.MEMBERS, True, ("whole", "whole", "whole", "teaser")),
        (Visibility.VALUE_CHAIN, False, ("nothing", "whole", "whole", "nothing")),
        (Visibility.VALUE_CHAIN, True, ("teaser", "whole", "whole", "teaser")),
        (Visibility.PRIVATE, True, ("nothing", "nothing", "whole", "nothing")),
    ],
)
def test_each_kind_of_viewer_gets_what_they_would_get(
    researcher: Member,
    chain: ValueChain,
    other_chain: ValueChain,
    state: str,
    visibility: str,
    public: bool,
    expected: tuple[str, ...],
):
    idea = make_idea(
        researcher, chain=chain, other_chains=[other_chain], state=state, visibility=visibility,
        public_teaser=public, **CONTENT,
    )  # fmt: skip

    assert tuple(seen(researcher, idea).values()) == expected


def test_nothing_stays_of_the_looking(researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, state=IdeaState.DRAFT, **CONTENT)
    tables = (Member, Organisation, JoinRequest, Change)
    before = [table.objects.count() for table in tables], list(BoardCount.objects.values_list("audience", "count"))

    seen(researcher, idea)

    idea.refresh_from_db()
    assert (idea.state, idea.audience) == (IdeaState.DRAFT, "")
    assert ([table.objects.count() for table in tables], list(BoardCount.objects.values_list("audience", "count"))) == (
        before
    )


def test_a_preview_is_the_page_that_another_really_gets(researcher: Member, outsider: Member, idea: Idea):
    forget_parts()
    drawn = look(researcher, idea, "member")
    forget_parts()
    real = signed_in(outsider).get(idea.get_absolute_url())

    assert drawn.context["may"] == real.context["may"]
    banner = {"ideas/_preview.html", "ideas/_similar.html"}
    assert [one.name for one in drawn.templates if one.name not in banner] == [one.name for one in real.templates]


def test_a_partners_eyes_are_those_of_a_partner_there_is(
    researcher: Member, administrator: Member, firm: Organisation, secret: Idea
):
    make_partner(secret, administrator, firm)

    page = look(researcher, secret, "partner").content.decode()

    assert ("CANARY problem" in page, "An organisation that joined" in page) == (True, False)


def test_only_an_author_looks_through_others_eyes(company: Member, outsider: Member, idea: Idea, secret: Idea):
    assert look(company, idea).status_code == 403
    assert look(outsider, secret).status_code == 404
    assert signed_in(None).get(reverse("ideas:preview", args=[idea.reference])).status_code == 302


def test_it_says_what_is_missing_and_where(researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, state=IdeaState.DRAFT, teaser="", problem="")

    page = look(researcher, idea, "nonsense\x00")

    edit = reverse("ideas:edit", args=[idea.reference])
    html = page.content.decode()
    assert (f'href="{edit}#id_teaser"' in html, f'href="{edit}#id_problem"' in html) == (True, True)
    assert f'href="{edit}#id_approach"' not in html


def test_saving_leads_to_it(researcher: Member, chain: ValueChain):
    fields = {"title": "T", "value_chain": chain.pk, "language": "en", "visibility": "members", "act": "preview"}

    answer = signed_in(researcher).post("/ideas/new/", fields)

    assert answer["Location"] == reverse("ideas:preview", args=[Idea.objects.get().reference])
