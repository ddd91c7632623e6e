import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ideas.actions.joining import withdraw_join_request
from ideas.models import Annex, AnnexOpening, Idea, JoinRequest, Member, Organisation
from tests.cast import signed_in
from tests.factories import (
    affiliate,
    make_annex,
    make_attachment,
    make_call,
    make_idea,
    make_member,
    make_partner,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
QUERIES_OF_RECORD = 15
QUERIES_OF_READER = 16
# Nobody of these may learn that there is an annex; the asker waits for an answer to join.
OTHERS = ("outsider", "lead", "staff", "asker")


@pytest.fixture
def other(request: pytest.FixtureRequest) -> Client:
    """A member who sees the idea, and may not know of its annex."""
    return signed_in(request.getfixturevalue(request.param))


def page_of(idea: Idea, rest: str = "") -> str:
    return f"/ideas/{idea.reference}/annex/{rest}"


def text_of(answer: Any) -> str:
    return (b"".join(answer) if answer.streaming else answer.content).decode("utf-8", "replace")


def opened() -> list[tuple[int, int | None, str]]:
    return list(AnnexOpening.objects.order_by("pk").values_list("member", "version", "file_name"))


# Reading ------------------------------------------------------------------------------------------------------------


def test_partner_is_asked_before_anything_is_shown(idea: Idea, partner: JoinRequest, company: Member):
    make_annex(idea, "CANARY")

    asked = signed_in(company).get(page_of(idea))

    assert ("data-annex-ask" in text_of(asked), "CANARY" in text_of(asked), opened()) == (True, False, [])
    assert asked["Cache-Control"] == "no-store"


def test_partner_opens_it_and_reads_it_from_then_on(idea: Idea, partner: JoinRequest, company: Member):
    make_annex(idea, "**CANARY**")
    client = signed_in(company)

    answer = client.post(page_of(idea))
    shown = [client.get(answer["Location"]), client.get(page_of(idea))]

    assert (answer.status_code, answer["Location"]) == (303, page_of(idea))
    assert ["<strong>CANARY</strong>" in text_of(page) for page in shown] == [True, True]
    assert ["data-record" in text_of(page) for page in shown] == [False, False]
    assert opened() == [(company.pk, 1, "")]


def test_reading_it_again_later_is_another_opening(idea: Idea, partner: JoinRequest, company: Member):
    make_annex(idea)
    client = signed_in(company)
    client.post(page_of(idea))

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        client.get(page_of(idea))

    assert opened() == [(company.pk, 1, "")] * 2


def test_a_newer_version_is_asked_for_again(idea: Idea, partner: JoinRequest, company: Member):
    make_annex(idea)
    client = signed_in(company)
    client.post(page_of(idea))
    make_annex(idea, "CANARY")

    asked = text_of(client.get(page_of(idea)))
    client.post(page_of(idea))

    assert ("data-annex-ask" in asked, "CANARY" in asked, opened()) == (
        True,
        False,
        [(company.pk, 1, ""), (company.pk, 2, "")],
    )


def test_what_a_colleague_opened_is_asked_of_everybody_else(
    idea: Idea, partner: JoinRequest, company: Member, administrator: Member
):
    make_annex(idea, "CANARY")
    signed_in(company).post(page_of(idea))

    assert "CANARY" not in text_of(signed_in(administrator).get(page_of(idea)))


def test_a_look_at_the_heads_shows_nothing_and_keeps_nothing(
    idea: Idea, partner: JoinRequest, company: Member, researcher: Member
):
    make_annex(idea)
    attachment = make_attachment(idea, researcher, audience="partners")
    client = signed_in(company)
    client.post(page_of(idea))

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        answers = [client.head(page_of(idea)), client.head(f"/attachments/{attachment.pk}/")]

    assert ([text_of(answer) for answer in answers], opened()) == (["", ""], [(company.pk, 1, "")])


def test_author_reads_it_at_once_beside_the_record(
    idea: Idea, partner: JoinRequest, company: Member, researcher: Member, firm: Organisation
):
    make_annex(idea, "CANARY")
    attachment = make_attachment(idea, researcher, audience="partners", name="Costs.png")
    client = signed_in(company)
    client.post(page_of(idea))
    text_of(client.get(f"/attachments/{attachment.pk}/"))

    page = signed_in(researcher).get(page_of(idea))

    assert ("CANARY" in text_of(page), "data-record" in text_of(page)) == (True, True)
    rows = page.context["record"]["rows"]
    assert [(row["who"], row["organisation"], row["version"], row["file_name"]) for row in rows] == [
        ("Carlo Company", firm, None, "Costs.png"),
        ("Carlo Company", firm, 1, ""),
    ]
    assert all(word in text_of(page) for word in ("Carlo Company", "Firm", "Costs.png"))


def test_files_for_partners_stand_on_it_and_others_do_not(
    idea: Idea, partner: JoinRequest, company: Member, researcher: Member
):
    make_annex(idea)
    make_attachment(idea, researcher, name="Shared.png")
    make_attachment(idea, researcher, audience="partners", name="Costs.png")
    client = signed_in(company)
    asked = text_of(client.get(page_of(idea)))
    client.post(page_of(idea))

    shown = text_of(client.get(page_of(idea)))

    assert ("Costs.png" in asked, "Costs.png" in shown, "Shared.png" in shown) == (False, True, False)


def test_before_there_is_one_authors_are_offered_to_write_it(idea: Idea, partner: JoinRequest, researcher: Member):
    client = signed_in(researcher)

    assert page_of(idea) in text_of(client.get(idea.get_absolute_url()))
    assert page_of(idea, "edit/") in text_of(client.get(page_of(idea)))


def test_an_author_who_posts_what_partners_post_is_only_led_back(idea: Idea, researcher: Member):
    answer = signed_in(researcher).post(page_of(idea))

    assert (answer.status_code, answer["Location"], opened()) == (303, page_of(idea), [])


def test_the_ideas_page_leads_its_readers_to_it(idea: Idea, partner: JoinRequest, company: Member, researcher: Member):
    nothing = text_of(signed_in(company).get(idea.get_absolute_url()))
    make_annex(idea, "CANARY")

    pages = [text_of(signed_in(member).get(idea.get_absolute_url())) for member in (company, researcher)]

    assert (page_of(idea) in nothing, [page_of(idea) in page for page in pages]) == (False, [True, True])
    assert ["CANARY" in page for page in pages] == [False, False]


@pytest.mark.parametrize(("kind", "told"), [("partner", True), ("member", False), ("chain", False), ("visitor", False)])
def test_a_preview_says_of_it_what_that_viewer_will_be_told(kind: str, told: bool, idea: Idea, researcher: Member):
    make_annex(idea, "CANARY")

    shown = text_of(signed_in(researcher).get(f"/ideas/{idea.reference}/preview/?as={kind}"))

    assert (page_of(idea) in shown, "CANARY" in shown) == (told, False)


# Who may not --------------------------------------------------------------------------------------------------------


def plain(page: str) -> str:
    """A page without what differs from one drawing to the next."""
    return re.sub(
        r'nonce="[^"]*"|"X-CSRFToken": "\w+"|name="(?:csrfmiddlewaretoken|client_id)" value="[^"]*"', "", page
    )


@pytest.mark.parametrize("other", OTHERS, indirect=True)
def test_to_others_the_idea_is_the_same_with_an_annex_as_without(
    other: Client, idea: Idea, partner: JoinRequest, researcher: Member
):
    before = text_of(other.get(idea.get_absolute_url()))
    make_annex(idea, "CANARY")

    after = text_of(other.get(idea.get_absolute_url()))

    assert (plain(after) == plain(before), "annex" in after) == (True, False)


@pytest.mark.parametrize("other", OTHERS, indirect=True)
def test_to_others_its_address_is_like_an_unknown_one(other: Client, idea: Idea, partner: JoinRequest):
    make_annex(idea, "CANARY")

    for rest in ("", "edit/"):
        for method in ("get", "post"):
            data = {"text": "x", "version": "1"}
            found = getattr(other, method)(page_of(idea, rest), data)
            unknown = getattr(other, method)(f"/ideas/JVL-2026-0000/annex/{rest}", data)
            assert (found.status_code, unknown.status_code) == (404, 404)
            assert plain(text_of(found)).replace(idea.reference, "") == plain(text_of(unknown)).replace(
                "JVL-2026-0000", ""
            )
    assert (Annex.objects.get().text, opened()) == ("CANARY", [])


@pytest.mark.parametrize("other", [*OTHERS, "company", "researcher"], indirect=True)
def test_its_words_are_nowhere_but_on_its_own_page(
    other: Client, idea: Idea, partner: JoinRequest, researcher: Member, asker: Member
):
    make_annex(idea, "CANARY")
    base = idea.get_absolute_url()
    call = make_call("HORIZON-1")
    paths = [
        "/", "/?q=canary", "/search/?q=canary", "/search/suggestions/?q=canar", "/export/ideas.json",
        "/export/ideas.csv", "/notifications/", "/join-requests/", "/insights/", "/insights/places.csv",
        f"/calls/{call.slug}/", "/organisations/firm/", "/following/", "/searches/", "/calendar/all.ics",
        "/ideas/similar/?title=canary", base, f"{base}attachments/", f"{base}pitch/", f"{base}partner-search/",
        f"{base}partner-search.txt", f"{base}history/", f"{base}comments/", f"{base}calls/", f"{base}consortium/",
        f"{base}versions/", f"{base}plan/", f"{base}edit/", f"{base}merge/", "/api/v1/ideas/",
        "/api/v1/ideas/?q=canary", f"/api/v1/ideas/{idea.pk}/", f"/api/v1/ideas/{idea.pk}/comments/",
        f"/api/v1/ideas/{idea.pk}/attachments/", f"/api/v1/ideas/{idea.pk}/plan/", "/api/v1/join-requests/",
        "/api/v1/schema/",
    ]  # fmt: skip

    pages = {path: text_of(other.get(path)) for path in paths}

    # What was asked for is said back: there the word is the reader's own.
    told = [path for path, page in pages.items() if "CANARY" in page]
    assert told == []
    assert [path for path in paths if "canar" in path and idea.reference in pages[path]] == []


def test_a_partner_that_withdraws_loses_it_at_once(
    idea: Idea, partner: JoinRequest, company: Member, administrator: Member
):
    make_annex(idea, "CANARY")
    client = signed_in(company)
    client.post(page_of(idea))
    before = "CANARY" in text_of(client.get(page_of(idea)))

    withdraw_join_request(by=administrator, request=partner, at=timezone.now())

    after = [client.get(page_of(idea)), client.post(page_of(idea)), client.get(page_of(idea, "edit/"))]
    assert (before, [answer.status_code for answer in after]) == (True, [404, 404, 404])
    shown = [text_of(client.get(path)) for path in (idea.get_absolute_url(), "/notifications/")]
    assert [page_of(idea) in page for page in shown] == [False, False]


def test_a_partner_finds_none_where_none_is_written(idea: Idea, partner: JoinRequest, company: Member):
    client = signed_in(company)
    never = client.get(page_of(idea)).status_code
    make_annex(idea)

    make_annex(idea, "")

    assert (never, client.get(page_of(idea)).status_code) == (404, 404)


def test_a_partner_of_another_idea_is_an_outsider(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    make_annex(idea, "CANARY")
    make_partner(make_idea(researcher, chain=idea.value_chain), administrator, firm)

    assert signed_in(administrator).get(page_of(idea)).status_code == 404


def test_visitor_is_asked_to_sign_in(idea: Idea):
    make_annex(idea)

    answer = signed_in(None).get(page_of(idea))

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/login/")


# Writing ------------------------------------------------------------------------------------------------------------


def test_author_writes_and_reads_it(idea: Idea, researcher: Member):
    client = signed_in(researcher)

    answer = client.post(page_of(idea, "edit/"), {"text": "One\r\ntwo", "version": "0"}, follow=True)

    assert answer.redirect_chain == [(page_of(idea), 303)]
    assert (Annex.objects.get().text, f'data-draft-saved="annex-{idea.reference}"' in text_of(answer)) == (
        "One\ntwo",
        True,
    )


def test_the_form_has_what_is_saved(idea: Idea, researcher: Member):
    make_annex(idea, "CANARY")

    form = signed_in(researcher).get(page_of(idea, "edit/")).context["form"]

    assert (form["text"].value(), form["version"].value()) == ("CANARY", 1)


def test_partner_may_not_write(idea: Idea, partner: JoinRequest, company: Member):
    client = signed_in(company)

    answers = [client.get(page_of(idea, "edit/")), client.post(page_of(idea, "edit/"), {"text": "x", "version": "0"})]

    assert ([answer.status_code for answer in answers], Annex.objects.exists()) == ([403, 403], False)


def test_a_preview_saves_nothing_and_keeps_what_was_typed(idea: Idea, researcher: Member):
    typed = {"text": "**CANARY** <b>", "version": "0", "act": "preview"}

    page = signed_in(researcher).post(page_of(idea, "edit/"), typed)

    assert (page.status_code, Annex.objects.exists()) == (200, False)
    assert page.context["preview_html"] == "<p><strong>CANARY</strong> &lt;b&gt;</p>\n"
    assert (page.context["form"]["text"].value(), page.context["form"]["version"].value()) == ("**CANARY** <b>", "0")


@pytest.mark.parametrize("act", ["save", "preview"])
@pytest.mark.parametrize("text", ["*a* " * 700, "a\x00b", "x" * 12_001])
def test_what_is_refused_is_said_beside_the_text_which_stays(text: str, act: str, idea: Idea, researcher: Member):
    page = signed_in(researcher).post(page_of(idea, "edit/"), {"text": text, "version": "0", "act": act})

    form = page.context["form"]
    assert (page.status_code, set(form.errors), form["text"].value()) == (400, {"text"}, text)
    assert not Annex.objects.exists()


@pytest.mark.parametrize("version", ["-1", "٣", "9" * 300, "x"])
def test_a_version_that_is_none_saves_nothing(version: str, idea: Idea, researcher: Member):
    page = signed_in(researcher).post(page_of(idea, "edit/"), {"text": "Mine", "version": version})

    assert (page.status_code in {400, 409}, page.context["form"]["text"].value()) == (True, "Mine")
    assert not Annex.objects.exists()


def test_two_who_save_at_once_see_both_texts_and_lose_none(idea: Idea, researcher: Member):
    make_annex(idea, "Theirs")
    client = signed_in(researcher)

    refused = client.post(page_of(idea, "edit/"), {"text": "Mine", "version": "0"})
    form = refused.context["form"]
    again = client.post(page_of(idea, "edit/"), {"text": "Both", "version": form["version"].value()})

    page = text_of(refused)
    assert (refused.status_code, form["text"].value(), form["version"].value()) == (409, "Mine", "1")
    assert (">Theirs</p>" in page, ">Mine</p>" in page) == (True, True)
    assert (again.status_code, Annex.objects.get().text, Annex.objects.get().version) == (303, "Both", 2)


# The record ---------------------------------------------------------------------------------------------------------


def test_a_long_record_goes_on_further_back(idea: Idea, partner: JoinRequest, company: Member, researcher: Member):
    annex, at = make_annex(idea), timezone.now()
    AnnexOpening.objects.bulk_create(
        AnnexOpening(annex=annex, member=company, organisation=partner.organisation, version=1, at=at)
        for _ in range(51)
    )
    client = signed_in(researcher)

    first = client.get(page_of(idea)).context["record"]
    second = client.get(first["older"]).context["record"]

    assert (len(first["rows"]), len(second["rows"]), second["older"]) == (50, 1, "")
    assert client.get(f"{page_of(idea)}?before={'9' * 300}").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_ask_the_database_a_fixed_number_of_times(
    number: int,
    idea: Idea,
    partner: JoinRequest,
    firm: Organisation,
    company: Member,
    researcher: Member,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    make_annex(idea)
    for _ in range(number):
        member = make_member()
        affiliate(member, firm)
        signed_in(member).post(page_of(idea))
        make_attachment(idea, researcher, audience="partners")
    author, reader = signed_in(researcher), signed_in(company)
    reader.post(page_of(idea))

    with django_assert_num_queries(QUERIES_OF_RECORD):
        author.get(page_of(idea))
    with django_assert_num_queries(QUERIES_OF_READER):
        reader.get(page_of(idea))
