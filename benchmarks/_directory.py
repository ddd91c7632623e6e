"""What is timed of the organisations' directory; the organisations themselves are `_organisations`' own."""

from collections.abc import Callable
from time import perf_counter

BATCH = 5_000


def put_into_vocabulary() -> float:
    """Give every word in an organisation's lists a row of the vocabulary, as a profile that is saved does.

    Returns the seconds it took.
    """
    from django.db import transaction

    from ideas.choices import CompetenceState
    from ideas.models import Competence, Organisation
    from ideas.models.competences import LISTS, key_of

    started = perf_counter()
    has = [
        (pk, kind, word)
        for field, kind in LISTS.items()
        for pk, words in Organisation.objects.values_list("pk", field)
        for word in dict.fromkeys(words)
    ]
    known = set(Competence.objects.values_list("kind", "key_en"))
    words = sorted({(kind, word) for _, kind, word in has if (kind, key_of(word)) not in known})
    through = Organisation.vocabulary.through
    with transaction.atomic():
        Competence.objects.bulk_create(
            Competence(kind=kind, slug=f"bench-{n}", name_en=word, key_en=key_of(word), state=CompetenceState.ACCEPTED)
            for n, (kind, word) in enumerate(words)
        )
        ids = {(kind, key): pk for pk, kind, key in Competence.objects.values_list("id", "kind", "key_en")}
        links = (through(organisation_id=pk, competence_id=ids[kind, key_of(word)]) for pk, kind, word in has)
        through.objects.bulk_create(links, batch_size=BATCH, ignore_conflicts=True)
    return perf_counter() - started


def measurements(get: Callable[[str], Callable[[], float]]) -> dict[str, Callable[[], float]]:
    """Name them. `vocabulary` comes after the organisations, and before the rest."""
    page = get("/organisations/")

    def anew() -> float:
        from ideas.queries import directory

        directory.forget()
        return page()

    return {
        "vocabulary": put_into_vocabulary,
        "directory": page,
        "directory-narrowed": get("/organisations/?kind=company&kind=sme&value_chain=MOVES"),
        "directory-words": get("/organisations/?q=welding"),
        "directory-api": get("/api/v1/organisations/"),
        "directory-anew": anew,
    }
