from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ideas.actions.joining import withdraw_join_request
from ideas.models import Annex, AnnexOpening, Idea, JoinRequest, Member, Organisation
from tests.api.conftest import Api, codes
from tests.factories import affiliate, make_annex, make_attachment, make_join_request, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def address(idea: Idea, key: Any = None) -> str:
    return f"/api/v1/ideas/{key or idea.pk}/annex/"


def put(member: Member | None, idea: Idea, **body: Any) -> Any:
    return Api(member).put(address(idea), body, format="json")


def test_author_writes_and_reads_it_without_a_trace(researcher: Member, idea: Idea):
    written = put(researcher, idea, text="**One**", version=0)
    changed = Api(researcher).patch(address(idea, idea.reference), {"text": "Two", "version": 1}, format="json")

    read = Api(researcher).data(f"ideas/{idea.reference}/annex/")

    assert (written.status_code, written.json()["html"]) == (200, "<p><strong>One</strong></p>\n")
    assert read == changed.json()
    assert read == {
        "idea": idea.pk,
        "text": "Two",
        "html": "<p>Two</p>\n",
        "version": 2,
        "changed_at": read["changed_at"],
        "changed_by": {"id": researcher.pk, "name": "Ada Researcher"},
    }
    assert not AnnexOpening.objects.exists()


def test_reading_it_as_a_partner_is_recorded_once_an_hour(
    idea: Idea, partner: JoinRequest, company: Member, firm: Organisation
):
    make_annex(idea, "The recipe.")

    answers = [Api(company).get(address(idea)) for _ in range(2)]
    Api(company).head(address(idea))

    assert [answer.json()["text"] for answer in answers] == ["The recipe."] * 2
    assert answers[0]["Cache-Control"] == "no-store"
    assert AnnexOpening.objects.values_list("member", "organisation", "version").get() == (company.pk, firm.pk, 1)


def test_a_look_at_the_heads_alone_is_no_opening(idea: Idea, partner: JoinRequest, company: Member):
    make_annex(idea)

    assert (Api(company).head(address(idea)).content, AnnexOpening.objects.exists()) == (b"", False)


def test_a_download_of_a_file_for_partners_is_recorded(
    idea: Idea, partner: JoinRequest, company: Member, researcher: Member
):
    for audience in ("all", "partners"):
        attachment = make_attachment(idea, researcher, audience=audience, name=f"{audience}.png")
        for member in (company, researcher):
            b"".join(Api(member).get(f"/api/v1/attachments/{attachment.pk}/file/").streaming_content)

    assert AnnexOpening.objects.values_list("member", "file_name").get() == (company.pk, "partners.png")


@pytest.mark.parametrize("who", ["outsider", "lead", "staff", "asker"])
def test_to_others_it_is_like_that_of_an_unknown_idea(
    who: str, idea: Idea, partner: JoinRequest, outsider: Member, request: pytest.FixtureRequest
):
    make_annex(idea, "CANARY")
    if who == "asker":
        make_join_request(idea, outsider, outsider.organisations.get())
    client = Api(outsider if who == "asker" else request.getfixturevalue(who))

    for method in ("get", "put", "patch"):
        found = getattr(client, method)(address(idea), {"text": "x", "version": 1}, format="json")
        unknown = getattr(client, method)(address(idea, 7), {"text": "x", "version": 1}, format="json")
        assert (found.status_code, found.content) == (404, unknown.content)
    assert (Annex.objects.get().text, AnnexOpening.objects.exists()) == ("CANARY", False)


def test_visitor_is_asked_who_they_are(idea: Idea):
    make_annex(idea, "CANARY")

    answers = [Api(None).get(address(idea)), put(None, idea, text="x", version=1)]

    assert [answer.status_code for answer in answers] == [401, 401]


def test_partner_reads_but_does_not_write(idea: Idea, partner: JoinRequest, company: Member):
    make_annex(idea, "The recipe.")

    answer = put(company, idea, text="x", version=1)

    assert (answer.status_code, codes(answer), Annex.objects.get().text) == (
        403,
        [("not_allowed", None)],
        "The recipe.",
    )


def test_a_partner_that_withdraws_loses_it_at_once(
    idea: Idea, partner: JoinRequest, company: Member, administrator: Member
):
    make_annex(idea)
    before = Api(company).get(address(idea)).status_code

    withdraw_join_request(by=administrator, request=partner, at=timezone.now())

    assert (before, Api(company).get(address(idea)).status_code) == (200, 404)


def test_where_none_is_written_nobody_finds_one(idea: Idea, partner: JoinRequest, company: Member, researcher: Member):
    assert [Api(member).get(address(idea)).status_code for member in (company, researcher)] == [404, 404]


def test_a_stale_version_is_a_conflict(researcher: Member, idea: Idea):
    make_annex(idea, "Theirs")

    answer = put(researcher, idea, text="Mine", version=0)

    assert (answer.status_code, codes(answer)) == (409, [("edited_meanwhile", None)])
    assert Annex.objects.get().text == "Theirs"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "x"}, ("required", "version")),
        ({"version": 0}, ("required", "text")),
        ({"text": "x", "version": -1}, ("min_value", "version")),
        ({"text": "x", "version": 10**300}, ("max_value", "version")),
        ({"text": "x", "version": "٣x"}, ("invalid", "version")),
        ({"text": "a\x00b", "version": 0}, ("null_characters_not_allowed", "text")),
        ({"text": "x" * 12_001, "version": 0}, ("max_length", "text")),
        ({"text": "*a* " * 700, "version": 0}, ("too_many_marks", "text")),
        ({"text": None, "version": 0}, ("null", "text")),
    ],
)
def test_what_is_refused_has_a_code(body: dict[str, Any], code: tuple[str, str], researcher: Member, idea: Idea):
    answer = put(researcher, idea, **body)

    assert (answer.status_code, codes(answer), Annex.objects.exists()) == (400, [code], False)


@pytest.mark.parametrize("number", [1, 3])
def test_reading_asks_the_database_a_fixed_number_of_times(
    number: int,
    idea: Idea,
    partner: JoinRequest,
    firm: Organisation,
    company: Member,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    make_annex(idea)
    for _ in range(number):
        member = make_member()
        affiliate(member, firm)
        Api(member).get(address(idea))
    client = Api(company)
    client.get(address(idea))

    with django_assert_num_queries(6):
        client.get(address(idea))
