"""How well an organisation and a place in an idea fit, and why: plain values in, a score with its reasons out.

What counts, in points: words of the place among an organisation's competences, equipment and services, each by its
rarity (`fit.weight_of`), in the work to be done half, in descriptions half again, up to 8 together; a competence all of
whose words are asked for 1.5, up to 3; the idea's own value chain 1, another one 0.5, up to 1.5; each KET 0.5, up to 1;
the kind and the accreditation that the place wants 1 each; what the call asks for and the line-up lacks 1.5 each, up to
3; the same role in other ideas 0.5 each, any other 0.25, up to 1.5; the same province as the idea's 0.5. Against it are
refusals: 2 for one about the same words, 0.5 for another one, up to 4. It fits for a whole competence, for competences
with all that the place asks for, or for two words that make 2 points. Nothing here reads rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ideas.fit import Reason
from ideas.words import GENERIC

# Of words alone, which must say what the place asks for.
ENOUGH = 2.0
MAX_WORDS = 8.0
WHOLE_TERM, MAX_WHOLE_TERMS = 1.5, 3.0
MAX_CHAINS, MAX_KETS = 1.5, 1.0
WANTED = 1.0
BROUGHT, MAX_BROUGHT = 1.5, 3.0
SAME_ROLE, ANY_ROLE, MAX_ROLES = 0.5, 0.25, 1.5
SAME_PROVINCE = 0.5
SAME_WORDS, OTHER_WORDS, MAX_REFUSED = -2.0, -0.5, -4.0
DESCRIBED = 0.5
# Where an organisation says what it can do, in the order in which it is told.
SOURCES = ("competence", "equipment", "service")
DESCRIPTION = "description"
# What a place that wants one kind also takes: a small enterprise is a company.
ALSO = {"company": frozenset({"company", "sme", "startup"}), "sme": frozenset({"sme", "startup"})}

# A term is its source and the keys of its words.
Term = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Place:
    """What a place asks for: {word's key: what it is worth}, kinds (none: any), and what its idea is.

    `asked` are the words of its expertise, whether or not anybody uses them. `chains` and `kets` are codes, the idea's
    own value chain first; `province` is an id.
    """

    words: Mapping[str, float]
    asked: frozenset[str] = frozenset()
    role: str = ""
    kinds: frozenset[str] = frozenset()
    accredited: bool = False
    chains: tuple[str, ...] = ()
    kets: frozenset[str] = frozenset()
    province: int | None = None

    def takes(self, kind: str, *, accredited: bool) -> bool:
        """Whether an organisation is of a kind that the place wants."""
        if self.accredited and not accredited:
            return False
        return not self.kinds or any(kind in ALSO.get(wanted, {wanted}) for wanted in self.kinds)


@dataclass(frozen=True)
class Profile:
    """What an organisation is: its terms, the words of its descriptions, codes of value chains and KETs."""

    kind: str
    accredited: bool = False
    country: str = ""
    province: int | None = None
    chains: frozenset[str] = frozenset()
    kets: frozenset[str] = frozenset()
    terms: tuple[Term, ...] = ()
    described: tuple[str, ...] = ()


@dataclass(frozen=True)
class Past:
    """What else is known of the two: `roles` {role: in how many ideas}, and the words of what was refused, by refusal.

    Only of what the reader sees.
    """

    roles: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True)
class PartnerFit:
    """The score, what speaks for it, and what against it.

    Reasons by code, with their values: competence, equipment, service, description (keys of words, the weightiest
    first), value_chain and ket (codes), kind (the organisation's), accredited, brings (rules of the call), role (the
    place's, in how many ideas), took_part (in how many), province (its id). Against it: refused (how many about the
    same words, how many others).
    """

    score: float
    reasons: tuple[Reason, ...]
    cautions: tuple[Reason, ...]
    is_enough: bool = False


NOTHING_PAST = Past()


def partner_fit(place: Place, profile: Profile, *, brings: Iterable[str] = (), past: Past = NOTHING_PAST) -> PartnerFit:
    """Compare an organisation with a place that takes its kind. `brings`: rules of the call that it would help with."""
    found = [
        *_words(place, profile),
        _chains(place, profile),
        _kets(place, profile),
        Reason("kind", (profile.kind,), WANTED) if place.kinds else None,
        Reason("accredited", (), WANTED) if place.accredited else None,
        _brings(tuple(brings)),
        *_roles(place.role, past.roles),
        _province(place, profile),
    ]
    said = tuple(reason for reason in found if reason)
    against = tuple(reason for reason in [_refused(place, past.refused)] if reason)
    score = sum(reason.points for reason in (*said, *against))
    return PartnerFit(score, said, against, _is_enough(place, profile, said))


def _is_enough(place: Place, profile: Profile, said: Iterable[Reason]) -> bool:
    """Whether the two speak of the same: one word of several, or some that every other text has, needn't mean it."""
    of_words = [reason for reason in said if reason.code in (*SOURCES, DESCRIPTION)]
    shared = {key for reason in of_words for key in reason.values}
    in_terms = {key for reason in of_words if reason.code != DESCRIPTION for key in reason.values}
    if _has_all(place, in_terms) or _whole(place, profile):
        return True
    worth = sum(reason.points for reason in of_words)
    return worth >= ENOUGH and (len(_telling(shared)) > 1 or _has_all(place, shared))


def _has_all(place: Place, keys: set[str]) -> bool:
    """Whether these are all words that the place asks for, or all its telling ones."""
    asked = _telling(place.asked)
    return asked <= keys if asked else bool(keys) and place.asked <= keys


def _telling(keys: Iterable[str]) -> set[str]:
    return {key for key in keys if not key.startswith(GENERIC)}


def _words(place: Place, profile: Profile) -> list[Reason]:
    """One reason for each source that has words of the place; a word counts where it is found first."""
    left, counted = MAX_WORDS, set[str]()
    whole = min(MAX_WHOLE_TERMS, WHOLE_TERM * len(_whole(place, profile)))
    found: list[Reason] = []
    for source in SOURCES:
        keys = dict.fromkeys(key for kind, term in profile.terms if kind == source for key in term)
        shared = [key for key in keys if key in place.words]
        worth = min(left, sum(place.words[key] for key in shared if key not in counted))
        if shared:
            found.append(Reason(source, _weightiest(shared, place.words), worth + (0 if found else whole)))
        left -= worth
        counted |= set(shared)
    told = [key for key in profile.described if key in place.words and key not in counted]
    worth = min(left, DESCRIBED * sum(place.words[key] for key in told))
    return [*found, Reason(DESCRIPTION, _weightiest(told, place.words), worth)] if told else found


def _whole(place: Place, profile: Profile) -> set[tuple[str, ...]]:
    """The terms all of whose words the place asks for, one of them a telling one; each once."""
    return {keys for _, keys in profile.terms if all(key in place.words for key in keys) and _telling(keys)}


def _weightiest(keys: Iterable[str], words: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(sorted(keys, key=lambda key: (-words[key], key)))


def _chains(place: Place, profile: Profile) -> Reason | None:
    shared = [code for code in place.chains if code in profile.chains]
    points = sum(1.0 if code == place.chains[0] else 0.5 for code in shared)
    return Reason("value_chain", tuple(shared), min(MAX_CHAINS, points)) if shared else None


def _kets(place: Place, profile: Profile) -> Reason | None:
    shared = tuple(sorted(place.kets & profile.kets))
    return Reason("ket", shared, min(MAX_KETS, 0.5 * len(shared))) if shared else None


def _brings(rules: tuple[str, ...]) -> Reason | None:
    return Reason("brings", rules, min(MAX_BROUGHT, BROUGHT * len(rules))) if rules else None


def _roles(role: str, roles: Mapping[str, int]) -> list[Reason]:
    same = roles.get(role, 0)
    others = sum(roles.values()) - same
    points = min(MAX_ROLES, SAME_ROLE * same)
    found: list[Reason] = [Reason("role", (role, same), points)] if same else []
    rest = min(MAX_ROLES - points, ANY_ROLE * others)
    return [*found, Reason("took_part", (others,), rest)] if others else found


def _province(place: Place, profile: Profile) -> Reason | None:
    same = place.province is not None and place.province == profile.province
    return Reason("province", (profile.province,), SAME_PROVINCE) if same else None


def _refused(place: Place, refused: tuple[frozenset[str], ...]) -> Reason | None:
    alike = sum(not place.words.keys().isdisjoint(words) for words in refused)
    others = len(refused) - alike
    points: float = max(MAX_REFUSED, SAME_WORDS * alike + OTHER_WORDS * others)
    return Reason("refused", (alike, others), points) if refused else None
