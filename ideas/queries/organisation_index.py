"""All organisations as suggestions read them, in the memory of the process: by what they can do, and by what they see.

It is kept for as long as the stamp in the database stays the same, so no write can be missed. Who shows anything of it
asks `visible_to` once more.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from ideas.choices import AffiliationRole, CompetenceState
from ideas.fit import weight_of
from ideas.models import Affiliation, Competence, Organisation, SuggestionStamp, ValueChain
from ideas.partner_fit import SOURCES, Profile, Term
from ideas.queries.ideas import chains_of
from ideas.text import searchable
from ideas.words import significant_words, term_words

Stamp = tuple[int, ...]
Places: TypeAlias = "array[int]"
# {a term as it is compared: its names (Italian, English)}
Vocabulary = Mapping[str, tuple[str, str]]
LEAST = 0.3
DESCRIPTION_CHARS = 1_500
FIELDS = ("competences", "equipment", "services")
# Among the value chains of an organisation's people: one of them is cluster staff, who sees every chain's ideas.
STAFF = 0


@dataclass
class OrganisationIndex:
    """Every organisation, a column a field, by name.

    `people` are the value chains in which an organisation's people take part, None where nobody of it is here;
    `administered` whether somebody could answer an invitation; `entities` whom each counts as for a call, its parent or
    itself. `words`, `told` and `chains` say in whose terms, and in whose descriptions alone, a word is found, who is in
    a value chain: {key: places in the columns}. `verdicts` are kept for who asks again.
    """

    ids: list[int] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    people: list[frozenset[int] | None] = field(default_factory=list)
    administered: list[bool] = field(default_factory=list)
    entities: list[int] = field(default_factory=list)
    place_of: dict[int, int] = field(default_factory=dict)
    words: dict[str, Places] = field(default_factory=dict)
    told: dict[str, Places] = field(default_factory=dict)
    chains: dict[str, Places] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=dict)
    verdicts: dict[Any, bool] = field(default_factory=dict)

    def weights(self, words: Iterable[str]) -> dict[str, float]:
        """Weigh the words that some organisations use by how rare they are; one that most use still says something."""
        uses = {word: len(self.words.get(word, ())) + len(self.told.get(word, ())) for word in words}
        return {word: max(LEAST, weight_of(n, len(self.ids))) for word, n in uses.items() if n}

    def who_sees(self, audience: str, related: Collection[int]) -> Callable[[int], bool]:
        """Make what tells whether somebody of an organisation sees an idea: by its audience, or as one of `related`."""
        chains = chains_of(audience) if audience else frozenset[int]()

        def sees(place: int) -> bool:
            people = self.people[place]
            if people is None:
                return False
            if chains is None or self.ids[place] in related:
                return True
            return bool(chains) and (STAFF in people or not people.isdisjoint(chains))

        return sees


@dataclass(frozen=True)
class _Kept:
    """The index of this process, the stamp it was made under, and each organisation's words under its texts."""

    stamp: Stamp | None = None
    index: OrganisationIndex = field(default_factory=OrganisationIndex)
    words: Mapping[int, tuple[int, tuple[Term, ...], tuple[str, ...]]] = field(default_factory=dict)


_kept = _Kept()


def organisation_index() -> OrganisationIndex:
    """The organisations as they stand. One query; seven more where one of them, or who works there, has changed."""
    global _kept
    # The stamp before the rows: to read newer ones under an old stamp only means to read them again.
    stamp, kept = tuple(SuggestionStamp.objects.order_by("id").values_list("stamp", flat=True)), _kept
    if kept.stamp != stamp:
        kept = _kept = _read(stamp, kept)
    return kept.index


def forget() -> None:
    """Let the next reader read all organisations anew, with every word of theirs; for measurements."""
    global _kept
    _kept = _Kept()


# A term's words ------------------------------------------------------------------------------------------------------


def term_keys(term: str, vocabulary: Vocabulary) -> tuple[dict[str, str], ...]:
    """Read the words of a term, {key: word}, in each language in which it is known; one that the vocabulary doesn't
    know in both is read in the language in which it seems to be.
    """
    names = vocabulary.get(searchable(term))
    if names:
        return tuple(words for words in (_words(names[0], "it"), _words(names[1], "en")) if words)
    words = _words(term, _language_of(term))
    return (words,) if words else ()


@lru_cache(maxsize=50_000)
def _words(term: str, language: str) -> dict[str, str]:
    return term_words(term, language)


def _language_of(term: str) -> str:
    """Tell a term's language by its endings: an English word hardly ever ends in a, i or o, an Italian one always."""
    words = [word for word in searchable(term).split() if len(word) > 3 and word.isalpha()]
    vowels = [word[-1] for word in words if word[-1] in "aeio"]
    return "it" if set(vowels) & set("aio") or len(vowels) == len(words) > 1 else "en"


