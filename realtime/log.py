"""The log of changes: numbered per topic inside the writer's own transaction, read by position."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from secrets import token_hex
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from realtime import hints
from realtime.models import Change, Topic
from realtime.session import TOPIC

# Sorts after every other name, so that `revoke`, called last, never inverts the order of locks.
CONTROL = "~"
MAX_PAYLOAD_CHARS = 256 * 1024
PAGE = 100

# One statement creates the row or locks it: the lock makes commit order and number order the same.
_TAKE_NUMBERS = """
    INSERT INTO realtime_topic (name, head, epoch) VALUES (%s, %s, '')
    ON CONFLICT (name) DO UPDATE SET head = realtime_topic.head + excluded.head
    RETURNING id, head
"""


# One statement is one snapshot: what it shows of all its topics was true at one moment. Bounds are constants, not
# columns of a joined list: only so does PostgreSQL's planner go straight to the rows by the unique index.
_READ_NEXT = """
    SELECT id, seq, kind, payload, at, %s AS topic_name FROM realtime_change
    WHERE topic_id = (SELECT id FROM realtime_topic WHERE name = %s) AND seq > %s AND seq <= %s
"""


_READ_POSITIONS = "SELECT name, head, epoch FROM realtime_topic WHERE name IN ({})"


class Position(NamedTuple):
    """Where a page stands: embed it, subscribe after it."""

    topic: str
    epoch: str
    head: int


class Row(NamedTuple):
    """One change as it is read back; `payload` is plain JSON data."""

    topic: str
    seq: int
    kind: str
    payload: Any
    at: datetime


def append(topic: str, kind: str, payload: dict[str, Any]) -> Change:
    """Add one change to a topic, in the caller's transaction, and wake its followers on commit."""
    return append_many([(topic, kind, payload)])[0]


def append_many(entries: Sequence[tuple[str, str, dict[str, Any]]]) -> list[Change]:
    """Add changes to several topics at once; call it once a transaction, as its last write.

    Rows of topics are locked in sorted order, so two writers never wait for
    each other. A rollback returns the numbers. Raises RuntimeError outside a
    transaction, ValueError for a name that nobody could follow and for a
    payload over 256 k characters.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("realtime.log.append needs the transaction of the write it announces")
    for topic, _, payload in entries:
        if topic != CONTROL and not TOPIC.fullmatch(topic):
            raise ValueError(f"{topic!r} is no name of a topic")
        if len(json.dumps(payload, cls=DjangoJSONEncoder)) > MAX_PAYLOAD_CHARS:
            raise ValueError("a change's payload is too large: send an id and let pages fetch")
    rows, heads = _number(entries)
    changes = Change.objects.bulk_create(rows)
    transaction.on_commit(partial(hints.announce, heads), robust=True)
    return changes


def _number(
    entries: Sequence[tuple[str, str, dict[str, Any]]],
) -> tuple[list[Change], dict[str, int]]:
    next_seq: dict[str, tuple[int, int]] = {}
    heads: dict[str, int] = {}
    with connection.cursor() as cursor:
        for name, count in sorted(Counter(topic for topic, _, _ in entries).items()):
            cursor.execute(_TAKE_NUMBERS, [name, count])
            topic_id, heads[name] = cursor.fetchone()
            next_seq[name] = topic_id, heads[name] - count + 1
    now, rows = timezone.now(), []
    for name, kind, payload in entries:
        topic_id, seq = next_seq[name]
        next_seq[name] = topic_id, seq + 1
        rows.append(Change(topic_id=topic_id, seq=seq, kind=kind, payload=payload, at=now))
    return rows, heads


def position(topic: str) -> Position:
    """Return where a topic stands now. Read it before the rows of the page: a replay is harmless."""
    return positions([topic])[topic]


def positions(topics: Iterable[str]) -> dict[str, Position]:
    """Return where several topics stand, in one query; a topic without changes stands at 0."""
    names = set(topics)
    asked = [CONTROL, *names]
    with connection.cursor() as cursor:
        cursor.execute(_READ_POSITIONS.format(", ".join(["%s"] * len(asked))), asked)
        known = {name: (head, epoch) for name, head, epoch in cursor.fetchall()}
    epoch = known.get(CONTROL, (0, ""))[1]
    return {name: Position(name, epoch, known.get(name, (0, ""))[0]) for name in names}


def read_after(topic: str, seq: int, limit: int = PAGE) -> list[Row]:
    """Return the next changes of a topic. A first number above `seq + 1` means: pruned, reload."""
    rows = Change.objects.filter(topic__name=topic, seq__gt=seq).order_by("seq")
    return [Row(*row) for row in rows.values_list("topic__name", "seq", "kind", "payload", "at")[:limit]]


def read_next(pasts: Mapping[str, int], limit: int = PAGE) -> dict[str, list[Row]]:
    """Return what follows in several topics (500 at most), as one moment of the database shows it.

    Numbers have no holes, so a topic that moved on without a row here has been pruned.
    """
    statement = " UNION ALL ".join([_READ_NEXT] * len(pasts)) + " ORDER BY topic_name, seq"
    parameters = [item for topic, past in pasts.items() for item in (topic, topic, past, past + limit)]
    found: dict[str, list[Row]] = {topic: [] for topic in pasts}
    for row in Change.objects.raw(statement, parameters):
        name: str = row.topic_name  # type: ignore[attr-defined]  # a column of the statement
        found[name].append(Row(name, row.seq, row.kind, row.payload, row.at))
    return found


def erase(topic: str, *, where: dict[str, Any], fields: Sequence[str]) -> int:
    """Empty fields of changes already logged, where their author takes them back: who comes later never reads them.

    `where` picks payloads by equal values. Numbers, kinds and order stay, so
    nobody has a gap; hubs forget what they keep in memory. Call it after the
    transaction's `append_many`. Returns how many changes were emptied.
    """
    found = Change.objects.filter(topic__name=topic, **{f"payload__{name}": value for name, value in where.items()})
    changes = list(found)
    for change in changes:
        change.payload |= {name: "" for name in fields if name in change.payload}
    Change.objects.bulk_update(changes, ["payload"])
    append(CONTROL, "erased", {"id": topic})
    return len(changes)


def prune(*, keep: timedelta, batch: int = 1000) -> int:
    """Delete changes older than `keep`, a batch a statement; who is too old will be told to reload.

    Heads stay, so numbers go on. A topic only ever loses a prefix of its
    changes, whatever the clock did. Returns the number of deleted changes.
    """
    old = Change.objects.filter(at__lt=timezone.now() - keep)
    deleted = 0
    for topic_id, last in old.values_list("topic").annotate(last=Max("seq")):
        prefix = Change.objects.filter(topic_id=topic_id, seq__lte=last).order_by("seq")
        while ids := list(prefix.values_list("id", flat=True)[:batch]):
            deleted += Change.objects.filter(id__in=ids).delete()[0]
    return deleted


def new_epoch() -> str:
    """Declare every position handed out so far void, after a restore; pages reload by themselves."""
    epoch = token_hex(8)
    Topic.objects.update_or_create(name=CONTROL, defaults={"epoch": epoch})
    return epoch
