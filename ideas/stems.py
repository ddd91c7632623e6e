"""Words as the search compares them: folded, without endings, in Italian and English."""

import re
import threading
from functools import lru_cache
from typing import Any

import snowballstemmer

from ideas.choices import Language
from ideas.text import searchable

LANGUAGES = {Language.IT: "italian", Language.EN: "english"}
MAX_WORD_CHARS = 40
_WORD = re.compile(r"[^\W_]+")
_local = threading.local()
# What every text has: no search is narrowed by them, and their share tells a text's language.
_ITALIAN = """
    il lo la i gli le un uno una di a da in con su per tra fra e o ma se che non si è sono del dello della dei degli
    delle al allo alla ai agli alle dal dallo dalla dai dagli dalle nel nello nella nei negli nelle sul sullo sulla sui
    sugli sulle come anche più questo questa questi queste quello quella ci ne cui
"""
_ENGLISH = """
    the a an of to in on at by for with from and or but if that not is are was were be been this these those it its as
    also more which who we our their they into than can will has have
"""
STOP = {Language.IT: frozenset(_ITALIAN.split()), Language.EN: frozenset(_ENGLISH.split())}
_ALL_STOPS = frozenset(searchable(word) for words in STOP.values() for word in words)


def words_of(text: str) -> list[str]:
    """Cut a text into its words, folded: ["batteria", "litio", "cl4"]."""
    return [word[:MAX_WORD_CHARS] for word in _WORD.findall(searchable(text))]


def is_stop_word(word: str) -> bool:
    """Whether a folded word is one that every text has, in either language."""
    return word in _ALL_STOPS


def stems_of(text: str, language: str = "") -> str:
    """Write a text as its stems in order, with a space between; the language is guessed where it isn't told."""
    language = language or guess_language(text)
    return " ".join(stem(word, language) for word in words_of(text))


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """Take a folded word's ending off. Words with digits are names of things and stay."""
    if language not in LANGUAGES or not word.isalpha() or len(word) < 3:
        return word
    return str(_stemmer(LANGUAGES[Language(language)]).stemWord(word))


def guess_language(text: str) -> str:
    """Tell Italian from English by the words that every text has; without any of them: Italian."""
    words = [word.casefold() for word in _WORD.findall(text[:2_000])]
    counts = {language: sum(word in stops for word in words) for language, stops in STOP.items()}
    return max(LANGUAGES, key=lambda language: counts[language])


def _stemmer(name: str) -> Any:
    """A stemmer holds the word that it works at: one a thread."""
    known = _local.__dict__.setdefault("stemmers", {})
    if name not in known:
        known[name] = snowballstemmer.stemmer(name)
    return known[name]