# Reading ------------------------------------------------------------------------------------------------------------


def _read(stamp: Stamp, before: _Kept) -> _Kept:
    index, words = OrganisationIndex(vocabulary=_vocabulary()), {}
    same = index.vocabulary == before.index.vocabulary
    people, administered = _people()
    chains = _codes(Organisation.value_chains.through, "valuechain__code")
    kets = _codes(Organisation.kets.through, "term__code")
    facts = ("pk", "parent_id", "kind", "accredited", "country", "province_id")
    texts = (*FIELDS, "description_it", "description_en")
    rows = Organisation.objects.order_by("name", "pk").values_list(*facts, *texts)
    for pk, parent, kind, accredited, country, province, *said in rows:
        text, last = hash(repr(said)), before.words.get(pk)
        words[pk] = last if same and last and last[0] == text else (text, *_words_of(said, index.vocabulary))
        _, terms, described = words[pk]
        profile = Profile(kind, accredited, country, province, chains[pk], kets[pk], terms, described)
        _add(index, pk, profile)
        index.entities.append(parent or pk)
        index.people.append(people.get(pk))
        index.administered.append(pk in administered)
    return _Kept(stamp, index, words)


def _vocabulary() -> dict[str, tuple[str, str]]:
    """The terms that have a name in both languages, by either name."""
    rows = Competence.objects.exclude(state=CompetenceState.MERGED).exclude(key_it="").exclude(key_en="")
    found: dict[str, tuple[str, str]] = {}
    for name_it, name_en, key_it, key_en in rows.order_by("pk").values_list("name_it", "name_en", "key_it", "key_en"):
        for key in (key_it, key_en):
            found.setdefault(key, (name_it, name_en))
    return found


def _people() -> tuple[dict[int, frozenset[int]], set[int]]:
    """Read by organisation the value chains of its active people, and which ones somebody administers. Three queries.

    What `queries.ideas.audiences_of` asks of a member, for all members at once.
    """
    taking_part: defaultdict[int, set[int]] = defaultdict(set)
    for through in (ValueChain.members.through, ValueChain.leads.through):
        for member, chain in through._default_manager.values_list("member_id", "valuechain_id"):
            taking_part[member].add(chain)
    chains: defaultdict[int, set[int]] = defaultdict(set)
    administered = set()
    active = Affiliation.objects.filter(member__is_active=True).order_by()
    for organisation, member, role, is_staff in active.values_list(
        "organisation_id", "member_id", "role", "member__is_staff"
    ):
        chains[organisation] |= taking_part.get(member, set()) | ({STAFF} if is_staff else set())
        if role == AffiliationRole.ADMINISTRATOR:
            administered.add(organisation)
    # Few different sets, so that many organisations share them.
    shared: dict[frozenset[int], frozenset[int]] = {}
    frozen = {pk: frozenset(found) for pk, found in chains.items()}
    return {pk: shared.setdefault(found, found) for pk, found in frozen.items()}, administered


def _codes(through: Any, code: str) -> defaultdict[int, frozenset[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for organisation, value in through._default_manager.values_list("organisation_id", code):
        found[organisation].add(value)
    shared: dict[frozenset[str], frozenset[str]] = {}
    frozen = {pk: frozenset(codes) for pk, codes in found.items()}
    none: frozenset[str] = frozenset()
    return defaultdict(lambda: none, {pk: shared.setdefault(codes, codes) for pk, codes in frozen.items()})


def _words_of(said: list[Any], vocabulary: Vocabulary) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    """Read an organisation's terms, and the words that its descriptions alone have."""
    *lists, italian, english = said
    terms = dict.fromkeys(
        (source, tuple(sorted(words)))
        for source, listed in zip(SOURCES, lists, strict=True)
        for term in listed
        for words in term_keys(str(term), vocabulary)
    )
    own = {key for _, keys in terms for key in keys}
    told = significant_words(italian[:DESCRIPTION_CHARS], "it") | significant_words(english[:DESCRIPTION_CHARS], "en")
    return tuple(terms), tuple(key for key in told if key not in own)


def _add(index: OrganisationIndex, pk: int, profile: Profile) -> None:
    place = index.place_of[pk] = len(index.ids)
    index.ids.append(pk)
    index.profiles.append(profile)
    own = dict.fromkeys(key for _, keys in profile.terms for key in keys)
    for table, keys in ((index.words, own), (index.told, profile.described), (index.chains, profile.chains)):
        for key in keys:
            table.setdefault(key, array("I")).append(place)
