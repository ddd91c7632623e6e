from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.suggestions import mark_idea
from ideas.choices import AffiliationRole, JoinState, Visibility
from ideas.models import Idea, JoinRequest, Member, Organisation, RoleSlot, SuggestionMark, ValueChain
from tests.cast import signed_in
from tests.factories import affiliate, make_idea, make_member, make_organisation, make_slot

pytestmark = pytest.mark.django_db
CANARY = "CANARY"


@pytest.fixture
def slot(idea: Idea) -> RoleSlot:
    return make_slot(idea, expertise="Saldatura laser")


@pytest.fixture
def welders(firm: Organisation, company: Member, administrator: Member) -> Organisation:
    """The firm, which welds."""
    firm.competences = ["Saldatura laser"]
    firm.save()
    return firm


def partners_page(idea: Idea) -> str:
    return f"/ideas/{idea.reference}/partners/"


def shown(member: Member | None, address: str, status: int = 200) -> str:
    client = signed_in(member)
    client.cookies["django_language"] = "en"
    answer = client.get(address)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def posted(member: Member | None, address: str, **typed: Any) -> Any:
    client = signed_in(member)
    client.cookies["django_language"] = "en"
    return client.post(address, typed)


# Organisations for an idea -------------------------------------------------------------------------------------------


def test_author_finds_who_fits_and_why(slot: RoleSlot, welders: Organisation, researcher: Member):
    page = shown(researcher, partners_page(slot.idea))

    assert f'data-partner="{welders.pk}"' in page
    assert "Competence: Saldatura laser" in page


def test_only_authors_get_suggestions(
    slot: RoleSlot, welders: Organisation, company: Member, staff: Member, lead: Member, outsider: Member
):
    for member in (company, staff, lead, outsider):
        assert "Saldatura" not in shown(member, partners_page(slot.idea), 403)
    assert signed_in(None).get(partners_page(slot.idea)).status_code == 302


def test_one_click_invites(slot: RoleSlot, welders: Organisation, researcher: Member):
    answer = posted(researcher, f"/slots/{slot.pk}/suggestions/invite/", organisation=welders.pk)

    assert answer.status_code == 303
    invitation = JoinRequest.objects.get()
    assert (invitation.organisation, invitation.slot, invitation.state) == (welders, slot, JoinState.INVITED)
    assert f'data-partner="{welders.pk}"' not in shown(researcher, partners_page(slot.idea))


def test_second_click_is_told_that_it_is_invited_already(slot: RoleSlot, welders: Organisation, researcher: Member):
    posted(researcher, f"/slots/{slot.pk}/suggestions/invite/", organisation=welders.pk)

    answer = posted(researcher, f"/slots/{slot.pk}/suggestions/invite/", organisation=welders.pk)

    assert answer.status_code == 409
    assert JoinRequest.objects.count() == 1


def test_who_does_not_see_a_private_idea_is_shown_apart_and_seen_after_an_invitation(
    secret: Idea, welders: Organisation, researcher: Member, administrator: Member
):
    slot = make_slot(secret, expertise="Saldatura laser")

    assert f'data-partner="{welders.pk}"' not in shown(researcher, partners_page(secret))
    assert f'data-partner="{welders.pk}"' in shown(researcher, f"{partners_page(secret)}?beyond=1")
    shown(administrator, secret.get_absolute_url(), 404)
    posted(researcher, f"/slots/{slot.pk}/suggestions/invite/", organisation=welders.pk, beyond="1")
    shown(administrator, secret.get_absolute_url())


def test_others_can_neither_invite_nor_set_aside(slot: RoleSlot, welders: Organisation, company: Member, staff: Member):
    for member in (company, staff):
        for act in ("invite", "mark"):
            answer = posted(member, f"/slots/{slot.pk}/suggestions/{act}/", organisation=welders.pk, verdict="aside")
            assert answer.status_code == 403
    assert (JoinRequest.objects.count(), SuggestionMark.objects.count()) == (0, 0)


