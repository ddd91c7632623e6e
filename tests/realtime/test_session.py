"""The protocol's rules, without a socket."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.session import (
    BURST,
    FLOOD,
    MALFORMED,
    MAX_MESSAGE_CHARS,
    REFILL_PER_SECOND,
    WINDOW_CHARS,
    Ack,
    Ping,
    Present,
    Refused,
    Session,
    Subscribe,
    Unsubscribe,
)


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ({"type": "subscribe", "topic": "idea.42", "after": 7, "epoch": "e"}, Subscribe("idea.42", 7, "e")),
        ({"type": "subscribe", "topic": "idea.42"}, Subscribe("idea.42", None, None)),
        ({"type": "unsubscribe", "topic": "idea.42"}, Unsubscribe("idea.42")),
        ({"type": "ack", "received": 0}, Ack(0)),
        ({"type": "present", "topic": "idea.42", "state": "typing"}, Present("idea.42", "typing")),
        ({"type": "ping"}, Ping()),
        ({"type": "ping", "of": "a later version"}, Ping()),
    ],
)
def test_message_becomes_command(message: dict[str, object], command: object) -> None:
    assert Session(0).hear(json.dumps(message), 0) == command


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "ping",
        "[]",
        "{}",
        '"ping"',
        '{"type": "shout"}',
        '{"type": "ack", "received": NaN}',
        '{"type": "ack", "received": -1}',
        '{"type": "ack", "received": 1}',
        '{"type": "ack", "received": true}',
        '{"type": "ack", "received": 1e3}',
        '{"type": "ack"}',
        '{"type": "subscribe"}',
        '{"type": "present", "topic": "a", "state": "dancing"}',
        '{"type": "subscribe", "topic": 42}',
        '{"type": "subscribe", "topic": "a", "after": "7"}',
        '{"type": "subscribe", "topic": "a", "after": {"deep": 1}}',
        '{"type": "subscribe", "topic": "a", "after": 9007199254740992}',
        '{"type": "subscribe", "topic": "a", "epoch": 7}',
        '{"type": "subscribe", "topic": "a", "epoch": "longer than sixteen"}',
        json.dumps({"type": "subscribe", "topic": "a" * 101}),
        "[" * 60_000,
        '{"type":' * 8_000,
        "1" * 60_000,
        " " * (MAX_MESSAGE_CHARS + 1),
    ],
)
def test_malformed_message_ends_the_socket(text: str | None) -> None:
    with pytest.raises(Refused) as refused:
        Session(0).hear(text, 0)

    assert (refused.value.code, refused.value.close) == ("malformed", MALFORMED)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["type", "topic", "after", "epoch", "received"]), inner)
        ),
    )
)
def test_no_json_does_worse_than_being_refused(value: object) -> None:
    with contextlib.suppress(Refused):
        Session(0).hear(json.dumps(value), 0)


def test_flood_ends_the_socket_and_patience_does_not() -> None:
    session = Session(0)
    for _ in range(BURST):
        session.hear('{"type": "ping"}', 0)

    session.hear('{"type": "ping"}', 1 / REFILL_PER_SECOND)
    with pytest.raises(Refused) as refused:
        session.hear('{"type": "ping"}', 1 / REFILL_PER_SECOND)

    assert (refused.value.code, refused.value.close) == ("flood", FLOOD)


def test_window_fills_and_an_acknowledgement_empties_it() -> None:
    session = Session(0)

    assert session.take(WINDOW_CHARS - 10)
    assert session.take(10)
    assert not session.take(1)
    session.hear(json.dumps({"type": "ack", "received": 10}), 0)
    assert session.take(10)
    assert not session.take(1)


def test_empty_window_takes_a_frame_larger_than_itself() -> None:
    session = Session(0)

    assert session.take(WINDOW_CHARS * 2)
    assert not session.take(1)


def test_acknowledgement_never_goes_back_nor_ahead_of_what_was_sent() -> None:
    session = Session(0)
    session.take(100)
    session.hear('{"type": "ack", "received": 60}', 0)

    for received in (59, 101):
        with pytest.raises(Refused):
            session.hear(json.dumps({"type": "ack", "received": received}), 0)
