"""What a place in an idea asks for, in words, and what of it an organisation's own row says: no reason without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ideas.models import Organisation
from ideas.partner_fit import SOURCES, PartnerFit, Place
from ideas.queries.organisation_index import FIELDS, OrganisationIndex, Vocabulary, term_keys
from ideas.words import GENERIC, significant_words, term_words

TERMS_SHOWN = 3
# What a word is worth that is only in the work to be done, and one of which texts are full.
WORK, COMMON = 0.5, 0.4


@dataclass(frozen=True)
class Evidence:
    """A term of an organisation that a place asks for: its source, the words in common as the place writes them, and
    whether the place asks for all of the term.
    """

    source: str
    term: str
    words: tuple[str, ...]
    is_whole: bool


@lru_cache(maxsize=5_000)
def slot_words(expertise: str, work: str, language: str) -> Mapping[str, tuple[str, float]]:
    """Read what a place asks for: {key: (word, share)}."""
    found = {
        key: (word, COMMON if key.startswith(GENERIC) else 1.0) for key, word in term_words(expertise, language).items()
    }
    for key, word in significant_words(work, language).items():
        found.setdefault(key, (word, WORK))
    return found


def place_of(slot: Any, idea: Any, index: OrganisationIndex) -> Place:
    """What a place asks of an organisation, its words weighed by how rare they are among all organisations."""
    words = slot_words(slot.expertise, slot.work, idea.language)
    weights = index.weights(words)
    return Place(
        words={key: weight * words[key][1] for key, weight in weights.items()},
        asked=frozenset(term_words(slot.expertise, idea.language)),
        role=slot.role,
        kinds=frozenset(slot.kinds),
        accredited=slot.accredited,
        chains=tuple(idea.tags.get("chains", ())),
        kets=frozenset(idea.tags.get("kets", ())),
        province=idea.organisation.province_id if idea.organisation else None,
    )


def evidence_of(
    row: Organisation, words: Mapping[str, tuple[str, float]], fit: PartnerFit, vocabulary: Vocabulary
) -> tuple[Evidence, ...]:
    """Find in an organisation's row the terms that its reasons are made of; one that went meanwhile is none."""
    keys = {reason.code: set(reason.values) for reason in fit.reasons if reason.code in SOURCES}
    found = []
    for source, name in zip(SOURCES, FIELDS, strict=True):
        of_source = []
        for term in getattr(row, name) if source in keys else ():
            variants = term_keys(str(term), vocabulary)
            shared = {key: words[key][0] for own in variants for key in own if key in keys[source] and key in words}
            if shared:
                whole = any(own.keys() <= keys[source] for own in variants)
                of_source.append(Evidence(source, str(term), tuple(dict.fromkeys(shared.values())), whole))
        of_source.sort(key=lambda one: (not one.is_whole, -len(one.words)))
        found += of_source[:TERMS_SHOWN]
    return tuple(found)


def described_by(row: Organisation, fit: PartnerFit) -> tuple[str, ...]:
    """Find the words in an organisation's descriptions that its reasons name, as they are written there."""
    keys = next((reason.values for reason in fit.reasons if reason.code == "description"), ())
    told = significant_words(row.description_it, "it") | significant_words(row.description_en, "en")
    return tuple(told[key] for key in keys if key in told)[:TERMS_SHOWN]
