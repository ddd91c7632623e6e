"""What a match of the search is, in each engine's own words; who may look where is `queries.search`."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from ideas.questions import Question

HEADS, ANYWHERE = ("names", "head"), ("names", "head", "body")


def kind_token(kind: str) -> str:
    return f"k{kind}"


def audience_token(audience: str) -> str:
    """Write an audience key as one word: chains:1.3+ → gchains1x3p."""
    return "g" + audience.replace(":", "").replace(".", "x").replace("+", "p")


def matches(question: Question, columns: Sequence[str], kinds: Sequence[str], gates: Sequence[str] | None = None) -> Q:
    """Say which entries of these kinds have all the words in these columns, behind these gates or behind any.

    No table is named, so that it fits into a part of a query, too.
    """
    # The only words in the question are letters and digits: `words_of` has cut everything else away.
    if connection.vendor == "sqlite":
        text = on_sqlite(question, columns, kinds, gates)
        return Q(id__in=RawSQL("SELECT rowid FROM ideas_search WHERE ideas_search MATCH %s", [text]))
    text = on_postgres(question, columns, kinds, gates)
    found: Any = RawSQL("words @@ to_tsquery('simple', %s)", [text], output_field=BooleanField())
    return Q(found)


def on_sqlite(question: Question, columns: Sequence[str], kinds: Sequence[str], gates: Sequence[str] | None) -> str:
    behind = f" AND gate : ({' OR '.join(gates)})" if gates is not None else ""
    return f"{question.fts5(columns)} AND gate : ({' OR '.join(map(kind_token, kinds))}){behind}"


def on_postgres(question: Question, columns: Sequence[str], kinds: Sequence[str], gates: Sequence[str] | None) -> str:
    behind = f" & ({' | '.join(f'{gate}:D' for gate in gates)})" if gates is not None else ""
    return f"{question.tsquery(columns)} & ({' | '.join(f'{kind_token(kind)}:D' for kind in kinds)}){behind}"
