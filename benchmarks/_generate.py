"""Many believable ideas at once, written as the actions would leave them: a million in some minutes."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ideas.choices import IDEA_PUBLISHED, AffiliationRole, IdeaState, OrganisationKind, Scheme, Visibility
from ideas.management.board_triggers import STAMPED, write_board_triggers
from ideas.models import Affiliation, BoardCount, Call, Idea, Member, Organisation, Term, ValueChain
from ideas.models.ideas import random_id
from ideas.queries.board_counts import facet_values
from ideas.queries.ideas import PUBLIC
from ideas.text import render

BATCH = 2_000
# A member for so many ideas, and no fewer than these.
IDEAS_A_MEMBER, MEMBERS = 20, 300
# So many are the reader's own, however many there are: nobody writes thousands.
OWN = 3
# So many different texts of each length: enough that two ideas hardly ever say the same, and quick to draw.
TEXTS = 4_096
LENGTHS = {"title": 8, "teaser": 35, "problem": 60}  # in words
STATES = [
    *[IdeaState.OPEN] * 60,
    *[IdeaState.PREPARING] * 15,
    *[IdeaState.SUBMITTED] * 8,
    *[IdeaState.FUNDED] * 5,
    *[IdeaState.NOT_FUNDED] * 5,
    *[IdeaState.DRAFT] * 4,
    *[IdeaState.PARKED] * 3,
]
VISIBILITIES = (Visibility.VALUE_CHAIN, Visibility.PRIVATE, Visibility.MEMBERS)
WORDS = (  # noqa: SIM905 - as people read it
    "battery actuator digital twin predictive maintenance composite hydraulic gripper additive laser alloy hydrogen "
    "fatigue vibration sensor edge robot cobot calibration inspection welding recycling lightweight powertrain "
    "inverter thermal cooling drone hull propulsion valve pump seal tribology coating simulation topology control"
).split()


@transaction.atomic
def generate(count: int, *, seed: int = 1) -> Member:
    """Add `count` ideas to a site that has reference data and calls; return a member to read them as.

    One idea in ten is for its value chains only, one in twenty private, one in twenty-five a draft; one in five has a
    public teaser; two in three aim at a call. The same seed gives the same ideas, but for their
    ids. Rows are written by hand, since model objects would take minutes; in the order of their ids, since SQLite
    keeps them so.
    """
    dice = random.Random(seed)
    chains, kets = list(ValueChain.objects.all()), list(Term.objects.filter(scheme=Scheme.KET_2018))
    calls = [call for call in Call.objects.prefetch_related("deadlines")[:200] if call.closes_at]
    authors = _authors(dice, chains, max(MEMBERS, count // IDEAS_A_MEMBER))
    counts: Counter[tuple[str, str, str]] = Counter()
    now = timezone.now()
    pools = {
        "chains": chains,
        "kets": kets,
        "calls": calls,
        "authors": authors,
        **{name: [_text(dice, words) for _ in range(TEXTS)] for name, words in LENGTHS.items()},
    }
    insert = _Insert(Idea(html={"problem": render(_text(dice, 120)), "approach": render(_text(dice, 120))}))
    ids = _ids(count)
    with _without_triggers():
        for start in range(0, count, BATCH):
            batch = [_idea(dice, start + n, pk, now, **pools) for n, pk in enumerate(ids[start : start + BATCH])]
            insert(batch)
            for idea in batch:
                counts.update(_count_rows(idea))
    BoardCount.objects.bulk_create(
        BoardCount(audience=audience, facet=facet, value=value, count=n)
        for (audience, facet, value), n in sorted(counts.items())
    )
    return authors[0]


def _ids(count: int) -> list[int]:
    """Draw ids as ideas get them, each once, rising."""
    ids: set[int] = set()
    while len(ids) < count:
        ids.add(random_id())
    return sorted(ids)


@contextmanager
def _without_triggers() -> Iterator[None]:
    """Stamp the board's buckets once at the end, not with each row."""
    with connection.cursor() as cursor:
        for table in STAMPED:
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS board_in_{table}{on}")
    yield
    write_board_triggers(connection)


def _authors(dice: random.Random, chains: list[ValueChain], number: int) -> list[Member]:
    """Make the people; the first, who will read the board, is enrolled in two value chains."""
    firm = Organisation.objects.create(name="Bench company", slug="bench-company", kind=OrganisationKind.COMPANY)
    authors = Member.objects.bulk_create(
        Member(email=f"bench{n}@example.org", name=f"Bench {n}", password="!") for n in range(number)
    )
    Affiliation.objects.bulk_create(
        Affiliation(member=author, organisation=firm, role=AffiliationRole.MEMBER) for author in authors
    )
    enrolled = ValueChain.members.through
    enrolled.objects.bulk_create(
        enrolled(valuechain=chain, member=author) for author in authors for chain in dice.sample(chains, 2)
    )
    return authors


