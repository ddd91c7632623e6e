"""Reading filters out of an address, alike for pages and API: unknown values are left out, a bad link is no error."""

from collections.abc import Collection

from django.http import QueryDict

from ideas.choices import ConsortiumRole, IdeaState, OrganisationKind
from ideas.models import Member
from ideas.queries.board_pages import ORDERS
from ideas.queries.catalogue import TRLS
from ideas.queries.filters import RELEVANCE, IdeaFilters
from ideas.queries.ideas import Viewer
from ideas.radar import LACKING

MOST_VALUES = 20
MOST_CHARS = 120
YES = frozenset({"1", "true", "on", "yes"})


def read_idea_filters(params: QueryDict, by: Viewer) -> IdeaFilters:
    """Read `value_chain`, `ket`, `call`, `state`, `role`, `kind`, `trl`, `province`, `lacks` (each may be repeated),
    `q`, `closing_soon`, `mine` and `sort`; by relevance, where there are words.

    A visitor filters by tags and text alone, in the order of activity: the rest would tell what a teaser doesn't.
    """
    chains, kets, words = chosen(params, "value_chain"), chosen(params, "ket"), searched(params)
    if not isinstance(by, Member):
        return IdeaFilters(value_chain=chains, ket=kets, q=words)
    sort = params.get("sort", "")
    return IdeaFilters(
        value_chain=chains,
        ket=kets,
        call=chosen(params, "call"),
        state=chosen(params, "state", IdeaState.values),
        role=chosen(params, "role", ConsortiumRole.values),
        kind=chosen(params, "kind", OrganisationKind.values),
        trl=chosen(params, "trl", [str(trl) for trl in TRLS]),
        province=chosen(params, "province"),
        lacks=chosen(params, "lacks", LACKING),
        q=words,
        closing_soon=switched_on(params, "closing_soon"),
        mine=switched_on(params, "mine"),
        sort=sort if sort in ORDERS or (words and sort == RELEVANCE) else "activity",
    )


def chosen(params: QueryDict, name: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
    """Read the values chosen of a facet, each once; only `allowed` ones where given."""
    values = dict.fromkeys(_plain(value) for value in params.getlist(name)[:MOST_VALUES])
    return tuple(value for value in values if value and (allowed is None or value in allowed))


def searched(params: QueryDict, name: str = "q") -> str:
    """Read the words searched for, in one line."""
    return " ".join(_plain(params.get(name, "")).split())


def switched_on(params: QueryDict, name: str) -> bool:
    """Read a yes or no; absent is no."""
    return params.get(name, "").lower() in YES


def page_cursor(params: QueryDict) -> str:
    """Read where the page begins."""
    return _plain(params.get("cursor", ""))


def _plain(value: str) -> str:
    # PostgreSQL refuses a null character in any parameter.
    return value.replace("\x00", "")[:MOST_CHARS]
