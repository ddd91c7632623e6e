import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ideas.choices import Scheme
from ideas.management.prepare import ORGANISATIONS
from ideas.models import Organisation, PastProject
from ideas.queries.organisations import having_words
from realtime.models import Change
from tests.exchange.test_organisations import FIRM, cordis
from tests.factories import make_call, make_idea, make_ket, make_organisation, make_partner

pytestmark = pytest.mark.django_db


def run(tmp_path: Path, body: bytes, *options: str, format: str = "cordis") -> str:
    """Import a file; returns the last line that is said."""
    return told(tmp_path, body, *options, format=format)[-1]


def told(tmp_path: Path, body: bytes, *options: str, format: str = "cordis") -> list[str]:
    path, out = tmp_path / "organisations.csv", io.StringIO()
    path.write_bytes(body)
    call_command("import_organisations", str(path), "--format", format, *options, stdout=out)
    return out.getvalue().strip().splitlines()


def test_several_projects_of_one_organisation_are_its_past_projects(tmp_path):
    body = cordis(FIRM, {**FIRM, "projectID": "2", "projectAcronym": "SECOND", "role": "coordinator"})

    said = run(tmp_path, body, "--programme", "Horizon Europe")

    assert said == "1 new, 0 changed, 0 unchanged, 0 refused, 2 projects added"
    organisation = Organisation.objects.get()
    assert (organisation.slug, organisation.kind, organisation.member_since) == ("pompe-srl", "sme", None)
    assert sorted(organisation.past_projects.values_list("title", "programme", "role")) == [
        ("DRIVE", "Horizon Europe", "beneficiary"),
        ("SECOND", "Horizon Europe", "coordinator"),
    ]
    assert having_words("pompe").exists()


def test_second_import_changes_nothing(tmp_path):
    body = cordis(FIRM, {**FIRM, "projectID": "2", "name": "POMPE SPA"}, {**FIRM, "organisationID": "999986097"})
    run(tmp_path, body)

    assert run(tmp_path, body) == "0 new, 0 changed, 2 unchanged, 0 refused, 0 projects added"
    assert (Organisation.objects.count(), PastProject.objects.count()) == (2, 3)


def test_what_people_wrote_stays_and_what_the_source_says_anew_comes(tmp_path):
    run(tmp_path, cordis({**FIRM, "shortName": ""}))
    Organisation.objects.update(name="Pompe di Modena")

    said = run(tmp_path, cordis({**FIRM, "name": "POMPE SPA", "shortName": "PMP", "city": "CARPI"}))

    organisation = Organisation.objects.get()
    assert said.startswith("0 new, 1 changed")
    assert (organisation.name, organisation.short_name) == ("Pompe di Modena", "PMP")
    assert organisation.address == "VIA EMILIA 1, 41100 CARPI"


def test_member_of_the_cluster_is_only_completed(tmp_path):
    make_ket("ITH54", scheme=Scheme.PROVINCE)
    make_organisation("Pompe", kind="company", pic="999986096", member_since=2020)

    run(tmp_path, cordis(FIRM))

    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.kind, organisation.member_since) == ("Pompe", "company", 2020)
    assert organisation.province is not None
    assert (organisation.province.code, organisation.website) == ("ITH54", "https://www.pompe.example")


def test_ideas_are_brought_up_to_date_with_what_changed(tmp_path, researcher, administrator, firm):
    run(tmp_path, cordis(FIRM))
    imported = Organisation.objects.get(pic="999986096")
    administrator.affiliations.create(organisation=imported, role="administrator")
    idea = make_idea(researcher, call=make_call(rules={"min_smes": 1}))
    make_partner(idea, administrator, imported)
    idea.refresh_from_db()
    assert idea.tags["lacks"] == {}

    run(tmp_path, cordis({**FIRM, "SME": "false"}))

    idea.refresh_from_db()
    assert idea.tags["lacks"] == {"min_smes": 1}


def test_an_idea_with_two_of_them_is_told_once_with_all_that_moved(tmp_path, researcher, administrator):
    rows = [{**FIRM, "organisationID": pic, "SME": "false"} for pic in ("999986096", "999986097")]
    run(tmp_path, cordis(*rows))
    idea = make_idea(researcher, call=make_call(rules={"min_smes": 1}))
    for organisation in Organisation.objects.exclude(pic=""):
        administrator.affiliations.create(organisation=organisation, role="administrator")
        make_partner(idea, administrator, organisation)
    before = Change.objects.count()

    run(tmp_path, cordis(*({**row, "SME": "true"} for row in rows)))

    told = Change.objects.order_by("pk")[before:]
    [card] = [one.payload for one in told if one.kind == "card.changed"]
    assert card["counts"] == [["lacks", "confirmation", 1], ["lacks", "min_smes", -1]]
    assert sorted(one.kind for one in told) == ["card.changed", "consortium.changed"]


def test_bad_rows_are_told_and_the_rest_comes_in(tmp_path):
    lines = told(tmp_path, cordis(FIRM, {**FIRM, "organisationID": "1"}, {**FIRM, "country": "DE;HU"}))

    assert [line.partition(":")[0] for line in lines[:-1]] == ["line 3", "line 4"]
    assert lines[-1] == "1 new, 0 changed, 0 unchanged, 2 refused, 1 projects added"


def test_only_a_region_is_wanted(tmp_path):
    body = cordis(FIRM, {**FIRM, "organisationID": "999986097", "nutsCode": "DE212"})

    run(tmp_path, body, "--nuts", "ITH5")

    assert list(Organisation.objects.values_list("pic", flat=True)) == ["999986096"]


def test_many_batches_come_in(tmp_path):
    rows = [{**FIRM, "organisationID": f"9000{number:05}", "projectID": str(number)} for number in range(650)]

    assert run(tmp_path, cordis(*rows)).startswith("650 new")
    assert Organisation.objects.values("slug").distinct().count() == 650


@pytest.mark.parametrize("options", [("--map", "nonsense"), ("--map", "name=")])
def test_map_that_says_nothing_is_refused(tmp_path, options: tuple[str, ...]):
    with pytest.raises(CommandError):
        run(tmp_path, cordis(FIRM), *options)


def test_missing_and_unreadable_files_are_said(tmp_path):
    with pytest.raises(CommandError):
        call_command("import_organisations", str(tmp_path / "none.csv"), "--format", "cordis")
    with pytest.raises(CommandError):
        run(tmp_path, b"<html>")
    with pytest.raises(CommandError):
        run(tmp_path, cordis({**FIRM, "organisationID": "1"}))
    assert not Organisation.objects.exists()


def test_list_of_the_region_comes_in_whole_and_twice_changes_nothing(db):
    call_command("load_reference", stdout=io.StringIO())
    members = set(Organisation.objects.values_list("pk", flat=True))
    said = []
    for _ in range(2):
        out = io.StringIO()
        call_command("import_organisations", str(ORGANISATIONS), "--format", "pic-list", stdout=out)
        said.append(out.getvalue().strip())

    assert said == [
        "266 new, 3 changed, 0 unchanged, 0 refused, 0 projects added",
        "0 new, 0 changed, 269 unchanged, 0 refused, 0 projects added",
    ]
    fresh = Organisation.objects.exclude(pk__in=members)
    assert not fresh.exclude(member_since=None).exists()
    assert not fresh.filter(province=None).exists()
