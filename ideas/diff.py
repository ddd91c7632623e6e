"""Two texts as one, with what went and what came, word by word."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# Pairs of equal words that are looked at: a text of one word, a thousand times over, would take minutes.
MAX_PAIRS = 100_000
_TOKEN = re.compile(r"(\w+|[^\w\s])(\s*)")


@dataclass(frozen=True)
class Piece:
    """A stretch of text. `kind`: same, removed or added."""

    kind: str
    text: str


@dataclass(frozen=True)
class _Word:
    text: str
    space: str


def diff_words(old: str, new: str) -> list[Piece]:
    """Read how `old` became `new`: stretches in reading order, what was removed before what was added in its place.

    Spaces and line ends alone are no change. Texts that are one word again and again are compared as a whole.
    """
    before, after = _words(old), _words(new)
    pieces: list[Piece] = []
    # Spaces of the old text alone, without which what went would stick to what stands before or after it.
    gap = ""
    for is_same, one, other in _joined(_stretches(before, after)):
        if is_same:
            pieces.append(Piece("same", _text(other)))
            gap = "" if other[-1].space else one[-1].space
        else:
            went, came = (gap + _text(one) if one else ""), _text(other)
            went += " " if went and came and not went[-1].isspace() else ""
            pieces += [piece for piece in (Piece("removed", went), Piece("added", came)) if piece.text]
    return pieces


Stretch = tuple[bool, list[_Word], list[_Word]]


def _stretches(before: list[_Word], after: list[_Word]) -> Iterator[Stretch]:
    old, new = [word.text for word in before], [word.text for word in after]
    if _pairs(old, new) > MAX_PAIRS:
        head = _shared(old, new)
        tail = _shared(old[head:][::-1], new[head:][::-1])
        ends = len(old) - tail, len(new) - tail
        yield True, before[:head], after[:head]
        yield False, before[head : ends[0]], after[head : ends[1]]
        yield True, before[ends[0] :], after[ends[1] :]
        return
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield tag == "equal", before[a:b], after[c:d]


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Join changes that only a mark of punctuation keeps apart: crumbs can't be read."""
    found: list[Stretch] = []
    for is_same, one, other in stretches:
        if not one and not other:
            continue
        crumb = is_same and len(other) == 1 and not other[0].text.isalnum() and bool(found)
        if found and (found[-1][0] == is_same or crumb) and not found[-1][0]:
            found[-1] = (False, found[-1][1] + one, found[-1][2] + other)
        else:
            found.append((is_same, one, other))
    return found


def _pairs(old: list[str], new: list[str]) -> int:
    counts = Counter(new)
    return sum(counts[word] for word in old)


def _shared(old: list[str], new: list[str]) -> int:
    """How many words the two begin with alike."""
    return next(
        (n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def _words(text: str) -> list[_Word]:
    return [_Word(word, space) for word, space in _TOKEN.findall(text)]


def _text(words: list[_Word]) -> str:
    return "".join(word.text + word.space for word in words)
