import io
import json
from decimal import Decimal

import pytest

from ideas.exchange.calls import Options, RefusedRow, UnreadableFile
from ideas.exchange.formats import FORMATS


def result(reference="50138952TOPICSen", language="en", **told):
    told = {
        "type": ["1"],
        "identifier": ["HORIZON-MISS-2027-05-SOIL-01-two-stage"],
        "title": ["Living labs"],
        "deadlineDate": ["2027-04-08T00:00:00.000+0000", "2027-09-14T00:00:00.000+0000"],
        "startDate": ["2027-02-04T00:00:00.000+0000"],
        "status": ["31094501"],
        "frameworkProgramme": ["43108390"],
        "typesOfAction": ["HORIZON  Research and Innovation Actions"],
        **told,
    }
    metadata = {name: value for name, value in told.items() if value is not None}
    return {"reference": reference, "url": "https://example.org/a", "language": language, "metadata": metadata}


def read(*results):
    content = json.dumps({"totalResults": len(results), "results": results}).encode()
    return list(FORMATS["eu-search"](io.BytesIO(content), Options()))


def local(row):
    return [(str(deadline.kind), deadline.reading.at.isoformat()) for deadline in row.deadlines]


def test_a_two_stage_topic():
    (row,) = read(result())

    assert local(row) == [
        ("opening", "2027-02-03T23:00:00+00:00"),
        ("stage_1", "2027-04-08T15:00:00+00:00"),
        ("stage_2", "2027-09-14T15:00:00+00:00"),
    ]
    assert (row.source_status, row.programme) == ("forthcoming", "Horizon Europe")
    assert row.action_type == "HORIZON Research and Innovation Actions"


def test_of_several_languages_the_current_english_one_counts():
    legacy = {"DATASOURCE": ["SEDIA_PRD_CENTRICITY"], "title": ["Legacy"]}

    rows = read(
        result("1xcs", "cs", title=["Česky"], deadlineDate=["2024-11-26T23:00:00.000+0000"]),
        result("1x", "en", **legacy),
        result("50138952TOPICSen", "en", title=["Current"]),
        result("1xbg", "bg", title=["Български"]),
    )

    assert [(row.title, row.line) for row in rows] == [("Current", 3)]


def test_cascade_calls_are_told_apart_by_reference_and_their_hours_are_not_trusted():
    fields = {
        "type": ["8"],
        "identifier": ["DIGITAL-2022"],
        "deadlineDate": ["2026-02-15T23:59:00"],
        "budget": ["40000"],
    }

    one, two = read(result("11264COMPETITIVE_CALLen", **fields), result("11265COMPETITIVE_CALLen", **fields))

    assert (one.identifier, two.identifier) == ("DIGITAL-2022/11264", "DIGITAL-2022/11265")
    assert [deadline.reading.verified for deadline in one.deadlines] == [True, False]
    assert (one.budget_total, one.budget_max) == (Decimal(40000), None)


def test_results_without_metadata_are_read():
    flat = result(type=["8"], identifier=["X"])
    flat = {**{name: value[0] for name, value in flat.pop("metadata").items()}, **flat, "deadlineDate": []}

    (row,) = read(flat)

    assert (row.title, row.deadlines[0].kind) == ("Living labs", "opening")


def test_external_action_keeps_its_instant():
    fields = {"type": ["2"], "identifier": ["EuropeAid/186571"], "startDate": None}

    (row,) = read(result("186571PROSPECTSEN", deadlineDate=["2026-07-23T10:00:44.000+0000"], **fields))

    assert local(row) == [("single", "2026-07-23T10:00:44+00:00")]


def test_the_budget_is_the_topic_s_own():
    entries = {
        "1": [{"action": "SOIL-01-two-stage - RIA", "minContribution": 1, "maxContribution": 2, "expectedGrants": 3}],
        "2": {"action": "SOIL-01 - RIA", "minContribution": 12000000, "maxContribution": 13000000, "expectedGrants": 2},
    }
    overview = json.dumps({"budgetTopicActionMap": entries})

    (row,) = read(result(identifier=["SOIL-01"], budgetOverview=[overview]))

    assert (row.budget_min, row.budget_max, row.expected_grants) == (Decimal(12000000), Decimal(13000000), 2)


def test_broken_results_are_refused_and_stop_nothing():
    rows = read({}, result(identifier=["A"], deadlineDate=["never"]), result(identifier=["B"], actions=["{"]), result())

    assert [row.line for row in rows if isinstance(row, RefusedRow)] == [1, 2, 3]
    assert rows[-1].identifier == "HORIZON-MISS-2027-05-SOIL-01-two-stage"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"results": [', b"\xff\xfe", b"[" * 100_000])
def test_another_file_is_said_to_be_one(content):
    with pytest.raises(UnreadableFile):
        list(FORMATS["eu-search"](io.BytesIO(content), Options()))
