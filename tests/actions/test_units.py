import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.units import let_unit_go, take_unit
from ideas.choices import AffiliationRole, OrganisationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, Member, Organisation
from ideas.queries.joining import consortium_of
from ideas.radar import CallRule
from ideas.serializers.joining import ConsortiumSerializer
from realtime.models import Change
from tests.factories import affiliate, make_call, make_idea, make_member, make_organisation, make_partner
from tests.told import changes, last

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def take(by: Member, parent: Organisation, unit: Organisation) -> Organisation:
    return take_unit(by=by, parent=parent, unit=unit, at=NOW)


@pytest.fixture
def plant(db: None) -> Organisation:
    """A unit-to-be of the firm, which nobody administers."""
    return make_organisation("Plant", kind=OrganisationKind.SME)


def test_an_administrator_takes_an_unclaimed_unit_and_staff_are_told(
    administrator: Member, firm: Organisation, plant: Organisation, staff: Member
):
    before = last()

    take(administrator, firm, plant)

    plant.refresh_from_db()
    assert plant.parent == firm
    assert changes(before) == [(f"member.{staff.pk}", "notification.added")]


def test_a_unit_that_others_administer_is_not_taken(
    administrator: Member, firm: Organisation, laboratory: Organisation, researcher: Member, staff: Member
):
    before = last()

    with pytest.raises(NotAllowed):
        take(administrator, firm, laboratory)

    assert changes(before) == []
    take(staff, firm, laboratory)
    assert changes(before) == [
        (f"member.{number}", "notification.added") for number in sorted((administrator.pk, researcher.pk))
    ]


def test_who_administers_both_joins_them(administrator: Member, firm: Organisation, laboratory: Organisation):
    affiliate(make_member(), laboratory, AffiliationRole.ADMINISTRATOR)
    affiliate(administrator, laboratory, AffiliationRole.ADMINISTRATOR)

    assert take(administrator, firm, laboratory).parent == firm


def test_others_take_nothing(company: Member, outsider: Member, firm: Organisation, plant: Organisation):
    for other in (company, outsider):
        with pytest.raises(NotAllowed):
            take(other, firm, plant)


def test_twice_is_once(administrator: Member, firm: Organisation, plant: Organisation, staff: Member):
    take(administrator, firm, plant)
    before = last()

    take(administrator, firm, plant)

    assert changes(before) == []


def test_one_level_and_no_circles(staff: Member, firm: Organisation, plant: Organisation):
    other, third = make_organisation("Other"), make_organisation("Third")
    take(staff, firm, plant)
    before = last()

    for parent, unit, code in (
        (plant, other, "unit_of_unit"),
        (plant, firm, "unit_of_unit"),
        (other, firm, "unit_has_units"),
        (third, plant, "unit_taken"),
    ):
        with pytest.raises(Conflict, match=code):
            take(staff, parent, unit)
    with pytest.raises(ValidationError) as refusal:
        take(staff, other, other)

    assert list(refusal.value.message_dict) == ["unit"]
    assert changes(before) == []


def test_either_side_lets_go(administrator: Member, firm: Organisation, plant: Organisation, staff: Member):
    head = make_member("Plant head")
    affiliate(head, plant, AffiliationRole.ADMINISTRATOR)
    take(staff, firm, plant)

    for by in (administrator, head):
        let_unit_go(by=by, unit=plant, at=timezone.now())
        plant.refresh_from_db()
        assert plant.parent is None
        take_unit(by=staff, parent=firm, unit=plant, at=timezone.now())


def test_others_let_nothing_go_and_what_is_free_stays_free(
    company: Member, outsider: Member, staff: Member, firm: Organisation, plant: Organisation
):
    with pytest.raises(Conflict, match="wrong_state"):
        let_unit_go(by=staff, unit=plant, at=NOW)
    take(staff, firm, plant)

    for other in (company, outsider):
        with pytest.raises(NotAllowed):
            let_unit_go(by=other, unit=plant, at=NOW)


def missing(idea: Idea) -> int:
    idea.refresh_from_db()
    return next(check.missing for check in consortium_of(idea).checks)


@pytest.fixture
def aimed(researcher: Member, laboratory: Organisation) -> Idea:
    """An idea of the laboratory, for a call that asks for three independent organisations."""
    call = make_call(rules={CallRule.MIN_ORGANISATIONS: 3})
    return make_idea(researcher, call=call, organisation=laboratory)


def test_two_units_count_as_one_and_cards_and_panel_say_so_at_once(
    aimed: Idea, administrator: Member, firm: Organisation, plant: Organisation, staff: Member
):
    affiliate(administrator, plant, AffiliationRole.ADMINISTRATOR)
    make_partner(aimed, administrator, firm)
    make_partner(aimed, administrator, plant)
    assert missing(aimed) == 0
    before = last()

    take(administrator, firm, plant)

    assert (missing(aimed), aimed.tags["lacks"]) == (1, {CallRule.MIN_ORGANISATIONS: 1})
    assert changes(before) == [("board.members", "card.changed"), (f"idea.{aimed.pk}", "consortium.changed")]
    payload = Change.objects.filter(kind="consortium.changed").latest("pk").payload
    assert payload == ConsortiumSerializer(consortium_of(aimed)).data


def test_two_units_of_a_third_count_as_one_and_part_again(
    aimed: Idea, administrator: Member, firm: Organisation, plant: Organisation, staff: Member
):
    group = make_organisation("Group")
    affiliate(administrator, plant, AffiliationRole.ADMINISTRATOR)
    make_partner(aimed, administrator, firm)
    make_partner(aimed, administrator, plant)
    take(staff, group, firm)
    assert missing(aimed) == 0

    take(staff, group, plant)
    together = missing(aimed)
    let_unit_go(by=staff, unit=plant, at=timezone.now())

    assert (together, missing(aimed), aimed.tags["lacks"]) == (1, 0, {})


def test_people_of_a_unit_are_not_people_of_its_parent(
    company: Member, staff: Member, firm: Organisation, plant: Organisation
):
    take(staff, plant, firm)

    assert [member.name for member in plant.people.all()] == []
