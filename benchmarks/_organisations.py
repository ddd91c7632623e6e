"""Many believable organisations at once, and what is timed of matching them with the places of ideas."""

import random
from collections.abc import Callable
from time import perf_counter
from typing import Any

from benchmarks._generate import WORDS

BATCH = 1_000
SEEKING = 200
# A term is a rare subject or a common one, and what is done with it.
RARE = tuple(f"{first}{last}" for first in ("cryo", "electro", "magneto", "piezo") for last in WORDS)
DONE = ("testing", "design", "modelling", "repair", "monitoring", "assembly", "casting", "milling")
WANTED = ("Laser welding of battery housings", "Hydraulic pump testing", "Vibration sensors")


def generate_organisations(count: int, *, seed: int = 1) -> None:
    """Add `count` organisations, half of them with a person: 3 to 10 terms, a description each fourth, 0 to 2 tags."""
    from django.db import transaction

    from ideas.actions.search import index_organisations
    from ideas.choices import AffiliationRole, Scheme
    from ideas.models import Affiliation, Member, Organisation, Term, ValueChain

    dice = random.Random(seed)
    chains, kets = list(ValueChain.objects.all()), list(Term.objects.filter(scheme=Scheme.KET_2018))
    with transaction.atomic():
        for start in range(0, count, BATCH):
            numbers = range(start, min(start + BATCH, count))
            rows = Organisation.objects.bulk_create(_organisation(dice, number) for number in numbers)
            for through, column, terms in (
                (Organisation.value_chains.through, "valuechain", chains),
                (Organisation.kets.through, "term", kets),
            ):
                through.objects.bulk_create(
                    through(**{"organisation": row, column: term})
                    for row in rows
                    for term in dice.sample(terms, dice.choice((0, 1, 2)))
                )
            people = Member.objects.bulk_create(
                Member(email=f"of{number}@example.org", name=f"Of {number}", password="!") for number in numbers[::2]
            )
            Affiliation.objects.bulk_create(
                Affiliation(member=member, organisation=row, role=AffiliationRole.ADMINISTRATOR)
                for member, row in zip(people, rows[::2], strict=True)
            )
            index_organisations(rows)


def _organisation(dice: random.Random, number: int) -> Any:
    from ideas.choices import OrganisationKind
    from ideas.models import Organisation

    def terms(most: int) -> list[str]:
        return [f"{_word(dice)} {dice.choice(DONE)}" for _ in range(dice.randrange(1, most))]

    return Organisation(
        name=f"Organisation {number:05d}", slug=f"bench-organisation-{number:05d}",
        kind=dice.choice(OrganisationKind.values), competences=terms(6), equipment=terms(3), services=terms(3),
        description_en=" ".join(_word(dice) for _ in range(40)) if number % 4 == 0 else "",
    )  # fmt: skip


def _word(dice: random.Random) -> str:
    return dice.choice(RARE if dice.random() < 0.5 else WORDS)


def generate_seeking(reader: Any) -> Any:
    """Add ideas that look for partners; return one of the reader's own with three places."""
    from django.utils import timezone

    from ideas.actions.ideas import change_state, post_idea
    from ideas.actions.slots import add_slot
    from ideas.choices import IdeaState, Visibility
    from ideas.models import Member, ValueChain

    author = Member.objects.filter(email="of0@example.org").get()
    for number in range(SEEKING + 1):
        by = author if number < SEEKING else reader
        content = {
            "title": f"Seeking {number}", "teaser": "x", "problem": "x", "approach": "x", "language": "en",
            "value_chain": ValueChain.objects.all()[number % 8], "visibility": Visibility.MEMBERS,
        }  # fmt: skip
        idea = change_state(
            by=by, idea=post_idea(by=by, content=content, at=timezone.now()), state=IdeaState.OPEN, at=timezone.now()
        )
        for expertise in WANTED if by == reader else (WANTED[number % 3], f"{RARE[number % len(RARE)]} origami"):
            add_slot(by=by, idea=idea, content={"expertise": expertise, "wanted": 1})
    return idea


def measurements(reader: Any, get: Callable[[str], Callable[[], float]]) -> dict[str, Callable[[], float]]:
    """Name them. `organisations-N` makes N organisations, and must come first."""
    kept: dict[str, Any] = {}

    def make(count: int) -> float:
        from django.contrib.auth import get_user_model

        started = perf_counter()
        generate_organisations(count)
        kept["idea"] = generate_seeking(reader)
        kept["person"] = get_user_model().objects.get(email="of0@example.org")
        return perf_counter() - started

    def timed(act: Callable[[], Any]) -> Callable[[], float]:
        def once() -> float:
            started = perf_counter()
            assert act()
            return perf_counter() - started

        return once

    def slots(number: int, *, anew: bool = False) -> Any:
        from ideas.queries import organisation_index
        from ideas.queries.suggestions import suggestions_for

        if anew:
            organisation_index.forget()
        found = suggestions_for(kept["idea"], list(kept["idea"].slots.all())[:number], reader)
        assert all(one.found for one in found), [one.slot.expertise for one in found if not one.found]
        return found

    def search() -> Any:
        from ideas.queries.organisations import OrganisationFilters, organisation_page

        return organisation_page(OrganisationFilters(q="laser welding"))

    def ideas() -> Any:
        from ideas.queries.suggested_ideas import ideas_for

        person = kept["person"]
        return ideas_for(person.organisations.get(), person)

    def gaps() -> Any:
        from ideas.queries.gaps import gaps_for

        return gaps_for(kept["person"])

    return {
        **{f"organisations-{count}": lambda count=count: make(count) for count in (200, 20_000)},  # type: ignore[misc]  # a default binds the count
        "organisation-search": timed(search),
        "suggestions": timed(lambda: slots(1)),
        "suggestions-3": timed(lambda: slots(3)),
        "suggestions-anew": timed(lambda: slots(1, anew=True)),
        "suggested-ideas": timed(ideas),
        "gaps": timed(gaps),
        "organisation-search-page": get("/organisations/?q=laser+welding"),
        "suggestions-page": lambda: get(f"/ideas/{kept['idea'].reference}/partners/")(),
    }