def test_set_aside_with_a_reason_and_taken_back(slot: RoleSlot, welders: Organisation, researcher: Member):
    mark = f"/slots/{slot.pk}/suggestions/mark/"

    answer = posted(researcher, mark, organisation=welders.pk, verdict="aside", reason="A competitor")
    aside = shown(researcher, partners_page(slot.idea))
    posted(researcher, mark, organisation=welders.pk, verdict="again")

    assert answer["Location"] == f"{partners_page(slot.idea)}#place-{slot.pk}"
    assert f'data-left-out="{welders.pk}"' in aside
    assert "A competitor" in aside
    assert f'data-partner="{welders.pk}"' in shown(researcher, partners_page(slot.idea))


def test_reason_that_is_too_long_stays_beside_its_field(slot: RoleSlot, welders: Organisation, researcher: Member):
    answer = posted(
        researcher, f"/slots/{slot.pk}/suggestions/mark/", organisation=welders.pk, verdict="aside", reason="x" * 1001
    )

    assert answer.status_code == 400
    assert "x" * 1001 in answer.content.decode()
    assert "field__error" in answer.content.decode()


@pytest.mark.parametrize("typed", ["", "x", "\x00", "٣", "9" * 300, "-1", "999999999999999999"])
def test_organisation_that_is_none_is_not_found(typed: str, slot: RoleSlot, researcher: Member):
    for act in ("invite", "mark"):
        answer = posted(researcher, f"/slots/{slot.pk}/suggestions/{act}/", organisation=typed, verdict="aside")
        assert answer.status_code == 404


@pytest.mark.parametrize("typed", [{"verdict": "maybe"}, {"verdict": ""}, {"verdict": "aside", "reason": "a\x00b"}])
def test_what_cannot_be_read_is_refused(
    typed: dict[str, str], slot: RoleSlot, welders: Organisation, researcher: Member
):
    answer = posted(researcher, f"/slots/{slot.pk}/suggestions/mark/", organisation=welders.pk, **typed)

    assert answer.status_code == 400
    assert SuggestionMark.objects.count() == 0


def test_closed_idea_has_no_suggestions(welders: Organisation, researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, state="draft")
    make_slot(idea, expertise="Saldatura laser")

    assert "data-partner" not in shown(researcher, partners_page(idea))


@pytest.mark.parametrize("places", [1, 3])
def test_queries_of_the_page(
    places: int, idea: Idea, welders: Organisation, researcher: Member, django_assert_num_queries: Any
):
    for _ in range(places):
        make_slot(idea, expertise="Saldatura laser")
    client = signed_in(researcher)
    client.get(partners_page(idea))

    with django_assert_num_queries(29):
        client.get(partners_page(idea))


# Ideas for an organisation -------------------------------------------------------------------------------------------


def ideas_page(organisation: Organisation) -> str:
    return f"/organisations/{organisation.slug}/ideas/"


def test_people_find_ideas_that_want_what_they_have(slot: RoleSlot, welders: Organisation, company: Member):
    page = shown(company, ideas_page(welders))

    assert slot.idea.title in page
    assert f"/ideas/{slot.idea.reference}/join/?slot={slot.pk}" in page
    assert "Competence: Saldatura laser" in page


def test_only_its_people_get_its_ideas(slot: RoleSlot, welders: Organisation, outsider: Member, staff: Member):
    for member in (outsider, staff):
        assert slot.idea.title not in shown(member, ideas_page(welders), 403)
    assert signed_in(None).get(ideas_page(welders)).status_code == 302


def test_idea_that_a_member_may_not_see_is_neither_shown_nor_counted(
    secret: Idea, slot: RoleSlot, welders: Organisation, company: Member
):
    before = shown(company, ideas_page(welders))
    make_slot(secret, expertise=f"Saldatura laser {CANARY}")

    after = shown(company, ideas_page(welders))

    assert CANARY not in after
    assert after.count('class="fit ') == before.count('class="fit ') == 1


