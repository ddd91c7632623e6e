"""The same questions and the same answers, whichever engine the tests run on."""

from datetime import UTC, datetime, timedelta

import pytest

from ideas.actions.search import index_calls, index_everything, index_members, index_organisations
from ideas.choices import SearchKind
from ideas.models import SearchEntry
from ideas.queries.matches import ANYWHERE, matches
from ideas.queries.search import find, find_or_nearest, matching_ideas, scope_of
from ideas.questions import excerpt, mark, read_question
from tests.factories import affiliate, make_call, make_chain, make_comment, make_idea, make_member, make_organisation
from tests.queries.search_set import ACRONYMS, CALLS, COMMENTS, IDEAS, ORGANISATIONS, PEOPLE, QUESTIONS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(researcher):
    """Everything of the set, the last of its list the newest: {(kind, id): short name}."""
    chain = make_chain("LIB")
    ideas = {}
    for number, (name, (title, teaser, problem, language, visibility, keywords)) in enumerate(IDEAS.items()):
        ideas[name] = make_idea(
            researcher, chain=chain, at=NOW - timedelta(days=40 - number), title=title, teaser=teaser, problem=problem,
            language=language, visibility=visibility, keywords=keywords, acronym=ACRONYMS.get(name, ""), approach="…",
        )  # fmt: skip
    calls = {name: make_call(key, title=title, programme=of) for name, (key, title, of) in CALLS.items()}
    works = {
        name: make_organisation(full, short_name=short, competences=terms)
        for name, (full, short, terms) in ORGANISATIONS.items()
    }
    people = {name: make_member(full, job_title=job) for name, (full, job) in PEOPLE.items()}
    index_calls(calls.values())
    index_organisations(works.values())
    index_members(people.values())
    comments = {name: make_comment(ideas[idea], researcher, body) for name, (idea, body) in COMMENTS.items()}
    kinds = {"idea": ideas, "call": calls, "organisation": works, "member": people, "comment": comments}
    return {(kind, thing.pk): name for kind, things in kinds.items() for name, thing in things.items()}


def answers(library, member, text):
    found = find_or_nearest(read_question(text), scope_of(member), member)
    return [library[hit.kind, hit.object_id] for hit in found.hits]


def test_the_set_has_sixty_questions_in_both_languages():
    assert len(QUESTIONS) >= 60


def test_every_question_has_its_first_three_answers(library, outsider):
    wrong = {text: found for text, wanted in QUESTIONS if (found := answers(library, outsider, text)[:3]) != wanted}

    assert not wrong, "\n".join(f"{text}: {found}" for text, found in wrong.items())


@pytest.mark.usefixtures("library")
def test_texts_that_are_compared_here_have_what_the_engine_finds():
    for text in [text for text, _ in QUESTIONS]:
        question = read_question(text, typing=True)
        entries = SearchEntry.objects.values_list("id", "names", "head", "body")
        compared = {pk for pk, *texts in entries if question.stands_in(texts)}

        asked = SearchEntry.objects.filter(matches(question, ANYWHERE, SearchKind.values))
        assert compared == set(asked.values_list("id", flat=True)), text


def test_who_wrote_it_finds_what_others_must_not(library, researcher, outsider):
    for text in ("zirconato", "fotonica", "Elettrolita segreto"):
        assert answers(library, researcher, text)
        assert answers(library, outsider, text) == []
        assert find(read_question(text), scope_of(outsider)).total == 0


def test_visitors_find_teasers_calls_and_organisations_only(library, researcher):
    make_idea(
        researcher, title="Aperta a tutti", teaser="Un cenno.", problem="Il problema riservato", public_teaser=True
    )

    assert find(read_question("riservato"), scope_of(None)).total == 0
    assert find(read_question("Benassi"), scope_of(None)).total == 0
    assert find(read_question("cenno"), scope_of(None)).counts == {"teaser": 1, "call": 0, "organisation": 0}
    assert answers(library, None, "Valdarda") == ["valdarda"]


def test_counts_are_by_kind(library, outsider):
    found = find(read_question("camera climatica"), scope_of(outsider))

    assert found.counts == {"idea": 0, "call": 0, "organisation": 1, "member": 0, "comment": 1}


def test_the_board_narrows_the_same_matches(library, outsider):
    ids = set(matching_ideas(read_question("second life"), scope_of(outsider)))

    assert {library["idea", pk] for pk in ids} == {"second", "hull"}


