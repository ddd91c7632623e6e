import csv
import json
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook
from pytest_django import DjangoAssertNumQueries

from ideas.actions.ideas import CONTENT
from ideas.choices import IdeaState, Visibility
from ideas.exchange.ideas import FIELDS
from ideas.models import Idea, Intake, Member, Organisation, Term, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_ket, make_slot

NEW = "/bring-ideas/"
QUERIES_OF_DETAIL = 5
# What an import doesn't take up: it is of the place that the idea came from.
OF_THE_PLACE = ("reference", "state", "authors", "created_at", "activity_at", "partner_count")


def english(member: Member | None) -> Client:
    client = signed_in(member)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def give(client: Client, body: bytes | str, name: str = "ideas.csv") -> Any:
    data = body.encode() if isinstance(body, str) else body
    return client.post(NEW, {"file": SimpleUploadedFile(name, data)})


def brought(client: Client, body: bytes | str, name: str = "ideas.csv") -> str:
    """Give a file and import it; returns the address of its page."""
    address = give(client, body, name)["Location"]
    client.post(f"{address}confirm/")
    return address


def exported(client: Client, kind: str = "json") -> bytes:
    return b"".join(client.get(f"/export/ideas.{kind}"))


def content_of(body: bytes) -> list[dict[str, Any]]:
    ideas = json.loads(body)["ideas"]
    kept = [{name: value for name, value in idea.items() if name not in OF_THE_PLACE} for idea in ideas]
    return sorted(kept, key=lambda idea: str(idea["title"]))


def outcomes() -> list[tuple[int, str, str]]:
    return [(line["line"], line["outcome"], line["reason"]) for line in Intake.objects.get().lines]


@pytest.fixture
def full(researcher: Member, chain: ValueChain, other_chain: ValueChain, laboratory: Organisation) -> Idea:
    """An idea in which every field says something."""
    idea = make_idea(
        researcher, chain=chain, other_chains=[other_chain], kets=[make_ket("AMT"), make_ket("MNE")],
        s3_area=Term.objects.create(scheme="s3-2021", code="04", name_it="Area", name_en="Area"),
        title="=Cells, \"cool\"; and 'quoted'", acronym="COOL", teaser="@Less heat.", language="en",
        problem="Line one\n\n- a list\n- of two", approach="-5 °C", expected_result="Città", advantage="+39",
        trl_now=3, trl_target=6, ipr_status="filed", keywords="cooling, cells", nature="industrial_research",
        is_open=True, is_disruptive=True, call=make_call("HORIZON-1"), duration_months=36, budget_eur=1_500_000,
        geography="Two more EU countries", interest_until=date(2027, 1, 31), valid_until=date(2027, 6, 30),
        visibility=Visibility.VALUE_CHAIN, public_teaser=True, organisation=laboratory,
    )  # fmt: skip
    make_slot(idea, role="end_user", expertise="Battery packs", work="Tests.", kinds=["sme", "startup"], wanted=3)
    make_slot(idea, expertise="Laboratory", accredited=True, mandatory=True)
    return idea


def test_export_and_import_into_an_empty_place_are_equal(researcher: Member, full: Idea, chain: ValueChain):
    make_idea(researcher, chain=chain, title="Bare", state=IdeaState.DRAFT)
    client = english(researcher)
    before = exported(client)
    Idea.objects.all().delete()

    brought(client, before, "ideas.json")

    assert content_of(exported(client)) == content_of(before)
    assert set(Idea.objects.values_list("state", "created_by")) == {(IdeaState.DRAFT, researcher.pk)}


def test_all_that_is_written_of_an_idea_leaves_with_it(researcher: Member, full: Idea):
    record = content_of(exported(english(researcher)))[0]

    # Who else reads and writes it here is of this place.
    assert set(record) == {*CONTENT, "slots"} - {"authors", "invited"} == set(FIELDS)
    assert [name for name, value in record.items() if not value] == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_tables_come_back_but_for_the_finer_points_of_places(researcher: Member, full: Idea, kind: str):
    client = english(researcher)
    before = content_of(exported(client))
    table = exported(client, kind)
    Idea.objects.all().delete()

    brought(client, table, f"ideas.{kind}")

    after = content_of(exported(client))
    places = [[(slot["role"], slot["expertise"], slot["wanted"]) for slot in idea.pop("slots")] for idea in after]
    assert places == [[("end_user", "Battery packs", 3), ("beneficiary", "Laboratory", 1)]]
    assert [{**idea, "slots": None} for idea in after] == [{**idea, "slots": None} for idea in before]


def test_what_is_not_known_here_is_refused_line_by_line(researcher: Member):
    body = (
        "title,value_chain,kets,call\n"
        "Good,MOVES,AI,\n"
        "No chain,NOWHERE,,\n"
        "No technology,MOVES,AI; XX,\n"
        "No call,MOVES,,HORIZON-9\n"
        ",MOVES,,\n"
    )

    give(english(researcher), body)

    assert outcomes() == [
        (2, "ready", ""),
        (3, "refused", "value_chain: “NOWHERE” isn't known here"),
        (4, "refused", "kets: “XX” isn't known here"),
        (5, "refused", "call: “HORIZON-9” isn't known here"),
        (6, "refused", "no title"),
    ]
    assert Idea.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("trl_now", "ten"), ("trl_now", "99"), ("budget_eur", "9" * 300), ("duration_months", "²"),
        ("is_open", "perhaps"), ("valid_until", "2026-02-31"), ("language", "klingon"), ("title", "x" * 201),
        ("deadline", "soon"), ("visibility", "all"), ("title", "nul \x00"), ("trl_now", "-1"),
    ],
)  # fmt: skip
def test_value_that_is_none_is_refused_with_its_field(researcher: Member, field: str, value: str):
    row = {"title": "T", "value_chain": "MOVES", field: value}
    out = StringIO()
    writer = csv.DictWriter(out, fieldnames=list(row))
    writer.writeheader()
    writer.writerow(row)

    answer = give(english(researcher), out.getvalue())

    assert (answer.status_code, outcomes()[0][1], outcomes()[0][2] != "") == (303, "refused", True)