def test_idea_that_is_not_for_us_goes_and_others_like_it_come_later(
    slot: RoleSlot, welders: Organisation, company: Member, administrator: Member, researcher: Member
):
    make_slot(make_idea(researcher, title="Another idea"), expertise="Saldatura laser")
    mark = f"{ideas_page(welders)}mark/"

    posted(company, mark, idea=slot.idea_id, slot=slot.pk, verdict="aside", reason="Too far away")
    page = shown(administrator, ideas_page(welders))

    assert f'data-left-out="{slot.idea_id}"' in page
    assert page.count("Too far away") == 2
    posted(administrator, mark, idea=slot.idea_id, verdict="again")
    assert "Too far away" not in shown(company, ideas_page(welders))


def test_what_was_said_of_a_hidden_idea_is_not_told(
    secret: Idea, welders: Organisation, company: Member, administrator: Member
):
    make_slot(secret, expertise="Saldatura laser")
    secret.invited.add(administrator)
    mark_idea(by=administrator, idea=secret, organisation=welders, verdict="aside", reason=CANARY, at=timezone.now())

    assert CANARY in shown(administrator, ideas_page(welders))
    assert CANARY not in shown(company, ideas_page(welders))


def test_mark_of_an_idea_that_one_does_not_see_is_not_found(secret: Idea, welders: Organisation, company: Member):
    answer = posted(company, f"{ideas_page(welders)}mark/", idea=secret.pk, verdict="aside")

    assert answer.status_code == 404


def test_outsider_can_say_nothing_for_an_organisation(slot: RoleSlot, welders: Organisation, outsider: Member):
    answer = posted(outsider, f"{ideas_page(welders)}mark/", idea=slot.idea_id, verdict="aside")

    assert (answer.status_code, SuggestionMark.objects.count()) == (403, 0)


@pytest.mark.parametrize("ideas", [1, 3])
def test_queries_of_the_ideas_page(
    ideas: int, welders: Organisation, company: Member, researcher: Member, django_assert_num_queries: Any
):
    for _ in range(ideas):
        make_slot(make_idea(researcher), expertise="Saldatura laser")
    client = signed_in(company)
    client.get(ideas_page(welders))

    with django_assert_num_queries(19):
        client.get(ideas_page(welders))


def test_menu_leads_to_the_only_organisation_or_lets_choose(welders: Organisation, company: Member, staff: Member):
    assert signed_in(company).get("/suggestions/")["Location"] == ideas_page(welders)
    assert signed_in(staff).get("/suggestions/").status_code == 200
    affiliate(company, make_organisation("Second"))
    assert ideas_page(welders) in shown(company, "/suggestions/")


# What nobody can fill ------------------------------------------------------------------------------------------------


def test_leads_and_staff_see_what_nobody_can_fill(
    slot: RoleSlot, welders: Organisation, lead: Member, staff: Member, researcher: Member, company: Member
):
    make_slot(slot.idea, expertise="Ornitologia")
    make_slot(make_idea(researcher, title="Birds"), expertise="ornitologia", wanted=2)

    for member in (lead, staff):
        page = shown(member, "/gaps/")
        assert page.count("data-gap") == 1
        assert "Birds" in page
        assert "Saldatura" not in page
    for member in (researcher, company):
        assert "Birds" not in shown(member, "/gaps/", 403)
    assert signed_in(None).get("/gaps/").status_code == 302


def test_gap_in_an_idea_that_a_lead_does_not_see_is_not_listed(
    secret: Idea, lead: Member, staff: Member, researcher: Member, other_chain: ValueChain
):
    make_slot(secret, expertise=f"{CANARY} ornitologia")
    elsewhere = make_idea(researcher, chain=other_chain, visibility=Visibility.VALUE_CHAIN, title="Elsewhere")
    make_slot(elsewhere, expertise="Ornitologia")

    assert CANARY not in shown(staff, "/gaps/")
    assert "Elsewhere" in shown(staff, "/gaps/")
    assert "Elsewhere" not in shown(lead, "/gaps/")


def test_gap_closes_when_somebody_says_that_they_have_it(slot: RoleSlot, staff: Member):
    before = shown(staff, "/gaps/")
    organisation = make_organisation("New", competences=["Laser welding"])
    affiliate(make_member(), organisation, AffiliationRole.ADMINISTRATOR)

    assert "Saldatura laser" in before
    assert "Saldatura laser" not in shown(staff, "/gaps/")
