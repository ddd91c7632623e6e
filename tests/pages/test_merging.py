"""Pages of merging, and the pages of the two ideas after it."""

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from ideas.actions.merging import consent_to_merge, propose_merge
from ideas.choices import IdeaState, MergeState, Visibility
from ideas.models import Idea, Member, MergeProposal
from tests.cast import signed_in
from tests.factories import make_attachment, make_comment, make_idea, make_member

pytestmark = pytest.mark.django_db


def propose_url(idea: Idea) -> str:
    return reverse("merging:propose", args=[idea.reference])


def proposed(idea: Idea, into: Idea) -> MergeProposal:
    return propose_merge(by=idea.created_by, idea=idea, into=into, at=timezone.now())


def test_two_authors_merge_by_their_pages(idea: Idea, into: Idea, researcher: Member, other_author: Member):
    make_comment(idea, researcher, "Goes along")
    one, other = signed_in(researcher), signed_in(other_author)

    answer = one.post(propose_url(idea), {"into": into.reference, "reason": "One project.", "joins": "on"})
    proposal = MergeProposal.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, proposal.get_absolute_url())
    assert proposal.get_absolute_url() in other.get(into.get_absolute_url()).content.decode()
    assert "One project." in other.get(proposal.get_absolute_url()).content.decode()

    answer = other.post(reverse("merging:consent", args=[proposal.pk]))
    assert (answer.status_code, answer["Location"]) == (303, into.get_absolute_url())
    shown = other.get(into.get_absolute_url()).content.decode()
    assert ("Goes along" in shown, researcher.name in shown) == (True, True)


@pytest.mark.parametrize("typed", ["{ref}", " {lower} ", "http://testserver/ideas/{ref}/?x=1#consortium"])
def test_the_other_idea_is_named_by_number_or_address(idea: Idea, into: Idea, researcher: Member, typed: str):
    named = typed.format(ref=into.reference, lower=into.reference.lower())

    signed_in(researcher).post(propose_url(idea), {"into": named})

    assert MergeProposal.objects.get().into == into


@pytest.mark.parametrize("typed", ["", "\x00", "x" * 600, "JVL-2026-0000", "JVL-٢٠٢٦-٠٠٤٢", "JVL-2026-" + "9" * 300])
def test_an_idea_that_is_none_is_refused_beside_its_field(idea: Idea, researcher: Member, typed: str):
    answer = signed_in(researcher).post(propose_url(idea), {"into": typed, "reason": "Kept as typed"})

    assert (answer.status_code, MergeProposal.objects.count()) == (400, 0)
    assert (list(answer.context["form"].errors), "Kept as typed" in answer.content.decode()) == (["into"], True)


def test_an_invisible_idea_is_as_unknown_as_one_that_is_none(idea: Idea, researcher: Member, other_author: Member):
    hidden = make_idea(other_author, title="CANARY", visibility=Visibility.PRIVATE)
    client = signed_in(researcher)

    answers = [client.post(propose_url(idea), {"into": name}) for name in (hidden.reference, "JVL-2026-0000")]

    assert answers[0].context["form"].errors == answers[1].context["form"].errors
    assert "CANARY" not in answers[0].content.decode()


def test_what_the_action_refuses_stands_above_the_form(idea: Idea, into: Idea, researcher: Member):
    Idea.objects.filter(pk=into.pk).update(state=IdeaState.FUNDED)

    answer = signed_in(researcher).post(propose_url(idea), {"into": into.reference})

    assert (answer.status_code, answer.context["form"].has_error("__all__", "merge_target_closed")) == (409, True)


def test_others_are_kept_out(idea: Idea, into: Idea, company: Member, outsider: Member, staff: Member, secret: Idea):
    proposal = proposed(idea, into)
    for member in (company, outsider, staff):
        client = signed_in(member)
        assert client.get(propose_url(idea)).status_code == 403
        assert client.get(propose_url(secret)).status_code == 404
        for name in ("detail", "consent", "end"):
            url = reverse(f"merging:{name}", args=[proposal.pk])
            assert client.post(url).status_code in {404, 405}
            assert client.get(url).status_code in {404, 405}
    visitor = signed_in(None)
    assert visitor.get(proposal.get_absolute_url()).status_code == 302


