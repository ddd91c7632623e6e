"""Suggestions on the 269 organisations of the region that have a PIC, with generated competences: every reason is
looked up again in the rows, by other means than the product's.
"""

import csv
import random
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.suggestions import mark_partner
from ideas.choices import AffiliationRole, JoinState, OrganisationKind, Scheme, Visibility
from ideas.models import Affiliation, Idea, JoinRequest, Member, Organisation, RoleSlot, Term, ValueChain
from ideas.queries.ideas import visible_to
from ideas.queries.organisation_index import forget
from ideas.queries.suggestions import Suggestion, suggestions_for
from ideas.text import searchable
from tests.factories import make_call, make_chain, make_idea, make_ket, make_slot

pytestmark = pytest.mark.django_db
REGION = Path(__file__).resolve().parents[2] / "ideas" / "data" / "organisations_emilia_romagna.csv"
# What they can do, in Italian and in English, and the beginnings by which either is known again.
KNOWN = [
    ("saldatura laser", "laser welding", "laser saldat weld"),
    ("prove a fatica", "fatigue testing", "fatica fatigue"),
    ("robotica collaborativa", "collaborative robotics", "robot"),
    ("gestione termica delle batterie", "thermal management of batteries", "term heat batter"),
    ("celle a combustibile a idrogeno", "hydrogen fuel cells", "idrogeno hydrogen combustibil fuel"),
    ("stampaggio di polimeri", "moulding of polymers", "stampagg mould polimer polymer"),
    ("valvole oleodinamiche", "hydraulic valves", "valvol valve oleodinamic hydraulic"),
    ("manutenzione predittiva", "predictive maintenance", "manutenzion maintenance predittiv predictive"),
    ("lavorazioni CNC", "CNC machining", "cnc machin lavoraz"),
    ("riciclo di compositi", "recycling of composites", "ricicl recycl composit"),
    ("sensori di vibrazione", "vibration sensors", "sensor vibraz vibrat"),
    ("stampa 3D di leghe di alluminio", "3D printing of aluminium alloys", "3d stampa print leg alloy allumini alumin"),
]
WANTED = [
    ("Saldatura laser di celle", "it"),
    ("Fatigue testing of welded joints", "en"),
    ("Robotica collaborativa", "it"),
    ("Thermal management for battery packs", "en"),
    ("Valvole oleodinamiche veloci", "it"),
    ("Predictive maintenance with vibration sensors", "en"),
    ("Lavorazioni CNC", "it"),
    ("Recycling of composites", "en"),
]
KINDS = list(OrganisationKind.values)


@pytest.fixture
def chains(chain: ValueChain, other_chain: ValueChain) -> list[ValueChain]:
    return [chain, other_chain, make_chain("DAMA")]


@pytest.fixture
def region(chains: list[ValueChain]) -> dict[int, Organisation]:
    """The organisations of the file with what they can do, most of them with people; the same each time."""
    dice = random.Random(7)
    provinces = {
        code: Term.objects.create(scheme=Scheme.PROVINCE, code=code, name_it=code, name_en=code)
        for code in sorted({row["nuts3_guess"] for row in _rows()} - {""})
    }
    ket = make_ket("AMT")
    rows = [_row(row, number, dice, provinces) for number, row in enumerate(_rows())]
    Organisation.objects.bulk_create(rows)
    people = Member.objects.bulk_create(
        Member(email=f"of{number}@example.org", name=f"Of {number}", password="!") for number in range(180)
    )
    Affiliation.objects.bulk_create(
        Affiliation(member=member, organisation=row, role=dice.choice(AffiliationRole.values))
        for member, row in zip(people, dice.sample(rows, len(people)), strict=True)
    )
    for row in rows:
        row.value_chains.set(dice.sample(chains, dice.choice((0, 1, 2))))
        if dice.random() < 0.3:
            row.kets.add(ket)
    for member in people:
        dice.choice(chains).members.add(member)
    return {row.pk: row for row in rows}


