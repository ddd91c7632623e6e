"""What a text is about, in words that two texts can be compared by, whichever of our two languages they are in."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from ideas.data import read_json
from ideas.text import searchable

MAX_CHARS = 6_000
MIN_CHARS = 4
MAX_WORD_CHARS = 36
GENERIC = "~"
# A name such as CNC or 3D, which is a word of no language.
MAX_NAME_CHARS = 5
# Partnerships and types of action, which titles of EU topics carry in brackets, tell who pays and not what for.
_ASIDE = re.compile(r"\([^()]*(?:[Pp]artnership|\bRIA\b|\bIA\b|\bCSA\b)[^()]*\)")
_WORD = re.compile(r"[^\W_]+")
# At least four letters stay before -ing and -ed: a string isn't several strs.
_ENGLISH = re.compile(r"(?<=[a-z]{4})(?:ing|ed)s?$|(?:ie|e)?(?<![suia])s$|y$|e$")


def significant_words(text: str, language: str) -> dict[str, str]:
    """Read what `text` is about: {key: the first word of the text that means it}, in the order of the text.

    A subject known in both languages (`data/words.json`) has one key in both; any other word is reduced to its stem
    and kept apart by language, since `camera` is a room in Italian. Words without a subject, numbers and short words
    are left out.
    """
    found: dict[str, str] = {}
    for word in _WORD.findall(_ASIDE.sub(" ", text[:MAX_CHARS])):
        key = _key(word, language)
        if key and key not in found:
            found[key] = word if word.isupper() else word.lower()
    return found


def term_words(text: str, language: str) -> dict[str, str]:
    """Read what a short text is about, as a competence or a place: as `significant_words`, with names such as CNC or
    3D, which are alike in both languages, and with the words of which long texts are full (analysis, prototypes).

    The key of one of these begins with `GENERIC`: it says something beside others only. What kind of organisation
    somebody is (a laboratory, a maker) is left out.
    """
    found: dict[str, str] = {}
    for word in _WORD.findall(text[:MAX_CHARS]):
        key = "" if _names_a_body(word, language) else _key(word, language) or _key_in_term(word, language)
        if key and key not in found:
            found[key] = word if is_name(word) else word.lower()
    return found


def is_name(word: str) -> bool:
    """Whether a word is written as a short name: CNC, IoT, 3D."""
    telling = sum(char.isupper() for char in word) > 1 or any(char.isdigit() for char in word)
    return telling and 2 <= len(word) <= MAX_NAME_CHARS and any(char.isalpha() for char in word)


@lru_cache(maxsize=2_000)
def subject_in(key: str, language: str) -> str:
    """Name a subject in a language; "" where only beginnings of its words are known."""
    words: dict[str, str] = read_json("words.json")["terms"].get(key, {})
    return next((word for word in words.get(language, "").split() if not word.endswith("*")), "")


@lru_cache(maxsize=20_000)
def _key(typed: str, language: str) -> str:
    """Name what a word means; "" where it means nothing that could be compared."""
    word = searchable(typed)
    if len(word) > MAX_WORD_CHARS:
        return ""
    subjects, generic = _known(language)
    if word not in generic and (subject := _look_up(word, subjects)):
        return subject
    if len(word) < MIN_CHARS or not word.isalpha() or _look_up(word, generic):
        return ""
    return f"{language}:{_stem(word, language)}"


@lru_cache(maxsize=20_000)
def _key_in_term(typed: str, language: str) -> str:
    """Name what a word means of which `_key` says nothing. Articles and the like mean nothing here, either."""
    word = searchable(typed)
    if is_name(typed):
        return f"={word}"
    _, generic = _known(language)
    if not MIN_CHARS <= len(word) <= MAX_WORD_CHARS or not word.isalpha() or word in generic:
        return ""
    return f"{GENERIC}{language}:{_stem(word, language)}"


@lru_cache(maxsize=20_000)
def _names_a_body(typed: str, language: str) -> bool:
    bodies = {word: word for word in read_json("words.json")["bodies"][language].split()}
    return bool(_look_up(searchable(typed), bodies))


def _stem(word: str, language: str) -> str:
    """Take the endings of number and gender off, in English -ing and -ed, too: leghe, lega → leg; stores → stor.

    The search's stemmer takes verbs' endings off as well (lamiere → lam, lamiera → lamier): a word too many costs a
    search little, but here it would be a reason that isn't one.
    """
    if language == "it":
        short = word.rstrip("aeiou")
        short = short.removesuffix("h") if short.endswith(("ch", "gh")) else short
    else:
        short = _ENGLISH.sub("", word)
        short = short[:-1] if short[-1:] == short[-2:-1] else short
    return short if len(short) >= MIN_CHARS - 1 else word


@cache
def _known(language: str) -> tuple[dict[str, str], dict[str, str]]:
    """The words of subjects and the generic ones, {word, or beginning and *: subject}.

    English subjects are known in Italian texts, which borrow them; not the other way round.
    """
    data: dict[str, Any] = read_json("words.json")
    languages = ("en", "it") if language == "it" else ("en",)
    subjects = {
        word: subject for subject, words in data["terms"].items() for code in languages for word in words[code].split()
    }
    generic = {word: word for word in data["generic"].get(language, "").split()}
    return subjects, generic


def _look_up(word: str, known: dict[str, str]) -> str:
    return next((known[form] for form in _forms(word) if form in known), "")


def _forms(word: str) -> Iterator[str]:
    """The ways in which a list can name a word: itself, or its beginning with a star."""
    yield word
    for length in range(len(word), 2, -1):
        yield f"{word[:length]}*"
