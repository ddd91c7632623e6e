import io
from collections.abc import Iterator

import pytest

from ideas.exchange.calls import Options, RefusedRow, UnreadableFile
from ideas.exchange.organisations import FORMATS, OrganisationRow, Row

COLUMNS = (
    "projectID;projectAcronym;organisationID;vatNumber;name;shortName;SME;activityType;street;postCode;city;country;"
    "nutsCode;geolocation;organizationURL;contactForm;contentUpdateDate;rcn;order;role;ecContribution;netEcContribution;"
    "totalCost;endOfParticipation;active"
)
FIRM = {
    "projectID": "101000001", "projectAcronym": "DRIVE", "organisationID": "999986096", "vatNumber": "IT01234567890",
    "name": "POMPE SRL", "shortName": "POMPE", "SME": "true", "activityType": "PRC", "street": "VIA EMILIA 1",
    "postCode": "41100", "city": "MODENA", "country": "IT", "nutsCode": "ITH54", "organizationURL": "www.pompe.example",
    "role": "participant", "totalCost": "1234,5",
}  # fmt: skip


def cordis(*rows: dict[str, str], header: str = COLUMNS) -> bytes:
    names = header.split(";")
    lines = [header, *(";".join(f'"{row.get(name, "")}"' for name in names) for row in rows)]
    return "\r\n".join(lines).encode()


def read(body: bytes, format: str = "cordis", **options: object) -> list[Row]:
    rows: Iterator[Row] = FORMATS[format](io.BytesIO(body), Options(**options))  # type: ignore[arg-type]
    return list(rows)


def one(**cells: str) -> Row:
    [row] = read(cordis({**FIRM, **cells}))
    return row


def test_row_tells_an_organisation_and_its_project():
    row = one()

    assert isinstance(row, OrganisationRow)
    assert (row.line, row.pic, row.name, row.short_name, row.kind) == (2, "999986096", "POMPE SRL", "POMPE", "sme")
    assert (row.address, row.country, row.nuts, row.website) == (
        "VIA EMILIA 1, 41100 MODENA", "IT", "ITH54", "https://www.pompe.example"
    )  # fmt: skip
    assert row.project is not None
    assert (row.project.code, row.project.title, row.project.role, row.project.url) == (
        "cordis:101000001", "DRIVE", "beneficiary", "https://cordis.europa.eu/project/id/101000001"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"SME": "true"}, "sme"),
        ({"SME": "1"}, "sme"),
        ({"SME": "True"}, "sme"),
        ({"SME": "0"}, "company"),
        ({"SME": "False"}, "company"),
        ({"SME": ""}, "company"),
        ({"activityType": "HES", "SME": ""}, "research"),
        ({"activityType": "REC", "SME": "true"}, "research"),
        ({"activityType": "PUB", "SME": ""}, "other"),
        ({"activityType": "OTH", "SME": "true"}, "sme"),
        ({"activityType": "", "SME": ""}, "other"),
    ],
)
def test_kind_follows_from_activity_and_size(cells: dict[str, str], kind: str):
    row = one(**cells)

    assert isinstance(row, OrganisationRow)
    assert row.kind == kind


@pytest.mark.parametrize(("told", "code"), [("EL", "GR"), ("UK", "GB"), ("XK", "XK"), ("de", "DE")])
def test_countries_are_as_iso_writes_them(told: str, code: str):
    row = one(country=told)

    assert isinstance(row, OrganisationRow)
    assert row.country == code


