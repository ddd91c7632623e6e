"""Two texts as one: nothing lost of either, readable, and quick whatever they are."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ideas.diff import diff_words


def said(old: str, new: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in diff_words(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("", "", []),
        ("Same words.", "Same  words.", [("same", "Same  words.")]),
        ("", "All new", [("added", "All new")]),
        ("All gone", "", [("removed", "All gone")]),
        (
            "A thin heater between the cells.",
            "A thick heater between the cells.",
            [("same", "A "), ("removed", "thin "), ("added", "thick "), ("same", "heater between the cells.")],
        ),
        ("È così", "È cosà", [("same", "È "), ("removed", "così "), ("added", "cosà")]),
        # What went doesn't stick to the word before it.
        ("dear and slow. So", "dear. So", [("same", "dear"), ("removed", " and slow"), ("same", ". So")]),
        # A mark of punctuation alone doesn't cut a change in two.
        ("one, two here", "uno, due here", [("removed", "one, two "), ("added", "uno, due "), ("same", "here")]),
    ],
)
def test_what_went_and_what_came_is_told_word_by_word(old: str, new: str, pieces: list[tuple[str, str]]):
    assert said(old, new) == pieces


@given(st.lists(st.sampled_from("a b c, . d"), max_size=40), st.lists(st.sampled_from("a b c, . d"), max_size=40))
def test_both_texts_can_be_read_out_of_it(one: list[str], other: list[str]):
    old, new = "".join(one), "".join(other)

    pieces = said(old, new)

    assert "".join(text for kind, text in pieces if kind != "removed").split() == new.split()
    unchanged = "".join(text for kind, text in pieces if kind != "added")
    assert "".join(unchanged.split()) == "".join(old.split())


@pytest.mark.parametrize("word", ["a ", "ab, ", ". ", "x y z "])
def test_texts_of_one_word_over_and_over_take_no_time(word: str):
    text = (word * 3_000)[:6_000]
    began = time.process_time()

    said(text, f"b {text[:-10]}")

    assert time.process_time() - began < 1