@dataclass(frozen=True)
class _Idea:
    """What differs from idea to idea, by field, and what goes into other tables."""

    fields: dict[str, Any]
    others: list[ValueChain]
    kets: list[Term]


def _idea(dice: random.Random, number: int, pk: int, now: datetime, **pools: Any) -> _Idea:
    main, *others = dice.sample(pools["chains"], dice.choice((1, 1, 2, 3)))
    kets = sorted(dice.sample(pools["kets"], dice.choice((1, 1, 2, 3))), key=lambda ket: ket.position)
    call = dice.choice(pools["calls"]) if dice.random() < 0.66 else None
    deadline = next((one for one in call.deadlines.all() if one.at == call.closes_at), None) if call else None
    moment = now - timedelta(minutes=dice.randrange(2 * 365 * 24 * 60), seconds=number % 60)
    fields = {
        "id": pk,
        "reference": f"JVL-{moment.year}-{number + 1:09d}",
        **{name: dice.choice(pools[name]) for name in LENGTHS},
        "value_chain_id": main.pk,
        "call_id": call.pk if call else None,
        "deadline_id": deadline.pk if deadline else None,
        "state": dice.choice(STATES),
        "visibility": dice.choices(VISIBILITIES, weights=(10, 5, 85))[0],
        "public_teaser": dice.random() < 0.2,
        "created_by_id": (pools["authors"][0] if number < OWN else dice.choice(pools["authors"])).pk,
        "created_at": moment,
        "opened_at": moment,
        "activity_at": moment,
        "closes_at": deadline.at if deadline else None,
        "comment_count": dice.randrange(20),
        "open_slots": dice.randrange(4),
        "partner_count": dice.randrange(5),
        "tags": {
            "chains": [main.code, *(chain.code for chain in others)],
            "kets": [ket.code for ket in kets],
            "call": {"identifier": call.identifier, "slug": call.slug, "title": call.title} if call else None,
        },
    }
    fields["audience"] = _audience(fields, [main, *others])
    return _Idea(fields, others, kets)


def _audience(fields: dict[str, Any], chains: list[ValueChain]) -> str:
    if fields["state"] not in IDEA_PUBLISHED or fields["visibility"] == Visibility.PRIVATE:
        return ""
    public = PUBLIC if fields["public_teaser"] else ""
    if fields["visibility"] == Visibility.MEMBERS:
        return f"members{public}"
    return f"chains:{'.'.join(str(pk) for pk in sorted(chain.pk for chain in chains))}{public}"


def _count_rows(idea: _Idea) -> Iterator[tuple[str, str, str]]:
    fields = idea.fields
    if fields["audience"]:
        for facet, value in facet_values(fields["tags"], fields["state"], fields["closes_at"]):
            yield fields["audience"], facet, value


class _Insert:
    """Writes ideas, each as a pattern with its own fields laid over it."""

    def __init__(self, pattern: Idea) -> None:
        values = {field.attname: field.value_from_object(pattern) for field in Idea._meta.concrete_fields}
        self._fields = {field.attname: field for field in Idea._meta.concrete_fields}
        self._pattern = {name: self._prepared(name, value) for name, value in values.items()}

    def __call__(self, ideas: list[_Idea]) -> None:
        rows = (
            self._pattern | {name: self._prepared(name, value) for name, value in idea.fields.items()} for idea in ideas
        )
        write_rows(Idea._meta.db_table, list(self._pattern), (list(row.values()) for row in rows))
        authors = ((idea.fields["id"], idea.fields["created_by_id"]) for idea in ideas)
        write_rows("ideas_idea_authors", ["idea_id", "member_id"], authors)
        others = ((idea.fields["id"], chain.pk) for idea in ideas for chain in idea.others)
        write_rows("ideas_idea_other_chains", ["idea_id", "valuechain_id"], others)
        kets = ((idea.fields["id"], ket.pk) for idea in ideas for ket in idea.kets)
        write_rows("ideas_idea_kets", ["idea_id", "term_id"], kets)

    def _prepared(self, name: str, value: Any) -> Any:
        if isinstance(value, str | int | None):
            return value
        return self._fields[name].get_db_prep_save(value, connection)


def write_rows(table: str, columns: list[str], rows: Iterable[Any]) -> None:
    """Write rows in the quickest way that the engine has."""
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", list(rows))


def _text(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(WORDS, k=words)).capitalize()
