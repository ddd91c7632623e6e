import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas.actions.organisations import MOST_PROJECTS, create_organisation, edit_organisation
from ideas.choices import ConsortiumRole, OrganisationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Member, Organisation, PastProject
from ideas.queries.organisations import having_words
from ideas.queries.topics import board_topic, idea_topic
from realtime.models import Change
from tests.factories import make_call, make_chain, make_idea, make_ket, make_organisation, make_partner

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MOVED = re.compile(
    r"""UPDATE "ideas_boardcount" .*"audience" = '(.*?)' AND """
    r""".*"facet" = '(.*?)' AND .*"value" = '(.*?)'"""
)
PROJECT = {"title": "e-Drive", "programme": "Horizon 2020", "year": 2019, "role": "coordinator", "url": ""}


def edit(organisation: Organisation, by: Member, **content: Any) -> Organisation:
    organisation.refresh_from_db()
    return edit_organisation(by=by, organisation=organisation, content=content, version=organisation.version, at=NOW)


def refused_fields(organisation: Organisation, by: Member, **content: Any) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        edit(organisation, by, **content)
    return list(refusal.value.message_dict)


def last_change() -> int:
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def changes_after(last: int) -> list[tuple[str, str]]:
    rows = Change.objects.filter(pk__gt=last).order_by("pk").select_related("topic")
    return [(row.topic.name, row.kind) for row in rows]


@contextmanager
def counts_moved() -> Iterator[list[tuple[str, str, str]]]:
    """Which counts of the board are moved meanwhile, one by one: (audience, facet, value)."""
    moved: list[tuple[str, str, str]] = []
    with CaptureQueriesContext(connection) as asked:
        yield moved
    moved += [found.group(1, 2, 3) for one in asked if (found := MOVED.search(one["sql"]))]


def test_administrator_writes_the_whole_profile(administrator, firm):
    chain, ket = make_chain("MOVES"), make_ket("AI")

    edit(
        firm, administrator, name=" Firm  of\tHydraulics ", description_it="**Pompe**", description_en="Pumps",
        pic="999 986 096", country="el", languages=["it", "en"], website="https://example.org", services=["Test"],
        value_chains=[chain], kets=[ket], projects=[PROJECT], address="Via Emilia 1",
    )  # fmt: skip

    firm.refresh_from_db()
    assert (firm.name, firm.pic, firm.country, firm.version) == ("Firm of Hydraulics", "999986096", "GR", 2)
    assert firm.html == {"description_it": "<p><strong>Pompe</strong></p>\n", "description_en": "<p>Pumps</p>\n"}
    assert [*firm.value_chains.all(), *firm.kets.all()] == [chain, ket]
    assert [(row.title, row.year, row.role) for row in firm.past_projects.all()] == [("e-Drive", 2019, "coordinator")]
    assert [row.object_id for row in having_words("hydraulics pump")] == [firm.pk]


def test_what_is_not_sent_stays(administrator, firm):
    edit(firm, administrator, description_it="Testo", competences=["Pompe"], projects=[PROJECT])

    edit(firm, administrator, short_name="F")

    firm.refresh_from_db()
    assert (firm.description_it, firm.competences, firm.past_projects.count()) == ("Testo", ["Pompe"], 1)


@pytest.mark.parametrize("who", ["outsider", "company", "researcher", "lead"])
def test_only_its_administrators_and_staff_edit(who: str, firm, request):
    by = request.getfixturevalue(who)

    with pytest.raises(NotAllowed):
        edit(firm, by, name="Taken over")
    firm.refresh_from_db()
    assert (firm.name, firm.version) == ("Firm", 1)


def test_only_staff_create_organisations(administrator, staff):
    content = {"name": "New one", "kind": OrganisationKind.SME, "competences": ["Pompe"]}

    with pytest.raises(NotAllowed):
        create_organisation(by=administrator, content=content, at=NOW)
    made = create_organisation(by=staff, content=content, at=NOW)

    assert (made.slug, made.competences, made.country) == ("new-one", ["Pompe"], "IT")
    assert [row.object_id for row in having_words("pompa")] == [made.pk]


def test_address_of_a_new_organisation_is_its_own(staff):
    names = ["New", "Rettifica", "Rettifica", "溶接"]

    made = [create_organisation(by=staff, content={"name": name, "kind": "sme"}, at=NOW).slug for name in names]

    assert made == ["new-2", "rettifica", "rettifica-2", "organisation"]


def test_accreditation_and_membership_are_for_staff(administrator, staff, firm):
    for content in ({"accredited": True}, {"member_since": 2020}):
        with pytest.raises(NotAllowed):
            edit(firm, administrator, **content)
    # As they are, they may come along with the rest.
    edit(firm, administrator, accredited=False, member_since=None, name="Firm")

    assert edit(firm, staff, accredited=True, member_since=2020).accredited


def test_second_of_two_saves_is_refused_and_undoes_nothing(administrator, staff, firm):
    edit_organisation(by=staff, organisation=firm, content={"name": "By staff"}, version=1, at=NOW)

    with pytest.raises(Conflict, match="edited_meanwhile"):
        edit_organisation(by=administrator, organisation=firm, content={"name": "Late"}, version=1, at=NOW)

    firm.refresh_from_db()
    assert firm.name == "By staff"


