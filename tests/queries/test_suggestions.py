from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.joining import accept_join_request, decline_join_request, invite_organisation, take_step
from ideas.actions.suggestions import mark_partner
from ideas.choices import AffiliationRole, OrganisationKind, Scheme, Visibility
from ideas.models import Idea, Member, Organisation, RoleSlot, Term, ValueChain
from ideas.queries.suggestions import SlotSuggestions, suggestions_for
from tests.factories import (
    affiliate,
    make_call,
    make_idea,
    make_join_request,
    make_ket,
    make_member,
    make_organisation,
    make_partner,
    make_slot,
)

pytestmark = pytest.mark.django_db


def make_here(name: str, *chains: ValueChain, **fields: Any) -> Organisation:
    """An organisation that somebody administers here, so that it sees what all members see."""
    organisation = make_organisation(name, **fields)
    organisation.value_chains.set(chains)
    affiliate(make_member(f"Of {name}"), organisation, AffiliationRole.ADMINISTRATOR)
    return organisation


def suggest(slot: RoleSlot, by: Member, **more: Any) -> SlotSuggestions:
    (found,) = suggestions_for(slot.idea, [slot], by, **more)
    return found


def names(slot: RoleSlot, by: Member, **more: Any) -> list[str]:
    return [one.organisation.name for one in suggest(slot, by, **more).found]


def reasons(slot: RoleSlot, by: Member) -> dict[str, dict[str, tuple[Any, ...]]]:
    found = suggest(slot, by).found
    return {one.organisation.name: {reason.code: reason.values for reason in one.fit.reasons} for one in found}


@pytest.fixture
def slot(idea: Idea) -> RoleSlot:
    """A place for who can weld with a laser."""
    return make_slot(idea, expertise="Saldatura laser", work="Giunzione di celle")


def test_who_has_the_competence_is_suggested_and_told_why(slot: RoleSlot, researcher: Member, chain: ValueChain):
    make_here("Saldature", chain, competences=["Saldatura laser", "Verniciatura"], kind=OrganisationKind.SME)
    make_here("Vernici", chain, competences=["Verniciatura"])

    (one,) = suggest(slot, researcher).found

    assert one.organisation.name == "Saldature"
    assert {reason.code for reason in one.fit.reasons} == {"competence", "value_chain"}
    assert [(said.source, said.term, said.is_whole) for said in one.evidence] == [
        ("competence", "Saldatura laser", True)
    ]
    assert (one.sees, one.may_answer) == (True, True)


def test_competence_in_the_other_language_counts(slot: RoleSlot, researcher: Member):
    make_here("Welders", competences=["Laser welding"])

    assert [one.evidence[0].words for one in suggest(slot, researcher).found] == [("laser", "saldatura")]


def test_equipment_services_and_descriptions_count_each_under_its_name(slot: RoleSlot, researcher: Member):
    make_here("A", equipment=["Laser per saldatura"])
    make_here("B", services=["Prove di saldatura laser"])
    make_here("C", description_it="Ci occupiamo di saldatura con il laser di celle e moduli.")

    found = {name: set(codes) for name, codes in reasons(slot, researcher).items()}

    assert found == {"A": {"equipment"}, "B": {"service"}, "C": {"description"}}


def test_whose_kind_or_accreditation_is_not_wanted_is_left_out(idea: Idea, researcher: Member):
    slot = make_slot(idea, expertise="Saldatura laser", kinds=["research"], accredited=True)
    fields: dict[str, Any] = {"competences": ["Saldatura laser"]}
    make_here("Accredited", kind=OrganisationKind.RESEARCH, accredited=True, **fields)
    make_here("Not accredited", kind=OrganisationKind.RESEARCH, **fields)
    make_here("Company", kind=OrganisationKind.COMPANY, **fields)

    assert set(reasons(slot, researcher)["Accredited"]) == {"competence", "kind", "accredited"}
    assert names(slot, researcher) == ["Accredited"]


def test_small_enterprise_takes_a_place_for_companies(idea: Idea, researcher: Member):
    slot = make_slot(idea, expertise="Saldatura laser", kinds=["company"])
    make_here("Small", kind=OrganisationKind.SME, competences=["Saldatura laser"])

    assert reasons(slot, researcher)["Small"]["kind"] == ("sme",)


