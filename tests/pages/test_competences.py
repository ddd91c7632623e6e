import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ideas.choices import CompetenceState
from ideas.models import Competence
from tests.cast import signed_in
from tests.factories import make_competence, make_organisation

LIST = "/competences/"
pytestmark = pytest.mark.django_db
QUERIES_OF_LIST = 6
QUERIES_OF_ONE = 7


def page_of(word: Competence) -> str:
    return f"{LIST}{word.pk}/"


def shown(client: Client, query: str = "") -> list[str]:
    return [row["word"].name for row in client.get(LIST + query).context["words"]]


@pytest.mark.parametrize("who", ["outsider", "company", "administrator", "lead"])
def test_only_staff_see_the_vocabulary_page(who: str, request):
    word = make_competence("CANARY")
    client = signed_in(request.getfixturevalue(who))

    answers = [client.get(LIST), client.get(page_of(word)), client.post(page_of(word), {"act": "retire", "version": 1})]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert b"CANARY" not in b"".join(answer.content for answer in answers)
    word.refresh_from_db()
    assert word.state == CompetenceState.ACCEPTED


def test_visitor_is_asked_to_sign_in():
    assert [signed_in(None).get(path).status_code for path in (LIST, f"{LIST}1/", f"{LIST}suggestions/")] == [302] * 3


def test_proposals_come_first_and_filters_narrow(staff):
    make_competence("Old")
    make_competence("Fresh", state=CompetenceState.PROPOSED)
    make_competence("Machine", kind="equipment", state=CompetenceState.PROPOSED)
    client = signed_in(staff)

    assert shown(client) == ["Machine", "Fresh"]
    assert shown(client, "?kind=equipment") == ["Machine"]
    assert shown(client, "?state=all&q=OL") == ["Old"]
    assert shown(client, "?state=nonsense&kind=club&q=%00") == ["Machine", "Fresh"]
    assert [tab["count"] for tab in client.get(LIST).context["tabs"]] == [2, 1, 0, 0, 3]


def test_staff_accept_a_proposal(staff):
    word = make_competence("Saldature", state=CompetenceState.PROPOSED)

    answer = signed_in(staff).post(
        page_of(word), {"act": "accept", "version": 1, "name_it": "Saldatura", "name_en": "Welding"}
    )

    word.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, LIST)
    assert (word.state, word.name_it, word.name_en) == (CompetenceState.ACCEPTED, "Saldatura", "Welding")


def test_staff_merge_and_retire(staff):
    into, old, other = make_competence("Into"), make_competence("Old"), make_competence("Other")
    client = signed_in(staff)

    client.post(page_of(old), {"act": "merge", "version": 1, "into": into.pk})
    client.post(page_of(other), {"act": "retire", "version": 1})

    old.refresh_from_db()
    other.refresh_from_db()
    assert (old.merged_into, other.state) == (into, CompetenceState.RETIRED)
    assert not client.get(page_of(old)).context["names"].is_bound


def test_staff_add_a_word(staff):
    client = signed_in(staff)

    added = client.post(LIST, {"kind": "service", "name_it": "Taratura", "name_en": ""})
    again = client.post(LIST, {"kind": "service", "name_it": "taratura", "name_en": "Calibration"})

    assert (added.status_code, again.status_code) == (303, 400)
    assert "name_it" in again.context["new"].errors
    assert again.context["new"]["name_en"].value() == "Calibration"
    assert Competence.objects.get().state == CompetenceState.ACCEPTED


def test_what_was_typed_stays_beside_what_is_wrong(staff):
    make_competence("Robot")
    word = make_competence("Droidi", state=CompetenceState.PROPOSED)

    answer = signed_in(staff).post(page_of(word), {"act": "accept", "version": 1, "name_it": "robot", "name_en": "Bot"})

    assert answer.status_code == 400
    assert (list(answer.context["names"].errors), answer.context["names"]["name_en"].value()) == (["name_it"], "Bot")


def test_second_of_two_sees_the_word_as_it_stands(staff):
    word = make_competence("Word", state=CompetenceState.PROPOSED)
    client = signed_in(staff)
    client.post(page_of(word), {"act": "accept", "version": 1, "name_it": "First", "name_en": ""})

    late = client.post(page_of(word), {"act": "retire", "version": 1})

    assert late.status_code == 409
    assert late.context["refused"]
    assert late.context["names"]["name_it"].value() == "First"


@pytest.mark.parametrize(
    "typed",
    [
        {"act": "merge", "version": 1, "into": "9" * 300},
        {"act": "merge", "version": 1, "into": "\x00"},
        {"act": "accept", "version": "9" * 300, "name_it": "x"},
        {"act": "accept", "version": "１", "name_it": "\x00"},
        {"act": "retire"},
        {"act": "nonsense"},
        {},
    ],
)
def test_bad_input_is_a_clear_refusal(staff, typed: dict[str, str]):
    word = make_competence("Word")

    assert signed_in(staff).post(page_of(word), typed).status_code == 400
    word.refresh_from_db()
    assert (word.name_it, word.state) == ("Word", CompetenceState.ACCEPTED)


def test_suggestions_begin_with_what_begins_so(outsider):
    for name in ("Saldatura laser", "Laser cladding", "Telelaser"):
        make_competence(name)
    make_competence("Laser scanner", kind="equipment")
    make_competence("Laser old", state=CompetenceState.RETIRED)

    answer = signed_in(outsider).get(f"{LIST}suggestions/?kind=competence&q=làser")

    assert [row["label"] for row in answer.json()["suggestions"]] == ["Laser cladding", "Saldatura laser"]


@pytest.mark.parametrize("query", ["", "?kind=club&q=x", "?kind=competence", "?kind=competence&q=%00"])
def test_suggestions_of_nothing_are_none(outsider, query: str):
    make_competence("Laser")

    assert signed_in(outsider).get(f"{LIST}suggestions/{query}").json() == {"suggestions": []}


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_take_a_fixed_number_of_queries(rows: int, staff, django_assert_num_queries: DjangoAssertNumQueries):
    for number in range(rows):
        make_organisation(competences=[f"Word {number}"])
    into = make_competence("Into")
    client = signed_in(staff)

    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(f"{LIST}?state=all")
    with django_assert_num_queries(QUERIES_OF_ONE):
        client.get(page_of(into))