@pytest.mark.parametrize("pic", ["12345678", "1234567890", "12345678x", "１２３４５６７８９", "9" * 300])
def test_pic_that_is_none_is_named(administrator, firm, pic: str):
    assert refused_fields(firm, administrator, pic=pic) == ["pic"]


def test_pic_of_another_organisation_is_named_with_it(administrator, firm):
    make_organisation("First", pic="999986096")

    with pytest.raises(ValidationError) as refusal:
        edit(firm, administrator, pic="999986096")

    assert "First" in refusal.value.message_dict["pic"][0]
    assert edit(firm, administrator, pic="999986097").pic == "999986097"
    assert edit(firm, administrator, pic="999986097").version == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("kind", "club"),
        ("country", "ITA"),
        ("country", "１１"),
        ("website", "javascript:alert(1)"),
        ("website", "ftp://example.org/"),
        ("description_it", "x" * 10_001),
        ("description_en", "*" * 2_000),
        ("languages", ["it"] * 30),
        ("projects", [{**PROJECT, "title": ""}]),
        ("projects", [{**PROJECT, "year": 99_999}]),
        ("projects", [{**PROJECT, "url": "javascript:alert(1)"}]),
        ("projects", [{**PROJECT, "role": "boss"}]),
        ("projects", [PROJECT] * (MOST_PROJECTS + 1)),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(administrator, firm, field: str, value: Any):
    assert refused_fields(firm, administrator, **{field: value}) == [field]
    firm.refresh_from_db()
    assert (firm.version, firm.past_projects.count()) == (1, 0)


def test_year_of_membership_must_be_one(staff, firm):
    assert refused_fields(firm, staff, member_since=20) == ["member_since"]


def test_projects_by_hand_are_written_over_and_imported_ones_stay(administrator, firm):
    imported = PastProject.objects.create(organisation=firm, title="IMPORTED", code="cordis:1")
    edit(firm, administrator, projects=[PROJECT, {**PROJECT, "title": "Second"}])
    kept = firm.past_projects.get(title="Second")

    edit(firm, administrator, projects=[{**PROJECT, "id": kept.pk, "title": "Second, renamed"}, {**PROJECT, "id": 999}])

    kept.refresh_from_db()
    imported.refresh_from_db()
    assert (kept.title, imported.title) == ("Second, renamed", "IMPORTED")
    assert sorted(firm.past_projects.values_list("title", flat=True)) == ["IMPORTED", "Second, renamed", "e-Drive"]


def test_project_of_another_organisation_is_never_written(administrator, firm, laboratory):
    theirs = PastProject.objects.create(organisation=laboratory, title="Theirs")

    edit(firm, administrator, projects=[{**PROJECT, "id": theirs.pk}])

    theirs.refresh_from_db()
    assert (theirs.title, theirs.organisation) == ("Theirs", laboratory)


def test_ideas_hear_of_what_they_show_of_it(researcher, administrator, firm):
    call = make_call(rules={"min_companies": 1})
    idea = make_idea(researcher, call=call)
    make_partner(idea, administrator, firm)
    idea.refresh_from_db()
    assert idea.tags["lacks"] == {}
    before = last_change()

    edit(firm, administrator, kind=OrganisationKind.RESEARCH)

    idea.refresh_from_db()
    assert idea.tags["lacks"] == {"min_companies": 1}
    assert sorted(changes_after(before)) == [
        (board_topic("members"), "card.changed"),
        (idea_topic(idea.pk), "consortium.changed"),
    ]


def test_counts_of_several_ideas_move_once_and_in_one_order(researcher, administrator, firm):
    # What the first idea lacks afterwards stands, in that order, behind what the second one lacked before.
    for rule in ("min_smes", "min_laboratories"):
        make_partner(make_idea(researcher, call=make_call(rules={rule: 1})), administrator, firm)

    with counts_moved() as moved:
        edit(firm, administrator, kind=OrganisationKind.RESEARCH)

    assert [value for _, _, value in moved] == ["min_laboratories", "min_smes"]


def test_a_text_that_no_idea_shows_is_told_to_none(researcher, administrator, firm):
    make_partner(make_idea(researcher), administrator, firm)
    before = last_change()

    edit(firm, administrator, description_it="Altro")

    assert changes_after(before) == []


def test_a_refused_edit_tells_nobody(researcher, administrator, firm):
    make_partner(make_idea(researcher), administrator, firm)
    before = last_change()

    refused_fields(firm, administrator, name="Other", projects=[{**PROJECT, "role": "boss"}])

    firm.refresh_from_db()
    assert (firm.name, changes_after(before)) == ("Firm", [])


def test_unknown_content_is_a_mistake_of_ours(administrator, firm):
    with pytest.raises(TypeError):
        edit(firm, administrator, told={})


def test_role_of_a_project_is_one_of_a_consortium():
    assert {choice for choice, _label in PastProject._meta.get_field("role").choices or ()} == set(
        ConsortiumRole.values
    )
