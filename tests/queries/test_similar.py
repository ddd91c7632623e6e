"""Ideas like a title: found by what it is about, in its language; never by common words, never a hidden one."""

import pytest
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from ideas.models import Idea, Member, ValueChain
from ideas.queries.similar import similar_ideas
from tests.cast import signed_in
from tests.factories import make_idea

pytestmark = pytest.mark.django_db
JOINTS = "Giunti incollati che si smontano con il calore"


def found(title: str, member: Member, language: str = "it", **options: str) -> list[str]:
    return [row["title"] for row in similar_ideas(title, language, member, **options)]


@pytest.fixture
def joints(researcher: Member, chain: ValueChain) -> Idea:
    return make_idea(researcher, chain=chain, title=JOINTS, language="it", teaser="Adesivi.")


def test_a_title_about_the_same_is_found_in_other_words_of_it(company: Member, joints: Idea):
    rows = similar_ideas("Smontare giunti incollati", "it", company)

    assert [(row["reference"], row["shared"]) for row in rows] == [
        (joints.reference, ["smontare", "giunti", "incollati"])
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Progetto innovativo per lo sviluppo di un nuovo sistema",
        "Giunti",
        "Giunti cardanici per trattori agricoli leggeri",
        "",
        "x" * 5_000,
        "\x00 %_* \" ' ( ) :",
        "١٢٣ ٤٥٦",
    ],
)
def test_common_words_and_one_by_chance_are_no_alarm(company: Member, chain: ValueChain, joints: Idea, title: str):
    make_idea(joints.created_by, chain=chain, title="Progetto per un nuovo sistema innovativo", language="it")

    assert found(title, company) == []


def test_languages_are_kept_apart(company: Member, researcher: Member, chain: ValueChain, joints: Idea):
    make_idea(researcher, chain=chain, title="Giunti incollati", language="en")

    assert found("Giunti incollati smontabili", company) == [JOINTS]


def test_the_idea_itself_is_not_like_itself(researcher: Member, joints: Idea):
    assert found(JOINTS, researcher, but=joints.reference) == []


def test_a_hidden_idea_is_like_nothing(outsider: Member, researcher: Member, secret: Idea):
    title = "CANARY title teaser keywords"
    address = reverse("ideas:similar")

    assert found("CANARY keywords problem", outsider, "en") == []
    assert "CANARY" not in signed_in(outsider).get(address, {"title": title, "language": "en"}).content.decode()
    assert signed_in(None).get(address, {"title": title}).status_code == 302


def test_the_form_gets_a_list_with_links(company: Member, joints: Idea):
    answer = signed_in(company).get(reverse("ideas:similar"), {"title": "Smontare giunti incollati", "language": "it"})

    html = answer.content.decode()
    assert (answer.status_code, f'href="{joints.get_absolute_url()}"' in html) == (200, True)


@pytest.mark.parametrize("ideas", [1, 3])
def test_it_asks_the_database_a_fixed_number_of_times(
    company: Member, joints: Idea, ideas: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(ideas - 1):
        make_idea(joints.created_by, title=JOINTS, language="it")

    with django_assert_num_queries(9):
        assert len(found("Smontare giunti incollati", company)) == ideas
