"""Frames as they go over the wire."""

import pytest

from realtime import frames
from realtime.frames import Frame


@pytest.mark.parametrize(("length", "header"), [(125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_header_grows_with_the_length(length: int, header: int) -> None:
    frame = Frame({"b": "x" * (length - len('{"b":""}'))})

    assert len(frame.text) == length
    assert len(frame.wire) == length + header
    assert frame.wire[0] == 0x81
    assert not frame.wire[1] & 0x80, "a server doesn't mask"


def test_text_counts_the_same_in_bytes_here_and_in_utf16_there() -> None:
    frame = Frame({"body": "perché 🚀 \u2028"})

    assert len(frame.text) == len(frame.text.encode()) == len(frame.text.encode("utf-16-le")) // 2


def test_forbidden_and_unknown_topics_are_answered_alike() -> None:
    assert frames.error("not_found", "idea.1").text == '{"type":"error","code":"not_found","topic":"idea.1"}'
