from datetime import timedelta
from typing import Any

import pytest

from ideas.models import Call
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import make_call, make_chain, make_ket

TAGS = "/calls/tags/"

pytestmark = pytest.mark.django_db


def choices_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The value chains and KETs that may be ticked for a call."""
    return [choice for group in row["choices"] for choice in group]


def shown_calls(response: Any) -> list[str]:
    return [row["call"].identifier for row in response.context["calls"]]


def drawn_tags(response: Any) -> dict[str, Any]:
    """What a browser would send of the page as it is drawn."""
    sent: dict[str, Any] = {}
    for row in response.context["calls"]:
        sent[f"shown-{row['call'].pk}"] = row["shown"]
        sent[f"tags-{row['call'].pk}"] = [choice["key"] for choice in choices_of(row) if choice["ticked"]]
    return sent


def tags_of(call: Call) -> tuple[list[str], list[str]]:
    chains, kets = call.value_chains.order_by("code"), call.kets.order_by("code")
    return [chain.code for chain in chains], [ket.code for ket in kets]


def test_others_than_staff_can_not_tag(outsider, lead, chain):
    call = make_call("ONE")
    sent = {f"shown-{call.pk}": "", f"tags-{call.pk}": f"c{chain.pk}"}

    answers = [signed_in(member).post(TAGS, sent) for member in (outsider, lead)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert signed_in(None).get(TAGS)["Location"] == f"/account/login/?next={TAGS}"
    assert tags_of(call) == ([], [])


def test_calls_with_few_tags_are_shown_and_others_on_demand(staff, chain):
    ket = make_ket()
    make_call("NONE")
    half, both = make_call("HALF", programme="P"), make_call("BOTH")
    make_call("OLD", closes_in=-timedelta(days=1))
    half.value_chains.add(chain)
    both.value_chains.add(chain)
    both.kets.add(ket)
    client = signed_in(staff)

    assert {
        query: shown_calls(client.get(TAGS + query))
        for query in ("", "?show=none", "?show=all", "?show=all&closed=1", "?programme=P", "?q=hal", "?show=\x00&q=%00")
    } == {
        "": ["HALF", "NONE"],
        "?show=none": ["NONE"],
        "?show=all": ["BOTH", "HALF", "NONE"],
        "?show=all&closed=1": ["OLD", "BOTH", "HALF", "NONE"],
        "?programme=P": ["HALF"],
        "?q=hal": ["HALF"],
        "?show=\x00&q=%00": ["HALF", "NONE"],
    }


def test_many_calls_are_tagged_at_once(staff, chain, other_chain):
    ket = make_ket("AI")
    calls = [make_call(f"CALL-{number}") for number in range(3)]
    calls[0].value_chains.add(other_chain)
    client = signed_in(staff)
    sent = drawn_tags(client.get(TAGS))
    sent[f"tags-{calls[0].pk}"] = [f"c{chain.pk}", f"k{ket.pk}"]
    sent[f"tags-{calls[1].pk}"] = [f"k{ket.pk}"]

    response = client.post(TAGS, sent)

    assert (response.status_code, response["Location"]) == (303, TAGS)
    assert [tags_of(call) for call in calls] == [(["MOVES"], ["AI"]), ([], ["AI"]), ([], [])]
    assert Change.objects.count() == 0


def test_what_somebody_else_ticked_meanwhile_stays(staff, chain, other_chain):
    call = make_call("ONE")
    client = signed_in(staff)
    sent = drawn_tags(client.get(TAGS))
    call.value_chains.add(other_chain)

    client.post(TAGS, {**sent, f"tags-{call.pk}": [f"c{chain.pk}"]})

    assert tags_of(call) == (["MOVES", "NAUTICA"], [])


def test_words_only_suggest_until_somebody_takes_them(staff):
    chain, ket = make_chain("ROBOTS"), make_ket("AMT")
    chain.slug = "automation-robotics"
    chain.save()
    plain = make_chain("PLAIN")
    call, other = make_call("ONE", title="Robots for all"), make_call("TWO")
    client = signed_in(staff)

    first = client.get(TAGS)
    taken = client.post(TAGS, {**drawn_tags(first), "act": "take", f"tags-{other.pk}": [f"c{plain.pk}"]})

    assert {
        row["call"].identifier: [choice["code"] for choice in choices_of(row) if choice["suggested"]]
        for row in first.context["calls"]
    } == {"ONE": ["ROBOTS", "AMT"], "TWO": []}
    assert drawn_tags(first)[f"tags-{call.pk}"] == []
    assert (taken.status_code, drawn_tags(taken)[f"tags-{call.pk}"]) == (200, [f"c{chain.pk}", f"k{ket.pk}"])
    assert drawn_tags(taken)[f"tags-{other.pk}"] == [f"c{plain.pk}"]
    assert tags_of(call) == ([], [])


@pytest.mark.parametrize(
    "sent",
    [
        {"shown-x": "", "shown-": "", "shown-٣": ""},
        {"shown-" + "9" * 300: "c1"},
        {"shown-{call}": "\x00", "tags-{call}": ["c0", "k" + "9" * 300, "\x00", "x", ""]},
        {"shown-999999": "", "tags-999999": "c1"},
    ],
)
def test_bad_ticks_change_nothing(staff, chain, sent):
    call = make_call("ONE")

    response = signed_in(staff).post(TAGS, {name.format(call=call.pk): value for name, value in sent.items()})

    assert response.status_code == 303
    assert tags_of(call) == ([], [])


def test_pages_of_calls_to_tag_follow_each_other(staff):
    for number in range(51):
        make_call(f"CALL-{number:02}")
    client = signed_in(staff)

    first = client.get(TAGS)
    second = client.get(TAGS + first.context["next"])

    assert shown_calls(first) + shown_calls(second) == [f"CALL-{number:02}" for number in reversed(range(51))]
    assert (len(shown_calls(first)), second.context["next"]) == (50, "")


@pytest.mark.parametrize("calls", [1, 3])
def test_tags_take_a_fixed_number_of_queries(staff, chain, calls, django_assert_num_queries):
    for _ in range(calls):
        make_call().value_chains.add(chain)
    client = signed_in(staff)

    with django_assert_num_queries(10):
        client.get(TAGS)


@pytest.mark.parametrize("calls", [1, 3])
def test_saving_tags_takes_a_fixed_number_of_queries(staff, chain, other_chain, calls, django_assert_num_queries):
    ket = make_ket()
    for _ in range(calls):
        make_call().value_chains.add(chain)
    client = signed_in(staff)
    sent = drawn_tags(client.get(TAGS))
    sent = {name: [f"c{other_chain.pk}", f"k{ket.pk}"] if name.startswith("tags-") else sent[name] for name in sent}

    with django_assert_num_queries(12):
        client.post(TAGS, sent)