def test_what_the_line_up_lacks_speaks_for_who_brings_it(researcher: Member, chain: ValueChain):
    call = make_call("RULES", rules={"min_companies": 1, "min_countries": 2})
    idea = make_idea(researcher, chain=chain, call=call)
    slot = make_slot(idea, expertise="Saldatura laser")
    make_here("Italian laboratory", kind=OrganisationKind.RESEARCH, competences=["Saldatura laser"])
    make_here("German company", country="DE", competences=["Saldatura laser"])

    found = reasons(slot, researcher)

    assert list(found) == ["German company", "Italian laboratory"]
    assert set(found["German company"]["brings"]) == {"min_companies", "min_countries"}


def test_technology_and_province_speak_for_it(researcher: Member, chain: ValueChain, laboratory: Organisation):
    modena = Term.objects.create(scheme=Scheme.PROVINCE, code="ITH54", name_it="Modena", name_en="Modena")
    laboratory.province = modena
    laboratory.save()
    ket = make_ket("AMT")
    idea = make_idea(researcher, chain=chain, kets=[ket], organisation=laboratory)
    slot = make_slot(idea, expertise="Saldatura laser")
    make_here("Near", province=modena, competences=["Saldatura laser"]).kets.add(ket)

    assert reasons(slot, researcher)["Near"] == {
        "competence": tuple(reasons(slot, researcher)["Near"]["competence"]),
        "ket": ("AMT",),
        "province": (modena.pk,),
    }


def test_only_who_is_free_for_the_idea_is_suggested(
    slot: RoleSlot, researcher: Member, laboratory: Organisation, chain: ValueChain
):
    for number, name in enumerate(("Partner", "Asking", "Declined", "Free")):
        make_here(name, competences=["Saldatura laser"], slug=f"one-{number}")
    rows = {row.name: row for row in Organisation.objects.all()}
    laboratory.competences = ["Saldatura laser"]
    laboratory.save()
    Idea.objects.filter(pk=slot.idea_id).update(organisation=laboratory)
    slot.idea.refresh_from_db()
    people = {row.name: row.people.first() for row in rows.values() if row.name != "Laboratory"}
    for name in ("Partner", "Asking", "Declined"):
        request = make_join_request(slot.idea, people[name], rows[name])
        if name == "Partner":
            accept_join_request(by=researcher, request=request, at=timezone.now())
        if name == "Declined":
            decline_join_request(by=researcher, request=request, reason="Not now", at=timezone.now())

    found = suggest(slot, researcher)

    assert [one.organisation.name for one in found.found] == ["Free"]
    assert [one.organisation.name for one in found.left_out] == ["Declined"]
    assert found.left_out[0].refusals[0].reason == "Not now"


def test_nobody_is_suggested_to_whom_the_idea_is_invisible(
    researcher: Member, chain: ValueChain, other_chain: ValueChain
):
    idea = make_idea(researcher, chain=chain, visibility=Visibility.VALUE_CHAIN)
    slot = make_slot(idea, expertise="Saldatura laser")
    inside, outside = (make_here(name, competences=["Saldatura laser"]) for name in ("Inside", "Outside"))
    chain.members.add(inside.people.get())
    other_chain.members.add(outside.people.get())
    make_organisation("Without people", competences=["Saldatura laser"])

    assert names(slot, researcher) == ["Inside"]
    assert names(slot, researcher, beyond=True) == ["Outside", "Without people"]
    assert [one.may_answer for one in suggest(slot, researcher, beyond=True).found] == [True, False]


def test_private_idea_is_suggested_to_those_of_whom_somebody_was_shown_it(secret: Idea, researcher: Member):
    slot = make_slot(secret, expertise="Saldatura laser")
    shown, _ = (make_here(name, competences=["Saldatura laser"]) for name in ("Shown", "Others"))
    secret.invited.add(shown.people.get())

    assert names(slot, researcher) == ["Shown"]
    assert names(slot, researcher, beyond=True) == ["Others"]


def test_who_left_the_lab_sees_nothing(slot: RoleSlot, researcher: Member):
    person = make_here("Left", competences=["Saldatura laser"]).people.get()
    before = names(slot, researcher)
    person.is_active = False
    person.save(update_fields=["is_active"])

    assert before == ["Left"]
    assert names(slot, researcher) == []


