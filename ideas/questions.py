"""What somebody types into the search, read once and written for either engine; and the words of it in a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ideas.choices import Language
from ideas.stems import LANGUAGES, is_stop_word, stem, words_of
from ideas.text import searchable

MAX_TERMS = 12
MAX_CHARS = 200
EXCERPT_CHARS = 180
MIN_KIN_CHARS = 5
_ENDINGS = "aeio"
# PostgreSQL tells columns apart by the weights of a tsvector.
WEIGHTS = {"names": "A", "head": "B", "body": "C", "gate": "D"}
_TYPED = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"[^\W_]+")
# Lines of tables, bold type and headings, which say nothing in a line of text.
_MARKS = re.compile(r"\|(?:\s*:?--+:?\s*\|)*|\*\*|^#+ ", re.MULTILINE)


@dataclass(frozen=True)
class Term:
    """One word, phrase or identifier that a find must have, in any of its `forms`: stems with a space between.

    `kin` are stems of the same Italian word's other endings. A beginning has none: whoever types it hasn't said yet.
    """

    text: str
    own: tuple[str, ...]
    prefix: bool = False
    kin: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        return self.own if self.prefix else self.own + self.kin


@dataclass(frozen=True)
class Question:
    """What somebody typed. Words of which every text is full narrow nothing, unless there are no others."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def fts5(self, columns: Sequence[str]) -> str:
        """Write the question for SQLite, to be found in `columns`."""
        return f"{{{' '.join(columns)}}} : ({' AND '.join(_fts5(term) for term in self.terms)})"

    def tsquery(self, columns: Sequence[str]) -> str:
        """Write the question for PostgreSQL, to be found in `columns`."""
        labels = "".join(WEIGHTS[column] for column in columns)
        return " & ".join(_tsquery(term, labels) for term in self.terms)

    @cached_property
    def words(self) -> frozenset[str]:
        """The single words of all forms, for marking them in a text."""
        return frozenset(word for term in self.terms for form in term.forms for word in form.split())

    @cached_property
    def beginnings(self) -> tuple[str, ...]:
        return tuple(form.split()[-1] for term in self.terms if term.prefix for form in term.forms)

    def begun(self) -> "Question":
        """The same, its last word a beginning."""
        return Question((*self.terms[:-1], replace(self.terms[-1], prefix=True))) if self.terms else self

    def stands_in(self, texts: Sequence[str]) -> bool:
        """Whether texts of stems have all the words, each form as a whole in one of them: what the engines find."""
        padded = [f" {text} " for text in texts]
        return all(
            any(f" {form}{'' if term.prefix else ' '}" in text for form in term.forms for text in padded)
            for term in self.terms
        )

    def score(self, names: str, head: str, *, own: bool = False) -> int:
        """Rate a find by where its words stand: a name that begins so or is its `own`, a name, the title, anywhere."""
        names, head = f" {names} ", f" {head} "
        return sum(_rate(term, names, head, own) for term in self.terms)


def read_question(text: str, *, typing: bool = False) -> Question:
    """Read what was typed: words, "phrases", beginnings* and identifiers.

    While somebody is `typing`, the last word is a beginning.
    """
    pieces = [(quoted or plain, bool(quoted)) for quoted, plain in _TYPED.findall(text[:MAX_CHARS].replace("\x00", ""))]
    read = [_term(piece, quoted) for piece, quoted in pieces]
    terms = [term for term in read if term is not None][:MAX_TERMS]
    if typing and terms and not text[-1:].isspace():
        terms[-1] = replace(terms[-1], prefix=True)
    telling = [term for term in terms if not is_stop_word(term.text)]
    return Question(tuple(telling or terms))


def _term(piece: str, quoted: bool) -> Term | None:
    words = words_of(piece)
    if not words:
        return None
    raw = " ".join(words)
    stems = (" ".join(stem(word, language) for word in words) for language in LANGUAGES)
    # HORIZON-CL4-2027 is asked for as far as somebody remembers it.
    beginning = piece.endswith("*") or (not quoted and len(words) > 1 and any(char.isdigit() for char in piece))
    forms = (raw,) if piece.endswith("*") else tuple(dict.fromkeys((raw, *stems)))
    kin = () if quoted or len(words) > 1 else tuple(one for one in _kin(raw) if one not in forms)
    return Term(raw, forms, beginning, kin)


def _kin(word: str) -> list[str]:
    """Stem a word with each Italian ending: the stemmer takes `lamiere` for a verb (lam), `lamiera` not (lamier)."""
    if len(word) < MIN_KIN_CHARS or word[-1] not in _ENDINGS:
        return []
    return list(dict.fromkeys(stem(word[:-1] + ending, Language.IT) for ending in _ENDINGS))


def _fts5(term: Term) -> str:
    star = "*" if term.prefix else ""
    forms = [f'"{form}"{star}' for form in term.forms]
    return f"({' OR '.join(forms)})"


def _tsquery(term: Term, labels: str) -> str:
    def lexemes(form: str) -> str:
        words = form.split()
        ends = ["" for _ in words[:-1]] + ["*" if term.prefix else ""]
        return " <-> ".join(f"'{word}':{end}{labels}" for word, end in zip(words, ends, strict=True))

    forms = [f"({lexemes(form)})" for form in term.forms]
    return f"({' | '.join(forms)})"


def _rate(term: Term, names: str, head: str, own: bool) -> int:
    end = "" if term.prefix else " "
    if any(names.startswith(f" {form}{end}") for form in term.forms):
        return 20
    if any(f" {form}{end}" in names for form in term.forms):
        return 20 if own else 10
    return 4 if any(f" {form}{end}" in head for form in term.forms) else 1


Piece = tuple[str, bool]  # a part of a text, and whether it was asked for


def mark(text: str, question: Question) -> list[Piece]:
    """Cut a text into pieces, those that the question asks for marked: [("Batterie", True), (" al freddo", False)]."""
    pieces: list[Piece] = []
    done = 0
    for found in _WORD.finditer(text):
        if _is_asked(found.group(), question):
            pieces += [(text[done : found.start()], False), (found.group(), True)]
            done = found.end()
    return [piece for piece in (*pieces, (text[done:], False)) if piece[0]]


def excerpt(text: str, question: Question) -> list[Piece]:
    """Cut the part out of a long text in which the question's words stand first, marked; nothing where none stands."""
    line = " ".join(_MARKS.sub(" ", text).split())
    first = next((word.start() for word in _WORD.finditer(line) if _is_asked(word.group(), question)), None)
    if first is None:
        return []
    start = max(0, first - EXCERPT_CHARS // 3)
    start = line.rfind(" ", 0, start) + 1
    end = line.find(" ", start + EXCERPT_CHARS)
    part = line[start:] if end < 0 else line[start:end]
    return mark(("… " if start else "") + part + (" …" if end >= 0 else ""), question)


def _is_asked(word: str, question: Question) -> bool:
    folded = searchable(word)
    if folded.startswith(question.beginnings):
        return True
    return folded in question.words or any(stem(folded, language) in question.words for language in LANGUAGES)
