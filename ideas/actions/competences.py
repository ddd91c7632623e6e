"""Writes of the vocabulary: words proposed by use, and what staff do with them. Organisations follow."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ideas import text
from ideas.actions.search import index_organisations
from ideas.choices import CompetenceKind, CompetenceState, Language
from ideas.errors import Conflict, NotAllowed
from ideas.models import Competence, Member, Organisation
from ideas.models.competences import LISTS, NAME_CHARS, key_of
from ideas.rules.competences import can_settle_competences

# Words of a kind on one organisation.
MOST_WORDS = 60
# Organisations whose lists are written anew together.
BATCH = 300


@transaction.atomic(durable=True)
def add_competence(*, by: Member, kind: str, name_it: str = "", name_en: str = "", at: datetime) -> Competence:
    """Write a word into the vocabulary, accepted. Raises NotAllowed, ValidationError by field."""
    _require(by)
    competence = Competence(kind=kind, state=CompetenceState.ACCEPTED, proposed_by=by, proposed_at=at)
    competence.settled_by, competence.settled_at = by, at
    _name(competence, name_it, name_en)
    [competence.slug] = _slugs(kind, [competence.word])
    competence.full_clean()
    competence.save(force_insert=True)
    return competence


@transaction.atomic(durable=True)
def accept_competence(
    *, by: Member, competence: Competence, name_it: str, name_en: str, version: int, at: datetime
) -> Competence:
    """Take a word into the vocabulary under these names, or give an accepted one other names, or a retired one back.

    Organisations show the new name. Raises NotAllowed, ValidationError by field, Conflict("competence_changed",
    "wrong_state": it was merged).
    """
    competence = _lock(by, competence, version)
    before = (competence.name_it, competence.name_en)
    _name(competence, name_it, name_en)
    _settle(competence, CompetenceState.ACCEPTED, by=by, at=at)
    if before != (competence.name_it, competence.name_en):
        _rewrite(competence.organisations.values_list("pk", flat=True))
    return competence


@transaction.atomic(durable=True)
def merge_competence(*, by: Member, competence: Competence, into: Competence, version: int, at: datetime) -> Competence:
    """Let another word of the same kind take a word's place, with every organisation that has it; returns that other.

    Whoever types the old one gets the new one. Raises NotAllowed, ValidationError, Conflict("competence_changed",
    "wrong_state").
    """
    locked = _locked(Q(pk__in=[competence.pk, into.pk]))
    competence = _lock(by, competence, version)
    into = next((word for word in locked if word.pk == into.pk), into)
    if competence.pk == into.pk or into.kind != competence.kind or into.state != CompetenceState.ACCEPTED:
        raise ValidationError({"into": _("Choose another word of this kind that is accepted.")})
    affected = list(competence.organisations.values_list("pk", flat=True))
    _hand_over(competence, into)
    Competence.objects.filter(merged_into=competence).update(merged_into=into)
    competence.merged_into = into
    _settle(competence, CompetenceState.MERGED, by=by, at=at)
    _rewrite(affected)
    return into


@transaction.atomic(durable=True)
def retire_competence(
    *, by: Member, competence: Competence, take_away: bool = False, version: int, at: datetime
) -> Competence:
    """Let nobody choose a word any more. Who has it keeps it, unless it is taken away from them (`take_away`).

    Raises NotAllowed, Conflict("competence_changed", "wrong_state").
    """
    competence = _lock(by, competence, version)
    _settle(competence, CompetenceState.RETIRED, by=by, at=at)
    if take_away:
        affected = list(competence.organisations.values_list("pk", flat=True))
        competence.organisations.clear()
        _rewrite(affected)
    return competence


# Words of an organisation: helpers for actions ------------------------------------------------------------------------

Words = Mapping[str, Sequence[Competence]]


def words_for(typed: Mapping[str, Iterable[str]], *, by: Member | None, at: datetime) -> dict[str, list[Competence]]:
    """Find the words of the vocabulary that were typed, by list; unknown ones are proposed, merged ones lead on.

    Without `by`, a source said them: they are accepted. The rows are locked until the transaction ends, so that no
    merge comes between: lock organisations after this, never before. Raises ValidationError by field.
    """
    return {field: _found(LISTS[field], _cleaned(field, words), by=by, at=at) for field, words in typed.items()}


def add_carried(rows: Sequence[Mapping[str, str]]) -> int:
    """Bring words that the project carries ({kind, it, en}) into the vocabulary, accepted; returns how many are new.

    Create-only: one that is there under either name stays as it is, but for a name in a language in which it has none.
    """
    added = 0
    for kind in dict.fromkeys(row["kind"] for row in rows):
        own = [row for row in rows if row["kind"] == kind]
        known = _known(kind, [key_of(row[language]) for row in own for language in ("it", "en")])
        new = []
        for row in own:
            if found := known.get(key_of(row["it"])) or known.get(key_of(row["en"])):
                _complete(found, row, known)
            else:
                new.append(row)
        for row, slug in zip(new, _slugs(kind, [row["it"] for row in new]), strict=True):
            word = Competence(kind=kind, slug=slug, name_it=row["it"], name_en=row["en"])
            word.state = CompetenceState.ACCEPTED
            word.save()
        added += len(new)
    return added


def _complete(word: Competence, row: Mapping[str, str], known: Mapping[str, Competence]) -> None:
    """Give a word its name in a language in which it has none, unless that is another word's."""
    for field, name in (("name_it", row["it"]), ("name_en", row["en"])):
        if not getattr(word, field) and key_of(name) not in known:
            setattr(word, field, name)
            word.save()