@pytest.mark.parametrize(
    "record",
    [
        None, 5, [], "x", {}, {"title": ["x"]}, {"title": {"a": 1}}, {"title": "\ud800"}, {"title": "x\x00"},
        {"title": "T", "kets": [[["AI"]]]}, {"title": "T", "slots": [5]}, {"title": "T", "budget_eur": 10**300},
        {"title": "T", "slots": [{"expertise": "x" * 400}]}, {"title": "T", "trl_now": 1e999},
        {"title": "T", "slots": [{"wanted": -1}]}, {"title": "T", "is_open": []}, {"title": "T", "value_chain": 7},
    ],
)  # fmt: skip
def test_record_that_is_none_is_refused(researcher: Member, record: Any):
    if isinstance(record, dict) and record and "value_chain" not in record:
        record = {"value_chain": "MOVES", **record}

    answer = give(english(researcher), json.dumps([record]), "ideas.json")

    assert (answer.status_code, [outcome for _line, outcome, _reason in outcomes()]) == (303, ["refused"])
    assert english(researcher).get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.exe", b"x"), ("a.json", b"{"), ("a.json", b"[" * 100_000), ("a.json", b"{}"), ("a.json", b"\xff"),
        ("a.xlsx", b"PK\x03\x04"), ("a.xlsx", b"x"), ("a.csv", b"\n"), ("a.csv", b"title\n"),
        ("a.csv", b"title\n" + b"x\n" * 201), ("a.json", b"[" + b"{}," * 200 + b"{}]"),
        ("a.csv", b"title\n" + b'"x' * 90_000),
    ],
)  # fmt: skip
def test_file_that_is_none_is_refused_beside_its_field(researcher: Member, name: str, body: bytes):
    answer = give(english(researcher), body, name)

    assert (answer.status_code, Intake.objects.count()) == (400, 0)
    assert 'class="field__error"' in answer.content.decode()


def test_workbook_of_ones_own_is_mapped_by_its_author(researcher: Member):
    book = Workbook()
    book.active.append(["Nome del progetto", "Filiera", "Scadenza"])
    book.active.append(["Pompe silenziose", "moves", "31/12/2026"])
    file = BytesIO()
    book.save(file)
    client = english(researcher)

    address = give(client, file.getvalue(), "ideas.xlsx")["Location"]
    chosen = {"title": "Nome del progetto", "value_chain": "Filiera", "valid_until": "Scadenza"}
    preview = client.post(address, chosen)["Location"]
    client.post(f"{preview}confirm/")

    assert address.endswith("/columns/")
    assert Idea.objects.values_list("title", "valid_until").get() == ("Pompe silenziose", date(2026, 12, 31))


def test_line_is_imported_once_however_often_one_confirms(researcher: Member):
    client = english(researcher)

    address = brought(client, "title,value_chain\nOnce,MOVES\n")
    client.post(f"{address}confirm/")

    assert Idea.objects.count() == 1
    assert Idea.objects.get().reference in client.get(address).content.decode()


def test_closed_call_and_others_organisation_are_left_out_and_remarked_on(
    researcher: Member, firm: Organisation, chain: ValueChain
):
    make_call("HORIZON-OLD", closes_in=timedelta(days=-5))
    client = english(researcher)

    address = brought(client, "title,value_chain,call,organisation\nT,MOVES,HORIZON-OLD,Firm\n")

    page = client.get(address).content.decode()
    assert ("HORIZON-OLD has closed" in page, "belong to Firm" in page) == (True, True)
    assert Idea.objects.values_list("call", "organisation").get() == (None, None)


def test_file_is_its_givers_alone(researcher: Member, staff: Member):
    address = give(english(researcher), "title,value_chain\nCANARY,MOVES\n")["Location"]
    client = english(staff)

    answers = [client.get(address), client.get(f"{address}columns/"), client.post(f"{address}confirm/")]
    answers.append(client.post(f"{address}discard/"))

    assert [answer.status_code for answer in answers] == [404] * 4
    assert (Intake.objects.count(), Idea.objects.count()) == (1, 0)
    assert "CANARY" not in client.get(NEW).content.decode()


def test_file_can_be_thrown_away(researcher: Member):
    client = english(researcher)
    address = give(client, "title,value_chain\nT,MOVES\n")["Location"]

    client.post(f"{address}discard/")

    assert Intake.objects.count() == 0


def test_bringing_ideas_is_for_members(db: None):
    assert signed_in(None).get(NEW)["Location"].startswith("/account/login/")


@pytest.mark.parametrize("count", [1, 3])
def test_preview_asks_a_fixed_number_of_queries(
    researcher: Member, django_assert_num_queries: DjangoAssertNumQueries, count: int
):
    client = english(researcher)
    address = give(client, "title,value_chain\n" + "T,MOVES\n" * count)["Location"]

    with django_assert_num_queries(QUERIES_OF_DETAIL):
        client.get(address)