@pytest.mark.parametrize(
    "cells",
    [
        {"organisationID": "12345"},
        {"organisationID": ""},
        {"organisationID": "１２３４５６７８９"},
        {"name": ""},
        {"name": "x" * 201},
        {"name": "a\x00b srl"},
        {"country": "DE;HU"},
        {"country": ""},
        {"SME": "perhaps"},
        {"activityType": "XYZ"},
    ],
)
def test_row_that_cannot_be_taken_is_told_with_its_line(cells: dict[str, str]):
    rows = read(cordis(FIRM, {**FIRM, **cells}, FIRM))

    assert [type(row) for row in rows] == [OrganisationRow, RefusedRow, OrganisationRow]
    assert rows[1].line == 3
    assert rows[1].reason  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "cells",
    [
        {"name": "ROSSI MARIO", "vatNumber": "", "shortName": "", "organizationURL": ""},
        {
            "name": "Maria D'Angelo-Rossi",
            "vatNumber": "",
            "shortName": "",
            "organizationURL": "",
            "activityType": "OTH",
        },
        {"name": "Prof. Anna Bianchi"},
        {"name": "MR JOHN SMITH"},
    ],
)
def test_natural_persons_are_left_out_without_their_names(cells: dict[str, str]):
    row = one(**cells)

    assert isinstance(row, RefusedRow)
    assert cells["name"] not in row.reason


@pytest.mark.parametrize(
    "cells",
    [
        {"name": "ROSSI MARIO SRL", "vatNumber": "", "shortName": "", "organizationURL": ""},
        {"name": "Ferrari Meccanica", "shortName": "", "organizationURL": ""},
        {"name": "COMUNE DI MODENA", "vatNumber": "", "shortName": "", "organizationURL": "", "activityType": "PUB"},
        {"name": "X2 SOLUTIONS", "vatNumber": "", "shortName": "", "organizationURL": ""},
        {"name": "UNIVERSITA DI PARMA", "vatNumber": "", "shortName": "", "organizationURL": "", "activityType": "HES"},
        {"name": "Alma", "vatNumber": "", "shortName": "", "organizationURL": ""},
    ],
)
def test_bodies_are_no_persons(cells: dict[str, str]):
    assert isinstance(one(**cells), OrganisationRow)


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("http://pompe.example", "http://pompe.example"),
        ("javascript:alert(1)", ""),
        ("n/a", ""),
        ("", ""),
        ("https://" + "x" * 300 + ".example", ""),
    ],
)
def test_address_of_a_site_is_one_or_none(told: str, address: str):
    row = one(organizationURL=told)

    assert isinstance(row, OrganisationRow)
    assert row.website == address


def test_broken_row_swallows_no_other():
    after = cordis({**FIRM, "organisationID": "999986097"}).partition(b"\r\n")[2].replace(b'"', b"")
    body = cordis(FIRM) + b'\r\n1;"open quote;2\r\n' + after

    rows = read(body)

    assert [(row.line, isinstance(row, RefusedRow)) for row in rows] == [(2, False), (3, True), (4, False)]


def test_header_in_another_order_and_with_other_names_is_read():
    body = b"Ragione sociale,PIC code\nPOMPE SRL,999986096\n"

    [row] = read(body, "pic-list", columns={"name": "Ragione sociale", "pic": "PIC code"})

    assert isinstance(row, OrganisationRow)
    assert (row.name, row.pic, row.kind, row.country) == ("POMPE SRL", "999986096", "company", "IT")


@pytest.mark.parametrize("body", [b"", b"a;b\r\n1;2\r\n", b"<html><body>", b"PK\x03\x04xxxx"])
def test_file_that_is_no_such_list_is_refused_whole(body: bytes):
    with pytest.raises(UnreadableFile):
        read(body)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("POMPE S.R.L.", "company"),
        ("Brain Bee S. P. A.", "company"),
        ("UNIVERSITA DEGLI STUDI DI PARMA", "research"),
        ("COMUNE DI RIMINI", "other"),
    ],
)
def test_list_of_names_tells_a_kind_by_the_legal_form_alone(name: str, kind: str):
    [row] = read(f"pic,name,address,cap,nuts3_guess\n999986096,{name},x,1,ITH54\n".encode(), "pic-list")

    assert isinstance(row, OrganisationRow)
    assert row.kind == kind