def test_an_idea_that_becomes_private_is_found_no_more_nor_are_its_comments(library, outsider):
    from ideas.actions.ideas import edit_idea
    from ideas.models import Idea

    idea = Idea.objects.get(title__startswith="Soft gripper")
    edit_idea(by=idea.created_by, idea=idea, content={"visibility": "private"}, version=idea.version, at=NOW)

    assert answers(library, outsider, "gripper") == []
    assert set(answers(library, idea.created_by, "gripper")) == {"gripper", "clamp"}


def test_while_somebody_types_the_last_word_is_a_beginning(library, outsider):
    found = find(read_question("batterie riscal", typing=True), scope_of(outsider))

    assert [library[hit.kind, hit.object_id] for hit in found.hits] == ["gelo"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        '"',
        "***",
        "\x00",
        "a" * 5_000,
        "NEAR(zz, 2) ^xx",
        "gate : gmembers",
        "'; --",
        "ñ ß 漢字",
        "1e9 1.5.2",
    ],
)
def test_whatever_is_typed_is_answered(library, outsider, text):
    assert find_or_nearest(read_question(text), scope_of(outsider), outsider).hits == []


def test_nobody_steers_the_engine(library, outsider):
    assert find(read_question("gmembers"), scope_of(outsider)).total == 0
    assert find(read_question("kidea"), scope_of(outsider)).total == 0


def test_a_search_asks_few_questions_of_the_database(library, outsider, django_assert_num_queries):
    question = read_question("batteria")
    with django_assert_num_queries(QUERIES_OF_SCOPE):
        scope = scope_of(outsider)
    with django_assert_num_queries(3):
        find(question, scope)


QUERIES_OF_SCOPE = 3


def test_everything_can_be_indexed_anew(library, outsider):
    before = set(SearchEntry.objects.values_list("kind", "object_id", "names", "head", "body", "gate"))
    SearchEntry.objects.all().delete()

    index_everything()

    after = set(SearchEntry.objects.values_list("kind", "object_id", "names", "head", "body", "gate"))
    assert before <= after
    assert answers(library, outsider, "batteria")[:2] == ["robot", "gelo"]


def test_what_was_asked_for_is_marked():
    question = read_question("batteria riscald*")

    assert mark("Batterie riscaldate", question) == [("Batterie", True), (" ", False), ("riscaldate", True)]
    assert ("batterie", True) in excerpt("x " * 300 + "le batterie al gelo " + "y " * 300, question)
    assert excerpt("niente", question) == []


def test_what_nothing_has_is_taken_for_a_beginning(library, outsider):
    assert answers(library, outsider, "riscal") == answers(library, outsider, "riscal*") != []


def test_words_that_nothing_has_together_are_left_out(library, outsider):
    found = find_or_nearest(read_question("gripper flax clamp"), scope_of(outsider), outsider)

    assert [library[hit.kind, hit.object_id] for hit in found.hits] == ["clamp"]
    assert found.without == ("flax",)


def test_whose_own_name_it_is_comes_before_those_who_work_with_them(researcher, outsider):
    works = make_organisation("Laboratorio Aurora")
    affiliate(researcher, works)
    idea = make_idea(researcher, organisation=works)
    index_organisations([works])

    found = find(read_question("auro", typing=True), scope_of(outsider))

    assert [(hit.kind, hit.object_id) for hit in found.hits] == [("organisation", works.pk), ("idea", idea.pk)]


def test_an_excerpt_shows_words_and_no_marks():
    text = "## Heat\n\n| part | heat |\n|---|:--|\n| **battery** | -28 kW |\n"

    pieces = excerpt(text, read_question("battery"))

    assert pieces == [("Heat part heat ", False), ("battery", True), (" -28 kW", False)]


@pytest.mark.parametrize(
    ("written", "asked"),
    [("lamiere", "lamiera"), ("lamiera", "lamiere"), ("solare", "solari"), ("polveri", "polvere")],
)
def test_a_word_is_found_in_its_other_number(researcher, outsider, written, asked):
    idea = make_idea(researcher, title=f"Prove di {written} forate")

    found = find(read_question(asked), scope_of(outsider))

    assert [(hit.kind, hit.object_id) for hit in found.hits] == [("idea", idea.pk)]
    assert (written, True) in mark(idea.title, read_question(asked))