def test_set_aside_and_suggested_again(slot: RoleSlot, researcher: Member):
    organisation = make_here("Set aside", competences=["Saldatura laser"])
    say: dict[str, Any] = {"by": researcher, "slot": slot, "organisation": organisation}

    mark_partner(**say, verdict="aside", reason="A competitor", at=timezone.now())
    aside = suggest(slot, researcher)
    mark_partner(**say, verdict="again", at=timezone.now())

    assert aside.found == []
    assert aside.left_out[0].refusals[0].reason == "A competitor"
    assert names(slot, researcher) == ["Set aside"]
    assert suggest(slot, researcher).left_out == []


def test_what_was_refused_in_an_authors_other_idea_weighs_here_and_for_no_other_author(
    slot: RoleSlot, researcher: Member, other_author: Member, into: Idea
):
    first = make_here("A first by name", competences=["Saldatura laser"])
    make_here("B second", competences=["Saldatura laser"])
    other_slot = make_slot(into, expertise="Saldatura laser")
    before = names(slot, researcher)

    elsewhere = make_slot(make_idea(researcher), expertise="Saldatura laser di alluminio")
    mark_partner(by=researcher, slot=elsewhere, organisation=first, verdict="aside", reason="Slow", at=timezone.now())

    assert before == ["A first by name", "B second"]
    assert names(slot, researcher) == ["B second", "A first by name"]
    last = suggest(slot, researcher).found[-1]
    assert [(reason.code, reason.values) for reason in last.fit.cautions] == [("refused", (1, 0))]
    assert [one.reason for one in last.refusals] == ["Slow"]
    assert names(other_slot, other_author) == ["A first by name", "B second"]


def test_declined_invitation_is_learnt_with_its_reason(slot: RoleSlot, researcher: Member, other_author: Member):
    asked = make_here("A asked", competences=["Saldatura laser"])
    make_here("B not asked", competences=["Saldatura laser"])
    other = make_slot(make_idea(researcher), expertise="Saldatura laser")
    invite: dict[str, Any] = {"by": researcher, "organisation": asked, "at": timezone.now()}

    invitation = invite_organisation(idea=slot.idea, slot=slot, **invite)
    waiting = names(slot, researcher)
    take_step("decline", by=asked.people.get(), request=invitation, reason="Not this year", at=timezone.now())

    assert waiting == ["B not asked"]
    (left_out,) = suggest(slot, researcher).left_out
    assert [(one.state, one.invited, one.reason) for one in left_out.refusals] == [("declined", True, "Not this year")]
    assert names(other, researcher) == ["B not asked", "A asked"]
    mark_partner(by=researcher, slot=slot, organisation=asked, verdict="again", at=timezone.now())
    assert names(slot, researcher) == ["B not asked", "A asked"]


def test_part_in_other_ideas_counts_as_far_as_the_author_sees_them(
    slot: RoleSlot, researcher: Member, secret: Idea, other_author: Member, into: Idea
):
    known = make_here("Known", competences=["Saldatura laser"])
    hidden = make_idea(other_author, visibility=Visibility.PRIVATE)
    make_partner(into, known.people.get(), known, role="beneficiary")
    hidden.invited.add(known.people.get())
    make_partner(hidden, known.people.get(), known, role="coordinator")

    assert reasons(slot, researcher)["Known"]["role"] == ("beneficiary", 1)
    assert "took_part" not in reasons(slot, researcher)["Known"]


def test_order_is_the_same_each_time(slot: RoleSlot, researcher: Member):
    for name in ("Gamma", "Alfa", "Beta"):
        make_here(name, competences=["Saldatura laser"])

    assert [names(slot, researcher) for _ in range(3)] == [["Alfa", "Beta", "Gamma"]] * 3


def test_place_whose_words_nobody_uses_says_so(idea: Idea, researcher: Member):
    make_here("A", competences=["Saldatura laser"])

    found = suggest(make_slot(idea, expertise="Ornitologia"), researcher)

    assert (found.found, found.is_telling) == ([], False)


@pytest.mark.parametrize("places", [1, 3])
def test_queries_do_not_grow_with_places_and_organisations(
    places: int, idea: Idea, researcher: Member, django_assert_num_queries: Any
):
    for number in range(places):
        make_here(f"O{number}", competences=["Saldatura laser", "Verniciatura"])
        make_slot(idea, expertise="Saldatura laser")
    slots = list(idea.slots.all())
    suggestions_for(idea, slots, researcher)

    with django_assert_num_queries(18):
        found = suggestions_for(idea, slots, researcher)

    assert [len(one.found) for one in found] == [places] * places
