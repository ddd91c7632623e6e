"""Ideas like the one whose title is being written, among those that the writer sees."""

from collections.abc import Mapping
from typing import Any

from ideas.choices import SearchKind
from ideas.models import Member, SearchEntry
from ideas.queries.ideas import visible_to
from ideas.queries.search import matching, scope_of
from ideas.questions import read_question
from ideas.words import significant_words

LIMIT = 4
MAX_WORDS = 8
# So many ideas are looked at for a word; one that more have tells nothing of a title.
COMMON = 150
# Two words in common, and half of the title's: one alone is chance.
ENOUGH_WORDS = 2
ENOUGH_SHARE = 0.5


def similar_ideas(title: str, language: str, member: Member, *, but: str = "") -> list[dict[str, Any]]:
    """Find ideas about the same, the likest first: {reference, title, language, shared: the words in common}.

    Only words that tell what a text is about count (`ideas.words`), and none that very many ideas have. `but` is the
    reference of the idea itself. A query for each of eight words at the most, and those of `visible_to`.
    """
    words = dict(list(significant_words(title, language).items())[:MAX_WORDS])
    if len(words) < ENOUGH_WORDS:
        return []
    found = _having(words, member)
    telling = {key for key, ids in found.items() if len(ids) < COMMON}
    likely = {pk for ids in found.values() for pk in ids if sum(pk in found[key] for key in telling) >= ENOUGH_WORDS}
    rows = visible_to(member).filter(pk__in=likely).exclude(reference=but)
    ranked = []
    for row in rows.values("reference", "title", "teaser", "keywords", "language"):
        shared = _shared(words, row) & telling
        if len(shared) >= ENOUGH_WORDS and len(shared) >= ENOUGH_SHARE * len(words):
            ranked.append((len(shared), row | {"shared": [words[key] for key in words if key in shared]}))
    ranked.sort(key=lambda one: (-one[0], one[1]["reference"]))
    return [row for _, row in ranked[:LIMIT]]


def _having(words: dict[str, str], member: Member) -> dict[str, set[int]]:
    """Read for each word which of the member's ideas have it, the newest ones."""
    scope = scope_of(member).within([SearchKind.IDEA])
    found = {}
    for key, word in words.items():
        question = read_question(word)
        entries = matching(question, scope) if question else SearchEntry.objects.none()
        found[key] = set(entries.order_by("-id").values_list("object_id", flat=True)[:COMMON])
    return found


def _shared(words: Mapping[str, str], row: Mapping[str, Any]) -> set[str]:
    """What an idea's title, teaser and keywords have in common with the words."""
    theirs = significant_words(" ".join((row["title"], row["keywords"], row["teaser"])), row["language"])
    return words.keys() & theirs.keys()