def set_words(organisation: Organisation, words: Words) -> None:
    """Give a saved organisation these words in the place of those that it has, and keep its lists; they are unsaved.

    Raises ValidationError by field for a retired word that it doesn't have.
    """
    own = list(organisation.vocabulary.all())
    for field, chosen in words.items():
        retired = [word for word in chosen if word.state == CompetenceState.RETIRED and word not in own]
        if retired:
            said = _("“%(word)s” isn't used any more. Choose another word.") % {"word": retired[0].name}
            raise ValidationError({field: said})
        setattr(organisation, field, [word.word for word in chosen])
    kept = [word for word in own if word.kind not in {LISTS[field] for field in words}]
    organisation.vocabulary.set([*kept, *(word for chosen in words.values() for word in chosen)])


def _cleaned(field: str, words: Iterable[str]) -> dict[str, str]:
    """Clean what was typed: {key: word}, each word once, in order."""
    lines = [text.clean_line(field, word, most=NAME_CHARS) for word in words]
    typed: dict[str, str] = {}
    for line in lines:
        if key := key_of(line):
            typed.setdefault(key, line)
    if len(typed) > MOST_WORDS:
        raise ValidationError({field: _("Write %(limit)d words at the most.") % {"limit": MOST_WORDS}})
    return typed


def _found(kind: str, typed: Mapping[str, str], *, by: Member | None, at: datetime) -> list[Competence]:
    known = _known(kind, typed)
    # In one order, whoever types them in which: of two who propose the same words, neither waits for the other's next.
    missing = [word for key, word in sorted(typed.items()) if key not in known]
    if missing:
        _propose(kind, missing, by=by, at=at)
        # Read again: somebody else may have proposed the same word at this moment.
        known = _known(kind, typed)
    found = [known[key].merged_into or known[key] for key in typed]
    return list(dict.fromkeys(found))


def _known(kind: str, keys: Iterable[str]) -> dict[str, Competence]:
    """Find words by what they are compared by; an accepted one goes before others of the same name."""
    asked = list(keys)
    if not asked:
        return {}
    rows = _locked(Q(key_it__in=asked) | Q(key_en__in=asked), kind)
    known: dict[str, Competence] = {}
    for word in sorted(rows, key=lambda row: row.state != CompetenceState.ACCEPTED):
        for key in (word.key_it, word.key_en):
            if key:
                known.setdefault(key, word)
    return known


def _locked(which: Q, kind: str = "") -> list[Competence]:
    """Read words for a write, in one order, so that two writers never wait for each other in a circle."""
    rows = Competence.objects.filter(which).select_related("merged_into").order_by("pk")
    return list((rows.filter(kind=kind) if kind else rows).select_for_update(of=("self",), no_key=True))