def _rows() -> list[dict[str, str]]:
    with REGION.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _row(row: dict[str, str], number: int, dice: random.Random, provinces: dict[str, Term]) -> Organisation:
    def some(most: int) -> list[str]:
        return [dice.choice(known[:2]) for known in dice.sample(KNOWN, dice.randrange(most))]

    kind = dice.choice(KINDS)
    told = dice.choice(KNOWN)
    return Organisation(
        name=row["name"], slug=f"of-the-region-{number}", pic=row["pic"], kind=kind,
        accredited=kind == OrganisationKind.RESEARCH and dice.random() < 0.5, country=dice.choice(("IT", "IT", "DE")),
        province=provinces.get(row["nuts3_guess"]), competences=some(4), equipment=some(2), services=some(3),
        description_it=f"Ci occupiamo di {told[0]}." if dice.random() < 0.3 else "",
        description_en=f"We work on {told[1]}." if dice.random() < 0.3 else "",
    )  # fmt: skip


@pytest.fixture
def wanting(researcher: Member, laboratory: Organisation, chains: list[ValueChain], region: Any) -> list[RoleSlot]:
    """Places of several ideas, some for one kind, some for accredited laboratories, one idea for its chain only."""
    laboratory.province = Term.objects.get(code="ITH54")
    laboratory.save()
    call = make_call("RULES", rules={"min_companies": 2, "min_countries": 2, "min_accredited": 1})
    slots = []
    for number, (expertise, language) in enumerate(WANTED):
        idea = make_idea(
            researcher, chain=chains[number % 2], language=language, organisation=laboratory, call=call,
            kets=[Term.objects.get(code="AMT")],
            visibility=Visibility.VALUE_CHAIN if number % 3 == 0 else Visibility.MEMBERS,
        )  # fmt: skip
        kinds = ([], ["company"], ["research"])[number % 3]
        slots.append(make_slot(idea, expertise=expertise, kinds=kinds, accredited=number == 5, role="beneficiary"))
    return slots


def suggested(slot: RoleSlot, by: Member, **more: Any) -> list[Suggestion]:
    idea = Idea.objects.select_related("call", "organisation").get(pk=slot.idea_id)
    return suggestions_for(idea, [slot], by, **more)[0].found


def speaks_of(term: str, text: str) -> bool:
    """Whether a term and a text have a subject in common, in whichever languages."""
    beginnings = {begin for *_, known in KNOWN for begin in known.split()}
    pairs = [known.split() for *_, known in KNOWN]

    def subjects(said: str) -> set[int]:
        words = searchable(said).split()
        return {
            number
            for number, known in enumerate(pairs)
            if any(word.startswith(begin) for word in words for begin in known if begin in beginnings)
        }

    return bool(subjects(term) & subjects(text))


def join(idea: Idea, organisations: list[Organisation], role: str) -> None:
    """Make organisations partners of an idea, without the steps that lead there."""
    JoinRequest.objects.bulk_create(
        JoinRequest(
            idea=idea, organisation=row, role=role, state=JoinState.ACCEPTED, contribution="x",
            asked_by=idea.created_by, asked_at=timezone.now(), joined_at=timezone.now(),
        )
        for row in organisations
    )  # fmt: skip


def test_every_reason_is_true(
    wanting: list[RoleSlot], researcher: Member, other_author: Member, region: dict[int, Organisation]
):
    rows, seen = list(region.values()), set[str]()
    join(make_idea(researcher, title="Seen"), rows[:90], "beneficiary")
    join(make_idea(other_author, title="Hidden", visibility=Visibility.PRIVATE), rows[:150], "beneficiary")
    join(make_idea(researcher, title="Seen, too"), rows[60:120], "coordinator")

    for slot in wanting:
        for one in [*suggested(slot, researcher, limit=40), *suggested(slot, researcher, beyond=True, limit=40)]:
            seen |= _check_reasons(one, slot, researcher)

    # So that the check above has had something of each to check.
    assert seen >= {"competence", "equipment", "service", "description", "value_chain", "ket", "kind", "accredited"}
    assert seen >= {"brings", "province", "role", "took_part"}


