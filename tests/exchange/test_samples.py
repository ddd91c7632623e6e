"""The samples of the real sources, whole: every fixed point of docs/sources.md §3, to the minute."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ideas.exchange.calls import CallRow, Options
from ideas.exchange.formats import FORMATS

SAMPLES = Path(__file__).parent / "samples"
BRUSSELS = ZoneInfo("Europe/Brussels")


def read(name, file):
    with (SAMPLES / file).open("rb") as stream:
        return list(FORMATS[name](stream, Options()))


@pytest.fixture(scope="module")
def bulk():
    return {row.identifier: row for row in read("eu-portal", "portal_bulk.json")}


@pytest.fixture(scope="module")
def search():
    return {row.identifier: row for row in read("eu-search", "portal_search.json")}


def dates(row):
    return [
        (str(one.kind), one.number, one.reading.at.astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M %Z"))
        for one in row.deadlines
    ]


def test_all_of_both_samples_is_read(bulk, search):
    assert {type(row) for row in (*bulk.values(), *search.values())} == {CallRow}
    assert (len(bulk), len(search)) == (10, 8)


def test_one_deadline(bulk):
    row = bulk["HORIZON-MISS-2026-02-CANCER-05"]

    assert dates(row) == [("opening", 1, "2026-02-10 00:00 CET"), ("single", 1, "2026-09-15 17:00 CEST")]
    assert (row.programme, row.action_type) == ("Horizon Europe", "HORIZON Innovation Actions")


def test_closed(bulk):
    assert dates(bulk["AGRIP-MULTI-2021-IM"])[-1] == ("single", 1, "2021-05-11 17:00 CEST")


def test_three_cut_offs(bulk):
    assert dates(bulk["EDF-EDIP-P-2026-2027-FNLC-SA-SEAP"]) == [
        ("opening", 1, "2026-09-02 00:00 CEST"),
        ("cut_off", 1, "2026-10-13 17:00 CEST"),
        ("cut_off", 2, "2027-02-16 17:00 CET"),
        ("cut_off", 3, "2027-09-28 17:00 CEST"),
    ]


def test_five_and_eight_cut_offs(bulk):
    five = [when for kind, _number, when in dates(bulk["ERASMUS-EDU-2022-ECHE-CERT-FP"]) if kind == "cut_off"]
    eight = [when for kind, _number, when in dates(bulk["ESC-HUMAID-2021-QUAL-LABEL-FP"]) if kind == "cut_off"]

    assert (five[-1], len(five)) == ("2026-03-24 17:00 CET", 5)
    assert (eight[0], eight[-1], len(eight)) == ("2021-09-22 17:00 CEST", "2026-09-22 17:00 CEST", 8)


def test_tenders(bulk):
    assert dates(bulk["UCA 23/028"]) == []
    assert dates(bulk["INTPA/2023/EA-RP/0177-PIN"]) == [("single", 1, "2024-09-28 23:59 CEST")]
    assert bulk["UCA 23/028"].source_key == "cft-15631"


def test_two_stages(search):
    row = search["HORIZON-MISS-2027-05-SOIL-01-two-stage"]

    assert dates(row) == [
        ("opening", 1, "2027-02-04 00:00 CET"),
        ("stage_1", 1, "2027-04-08 17:00 CEST"),
        ("stage_2", 1, "2027-09-14 17:00 CEST"),
    ]
    # The overview tells of SOIL-02 only.
    assert (row.budget_total, row.budget_max, row.expected_grants) == (None, None, None)


@pytest.mark.parametrize(
    ("identifier", "closes"),
    [
        ("HORIZON-CL2-2024-TRANSFORMATIONS-01-08", "2024-02-07 17:00 CET"),
        ("HORIZON-MSCA-2024-DN-01-01", "2024-11-27 17:00 CET"),
        ("HORIZON-CL5-2024-D2-01-03", "2024-04-18 17:00 CEST"),
        ("HORIZON-CL5-2026-09-D4-03", "2026-09-15 17:00 CEST"),
        ("EuropeAid/186571/DD/ACT/ZA", "2026-07-23 12:00 CEST"),
    ],
)
def test_whatever_the_page_writes(search, identifier, closes):
    assert dates(search[identifier])[-1] == ("single", 1, closes)


def test_a_call_in_three_languages_is_the_english_one(search):
    row = search["HORIZON-MSCA-2024-DN-01-01"]

    assert (row.line, row.source_key) == (4, "45749859")
    assert row.url.endswith("/topic-details/horizon-msca-2024-dn-01-01")


def test_cascade_calls_have_their_own_title_and_hours_that_are_not_trusted(search):
    row = search["HORIZON-EIT-2023-25-KIC-EITURBANMOBILITY/11264"]

    assert row.title == "Urban Mobility Explained (UMX) Open Call (Multi-cut-off)"
    assert row.call_title == "EIT Urban Mobility Business Plan 2023-2025"
    assert {one.reading.verified for one in row.deadlines if one.kind == "cut_off"} == {False}
    assert row.budget_total == 4_000_000
