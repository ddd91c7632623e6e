from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from ideas.choices import AffiliationRole, CompetenceKind, Visibility
from ideas.management.triggers import SUGGESTIONS
from ideas.models import Affiliation, Competence, Member, Organisation, SuggestionStamp, ValueChain
from ideas.queries.ideas import members_who_see
from ideas.queries.organisation_index import organisation_index, term_keys
from tests.factories import affiliate, make_chain, make_idea, make_ket, make_member, make_organisation
from tests.queries.test_catalogue import TRIGGERS

pytestmark = pytest.mark.django_db


def stamps() -> list[int]:
    return list(SuggestionStamp.objects.order_by("id").values_list("stamp", flat=True))


WRITES: dict[str, Callable[[Organisation, Member, ValueChain], object]] = {
    "name": lambda firm, company, chain: Organisation.objects.filter(pk=firm.pk).update(name="Other"),
    "value chain": lambda firm, company, chain: firm.value_chains.add(chain),
    "technology": lambda firm, company, chain: firm.kets.add(make_ket()),
    "word": lambda firm, company, chain: Competence.objects.create(kind="competence", slug="x", name_it="x"),
    "who works there": lambda firm, company, chain: Affiliation.objects.filter(organisation=firm).delete(),
    "enrolled": lambda firm, company, chain: make_chain().members.add(company),
    "lead": lambda firm, company, chain: chain.leads.add(company),
    "left": lambda firm, company, chain: Member.objects.filter(pk=company.pk).update(is_active=False),
    "new": lambda firm, company, chain: make_organisation(),
    "gone": lambda firm, company, chain: make_organisation().delete(),
}


@pytest.mark.parametrize("write", WRITES)
def test_every_write_that_matters_changes_the_stamp(write: str, firm: Organisation, company: Member, chain: ValueChain):
    before = stamps()

    WRITES[write](firm, company, chain)

    assert stamps() != before


def test_sign_in_changes_nothing(company: Member):
    before = stamps()

    company.last_login = None
    company.save(update_fields=["last_login"])

    assert stamps() == before


@pytest.mark.parametrize("table", SUGGESTIONS.columns)
def test_migrate_gives_a_table_that_lost_its_triggers_new_ones(table: str):
    triggers, of = TRIGGERS[connection.vendor], "" if connection.vendor == "sqlite" else f" ON {table}"
    with connection.cursor() as cursor:
        cursor.execute(triggers, [table])
        before = cursor.fetchall()
        for (name,) in before:
            cursor.execute(f"DROP TRIGGER {name}{of}")

        call_command("migrate", verbosity=0)

        cursor.execute(triggers, [table])
        assert before
        assert cursor.fetchall() == before


def test_rolled_back_organisation_is_forgotten():
    make_organisation("Kept")
    with transaction.atomic():
        make_organisation("Rolled back")
        assert len(organisation_index().ids) == 2
        transaction.set_rollback(True)

    assert len(organisation_index().ids) == 1


def test_memory_tells_of_every_organisation_what_the_gate_tells_of_its_people(
    researcher: Member, chain: ValueChain, other_chain: ValueChain, staff: Member, lead: Member
):
    people = {name: make_member(name) for name in ("in the chain", "elsewhere", "shown", "left")}
    people |= {"staff": staff, "lead": lead}
    chain.members.add(people["in the chain"], people["left"])
    other_chain.members.add(people["elsewhere"])
    Member.objects.filter(pk=people["left"].pk).update(is_active=False)
    organisations = {name: make_organisation(name) for name in people} | {"nobody": make_organisation("nobody")}
    for name, member in people.items():
        affiliate(member, organisations[name], AffiliationRole.MEMBER)
    index = organisation_index()

    for visibility in Visibility.values:
        idea = make_idea(researcher, chain=chain, visibility=visibility)
        idea.invited.add(people["shown"])
        sees = index.who_sees(idea.audience, {organisations["shown"].pk})
        seen = {name for name, row in organisations.items() if sees(index.place_of[row.pk])}
        active = Member.objects.filter(pk__in=[member.pk for member in people.values()])
        told = members_who_see(idea, active)
        assert seen == {name for name, member in people.items() if member.pk in told}, visibility


@pytest.mark.parametrize(
    ("term", "keys"),
    [
        ("saldatura laser", {"welding", "laser"}),
        ("Laser welding", {"welding", "laser"}),
        ("lavorazioni CNC", {"~it:lavorazion", "=cnc"}),
        ("stampa 3D", {"printing", "=3d"}),
        ("camera climatica", {"it:climatic"}),
        ("di con per", set()),
        ("laboratorio", set()),
    ],
)
def test_words_of_a_term(term: str, keys: set[str]):
    assert {key for words in term_keys(term, {}) for key in words} == keys


def test_word_of_the_vocabulary_is_known_in_both_languages():
    Competence.objects.create(
        kind=CompetenceKind.COMPETENCE, slug="vibrofinitura", name_it="vibrofinitura", name_en="vibratory finishing"
    )
    make_organisation(competences=["vibrofinitura"])

    index = organisation_index()

    assert {"it:vibrofinitur", "en:vibrator", "en:finish"} <= set(index.words)
