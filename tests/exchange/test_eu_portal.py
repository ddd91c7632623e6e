import io
import json

import pytest

from ideas.exchange.calls import Options, RefusedRow, UnreadableFile
from ideas.exchange.formats import FORMATS
from ideas.exchange.limits import CHUNK_BYTES

# Facts of the EU Funding & Tenders Portal, cut down to what is read.
CUT_OFFS = [1632268800000, 1648080000000, 1663804800000, 1678924800000, 1695254400000, 1727136000000, 1758585600000]


def topic(identifier="HORIZON-MISS-2026-02-CANCER-05", ccm2=50135695, deadlines=(1789430400000,), **fields):
    return {
        "type": 1,
        "ccm2Id": ccm2,
        "identifier": identifier,
        "title": "A  topic",
        "status": {"id": 31094502, "description": "Open"},
        "deadlineDatesLong": list(deadlines),
        "frameworkProgramme": {"id": 43108390, "description": "Horizon Europe (HORIZON)"},
        "topicActions": [{"id": 1, "description": "HORIZON Innovation Actions"}],
        "actions": [{"submissionProcedure": {}}],
        **fields,
    }


def tender(identifier="UCA 23/028", cft=15631, deadlines=(), **fields):
    return {
        "type": 0, "ccm2Id": 0, "cftId": cft, "identifier": identifier, "title": "A tender", "actions": [],
        "deadlineDatesLong": list(deadlines), "contractingAuthority": "DEVCO", "url": "https://example.org/a", **fields,
    }  # fmt: skip


def read(*found):
    content = json.dumps({"fundingData": {"GrantTenderObj": found}}, indent=1).encode()
    return list(FORMATS["eu-portal"](io.BytesIO(content), Options()))


def local(row):
    return [(str(deadline.kind), deadline.number, deadline.reading.at.isoformat()) for deadline in row.deadlines]


def test_a_topic_closes_at_17_in_brussels():
    (row,) = read(topic(plannedOpeningDateLong=1770681600000))

    assert local(row) == [("opening", 1, "2026-02-09T23:00:00+00:00"), ("single", 1, "2026-09-15T15:00:00+00:00")]
    assert (row.title, row.programme, row.source_key) == ("A topic", "Horizon Europe", "50135695")
    assert row.url.endswith("/topic-details/horizon-miss-2026-02-cancer-05")
    assert (row.source_status, row.action_type) == ("open", "HORIZON Innovation Actions")


def test_several_dates_are_cut_offs():
    (three,) = read(topic("EDF-EDIP", deadlines=(1791849600000, 1802736000000, 1822089600000)))
    (eight,) = read(topic("ESC-HUMAID", deadlines=(*CUT_OFFS, 1790035200000)))

    assert local(three)[0] == ("cut_off", 1, "2026-10-13T15:00:00+00:00")
    assert local(three)[2] == ("cut_off", 3, "2027-09-28T15:00:00+00:00")
    assert local(eight)[7] == ("cut_off", 8, "2026-09-22T15:00:00+00:00")


@pytest.mark.parametrize(
    ("identifier", "action"),
    [
        ("HORIZON-Two-Stage-01", {"submissionProcedure": {}}),
        ("HORIZON-01", {"submissionProcedure": {"id": 31094505}}),
        ("HORIZON-01", {"sumbissionProcedure": {"id": 31094505}}),
    ],
)
def test_two_stages_are_known_by_procedure_or_name(identifier, action):
    (row,) = read(topic(identifier, deadlines=(1807142400000, 1820880000000), actions=[action]))

    assert [kind for kind, _number, _at in local(row)] == ["stage_1", "stage_2"]


def test_tenders_keep_their_instant_or_have_none():
    without, with_one = read(tender(), tender("INTPA/2023", 15661, deadlines=(1727560740000,)))

    assert (without.source_key, local(without)) == ("cft-15631", [])
    assert local(with_one) == [("single", 1, "2024-09-28T21:59:00+00:00")]


def test_what_stands_twice_comes_out_once():
    assert [row.source_key for row in read(topic(), tender(), topic(), tender())] == ["50135695", "cft-15631"]


def test_broken_objects_are_refused_by_their_number():
    rows = read(
        topic(), {"type": 1}, topic("B", 2, deadlines=("soon",)), {**topic("C", 3), "type": 7}, [], topic("D", 4)
    )

    assert [row.line for row in rows if isinstance(row, RefusedRow)] == [2, 3, 4, 5]
    assert rows[2].reason == "“soon” is not a date"
    assert rows[3].reason == "type 7 is neither a grant nor a tender"
    assert rows[-1].identifier == "D"


def test_objects_are_cut_wherever_a_chunk_ends():
    filler = [topic(f"T-{number}", number, title="é" * (number % 97)) for number in range(1, 3_000)]
    assert len(json.dumps(filler)) > 3 * CHUNK_BYTES

    assert [row.line for row in read(*filler)] == list(range(1, 3_000))


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b"PK\x03\x04" * 1000, b'{"GrantTenderObj": {}}'])
def test_another_file_is_said_to_be_one(content):
    with pytest.raises(UnreadableFile):
        list(FORMATS["eu-portal"](io.BytesIO(content), Options()))


def test_a_file_that_breaks_off_is_said_to():
    content = json.dumps({"fundingData": {"GrantTenderObj": [topic(), topic("B", 2)]}}).encode()[:-20]

    with pytest.raises(UnreadableFile, match="breaks off"):
        list(FORMATS["eu-portal"](io.BytesIO(content), Options()))