def _propose(kind: str, words: Sequence[str], *, by: Member | None, at: datetime) -> None:
    english = by is not None and by.language == Language.EN
    state = CompetenceState.PROPOSED if by else CompetenceState.ACCEPTED
    new = []
    for word, slug in zip(words, _slugs(kind, words), strict=True):
        row = Competence(kind=kind, slug=slug, state=state, proposed_by=by, proposed_at=at)
        row.name_it, row.name_en = ("", word) if english else (word, "")
        row.key_it, row.key_en = key_of(row.name_it), key_of(row.name_en)
        new.append(row)
    Competence.objects.bulk_create(new, ignore_conflicts=True)


def _slugs(kind: str, words: Sequence[str]) -> list[str]:
    """Make a free address for each new word."""
    taken = set(Competence.objects.filter(kind=kind).values_list("slug", flat=True))
    slugs = []
    for word in words:
        stem = slugify(word)[:100].strip("-") or CompetenceKind(kind).value
        names = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
        slugs.append(next(name for name in names if name not in taken))
        taken.add(slugs[-1])
    return slugs


# Settling -------------------------------------------------------------------------------------------------------------


def _require(by: Member) -> None:
    if not can_settle_competences(by):
        raise NotAllowed


def _lock(by: Member, competence: Competence, version: int) -> Competence:
    """Load a word for a write over the version that its reader had in front of them."""
    _require(by)
    [competence] = _locked(Q(pk=competence.pk))
    if competence.state == CompetenceState.MERGED:
        raise Conflict("wrong_state")
    if competence.version != version:
        raise Conflict("competence_changed")
    return competence


def _name(competence: Competence, name_it: str, name_en: str) -> None:
    """Give a word its names. Raises ValidationError by field where there is none, or another word has it."""
    names = {
        "name_it": text.clean_line("name_it", name_it, most=NAME_CHARS),
        "name_en": text.clean_line("name_en", name_en, most=NAME_CHARS),
    }
    if not any(key_of(name) for name in names.values()):
        raise ValidationError({"name_it": _("Write a name in one of the languages.")})
    others = Competence.objects.filter(kind=competence.kind).exclude(pk=competence.pk)
    for field, name in names.items():
        key = key_of(name)
        if key and others.filter(Q(key_it=key) | Q(key_en=key)).exists():
            said = _("“%(word)s” stands in the vocabulary already. Merge the two.") % {"word": name}
            raise ValidationError({field: said})
        setattr(competence, field, name if key else "")
        setattr(competence, field.replace("name", "key"), key)


def _settle(competence: Competence, state: str, *, by: Member, at: datetime) -> None:
    competence.state, competence.settled_by, competence.settled_at = state, by, at
    competence.version += 1
    competence.save()


def _hand_over(competence: Competence, into: Competence) -> None:
    """Give every organisation of one word the other one."""
    through = Organisation.vocabulary.through.objects
    have = through.filter(competence_id=into.pk).values("organisation_id")
    through.filter(competence_id=competence.pk).exclude(organisation_id__in=have).update(competence_id=into.pk)
    through.filter(competence_id=competence.pk).delete()


def _rewrite(organisations: Iterable[int]) -> None:
    """Keep the lists of organisations, and what a search finds of them, after a change of the vocabulary."""
    ids = sorted(organisations)
    for start in range(0, len(ids), BATCH):
        rows = Organisation.objects.filter(pk__in=ids[start : start + BATCH]).order_by("pk")
        batch = list(rows.select_for_update(no_key=True).prefetch_related("vocabulary__merged"))
        for organisation in batch:
            _keep_lists(organisation)
        Organisation.objects.bulk_update(batch, list(LISTS))
        index_organisations(batch)


def _keep_lists(organisation: Organisation) -> None:
    """Write the words of each list, in the order in which they stood."""
    words = list(organisation.vocabulary.all())
    for field, kind in LISTS.items():
        places = {key_of(word): place for place, word in enumerate(getattr(organisation, field))}
        own = [word for word in words if word.kind == kind]

        def place(word: Competence, places: Mapping[str, int] = places) -> tuple[int, str]:
            names = [word, *word.merged.all()]
            keys = [key for name in names for key in (name.key_it, name.key_en) if key in places]
            return min((places[key] for key in keys), default=len(places)), word.key_it or word.key_en

        setattr(organisation, field, [word.word for word in sorted(own, key=place)])
