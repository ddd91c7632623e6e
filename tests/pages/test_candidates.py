from datetime import UTC, datetime

import pytest

from ideas.models import Candidate
from tests.cast import signed_in
from tests.factories import make_call

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LIST = "/candidates/"
QUERIES_OF_LIST = 6

pytestmark = pytest.mark.django_db


def make_candidate(key="1", **fields):
    return Candidate.objects.create(
        **{"source": "feed", "source_key": key, "title": f"News {key}", "found_at": NOW, **fields}
    )


@pytest.fixture
def client(staff):
    client = signed_in(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def titles(page):
    return [one.title for one in page.context["candidates"]]


@pytest.mark.parametrize("who", ["researcher", "lead", "outsider"])
def test_others_than_staff_see_no_candidates(request, who):
    candidate = make_candidate(title="CANARY")
    other = signed_in(request.getfixturevalue(who))

    pages = [other.get(LIST), other.post(f"/candidates/{candidate.pk}/aside/")]
    pages.append(other.post(f"/candidates/{candidate.pk}/back/"))

    assert [page.status_code for page in pages] == [403] * 3
    assert "CANARY" not in "".join(page.content.decode() for page in pages)


def test_visitor_is_asked_to_sign_in():
    assert signed_in(None).get(LIST)["Location"] == f"/account/login/?next={LIST}"


def test_candidate_goes_from_list_to_list(client):
    candidate = make_candidate()

    client.post(f"/candidates/{candidate.pk}/aside/")
    aside = [titles(client.get(f"{LIST}?list={name}")) for name in ("open", "aside", "calls")]
    client.post(f"/candidates/{candidate.pk}/back/")
    back = [titles(client.get(f"{LIST}?list={name}")) for name in ("open", "aside", "calls")]

    assert aside == [[], ["News 1"], []]
    assert back == [["News 1"], [], []]


def test_candidate_that_became_a_call_leads_to_it(client):
    call = make_call("HORIZON-X-01")
    make_candidate(call=call, settled_at=NOW)

    page = client.get(f"{LIST}?list=calls")

    assert titles(page) == ["News 1"]
    assert call.get_absolute_url() in page.content.decode()


def test_candidate_that_somebody_settled_meanwhile_is_a_conflict(client):
    candidate = make_candidate(settled_at=NOW)

    assert client.post(f"/candidates/{candidate.pk}/aside/").status_code == 409


def test_words_of_a_feed_are_no_markup(client):
    make_candidate(title="<script>alert(1)</script>", summary="<b>x</b>")

    page = client.get(LIST).content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;b&gt;x" in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_a_fixed_number_of_queries(client, count, django_assert_num_queries):
    for n in range(count):
        make_candidate(f"{n}")

    with django_assert_num_queries(QUERIES_OF_LIST):
        page = client.get(LIST)

    assert len(titles(page)) == count


def test_list_comes_in_pages(client):
    Candidate.objects.bulk_create(
        Candidate(source="feed", source_key=f"{n}", title=f"{n}", found_at=NOW) for n in range(60)
    )

    first = client.get(LIST)
    second = client.get(f"{LIST}{first.context['next']}")

    assert [*titles(first), *titles(second)] == [f"{n}" for n in reversed(range(60))]
    assert second.context["next"] == ""