def _check_reasons(one: Suggestion, slot: RoleSlot, by: Member) -> set[str]:
    row, idea = one.organisation, slot.idea
    fields = {"competence": row.competences, "equipment": row.equipment, "service": row.services}
    assert not slot.kinds or row.kind in {*slot.kinds, *(["sme", "startup"] if "company" in slot.kinds else [])}
    assert row.accredited or not slot.accredited
    for said in one.evidence:
        assert said.term in fields[said.source]
        assert speaks_of(said.term, slot.expertise), (said.term, slot.expertise)
        assert all(searchable(word) in searchable(slot.expertise) for word in said.words)
    for reason in one.fit.reasons:
        values = reason.values
        if reason.code in fields:
            assert any(said.source == reason.code for said in one.evidence)
        elif reason.code == "description":
            told = searchable(f"{row.description_it} {row.description_en}")
            assert one.described
            assert all(searchable(word) in told for word in one.described)
            assert speaks_of(told, slot.expertise)
        elif reason.code == "value_chain":
            assert set(values) == set(row.value_chains.values_list("code", flat=True)) & set(idea.tags["chains"])
        elif reason.code == "ket":
            assert set(values) == set(row.kets.values_list("code", flat=True)) & set(idea.tags["kets"])
        elif reason.code == "kind":
            assert values == (row.kind,)
        elif reason.code == "province":
            assert row.province == idea.organisation.province
        elif reason.code == "brings":
            _check_what_it_brings(row, set(values))
        elif reason.code in ("role", "took_part"):
            rows = row.join_requests.filter(idea__in=visible_to(by), state=JoinState.ACCEPTED)
            others = rows.exclude(role=slot.role)
            assert values[-1] == (rows.filter(role=slot.role) if reason.code == "role" else others).count()
        else:
            assert (reason.code, row.accredited) == ("accredited", True)
    return {reason.code for reason in one.fit.reasons}


def _check_what_it_brings(row: Organisation, rules: set[str]) -> None:
    """The line-ups are one accredited Italian laboratory."""
    assert rules <= {"min_companies", "min_countries"}
    assert "min_companies" not in rules or row.kind in {"company", "sme", "startup"}
    assert "min_countries" not in rules or row.country != "IT"


def test_whoever_is_suggested_sees_the_idea_and_whoever_is_beyond_does_not(wanting: list[RoleSlot], researcher: Member):
    for slot in wanting:
        for beyond in (False, True):
            for one in suggested(slot, researcher, beyond=beyond, limit=40):
                people = one.organisation.people.filter(is_active=True)
                sees = any(visible_to(member).filter(pk=slot.idea_id).exists() for member in people)
                assert sees is not beyond


def test_order_is_the_same_whatever_happened_in_memory_and_whoever_else_is_asked(
    wanting: list[RoleSlot], researcher: Member
):
    def order() -> list[list[tuple[str, float]]]:
        return [[(one.organisation.name, one.fit.score) for one in suggested(slot, researcher)] for slot in wanting]

    first = order()
    forget()

    assert order() == first
    assert all(len(found) > 1 for found in first)
    assert all([score for _, score in found] == sorted((s for _, s in found), reverse=True) for found in first)


def test_who_is_set_aside_makes_room_for_the_next_one(wanting: list[RoleSlot], researcher: Member):
    slot = wanting[1]
    first, *rest = suggested(slot, researcher, limit=3)

    mark_partner(by=researcher, slot=slot, organisation=first.organisation, verdict="aside", at=timezone.now())

    after = suggested(slot, researcher, limit=3)
    assert [one.organisation for one in after[:2]] == [one.organisation for one in rest]
    assert first.organisation not in [one.organisation for one in after]