@pytest.mark.parametrize("number", ["0", "9" * 30, "9" * 300])
def test_a_proposal_that_is_none_is_not_found(researcher: Member, number: str):
    assert signed_in(researcher).get(f"/merges/{number}/").status_code == 404


def test_a_proposal_is_declined_with_a_reason_and_then_closed(
    idea: Idea, into: Idea, researcher: Member, other_author: Member
):
    proposal, client = proposed(idea, into), signed_in(other_author)
    end = reverse("merging:end", args=[proposal.pk])

    assert client.post(end, {"answer": "x" * 1_001}).status_code == 400
    assert client.post(end, {"answer": "Too different."}).status_code == 303
    assert client.post(end, {"answer": "Again."}).status_code == 409
    assert client.post(reverse("merging:consent", args=[proposal.pk])).status_code == 409
    proposal.refresh_from_db()
    assert (proposal.state, proposal.answer) == (MergeState.DECLINED, "Too different.")
    assert "Too different." in signed_in(researcher).get(proposal.get_absolute_url()).content.decode()


def test_the_idea_that_went_leads_to_the_other_and_can_still_be_read(
    idea: Idea, into: Idea, company: Member, other_author: Member
):
    consent_to_merge(by=other_author, proposal=proposed(idea, into), at=timezone.now())
    client = signed_in(company)

    answer = client.get(idea.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (302, into.get_absolute_url())
    stayed = client.get(f"{idea.get_absolute_url()}?stay=1").content.decode()
    assert ("A problem." in stayed, into.get_absolute_url() in stayed) == (True, True)
    assert f"{idea.get_absolute_url()}?stay=1" in client.get(into.get_absolute_url()).content.decode()


def test_who_cannot_see_the_other_reads_only_that_it_was_merged(
    idea: Idea, company: Member, researcher: Member, other_author: Member
):
    hidden = make_idea(other_author, title="CANARY", visibility=Visibility.PRIVATE)
    hidden.invited.add(researcher)
    consent_to_merge(by=other_author, proposal=proposed(idea, hidden), at=timezone.now())

    answer = signed_in(company).get(idea.get_absolute_url())

    shown = answer.content.decode()
    assert (answer.status_code, answer.context["merged_into"], 'data-state="merged"' in shown) == (200, None, True)
    assert ("CANARY" in shown, hidden.reference in shown) == (False, False)


def test_who_cannot_see_the_idea_that_went_reads_nothing_of_it(
    into: Idea, secret: Idea, company: Member, other_author: Member
):
    secret.invited.add(other_author)
    consent_to_merge(by=other_author, proposal=proposed(secret, into), at=timezone.now())
    client = signed_in(company)

    told = [client.get(path).content.decode() for path in (into.get_absolute_url(), "/", "/notifications/")]
    told.append(client.get(reverse("ideas:history", args=[into.reference])).content.decode())

    assert [("CANARY" in text, secret.reference in text) for text in told] == [(False, False)] * 4
    assert client.get(secret.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_a_proposal_asks_a_fixed_number_of_times(
    number: int,
    idea: Idea,
    into: Idea,
    researcher: Member,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    proposal = proposed(idea, into)
    for _ in range(number):
        idea.authors.add(make_member())
    client = signed_in(researcher)
    client.get(proposal.get_absolute_url())

    with django_assert_num_queries(9):
        client.get(proposal.get_absolute_url())


def test_a_file_keeps_its_address_and_its_readers(
    idea: Idea, into: Idea, researcher: Member, other_author: Member, company: Member, outsider: Member
):
    shared, kept = make_attachment(idea, researcher), make_attachment(idea, researcher, audience="partners")
    proposal = proposed(idea, into)
    signed_in(other_author).post(reverse("merging:consent", args=[proposal.pk]))

    def status(member: Member | None, url: str) -> int:
        return signed_in(member).get(url).status_code

    assert [status(one, shared.get_absolute_url()) for one in (researcher, other_author, company)] == [200] * 3
    assert [status(one, kept.get_absolute_url()) for one in (researcher, other_author)] == [200] * 2
    assert [status(one, kept.get_absolute_url()) for one in (company, outsider)] == [404] * 2
    assert status(None, shared.get_absolute_url()) == 302
    assert shared.get_absolute_url() in signed_in(company).get(into.get_absolute_url()).content.decode()
