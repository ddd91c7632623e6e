from ideas.models import Idea, Member, Organisation
from ideas.queries.joining import consortium_of, organisations_free_to_ask, requests_visible_to, slots_visible_to
from ideas.rules.joining import steps_open_to
from tests.factories import make_join_request, make_partner, make_slot


def test_the_consortium_has_partners_and_places_but_no_requests(
    idea: Idea, administrator: Member, firm: Organisation, outsider: Member
):
    slot = make_slot(idea)
    partner = make_partner(idea, administrator, firm, slot=slot)
    make_join_request(idea, outsider, outsider.organisations.get())

    found = consortium_of(idea)

    assert (found.partners, found.slots) == ([partner], [slot])


def test_requests_are_seen_by_who_asked_who_authorises_and_who_answers(
    idea: Idea, researcher: Member, company: Member, administrator: Member, outsider: Member, staff: Member,
    firm: Organisation,
):  # fmt: skip
    made = make_join_request(idea, company, firm)

    seen = {member: list(requests_visible_to(member)) for member in (researcher, company, administrator)}
    assert seen == {researcher: [made], company: [made], administrator: [made]}
    assert [list(requests_visible_to(member)) for member in (outsider, staff)] == [[], []]


def test_a_colleagues_request_is_not_a_members_business(
    idea: Idea, company: Member, administrator: Member, firm: Organisation
):
    make_join_request(idea, administrator, firm)

    assert list(requests_visible_to(company)) == []


def test_places_follow_their_idea(secret: Idea, researcher: Member, outsider: Member):
    slot = make_slot(secret)

    assert list(slots_visible_to(researcher)) == [slot]
    assert list(slots_visible_to(outsider)) == []


def test_an_organisation_may_ask_once(idea: Idea, company: Member, administrator: Member, firm: Organisation):
    assert list(organisations_free_to_ask(company, idea)) == [firm]

    make_join_request(idea, administrator, firm)

    assert list(organisations_free_to_ask(company, idea)) == []


def test_steps_are_those_of_the_state_and_of_the_person(
    idea: Idea, researcher: Member, company: Member, administrator: Member, firm: Organisation, outsider: Member
):
    waiting = make_join_request(idea, company, firm)
    pending = make_join_request(idea, outsider, outsider.organisations.get())

    open_to = {
        member: steps_open_to(member, [waiting, pending]) for member in (researcher, company, administrator, outsider)
    }

    assert open_to == {
        researcher: {waiting.pk: [], pending.pk: ["accept", "waitlist", "decline"]},
        company: {waiting.pk: ["withdraw"], pending.pk: []},
        administrator: {waiting.pk: ["authorise", "withdraw"], pending.pk: []},
        outsider: {waiting.pk: [], pending.pk: ["withdraw"]},
    }
